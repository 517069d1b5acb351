"""The form in which one arm is made: model, adapter, prompt, examples, documents, settings of the answer."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.arm_checks import ArmProblem, Field, generation_in_force
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.stock import Stock, misfit
from workbench.llm.endpoints.models import where_text_goes
from workbench.llm.fit import Fit
from workbench.llm.types import ModelRef
from workbench.ui.compare.arm_documents_field import ArmDocumentsField
from workbench.ui.compare.arm_examples_field import ArmExamplesField
from workbench.ui.compare.arm_prompt_field import ArmPromptField
from workbench.ui.compare.arms_state import ArmsState
from workbench.ui.compare.choice_box import FILE, Choice, ChoiceBox
from workbench.ui.compare.describing import short_name
from workbench.ui.compare.describing_arms import generation_words
from workbench.ui.compare.problem_label import ProblemLabel
from workbench.ui.theme import set_role
from workbench.ui.widgets.adapter_scale import AdapterScale
from workbench.ui.widgets.file_dialogs import OpenDialog
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.options_panel import OptionsPanel
from workbench.ui.widgets.section import Section
from workbench.ui.widgets.text_goes import TextGoes
from workbench.ui.widgets.wrapped_label import WrappedLabel


class ArmForm(QFrame):
    """Shows an arm and says what it becomes by every change."""

    arm_changed = Signal(object)
    version_requested = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arm: ArmSpec | None = None
        self._index = -1
        self._making: ArmsState | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_arm(self, arm: ArmSpec | None, index: int, making: ArmsState) -> None:
        """Show an arm; hidden without one."""
        self.setVisible(arm is not None)
        if arm is None or (arm == self._arm and making is self._making):
            self._arm = arm
            return
        if self._arm is None or index != self._index or arm.name != self._arm.name:
            self._name.setText(arm.name)  # otherwise what is being typed stays
        self._arm, self._index, self._making = arm, index, making
        with QSignalBlocker(self):
            self._fill(arm, making)
            self._show_problems(making.problems_of(index))
            why = making.why.get(arm.name, ())
            self._why.setText(" · ".join(why))
            self._why.setVisible(bool(why))

    def focus_name(self) -> None:
        """For an arm that was just made."""
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._name.selectAll()

    def _fill(self, arm: ArmSpec, making: ArmsState) -> None:
        stock = making.stock
        model = stock.model(arm.model)
        file = Choice(self.tr("A file…"), FILE)
        self._model.show_choices([*_models(making, arm), file], model.name if model else arm.model)
        self._show_model(model, making)
        self._adapter.show_choices([*_adapters(stock, model, arm, self.tr("none")), file], arm.adapter)
        self._scale.show_scale(arm.adapter, arm.adapter_scale)
        self._prompt.show_prompt(arm.prompt, stock)
        self._examples.show_examples(arm, stock)
        self._documents.show_documents(arm, making)
        in_force = generation_in_force(arm, stock)
        self._options.show_config(in_force)
        self._generation.show_summary(generation_words(in_force))

    def _show_model(self, model: ModelRef | None, making: ArmsState) -> None:
        self._goes.show_model(model)
        fitting = making.fits.get(model.name) if model else None
        words = fitting.words if fitting else _price(model)
        self._fit.setText(words)
        set_role(self._fit, "warn-small" if fitting and fitting.fit is not Fit.FITS else "small")
        self._fit.setVisible(bool(words))

    def _show_problems(self, problems: tuple[ArmProblem, ...]) -> None:
        for field, label in self._labels.items():
            label.show_problems(problem for problem in problems if problem.field is field)

    def _build_widgets(self) -> None:
        self.setObjectName("compare_arm_form")
        set_role(self, "panel")
        self._title = QLabel(self.tr("Arm"), self)
        set_role(self._title, "subtitle")
        self._close = named_button(self, "compare_arm_done", self.tr("Done"), spoken=self.tr("Close the form"))
        self._why = _words("compare_arm_why", self)
        self._name = QLineEdit(self)
        self._name.setObjectName("compare_arm_name")
        self._name.setAccessibleName(self.tr("Name of the arm"))
        self._name.setMaxLength(80)
        self._model = ChoiceBox("compare_arm_model", self.tr("Model"), self)
        self._goes, self._fit = TextGoes(self), _words("compare_arm_fit", self)
        self._adapter = ChoiceBox("compare_arm_adapter", self.tr("Adapter"), self)
        self._scale = AdapterScale("compare_arm_adapter_scale", self)
        self._prompt = ArmPromptField(self)
        self._examples = ArmExamplesField(self)
        self._documents = ArmDocumentsField(self)
        self._options = OptionsPanel(self)
        self._generation = Section("compare_arm_generation", self.tr("Answer"), self._options, self)
        self._labels = {field: ProblemLabel(f"compare_arm_{field}_problem", self) for field in Field}

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(8)
        form.addRow(self.tr("Name"), self._stacked(self._name, Field.NAME))
        form.addRow(self.tr("Model"), self._stacked(self._model, Field.MODEL, self._goes, self._fit))
        form.addRow(self.tr("Adapter"), self._stacked(self._adapter, Field.ADAPTER, self._scale))
        form.addRow(self.tr("Prompt"), self._stacked(self._prompt, Field.PROMPT))
        form.addRow(self.tr("Examples"), self._stacked(self._examples, Field.EXAMPLES))
        form.addRow(self.tr("Documents"), self._stacked(self._documents, Field.COLLECTION))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addLayout(head)
        column.addWidget(self._why)
        column.addLayout(form)
        column.addWidget(self._labels[Field.RETRIEVAL])
        column.addWidget(self._generation)
        column.addStretch(1)

    def _stacked(self, widget: QWidget, field: Field, *below: QWidget) -> QVBoxLayout:
        """The field, what is known of the choice, and what is wrong with it."""
        column = QVBoxLayout()
        column.setSpacing(3)
        for one in (widget, *below, self._labels[field]):
            column.addWidget(one)
            if one is self._scale:
                column.setAlignment(one, Qt.AlignmentFlag.AlignLeft)
        return column

    def _connect(self) -> None:
        self._close.clicked.connect(self.closed)
        self._name.editingFinished.connect(self._on_name)
        self._model.activated.connect(partial(self._on_choice, self._model, "model"))
        self._adapter.activated.connect(partial(self._on_choice, self._adapter, "adapter"))
        self._scale.scaled.connect(lambda scale: self._tell(adapter_scale=scale))
        self._prompt.changed.connect(lambda written: self._tell(prompt=written))
        self._prompt.version_requested.connect(self.version_requested)
        self._examples.changed.connect(lambda examples: self._tell(examples=examples))
        self._documents.changed.connect(self._on_documents)
        self._options.option_changed.connect(self._on_option)
        self._options.reset_requested.connect(self._on_reset)

    def _tell(self, **changes: Any) -> None:
        if self._arm is None:
            return
        if changes.get("adapter", self._arm.adapter) != self._arm.adapter:
            changes["adapter_scale"] = 1.0  # another adapter begins as it was trained
        arm = self._arm.model_copy(update=changes)
        says_more = arm.generation.model_fields_set != self._arm.generation.model_fields_set
        if arm != self._arm or says_more:
            self.arm_changed.emit(arm)

    def _on_choice(self, box: ChoiceBox, key: str, _index: int) -> None:
        if box.value != FILE:
            self._tell(**{key: box.value})
            return
        dialog = OpenDialog(self, self.tr("A GGUF file"), f"compare_{key}_dialog", ["GGUF (*.gguf)"])
        dialog.fileSelected.connect(lambda path: self._tell(**{key: str(Path(path))}))
        dialog.rejected.connect(self._restore)
        dialog.open()

    @Slot()
    def _restore(self) -> None:
        if self._arm is not None and self._making is not None:
            self._fill(self._arm, self._making)

    @Slot()
    def _on_name(self) -> None:
        name = self._name.text().strip()
        if name:
            self._tell(name=name)
        elif self._arm is not None:
            self._name.setText(self._arm.name)

    @Slot(object)
    def _on_documents(self, changes: Mapping[str, Any]) -> None:
        self._tell(**changes)

    @Slot(str, object)
    def _on_option(self, name: str, value: object) -> None:
        if self._arm is not None:
            self._tell(generation=self._arm.generation.model_copy(update={name: value}))

    @Slot()
    def _on_reset(self) -> None:
        self._tell(generation=ArmSpec.model_fields["generation"].default)


def _words(name: str, parent: QWidget) -> WrappedLabel:
    label = WrappedLabel("", "small", parent)
    label.setObjectName(name)
    return label


def _models(making: ArmsState, arm: ArmSpec) -> list[Choice]:
    own = [] if making.stock.model(arm.model) else [Choice(short_name(arm.model), arm.model, arm.model)]
    found = own
    for model in making.stock.models:
        fitting = making.fits.get(model.name)
        about = where_text_goes(model) or (fitting.words.partition(":")[0] if fitting else "")
        found.append(Choice(f"{model.name}  ·  {about}" if about else model.name, model.name, model.path))
    return found


def _adapters(stock: Stock, model: ModelRef | None, arm: ArmSpec, none: str) -> list[Choice]:
    """Those that fit first; the others say why they do not; a file that was chosen."""
    found = [
        Choice(short_name(a.name), a.name, f"{a.rows:,} rows of {a.dataset_name or '?'}", misfit(a, model))
        for a in stock.adapters
    ]
    is_file = arm.adapter and stock.adapter(arm.adapter) is None
    own = [Choice(short_name(arm.adapter), arm.adapter, arm.adapter)] if is_file else []
    return [Choice(none, ""), *own, *sorted(found, key=lambda choice: bool(choice.refused))]


def _price(model: ModelRef | None) -> str:
    """What a server takes."""
    if model is None or model.endpoint is None:
        return ""
    price = model.endpoint.price
    if price is None:
        return "" if model.endpoint.is_on_this_computer else "no price was given: costs are not counted"
    return f"${price.prompt:g} for a million tokens read, ${price.generated:g} written"
