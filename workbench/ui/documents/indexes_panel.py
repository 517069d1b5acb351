"""The indexes of a collection: which one answers, and what can be done with the others."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.rag.index_store import CollectionIndex
from workbench.ui.documents.state import DocumentsState
from workbench.ui.documents.when import ago
from workbench.ui.sizes import in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

_Row = tuple[CollectionIndex, int]
"""The index, its bytes on the disk; -1 while nobody looked."""


class IndexesPanel(QWidget):
    switch_requested = Signal(object)
    drop_confirmed = Signal(object)
    undo_requested = Signal()
    rebuild_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked: CollectionIndex | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DocumentsState) -> None:
        condition = state.conditions.get(state.selected)
        sizes = (condition.index_bytes if condition else None) or {}
        rows = [(index, sizes.get(index.folder, -1)) for index in state.indexes]
        self._model.show(rows)
        height = self._table.horizontalHeader().sizeHint().height() + 6
        self._table.setFixedHeight(
            height + min(5, max(1, len(rows))) * self._table.verticalHeader().defaultSectionSize()
        )
        self._is_busy = bool(state.work.get(state.selected))
        # Those that never answered were built to be measured.
        self._undo.setVisible(any(not index.is_active and index.left_at for index, _ in rows))
        if self._asked is not None and self._asked.id not in {index.id for index, _ in rows}:
            self._ask(None)
        self._show_actions()

    @Slot()
    def _show_actions(self) -> None:
        row = self._table.selected_record()
        can = row is not None and not row[0].is_active and not self._is_busy
        self._switch.setEnabled(can)
        self._drop.setEnabled(can)
        self._undo.setEnabled(not self._is_busy)
        self._rebuild.setEnabled(not self._is_busy)

    def _build_widgets(self) -> None:
        self._is_busy = False
        self._title = QLabel(self.tr("Indexes"), self)
        set_role(self._title, "subtitle")
        self._model: RecordTableModel[_Row] = RecordTableModel(_columns(self), key=lambda row: row[0].id)
        self._table: RecordTable[_Row] = RecordTable(self._model, "", self)
        self._table.setObjectName("indexes")
        self._table.setAccessibleName(self.tr("Indexes of the collection"))
        self._switch = named_button(self, "switch_index", self.tr("Let this one answer"), "quiet", icon="done")
        self._drop = named_button(self, "drop_index", self.tr("Remove"), "quiet", icon="trash")
        self._undo = named_button(self, "undo_index", self.tr("Go back to the one before"), "quiet", icon="undo")
        self._rebuild = named_button(
            self, "rebuild_index", self.tr("Build with other settings…"), "quiet", icon="sliders"
        )
        self._question = QuestionBar(self.tr("the index"), self, verb=self.tr("Remove"))

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._undo)
        head.addWidget(self._rebuild)
        below = QHBoxLayout()
        below.addWidget(self._switch)
        below.addWidget(self._drop)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._table)
        column.addWidget(self._question)
        column.addLayout(below)

    def _connect(self) -> None:
        self._table.selection_moved.connect(self._show_actions)
        self._table.record_activated.connect(lambda _row: self._on_switch())
        self._switch.clicked.connect(self._on_switch)
        self._drop.clicked.connect(self._on_drop)
        self._undo.clicked.connect(self.undo_requested)
        self._rebuild.clicked.connect(self.rebuild_requested)
        self._question.kept.connect(lambda: self._ask(None))
        self._question.confirmed.connect(self._on_confirmed)

    def _ask(self, index: CollectionIndex | None) -> None:
        self._asked = index
        self._question.ask(
            self.tr("Remove this index? Another one with its settings can be built again, which takes time.")
            if index
            else ""
        )

    @Slot()
    def _on_switch(self) -> None:
        row = self._table.selected_record()
        if row is not None and self._switch.isEnabled():
            self.switch_requested.emit(row[0])

    @Slot()
    def _on_drop(self) -> None:
        row = self._table.selected_record()
        self._ask(row[0] if row is not None else None)

    @Slot()
    def _on_confirmed(self) -> None:
        index = self._asked
        self._ask(None)
        if index is not None:
            self.drop_confirmed.emit(index)


def _columns(widget: QWidget) -> list[Column[_Row]]:
    tr = widget.tr
    return [
        Column("", lambda row: tr("answers") if row[0].is_active else _behind(row[0]), ink=_ink),
        Column(tr("Embedder"), lambda row: row[0].embedder.name, tooltip=_identity, stretch=True),
        Column(tr("Pieces of"), _pieces, align_right=True, tooltip=lambda row: str(row[0].chunking)),
        Column(tr("Overlap"), lambda row: str(row[0].chunking.overlap), align_right=True, gives_way=True),
        Column(tr("Language"), lambda row: row[0].language.value, gives_way=True),
        Column(tr("Chunks"), lambda row: f"{row[0].chunks:,}", align_right=True),
        Column(tr("Built"), lambda row: ago(row[0].created)),
        Column(tr("Size"), lambda row: in_words(row[1]) if row[1] >= 0 else "", align_right=True),
    ]


def _pieces(row: _Row) -> str:
    return f"{row[0].chunking.size} {row[0].chunking.unit}"


def _behind(index: CollectionIndex) -> str:
    return "" if index.is_current else "behind"


def _ink(row: _Row) -> str:
    return "good" if row[0].is_active else "muted"


def _identity(row: _Row) -> str:
    embedder = row[0].embedder
    return f"{embedder.path}\n{embedder.precision.value}, {embedder.dimension} numbers\n{embedder.content_hash}"
