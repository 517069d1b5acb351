"""The worked examples of an arm: where they come from, how many, and which."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from workbench.compare.arm_spec import ArmSpec, ExamplesSpec, saved_prompt
from workbench.compare.stock import Stock
from workbench.playground.types import ExampleSelection
from workbench.ui.compare.choice_box import FILE, Choice, ChoiceBox
from workbench.ui.compare.describing import short_name
from workbench.ui.widgets.file_dialogs import OpenDialog

_SELECTIONS = {
    ExampleSelection.RANDOM: "at random",
    ExampleSelection.FIRST: "the first ones",
    ExampleSelection.SIMILAR: "similar to the question",
    ExampleSelection.COVERAGE: "as unlike as can be",
}
_NO_SEED = -1


class ArmExamplesField(QWidget):
    changed = Signal(object)
    """The `ExamplesSpec`, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._examples: ExamplesSpec | None = None
        self._arm: ArmSpec | None = None
        self._stock = Stock()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_examples(self, arm: ArmSpec, stock: Stock) -> None:
        self._arm, self._stock, self._examples = arm, stock, arm.examples
        none = self.tr("those of the prompt") if saved_prompt(arm.prompt) else self.tr("none")
        choices = [Choice(none, "")]
        for rows in stock.rows:
            refused = self.tr("raw text") if rows.is_text else ""
            choices.append(
                Choice(f"{rows.name}  ·  {rows.count:,}" if rows.count else rows.name, rows.written, "", refused)
            )
        written = arm.examples.from_file if arm.examples else ""
        if arm.examples and written not in [choice.value for choice in choices]:
            known = stock.rows_at(written)
            choices.append(Choice(known.name if known else short_name(written), written, written))
        self._source.show_choices([*choices, Choice(self.tr("A file…"), FILE)], written)
        examples = arm.examples or ExamplesSpec(from_file="none")
        self._how.show_choices([Choice(self.tr(text), kind) for kind, text in _SELECTIONS.items()], examples.selection)
        for spin, value in (
            (self._count, examples.count),
            (self._seed, _NO_SEED if examples.seed is None else examples.seed),
        ):
            with QSignalBlocker(spin):
                spin.setValue(value)
        self._details.setVisible(arm.examples is not None)
        self._seed.setVisible(examples.selection is ExampleSelection.RANDOM)

    def _build_widgets(self) -> None:
        self._source = ChoiceBox("compare_arm_examples", self.tr("Few-shot examples from"), self)
        self._details = QWidget(self)
        self._count = self._spin("compare_arm_count", self.tr("How many examples"), 1, 100)
        self._how = ChoiceBox("compare_arm_selection", self.tr("Which examples"), self._details)
        self._seed = self._spin("compare_arm_seed", self.tr("Seed of the draw"), _NO_SEED, 2**31 - 1)
        self._seed.setSpecialValueText(self.tr("usual seed"))
        self._seed.setPrefix(self.tr("seed "))

    def _spin(self, name: str, spoken: str, low: int, high: int) -> QSpinBox:
        spin = QSpinBox(self._details)
        spin.setObjectName(name)
        spin.setAccessibleName(spoken)
        spin.setRange(low, high)
        spin.setKeyboardTracking(False)
        return spin

    def _build_layout(self) -> None:
        row = QHBoxLayout(self._details)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._count)
        row.addWidget(self._how, 1)
        row.addWidget(self._seed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._source)
        column.addWidget(self._details)

    def _connect(self) -> None:
        self._source.activated.connect(self._on_source)
        self._how.activated.connect(self._on_changed)
        for spin in (self._count, self._seed):
            spin.valueChanged.connect(self._on_changed)

    @Slot()
    def _on_source(self) -> None:
        if self._source.value != FILE:
            self._tell(self._source.value)
            return
        dialog = OpenDialog(self, self.tr("Rows to take examples from"), "compare_examples_dialog")
        dialog.fileSelected.connect(self._tell)
        dialog.rejected.connect(self._restore)
        dialog.open()

    @Slot()
    def _restore(self) -> None:
        if self._arm is not None:
            self.show_examples(self._arm, self._stock)

    @Slot()
    def _on_changed(self) -> None:
        if self._examples is not None:
            self._tell(self._examples.from_file)

    @Slot(str)
    def _tell(self, source: str) -> None:
        if not source:
            self.changed.emit(None)
            return
        seed = None if self._seed.value() == _NO_SEED else self._seed.value()
        self.changed.emit(
            ExamplesSpec(
                from_file=source, count=self._count.value(), selection=ExampleSelection(self._how.value), seed=seed
            )
        )
