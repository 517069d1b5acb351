"""Rows that carry retrieved passages: which rows, which collection, how many passages; what came out."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.data.state import DataState, LeftOutRow, PassagesState
from workbench.ui.data.written_view import WrittenView
from workbench.ui.theme import restyle, set_role
from workbench.ui.widgets.choices import show_choices
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard


class PassagesPage(QWidget):
    back_requested = Signal()
    documents_requested = Signal()
    dataset_chosen = Signal(str)
    collection_chosen = Signal(str)
    top_k_chosen = Signal(int)
    quoted_said = Signal(bool)
    without_answer_said = Signal(int)
    writing_wanted = Signal(bool)
    model_chosen = Signal(str)
    count_chosen = Signal(int)
    name_edited = Signal(str)
    make_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DataState) -> None:
        passages = state.passages
        self._stack.setCurrentWidget(self._form if passages.collections else self._empty)
        _offer(self._dataset, tuple(dataset.name for dataset in state.datasets), passages.dataset)
        _offer(self._collection, passages.collections, passages.collection)
        _offer(self._model, passages.models, passages.model)
        with QSignalBlocker(self._writes):
            self._writes.setChecked(passages.writes)
        with QSignalBlocker(self._count):
            self._count.setValue(passages.count)
        with QSignalBlocker(self._without):
            self._without.setValue(passages.without_answer)
        with QSignalBlocker(self._top_k):
            self._top_k.setValue(passages.top_k)
        with QSignalBlocker(self._quoted):
            self._quoted.setChecked(passages.answers_are_quoted)
        if self._name.text() != passages.name:
            self._name.setText(passages.name)
        self._name.setProperty("problem", bool(passages.name_trouble))
        restyle(self._name)
        self._name_trouble.setText(passages.name_trouble)
        self._name_trouble.setVisible(bool(passages.name_trouble))
        self._make.setEnabled(passages.can_make)
        for field in (self._collection, self._top_k, self._without, self._name):
            field.setEnabled(not passages.is_running)
        self._dataset.setEnabled(not passages.is_running and not passages.writes)
        self._quoted.setEnabled(not passages.is_running and not passages.writes)
        self._writes.setEnabled(not passages.is_running and bool(passages.models))
        for field in (self._model, self._count):
            field.setEnabled(not passages.is_running and passages.writes and not passages.written)
        writing = passages.writes and not passages.written
        self._make.setText(self.tr("Let it write") if writing else self.tr("Make rows"))
        self._show_outcome(passages)

    def _show_outcome(self, passages: PassagesState) -> None:
        self._trouble.show_trouble(passages.trouble)
        self._made.setText(passages.made)
        self._made.setVisible(bool(passages.made))
        self.written.show_written(passages.written, passages.dropped)
        self._left_out.show(tuple(enumerate(passages.left_out)))
        self._table.setVisible(bool(passages.left_out))
        self._filler.setVisible(not passages.left_out and not passages.written)

    def _build_widgets(self) -> None:
        self._back = named_button(
            self, "passages_back", self.tr("‹ Data sets"), "link", spoken=self.tr("Back to the saved data sets")
        )
        self._title = QLabel(self.tr("Rows from a collection"), self)
        set_role(self._title, "subtitle")
        self._about = QLabel(
            self.tr(
                "A model that shall answer from your documents learns best from questions as it will get them: with "
                "the passages that were found, misleading ones among them. Each row's question is looked up in the "
                "collection; its answer gets the mark of the passage that holds it."
            ),
            self,
        )
        self._about.setWordWrap(True)
        set_role(self._about, "muted")
        self._empty = EmptyState(
            self.tr("No collection yet"),
            self.tr("Index some documents first; their passages are put into the rows."),
            self.tr("Go to Documents"),
            icon="documents",
        )
        self._form = QFrame(self)
        set_role(self._form, "panel")
        self._dataset = ElidedComboBox(
            self._form, "passages_dataset", self.tr("Data set with questions and answers"), fewest=0
        )
        self._collection = ElidedComboBox(
            self._form, "passages_collection", self.tr("Collection of documents"), fewest=0
        )
        self._top_k = QSpinBox(self._form)
        self._top_k.setObjectName("passages_top_k")
        self._top_k.setAccessibleName(self.tr("Passages per row"))
        self._top_k.setRange(1, 20)
        self._top_k.setFixedWidth(90)
        self._build_writing()
        self._quoted = QCheckBox(self.tr("The answers stand in the documents"), self._form)
        self._quoted.setObjectName("passages_quoted")
        self._quoted.setAccessibleName(
            self.tr("The answers stand in the documents; rows whose answer is found nowhere are left out")
        )
        self._quoted.setToolTip(
            self.tr(
                "Off: the documents only guide the answers, like a style guide; no row is left out, none is marked."
            )
        )
        self._name = QLineEdit(self._form)
        self._name.setObjectName("passages_name")
        self._name.setAccessibleName(self.tr("Name of the new data set"))
        self._name.setMaxLength(100)
        self._name_trouble = QLabel(self._form)
        self._name_trouble.setObjectName("passages_name_trouble")
        self._name_trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._name_trouble.setWordWrap(True)
        self._name_trouble.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        set_role(self._name_trouble, "error")
        self._make = named_button(
            self._form, "passages_make", self.tr("Make rows"), "primary", spoken=self.tr("Make rows with passages")
        )
        self._build_outcome()

    def _build_writing(self) -> None:
        self._writes = QCheckBox(self.tr("A model writes the questions and answers:"), self._form)
        self._writes.setObjectName("passages_writes")
        self._writes.setAccessibleName(self.tr("A model writes questions and answers from the passages"))
        self._model = ElidedComboBox(self._form, "passages_model", self.tr("Model that writes"), fewest=0)
        self._count = QSpinBox(self._form)
        self._count.setObjectName("passages_count")
        self._count.setAccessibleName(self.tr("Rows that it shall write"))
        self._count.setRange(1, 2000)
        self._count.setSuffix(self.tr(" rows"))
        self._without = QSpinBox(self._form)
        self._without.setObjectName("passages_without_answer")
        self._without.setAccessibleName(self.tr("Percent of the rows whose passages lack the answer"))
        self._without.setRange(0, 90)
        self._without.setSingleStep(5)
        self._without.setSuffix(self.tr(" % of the rows lack the answer"))
        self._without.setToolTip(
            self.tr("Their passages are misleading ones only, and the answer is that the documents do not say.")
        )

    def _build_outcome(self) -> None:
        self.written = WrittenView(self)
        self._trouble = TroubleCard("passages_trouble", self)
        self._made = QLabel(self)
        self._made.setObjectName("passages_made")
        self._made.setTextFormat(Qt.TextFormat.PlainText)
        self._made.setWordWrap(True)
        self._left_out = RecordTableModel[tuple[int, LeftOutRow]](
            (
                Column("Row", lambda r: str(r[1].row), align_right=True, sort_key=lambda r: r[1].row),
                Column("Why it was left out", lambda r: r[1].reason, tooltip=lambda r: r[1].reason, stretch=True),
            ),
            key=lambda r: r[0],
        )
        self._table = RecordTable(self._left_out, parent=self)
        self._table.setObjectName("passages_left_out")
        self._table.setAccessibleName(self.tr("Rows that were left out"))
        self._filler = QWidget(self)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        rows = QFormLayout(self._form)
        rows.setContentsMargins(14, 12, 14, 12)
        rows.setVerticalSpacing(8)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        rows.addRow(self.tr("Rows"), self._dataset)
        rows.addRow(self.tr("Collection"), self._collection)
        writing = QHBoxLayout()
        writing.setSpacing(8)
        writing.addWidget(self._writes)
        writing.addWidget(self._model, 1)
        writing.addWidget(self._count)
        rows.insertRow(1, "", writing)
        passages = QHBoxLayout()
        passages.setSpacing(8)
        passages.addWidget(self._top_k)
        passages.addWidget(self._without)
        passages.addStretch(1)
        rows.addRow(self.tr("Passages per row"), passages)
        rows.addRow("", self._quoted)
        rows.addRow(self.tr("Save as"), self._name)
        rows.addRow("", self._name_trouble)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._make)
        rows.addRow(buttons)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._about)
        column.addWidget(self._stack)
        column.addWidget(self._trouble)
        column.addWidget(self._made)
        column.addWidget(self.written, 1)
        column.addWidget(self._table, 1)
        column.addWidget(self._filler, 1)

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._empty.action_requested.connect(self.documents_requested)
        self._dataset.currentIndexChanged.connect(self._on_dataset_changed)
        self._collection.currentIndexChanged.connect(self._on_collection_changed)
        self._top_k.valueChanged.connect(self.top_k_chosen)
        self._quoted.toggled.connect(self.quoted_said)
        self._writes.toggled.connect(self.writing_wanted)
        self._model.currentTextChanged.connect(self.model_chosen)
        self._count.valueChanged.connect(self.count_chosen)
        self._without.valueChanged.connect(self.without_answer_said)
        self._name.textEdited.connect(self.name_edited)
        self._make.clicked.connect(self.make_requested)

    @Slot(int)
    def _on_dataset_changed(self, index: int) -> None:
        if index >= 0:
            self.dataset_chosen.emit(self._dataset.itemText(index))

    @Slot(int)
    def _on_collection_changed(self, index: int) -> None:
        if index >= 0:
            self.collection_chosen.emit(self._collection.itemText(index))


def _offer(combo: QComboBox, names: tuple[str, ...], chosen: str) -> None:
    show_choices(combo, [(name, name) for name in names], chosen)
