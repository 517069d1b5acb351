"""What is asked before questions come: which columns mean what, and what a model shall write about."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.compare.describing import short_name
from workbench.ui.compare.sets_state import Columns, Writing
from workbench.ui.theme import set_role
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.named_button import named_button


class ColumnsForm(QFrame):
    """Columns of a table whose names do not say what they mean."""

    column_chosen = Signal(str, str)
    """A field of `ColumnChoice`, and the column."""
    read_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()

    def show_columns(self, columns: Columns | None) -> None:
        self.setVisible(columns is not None)
        if columns is None:
            return
        self._title.setText(self.tr("Which columns of {} are what?").format(short_name(columns.path)))
        self._problem.setText(columns.problem)
        for meaning, box in self._boxes.items():
            with QSignalBlocker(box):
                box.clear()
                box.addItem(self.tr("(by its name, or none)"), "")
                for column in columns.columns:
                    first = columns.sample[0].get(column, "") if columns.sample else ""
                    box.addItem(f"{column}  ·  {' '.join(first.split())[:40]}" if first else column, column)
                box.setCurrentIndex(max(0, box.findData(getattr(columns.choice, meaning))))
        self._read.setEnabled(not columns.choice.is_empty)

    def _build_widgets(self) -> None:
        self.setObjectName("compare_columns")
        set_role(self, "panel")
        self._title, self._problem = QLabel(self), QLabel(self)
        set_role(self._title, "field")
        set_role(self._problem, "muted")
        for label in (self._title, self._problem):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._boxes: dict[str, QComboBox] = {}
        self._names = {
            "question": self.tr("Question"),
            "answers": self.tr("Right answer"),
            "sources": self.tr("Document that answers"),
            "tags": self.tr("Tags"),
        }
        for meaning, text in self._names.items():
            box = QComboBox(self)
            box.setObjectName(f"compare_column_{meaning}")
            box.setAccessibleName(text)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(20)
            box.activated.connect(partial(self._on_chosen, meaning))
            self._boxes[meaning] = box
        self._read = named_button(self, "compare_columns_read", self.tr("Read the questions"), "primary", icon="check")
        self._leave = named_button(self, "compare_columns_leave", self.tr("Cancel"), "quiet", icon="close")
        self._read.clicked.connect(self.read_requested)
        self._leave.clicked.connect(self.left)

    def _build_layout(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(6)
        for meaning, box in self._boxes.items():
            form.addRow(self._names[meaning], box)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._leave)
        buttons.addWidget(self._read)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.addWidget(self._title)
        column.addWidget(self._problem)
        column.addLayout(form)
        column.addLayout(buttons)

    def _on_chosen(self, meaning: str, index: int) -> None:
        self.column_chosen.emit(meaning, str(self._boxes[meaning].itemData(index)))


class WritingForm(QFrame):
    """A model reads passages of a collection and writes questions with answers."""

    chosen = Signal(str, object)
    """A field of `Writing` and its value."""
    write_requested = Signal()
    stop_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_writing(self, writing: Writing) -> None:
        self.setVisible(writing.is_open or writing.running is not None)
        with QSignalBlocker(self._collection):
            self._collection.clear()
            self._collection.addItems(list(writing.collections))
            self._collection.setCurrentText(writing.collection)
        self._picker.show_models(writing.models, writing.model)
        with QSignalBlocker(self._count):
            self._count.setValue(writing.count)
        running = writing.running
        for widget in (self._collection, self._picker, self._count):
            widget.setEnabled(running is None)
        self._write.setVisible(running is None)
        self._write.setEnabled(not writing.not_ready)
        self._leave.setVisible(running is None)
        self._stop.setVisible(running is not None)
        self._bar.setVisible(running is not None)
        if running is not None:
            self._bar.setRange(0, int(running.total))
            self._bar.setValue(int(running.done))
        self._said.setText(running.label if running else writing.not_ready)

    def _build_widgets(self) -> None:
        self.setObjectName("compare_writing")
        set_role(self, "panel")
        self._note = QLabel(
            self.tr(
                "A model reads passages, asks about each and answers from it. An answer whose words are not in the "
                "passage is rejected; the others count once you have looked at them."
            ),
            self,
        )
        set_role(self._note, "small")
        self._said = QLabel(self)
        self._said.setObjectName("compare_writing_said")
        set_role(self._said, "muted")
        for label in (self._note, self._said):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._collection = QComboBox(self)
        self._collection.setObjectName("compare_writing_collection")
        self._collection.setAccessibleName(self.tr("Collection"))
        self._collection.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._collection.setMinimumContentsLength(10)
        self._picker = ModelPicker(self)
        self._picker.setObjectName("compare_writing_model")
        self._picker.setMinimumContentsLength(10)
        self._count = QSpinBox(self)
        self._count.setObjectName("compare_writing_count")
        self._count.setAccessibleName(self.tr("How many questions"))
        self._count.setRange(1, 2000)
        self._count.setSuffix(self.tr(" questions"))
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Questions written"))
        self._write = named_button(self, "compare_writing_write", self.tr("Write"), "primary", icon="play")
        self._stop = named_button(self, "compare_writing_stop", self.tr("Stop"), icon="stop")
        self._leave = named_button(self, "compare_writing_leave", self.tr("Cancel"), "quiet", icon="close")

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._collection, 1)
        row.addWidget(self._picker, 1)
        row.addWidget(self._count)
        foot = QHBoxLayout()
        foot.addWidget(self._said, 1)
        foot.addStretch(0)
        for button in (self._leave, self._write, self._stop):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addWidget(self._note)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addLayout(foot)

    def _connect(self) -> None:
        self._collection.textActivated.connect(lambda name: self.chosen.emit("collection", name))
        self._picker.model_chosen.connect(lambda name: self.chosen.emit("model", name))
        self._count.valueChanged.connect(self._on_count)
        self._write.clicked.connect(self.write_requested)
        self._stop.clicked.connect(self.stop_requested)
        self._leave.clicked.connect(self.left)

    @Slot(int)
    def _on_count(self, count: int) -> None:
        self.chosen.emit("count", count)
