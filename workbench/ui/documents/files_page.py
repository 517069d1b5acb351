"""The files of a collection: what became of each, and a place to drop more."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.rag.store import SourceDocument
from workbench.rag.types import DocumentStatus
from workbench.ui.documents.state import DocumentsState
from workbench.ui.widgets.drop_area import DropArea
from workbench.ui.widgets.record_table import Column, RecordTable, RecordTableModel


class FilesPage(QWidget):
    paths_chosen = Signal(list)
    document_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[SourceDocument, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_tab(self, state: DocumentsState) -> None:
        if state.documents is not self._shown:
            self._shown = state.documents
            self._model.show(state.documents)
        self.drop_area.show_enabled(state.running is None)

    def title(self, state: DocumentsState) -> str:
        return self.tr("Files ({})").format(len(state.documents))

    def _build_widgets(self) -> None:
        self.drop_area = DropArea(self.tr("Drop files or folders here. They stay where they are."), self)
        self._model: RecordTableModel[SourceDocument] = RecordTableModel(_columns(self), key=lambda d: d.path)
        self._table = RecordTable(self._model, self.tr("Nothing was added to this collection yet."), self)
        self._table.setObjectName("files")
        self._table.setAccessibleName(self.tr("Files of the collection"))
        self._table.allow_sorting()

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.drop_area)
        column.addWidget(self._table, 1)

    def _connect(self) -> None:
        self.drop_area.paths_chosen.connect(self.paths_chosen)
        self._table.record_activated.connect(self._on_activated)

    @Slot(object)
    def _on_activated(self, document: SourceDocument) -> None:
        self.document_opened.emit(document)


def _columns(widget: QWidget) -> list[Column[SourceDocument]]:
    return [
        Column(widget.tr("File"), lambda d: d.name, tooltip=lambda d: d.path, stretch=True),
        Column(widget.tr("State"), _state, ink=_ink),
        Column(widget.tr("Kind"), lambda d: d.file_type),
        Column(widget.tr("Pages"), lambda d: str(d.pages or ""), align_right=True, sort_key=lambda d: d.pages),
        Column(widget.tr("Chunks"), lambda d: str(d.chunks or ""), align_right=True, sort_key=lambda d: d.chunks),
        Column(widget.tr("Remarks"), _remarks, tooltip=_remarks, stretch=True),
    ]


def _state(document: SourceDocument) -> str:
    if document.status is DocumentStatus.FAILED:
        return "not read"
    return "duplicate" if document.duplicate_of else "indexed"


def _ink(document: SourceDocument) -> str:
    if document.status is DocumentStatus.FAILED:
        return "bad"
    return "warn" if document.warnings or document.reason else "good"


def _remarks(document: SourceDocument) -> str:
    unusual = document.encoding if document.encoding not in {"", "utf-8", "ascii"} else ""
    return " ".join(filter(None, [document.reason, *document.warnings, unusual and f"Read as {unusual}."]))
