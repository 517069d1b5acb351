"""The columns of the table of files."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from workbench.ui.documents.file_rows import FileRow, FileState
from workbench.ui.documents.when import ago
from workbench.ui.sizes import in_words
from workbench.ui.widgets.record_model import Column

_ORDER = {state: number for number, state in enumerate(FileState)}
_INKS = {
    FileState.WAITING: "muted",
    FileState.READING: "info",
    FileState.EMBEDDING: "info",
    FileState.NEEDS_PASSWORD: "warn",
    FileState.NEEDS_OCR: "warn",
    FileState.FAILED: "bad",
    FileState.READY: "good",
    FileState.DUPLICATE: "muted",
    FileState.REMOVED: "muted",
}


def columns_of(widget: QWidget) -> list[Column[FileRow]]:
    """Those at the right give way first where there is little room."""
    return [
        Column(widget.tr("File"), lambda row: row.name, tooltip=_tooltip, stretch=True, narrowest=28),
        Column(widget.tr("State"), lambda row: row.state.value, ink=_ink, sort_key=lambda row: _ORDER[row.state]),
        Column(widget.tr("Remarks"), _remarks, tooltip=_remarks, stretch=True, narrowest=28),
        Column(widget.tr("Pages"), _number("pages"), align_right=True, sort_key=_key("pages")),
        Column(widget.tr("Characters"), _number("characters"), align_right=True, sort_key=_key("characters")),
        Column(widget.tr("Chunks"), _number("chunks"), align_right=True, sort_key=_key("chunks")),
        Column(widget.tr("Kind"), lambda row: row.document.file_type if row.document else "", gives_way=True),
        Column(widget.tr("Folder"), _folder, tooltip=lambda row: row.folder, gives_way=True),
        Column(widget.tr("Encoding"), lambda row: row.document.encoding if row.document else "", gives_way=True),
    ]  # fmt: skip


def _remarks(row: FileRow) -> str:
    return row.remarks


def _ink(row: FileRow) -> str:
    return "warn" if row.state is FileState.READY and row.remarks else _INKS[row.state]


def _folder(row: FileRow) -> str:
    """The end of it: that is where folders differ."""
    return row.folder if len(row.folder) <= 28 else f"…{row.folder[-27:]}"


def _key(name: str) -> Callable[[FileRow], Any]:
    return lambda row: getattr(row.document, name) if row.document else 0


def _number(name: str) -> Callable[[FileRow], Any]:
    def text(row: FileRow) -> str:
        count = getattr(row.document, name) if row.document else 0
        return f"{count:,}" if count else ""

    return text


def _tooltip(row: FileRow) -> str:
    document = row.document
    if document is None:
        return row.path
    facts = [row.path]
    facts += [in_words(document.size_bytes)] if document.size_bytes else []
    facts += [f"Read {ago(document.indexed_at)}"] if document.indexed_at else []
    return "\n".join(facts)
