"""The form in which one arm is made: model, adapter, prompt, examples, documents."""

from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.spec import ArmSpec, ExamplesSpec, RetrievalSpec
from workbench.rag.types import RetrievalMode
from workbench.ui.compare.describing import short_name
from workbench.ui.compare.state import Choices
from workbench.ui.theme import set_role
from workbench.ui.widgets.text_goes import TextGoes

_OTHER = "…"
W = TypeVar("W", bound=QWidget)


class ArmForm(QFrame):
    """Shows an arm and says what it becomes by every change."""

    arm_changed = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arm: ArmSpec | None = None
        self._choices = Choices()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_arm(self, arm: ArmSpec | None, choices: Choices) -> None:
        """Show an arm; hidden without one."""
        self.setVisible(arm is not None)
        if arm is None or (arm == self._arm and choices == self._choices):
            self._arm = arm
            return
        self._arm, self._choices = arm, choices
        with QSignalBlocker(self):
            self._fill(arm)

    def _fill(self, arm: ArmSpec) -> None:
        for edit, text in ((self._name, arm.name), (self._prompt, arm.prompt)):
            if edit.text() != text:
                edit.setText(text)
        goes = dict(self._choices.servers)
        models = [(f"{name}  ·  {goes[name]}" if name in goes else name, name) for name in self._choices.models]
        _fill(self._model, models, arm.model)
        self._goes.say(goes.get(arm.model, ""))
        _fill(self._adapter, [(self.tr("none"), ""), *((n, n) for n in self._choices.adapters)], arm.adapter)
        _fill(self._collection, [(self.tr("none"), ""), *((n, n) for n in self._choices.collections)], arm.collection)
        files = [(self.tr("none"), ""), *self._choices.example_files]
        _fill(self._examples, [*files, (self.tr("A file…"), _OTHER)], arm.examples.from_file if arm.examples else "")
        retrieval = arm.retrieval or RetrievalSpec()
        _fill(self._mode, [(self.tr(text), mode) for text, mode in _MODES], retrieval.mode)
        for box, value in (
            (self._count, arm.examples.count if arm.examples else 4),
            (self._top_k, retrieval.top_k),
            (self._max_tokens, arm.generation.max_tokens),
        ):
            with QSignalBlocker(box):
                box.setValue(value)
        self._count.setEnabled(arm.examples is not None)
        for widget in (self._mode, self._top_k):
            widget.setEnabled(bool(arm.collection))

    def _build_widgets(self) -> None:
        self.setObjectName("compare_arm_form")
        set_role(self, "panel")
        self._title = QLabel(self.tr("Arm"), self)
        set_role(self._title, "subtitle")
        self._close = QPushButton(self.tr("Done"), self)
        self._name = _named(QLineEdit(self), "compare_arm_name", self.tr("Name of the arm"))
        self._model = _named(QComboBox(self), "compare_arm_model", self.tr("Model"))
        self._goes = TextGoes(self)
        self._adapter = _named(QComboBox(self), "compare_arm_adapter", self.tr("Adapter"))
        self._prompt = _named(QLineEdit(self), "compare_arm_prompt", self.tr("File with the system prompt"))
        self._prompt.setPlaceholderText(self.tr("none"))
        self._choose_prompt = QPushButton(self.tr("Choose…"), self)
        self._examples = _named(QComboBox(self), "compare_arm_examples", self.tr("Few-shot examples from"))
        self._count = _named(QSpinBox(self), "compare_arm_count", self.tr("How many examples"))
        self._count.setRange(1, 100)
        self._collection = _named(QComboBox(self), "compare_arm_collection", self.tr("Documents"))
        self._mode = _named(QComboBox(self), "compare_arm_mode", self.tr("Search"))
        self._top_k = _named(QSpinBox(self), "compare_arm_top_k", self.tr("Passages per question"))
        self._top_k.setRange(1, 100)
        self._max_tokens = _named(QSpinBox(self), "compare_arm_max_tokens", self.tr("Longest answer in tokens"))
        self._max_tokens.setRange(1, 131072)
        _named(self._close, "compare_arm_done", self.tr("Close the form"))
        _named(self._choose_prompt, "compare_arm_choose_prompt", self.tr("Choose a prompt file"))
        for box in (self._model, self._adapter, self._examples, self._collection, self._mode):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(7)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Name"), self._name)
        form.addRow(self.tr("Model"), self._model)
        form.addRow("", self._goes)
        form.addRow(self.tr("Adapter"), self._adapter)
        form.addRow(self.tr("System prompt"), _row(self._prompt, self._choose_prompt))
        form.addRow(self.tr("Examples"), _row(self._examples, self._count))
        form.addRow(self.tr("Documents"), self._collection)
        form.addRow(self.tr("Search"), _row(self._mode, self._top_k))
        self._max_tokens.setSuffix(self.tr(" tokens"))
        form.addRow(self.tr("Longest answer"), self._max_tokens)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addLayout(head)
        column.addLayout(form)
        column.addStretch(1)

    def _connect(self) -> None:
        self._close.clicked.connect(self.closed)
        self._choose_prompt.clicked.connect(self._on_choose_prompt)
        for edit in (self._name, self._prompt):
            edit.editingFinished.connect(self._on_changed)
        for box in (self._model, self._adapter, self._collection, self._mode):
            box.activated.connect(self._on_changed)
        self._examples.activated.connect(self._on_examples)
        for spin in (self._count, self._top_k, self._max_tokens):
            spin.valueChanged.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        if self._arm is None:
            return
        arm = self._read(self._arm, str(self._examples.currentData() or ""))
        if arm != self._arm:
            self.arm_changed.emit(arm)

    @Slot()
    def _on_examples(self) -> None:
        if self._examples.currentData() != _OTHER:
            self._on_changed()
            return
        dialog = self._dialog(self.tr("Rows to take examples from"), "compare_examples_dialog")
        dialog.fileSelected.connect(self._on_examples_file)
        dialog.rejected.connect(self._restore)
        dialog.open()

    @Slot()
    def _on_choose_prompt(self) -> None:
        dialog = self._dialog(self.tr("System prompt"), "compare_prompt_dialog")
        dialog.fileSelected.connect(self._on_prompt_file)
        dialog.open()

    def _dialog(self, title: str, name: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setObjectName(name)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    @Slot(str)
    def _on_examples_file(self, path: str) -> None:
        if self._arm is not None:
            self.arm_changed.emit(self._read(self._arm, path))

    @Slot(str)
    def _on_prompt_file(self, path: str) -> None:
        self._prompt.setText(path)
        self._on_changed()

    @Slot()
    def _restore(self) -> None:
        if self._arm is not None:
            self._fill(self._arm)

    def _read(self, arm: ArmSpec, examples_file: str) -> ArmSpec:
        """The arm as the form says; settings that the form does not show stay."""
        examples = None
        if examples_file and examples_file != _OTHER:
            kept = arm.examples or ExamplesSpec(from_file=examples_file)
            examples = kept.model_copy(update={"from_file": examples_file, "count": self._count.value()})
        collection = str(self._collection.currentData() or "")
        retrieval = None
        if collection:
            kept_retrieval = arm.retrieval or RetrievalSpec()
            mode = RetrievalMode(self._mode.currentData())
            retrieval = kept_retrieval.model_copy(update={"mode": mode, "top_k": self._top_k.value()})
        return arm.model_copy(
            update={
                "name": self._name.text().strip() or arm.name,
                "model": str(self._model.currentData() or arm.model),
                "adapter": str(self._adapter.currentData() or ""),
                "prompt": str(Path(self._prompt.text().strip()).expanduser()) if self._prompt.text().strip() else "",
                "examples": examples,
                "collection": collection,
                "retrieval": retrieval,
                "generation": arm.generation.model_copy(update={"max_tokens": self._max_tokens.value()}),
            }
        )


_MODES = (
    ("meaning and words", RetrievalMode.HYBRID),
    ("meaning", RetrievalMode.VECTOR),
    ("words", RetrievalMode.TEXT),
)


def _fill(box: QComboBox, entries: list[tuple[str, str]], chosen: str) -> None:
    """Show the entries with one chosen; something chosen that is not among them (a path) is added."""
    with QSignalBlocker(box):
        box.clear()
        if chosen and chosen not in [value for _, value in entries]:
            entries = [*entries, (short_name(chosen), chosen)]
        for text, value in entries:
            box.addItem(text, str(value))
        box.setCurrentIndex(max(0, box.findData(str(chosen))))


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(widgets[0], 1)
    for widget in widgets[1:]:
        row.addWidget(widget)
    return row


def _named(widget: W, name: str, accessible: str) -> W:
    widget.setObjectName(name)
    widget.setAccessibleName(accessible)
    return widget
