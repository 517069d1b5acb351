"""What an indexing job says of each file, and how often it said what."""

from collections import Counter

from workbench.jobs.context import JobContext
from workbench.rag.folders import FoundFile
from workbench.rag.indexing_plan import free_name
from workbench.rag.indexing_types import DocumentStatus, FileIndexed, IndexRequest
from workbench.rag.reasons import READER_VERSION, ReasonCode


class Telling:
    """One run's."""

    def __init__(self, context: JobContext, request: IndexRequest) -> None:
        self._context = context
        self._request = request
        self.counts: Counter[DocumentStatus] = Counter()
        self.states: dict[str, str] = {}
        """What the file system said of files when their hash was taken, by path."""

    def say(self, item: FileIndexed) -> None:
        self.counts[item.status] += 1
        self._context.produce(item)

    def fail(self, file: FoundFile, name: str, reason: str, code: ReasonCode, sha256: str = "") -> None:
        known = {document.path: document.name for document in self._request.known}
        path = str(file.path)
        if path not in known and name in known.values():
            name = free_name(file, set(known.values()))
        self.say(
            FileIndexed(
                path=path,
                name=known.get(path, name),
                status=DocumentStatus.FAILED,
                reason=reason,
                reason_code=code,
                sha256=sha256,
                file_state=with_version(self.states.get(path, "")) if sha256 else "",
            )
        )


def with_version(state: str) -> str:
    """The state of a file that cannot be read holds for this reader; empty for none."""
    return f"{state} {READER_VERSION}" if state else ""
