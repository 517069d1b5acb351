"""The files of a collection as rows: where each is on its way, and what became of it. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.rag.collection_jobs import FileAtWork
from workbench.rag.document_store import SourceDocument
from workbench.rag.indexing_types import DocumentStatus, FileStage
from workbench.rag.reasons import ReasonCode


class FileState(StrEnum):
    """In the order in which people want to see them."""

    READING = "reading"
    EMBEDDING = "embedding"
    WAITING = "waiting"
    NEEDS_PASSWORD = "needs password"
    NEEDS_OCR = "needs OCR"
    FAILED = "failed"
    READY = "ready"
    DUPLICATE = "same as another"
    REMOVED = "removed"


AT_WORK = frozenset({FileState.WAITING, FileState.READING, FileState.EMBEDDING})
UNREAD = frozenset({FileState.NEEDS_PASSWORD, FileState.NEEDS_OCR, FileState.FAILED})
"""What trying again may mend."""
_STAGES = {
    FileStage.WAITING: FileState.WAITING,
    FileStage.READING: FileState.READING,
    FileStage.EMBEDDING: FileState.EMBEDDING,
}
_ORDER = {state: number for number, state in enumerate(FileState)}
_LOCKED = {ReasonCode.NEEDS_PASSWORD, ReasonCode.WRONG_PASSWORD}
_USUAL = {"", "utf-8", "ascii"}


@dataclass(frozen=True, slots=True)
class FileRow:
    path: str
    name: str
    """The last part of the path."""
    folder: str
    """The rest of it."""
    state: FileState
    remarks: str = ""
    document: SourceDocument | None = None
    """None while nothing of the file is in the collection yet."""
    has_wrong_password: bool = False

    @property
    def words(self) -> str:
        """What the filter looks in."""
        return f"{self.path}\n{self.remarks}".casefold()


def rows_of(
    documents: Sequence[SourceDocument], removed: Sequence[SourceDocument], before: Sequence[FileRow] = ()
) -> tuple[FileRow, ...]:
    """One row for each path: files of the collection, and those that can come back. What needs the user comes first;
    of one state in the order of their names.

    Rows that are what they were `before` are the same objects: comparing thousands of them then takes no time.
    """
    known = {row.path: row for row in before}
    rows = [_row(document) for document in documents]
    there = {row.path for row in rows}
    rows += [_row(document) for document in removed if document.path not in there]
    rows.sort(key=lambda row: (_ORDER[row.state], row.path))
    return tuple(old if (old := known.get(row.path)) == row else row for row in rows)


def with_work(rows: Sequence[FileRow], at_work: Mapping[str, FileAtWork]) -> tuple[FileRow, ...]:
    """The rows with those on top that a job has before it, files among them that are not in the collection yet."""
    if not at_work:
        return tuple(rows)
    known = {row.path: row for row in rows if row.path in at_work}
    busy = [_busy(file, known.get(path)) for path, file in at_work.items()]
    busy.sort(key=lambda row: (_ORDER[row.state], row.path))
    return (*busy, *(row for row in rows if row.path not in known))


def count_states(rows: Sequence[FileRow]) -> dict[FileState, int]:
    """How many rows there are of each state that occurs, in the order of the states."""
    counts = dict.fromkeys(FileState, 0)
    for row in rows:
        counts[row.state] += 1
    return {state: count for state, count in counts.items() if count}


def filter_rows(rows: Sequence[FileRow], text: str, states: frozenset[FileState]) -> tuple[FileRow, ...]:
    """Rows in one of the states (empty: in any) that hold every word of the text, in whatever case."""
    words = text.casefold().split()
    return tuple(
        row for row in rows if (not states or row.state in states) and all(word in row.words for word in words)
    )


def _row(document: SourceDocument) -> FileRow:
    folder, _, name = document.path.replace("\\", "/").rpartition("/")
    return FileRow(
        path=document.path,
        name=name,
        folder=folder,
        state=_state(document),
        remarks=_remarks(document),
        document=document,
        has_wrong_password=document.reason_code is ReasonCode.WRONG_PASSWORD,
    )


def _busy(file: FileAtWork, known: FileRow | None) -> FileRow:
    if known is not None:
        return replace(known, state=_STAGES[file.stage])
    folder, _, name = file.path.replace("\\", "/").rpartition("/")
    return FileRow(path=file.path, name=name, folder=folder, state=_STAGES[file.stage])


def _state(document: SourceDocument) -> FileState:
    if document.deleted_at:
        return FileState.REMOVED
    if document.status is not DocumentStatus.FAILED:
        return FileState.DUPLICATE if document.duplicate_of else FileState.READY
    if document.reason_code in _LOCKED:
        return FileState.NEEDS_PASSWORD
    return FileState.NEEDS_OCR if document.reason_code is ReasonCode.NEEDS_OCR else FileState.FAILED


def _remarks(document: SourceDocument) -> str:
    unusual = document.encoding if document.encoding not in _USUAL else ""
    return " ".join(filter(None, [document.reason, *document.warnings, unusual and f"Read as {unusual}."]))
