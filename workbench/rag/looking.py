"""The look at files and folders with which an indexing job begins: what is there, and what of it has changed."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.folders import FoundFile, LeftOut, path_hash
from workbench.rag.indexing_plan import Plan, find_removed, make_plan
from workbench.rag.indexing_types import DocumentStatus, FailedFile, FileIndexed, IndexRequest, KnownDocument, Skipped
from workbench.rag.passwords import Passwords
from workbench.rag.reasons import LASTING, ReasonCode, reason_code
from workbench.rag.surveying import Survey
from workbench.rag.telling import Telling, with_version


class Look:
    """What is left out, cannot be read or is gone is told at once; the rest becomes the plan."""

    def __init__(self, context: JobContext, request: IndexRequest, telling: Telling) -> None:
        self._context = context
        self._request = request
        self._telling = telling
        self._known = [document for document in request.known if not document.is_deleted]
        self._passwords = Passwords(request.passwords)
        self.files = 0
        """How many there are, those that cannot be read too."""

    def plan(self, survey: Survey) -> Plan:
        sources = [Path(source) for source in self._request.sources]
        files: list[FoundFile] = []
        for found in survey.files(sources, [Path(root) for root in self._request.roots]):
            self._context.progress(0, 0, f"Looking for files: {len(files)}")
            reason = found.reason if isinstance(found, LeftOut) else self._deleted(found.path)
            if reason or isinstance(found, LeftOut):
                self._context.produce(Skipped(path=str(found.path), reason=reason))
            else:
                files.append(found)
        self.files = len(files)
        folders = [source for source in sources if source in survey.folders]
        removed = find_removed(self._known, files, folders, survey.has_vanished)
        self._forget_failed(files, survey)
        return make_plan(list(self._hashed(files, survey)), self._known, removed, self._request.read_again)

    def _forget_failed(self, files: Sequence[FoundFile], survey: Survey) -> None:
        """Files that could not be read and are gone, or folders that answer again."""
        found = {str(file.path) for file in files}
        for path in (file.path for file in self._request.failed):
            place = Path(path)
            if path in found or not any(place.is_relative_to(folder) for folder in survey.folders):
                continue
            if place in survey.folders:
                # Not counted: nothing of the user's went.
                self._context.produce(_dropped(place, "The folder answers again."))
            elif survey.has_vanished(place):
                self._telling.say(_dropped(place, "The file is gone."))

    def _deleted(self, path: Path) -> str:
        """Why a file in a synced folder stays out; empty when it does not."""
        if str(path) in self._deleted_paths or path_hash(str(path)) in self._request.excluded:
            return "It was deleted from this collection. Add the file itself to take it in again."
        return ""

    @cached_property
    def _deleted_paths(self) -> frozenset[str]:
        return frozenset(document.path for document in self._request.known if document.is_deleted)

    @cached_property
    def _deleted_hashes(self) -> frozenset[str]:
        return frozenset(document.sha256 for document in self._request.known if document.is_deleted)

    def _hashed(self, files: Sequence[FoundFile], survey: Survey) -> "list[tuple[FoundFile, str]]":
        """The readable files with their hashes; the others are reported. What has not changed is not read."""
        known = {document.path: document for document in self._known}
        readable = []
        for number, file in enumerate(files):
            self._context.progress(0, len(files), f"Looking for changes: {number + 1} of {len(files)}")
            if self._fails_as_before(file):
                self._telling.counts[DocumentStatus.FAILED] += 1
                continue
            if file.problem:
                self._telling.fail(file, file.name, file.problem, file.code)
                continue
            try:
                sha256 = self._sha256(file, known.get(str(file.path)), survey)
            except WorkbenchError as problem:
                self._telling.fail(file, file.name, str(problem), reason_code(problem.code))
                continue
            if sha256 in self._deleted_hashes:
                reason = "A document with the same content was deleted; this one is taken in once that is purged."
                self._context.produce(Skipped(path=str(file.path), reason=reason))
            else:
                readable.append((file, sha256))
        return readable

    def _fails_as_before(self, file: FoundFile) -> bool:
        """Whether it could not be read before and nothing has changed since: a sync does not wait for it again."""
        before = self._failed_before.get(str(file.path))
        if before is None or self._request.tries_failed_again or not file.state or self._passwords.of(file.path):
            return False
        if before.reason_code is ReasonCode.NEEDS_OCR and self._request.recognition.is_on:
            return False
        return before.reason_code in LASTING and before.file_state == with_version(file.state)

    @cached_property
    def _failed_before(self) -> dict[str, FailedFile]:
        return {file.path: file for file in self._request.failed}

    def _sha256(self, file: FoundFile, known: KnownDocument | None, survey: Survey) -> str:
        if known is not None and file.state and file.state == known.file_state:
            return known.sha256
        hashed = survey.hashed(file)
        self._telling.states[str(file.path)] = hashed.state.settled()
        return hashed.sha256


def _dropped(place: Path, reason: str) -> FileIndexed:
    """It is not listed any more among what could not be read."""
    return FileIndexed(path=str(place), name=place.name, status=DocumentStatus.REMOVED, reason=reason)
