"""The saved data sets: a table, the rows of the selected one, what can be done with it."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.datasets.types import Dataset, TrainingRow
from workbench.ui.data.conversation_view import ConversationView
from workbench.ui.data.state import DataState
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_title import PageTitle
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard

_CELL_CHARACTERS = 200


class LibraryPage(QWidget):
    import_requested = Signal()
    passages_requested = Signal()
    tune_requested = Signal()
    dataset_selected = Signal(str)
    row_selected = Signal(int)
    delete_requested = Signal()
    delete_confirmed = Signal()
    keep_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_rendering = False
        self._rows: tuple[TrainingRow, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DataState) -> None:
        self._is_rendering = True
        has_any = bool(state.datasets)
        self._stack.setCurrentWidget(self._full if has_any else self._empty)
        self._import.setVisible(has_any)
        self._table_model.show(state.datasets)
        self._table.select_key(state.selected)
        self._show_rows(state)
        for button in (self._tune, self._delete):
            button.setEnabled(state.selected_dataset is not None)
        self._show_question(state.asked_to_delete)
        self._is_rendering = False

    def _show_rows(self, state: DataState) -> None:
        self._row_model.show(tuple(enumerate(state.rows)))
        if state.rows is not self._rows:
            self._rows = state.rows
            self._row_table.scrollToTop()
        self._row_table.select_key(state.shown_row)
        self._conversation.show_row(state.shown_conversation)
        self._trouble.show_trouble(state.rows_trouble)
        self._split.setVisible(state.rows_trouble is None)
        dataset = state.selected_dataset
        self._origin.setText(_origin_in_words(dataset, len(state.rows)) if dataset else "")

    def _show_question(self, name: str) -> None:
        question = self.tr("Delete “{}”? The file that it was made from stays.").format(name)
        self._question.ask(question if name else "")

    def _build_widgets(self) -> None:
        self._title = PageTitle(self, self.tr("Data"), self.tr("Rows of examples for training, from your own files."))
        self._import = named_button(
            self, "data_import", self.tr("Import…"), "primary", spoken=self.tr("Import a file of rows"), icon="plus"
        )
        self._passages = named_button(
            self,
            "data_passages",
            self.tr("Rows from a collection…"),
            spoken=self.tr("Make rows that carry retrieved passages"),
        )
        self._empty = EmptyState(
            self.tr("No data sets yet"),
            self.tr(
                "Drop a CSV, TSV, JSONL, JSON, XLSX or Parquet file here. Each row is an example: what is asked, and "
                "the answer that a model shall learn to give."
            ),
            self.tr("Import a file…"),
            icon="data",
        )
        self._empty.setObjectName("data_empty")
        self._build_tables()
        self._tune = named_button(
            self,
            "data_tune",
            self.tr("Fine-tune with it"),
            spoken=self.tr("Fine-tune a model with this data set"),
            icon="finetune",
        )
        self._delete = named_button(
            self, "data_delete", self.tr("Delete…"), spoken=self.tr("Delete the selected data set"), icon="trash"
        )
        self._origin = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle, parent=self)
        self._origin.setObjectName("dataset_origin")
        set_role(self._origin, "small")
        self._trouble = TroubleCard("data_rows_trouble", self)
        self._question = QuestionBar(self.tr("the data set"), self)

    def _build_tables(self) -> None:
        self._table_model = RecordTableModel[Dataset](
            (
                Column("Name", lambda d: d.name, stretch=True),
                Column("Rows", lambda d: f"{d.row_count:,}", align_right=True, sort_key=lambda d: d.row_count),
                Column("Left out", _count, align_right=True, sort_key=lambda d: d.problem_count,
                       tooltip=lambda d: "Rows of the file that could not be used",
                       ink=lambda d: "warn" if d.problem_count else ""),
                Column("Saved", lambda d: _date(d.created), sort_key=lambda d: d.created),
            ),
            key=lambda d: d.name,
        )  # fmt: skip
        self._table = RecordTable(self._table_model, parent=self)
        self._table.setObjectName("dataset_table")
        self._table.setAccessibleName(self.tr("Saved data sets"))
        self._table.setMinimumHeight(110)
        self._table.allow_sorting()
        self._row_model = RecordTableModel[tuple[int, TrainingRow]](
            (
                Column("#", lambda r: str(r[1].number), align_right=True, sort_key=lambda r: r[1].number),
                Column("Asked", lambda r: _cell(r[1].question), stretch=True),
                Column("Learned answer", lambda r: _cell(r[1].answer), stretch=True),
            ),
            key=lambda r: r[0],
        )
        self._row_table = RecordTable(self._row_model, parent=self)
        self._row_table.setObjectName("dataset_rows")
        self._row_table.setAccessibleName(self.tr("Rows of the selected data set"))
        self._conversation = ConversationView(self)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._passages, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._import, 0, Qt.AlignmentFlag.AlignTop)
        actions = QHBoxLayout()
        actions.addWidget(self._origin, 1)
        actions.addWidget(self._delete)
        actions.addWidget(self._tune)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._row_table)
        self._split.addWidget(self._conversation)
        self._split.setSizes([300, 300])
        lower = QWidget(self)
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addLayout(actions)
        below.addWidget(self._question)
        below.addWidget(self._trouble)
        below.addWidget(self._split, 1)
        below.addStretch(0)
        self._full = QSplitter(Qt.Orientation.Vertical, self)
        self._full.setChildrenCollapsible(False)
        self._full.addWidget(self._table)
        self._full.addWidget(lower)
        self._full.setSizes([180, 340])
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._full)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._import.clicked.connect(self.import_requested)
        self._empty.action_requested.connect(self.import_requested)
        self._passages.clicked.connect(self.passages_requested)
        self._tune.clicked.connect(self.tune_requested)
        self._delete.clicked.connect(self.delete_requested)
        self._question.confirmed.connect(self.delete_confirmed)
        self._question.kept.connect(self.keep_requested)
        self._table.selection_moved.connect(self._on_dataset_selected)
        self._row_table.selection_moved.connect(self._on_row_selected)

    @Slot(object)
    def _on_dataset_selected(self, dataset: Dataset | None) -> None:
        if not self._is_rendering and dataset is not None:
            self.dataset_selected.emit(dataset.name)

    @Slot(object)
    def _on_row_selected(self, numbered: tuple[int, TrainingRow] | None) -> None:
        if not self._is_rendering and numbered is not None:
            self.row_selected.emit(numbered[0])


def _count(dataset: Dataset) -> str:
    return f"{dataset.problem_count:,}" if dataset.problem_count else "–"


def _date(iso: str) -> str:
    """ "20 Nov 2026, 13:05" in this computer's time."""
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%d %b %Y, %H:%M")
    except ValueError:
        return iso


def _cell(text: str) -> str:
    return " ".join(text[:_CELL_CHARACTERS].split())


def _origin_in_words(dataset: Dataset, shown: int) -> str:
    made_of = dataset.origin or dataset.source_path
    first = f"Shows the first {shown:,} of {dataset.row_count:,} rows. " if shown < dataset.row_count else ""
    return f"{first}Made from {made_of}" if made_of else first
