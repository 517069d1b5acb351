"""What is trained and on what: base, method, rows or text, size of a model from scratch, name."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QWidget,
)

from workbench.finetune.scratch.sizes import SHAPES, parameters_of
from workbench.finetune.training_config import Method
from workbench.llm.types import ModelKind, ModelRef
from workbench.ui.finetune.presets import Goal
from workbench.ui.finetune.setup_state import SetupState, count_in_words
from workbench.ui.finetune.state import FinetuneState
from workbench.ui.theme import restyle, set_role
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.file_dialogs import FILE, FOLDER, OpenDialog
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.named_button import named_button

_NARROW = 240
"""Pixels of a field that holds a number."""


class SourceForm(QFrame):
    base_chosen = Signal(str)
    method_chosen = Signal(str)
    dataset_chosen = Signal(str)
    text_chosen = Signal(str)
    """A folder or file with text."""
    collection_chosen = Signal(str)
    size_chosen = Signal(str)
    tokens_changed = Signal(float)
    name_edited = Signal(str)
    restart_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._build_widgets()
        self._build_scratch()
        self._build_name()
        self._build_layout()
        self._connect()

    def show_state(self, state: FinetuneState) -> None:
        setup = state.setup
        self._show_base(setup)
        self._show_datasets(state)
        self._show_scratch(setup)
        self._show_name(setup)

    def _show_base(self, setup: SetupState) -> None:
        has_base = setup.goal is not Goal.SCRATCH
        self._show_row(self._base, has_base)
        self._show_row(self._method, has_base)
        self._base.show_models(setup.bases, setup.base)
        if setup.is_scanning and not setup.bases:
            self._base.setPlaceholderText(self.tr("Looking for models…"))
        trouble = setup.base_trouble if has_base else ""
        self._base_trouble.setText(trouble)
        self._show_row(self._base_trouble, bool(trouble))
        self._order.setText(setup.order_warning)
        self._show_row(self._order, bool(setup.order_warning))
        with QSignalBlocker(self._method):
            self._method.setCurrentIndex(self._method.findData(setup.method.value))
        model = self._method.model()
        place = self._method.findData(Method.QLORA.value)
        assert isinstance(model, QStandardItemModel)
        can_qlora = not setup.why_no_qlora and setup.goal is Goal.INSTRUCTIONS
        model.item(place).setEnabled(can_qlora)
        title = self.tr("QLoRA (4 bits)")
        self._method.setItemText(place, f"{title}: {setup.why_no_qlora}" if setup.why_no_qlora else title)
        self._method_note.setText(self._about_method(setup))
        self._show_row(self._method_note, has_base)

    def _about_method(self, setup: SetupState) -> str:
        about = {
            Method.LORA: self.tr("Small matrices beside the base; the base stays as it is."),
            Method.QLORA: self.tr("Small matrices beside a base that is held in 4 bits: less memory, a little slower."),
            Method.FULL: self.tr("Every weight is changed: for small models; takes about 16 bytes a weight."),
        }[setup.method]
        if setup.goal is Goal.TEXT and setup.method is Method.LORA:
            about = self.tr("Wide matrices beside the base, merged into it at the end: what comes out is a model.")
        return about

    def _show_datasets(self, state: FinetuneState) -> None:
        setup = state.setup
        is_text = setup.goal is not Goal.INSTRUCTIONS
        self._titles[self._source].setText(self.tr("Text") if is_text else self.tr("Data set"))
        self._add_text.setVisible(is_text)
        self._add_text.setEnabled(not setup.is_gathering)
        names = [dataset.name for dataset in state.datasets]
        with QSignalBlocker(self._dataset):
            if [self._dataset.itemData(index) for index in range(self._dataset.count())] != names:
                self._dataset.clear()
                for dataset in state.datasets:
                    self._dataset.addItem(f"{dataset.name}  ·  {dataset.row_count:,} rows", dataset.name)
            self._dataset.setCurrentIndex(self._dataset.findData(setup.dataset))
        self._dataset.setPlaceholderText(self.tr("No text yet: add a folder") if is_text else "")
        self._collections_menu.setEnabled(bool(setup.collections))
        if [action.text() for action in self._collections_menu.actions()] != list(setup.collections):
            self._collections_menu.clear()
            for name in setup.collections:
                self._collections_menu.addAction(name, partial(self.collection_chosen.emit, name))

    def _show_scratch(self, setup: SetupState) -> None:
        is_scratch = setup.goal is Goal.SCRATCH
        self._show_row(self._size, is_scratch)
        self._show_row(self._tokens, is_scratch)
        with QSignalBlocker(self._size), QSignalBlocker(self._tokens):
            self._size.setCurrentIndex(self._size.findData(setup.scratch.size.value))
            if not self._tokens.hasFocus():
                self._tokens.setValue(setup.scratch.tokens / 1e6)

    def _show_name(self, setup: SetupState) -> None:
        if self._name.text() != setup.name:
            self._name.setText(setup.name)
        self._name.setProperty("problem", bool(setup.name_trouble))
        restyle(self._name)
        self._name_trouble.setText(setup.name_trouble)
        self._show_row(self._name_trouble, bool(setup.name_trouble))
        self._show_row(self._restart_row, setup.goes_on)
        with QSignalBlocker(self._restart):
            self._restart.setChecked(setup.restart)

    def _build_widgets(self) -> None:
        self._base = ModelPicker(self, accepts=_is_base)
        self._base.setObjectName("base_picker")
        self._base.setAccessibleName(self.tr("Base model"))
        self._base_trouble = note("base_trouble", "error", self)
        self._order = note("order_warning", "warn-small", self)
        self._method = QComboBox(self)
        self._method.setObjectName("method_picker")
        self._method.setAccessibleName(self.tr("Method"))
        titles = {Method.LORA: "LoRA", Method.QLORA: self.tr("QLoRA (4 bits)"), Method.FULL: self.tr("Full tuning")}
        for method, title in titles.items():
            self._method.addItem(title, method.value)
        self._method_note = note("method_note", "small", self)
        self._source = QWidget(self)
        self._dataset = ElidedComboBox(self._source, "dataset_picker", self.tr("Data set"), fewest=0)
        self._add_text = named_button(
            self._source,
            "add_text",
            self.tr("Add text"),
            spoken=self.tr("Add text from a folder, a file or a collection"),
        )
        menu = QMenu(self._add_text)
        menu.addAction(self.tr("Folder of text files…"), self._on_folder).setObjectName("add_text_folder")
        menu.addAction(self.tr("Text file…"), self._on_file).setObjectName("add_text_file")
        self._collections_menu = menu.addMenu(self.tr("Collection of documents"))
        self._add_text.setMenu(menu)

    def _build_scratch(self) -> None:
        self._size = QComboBox(self)
        self._size.setObjectName("size_picker")
        self._size.setAccessibleName(self.tr("Size of the model"))
        for size, shape in SHAPES.items():
            weights = count_in_words(parameters_of(shape))
            self._size.addItem(
                self.tr("{}  ·  {} weights, {:,} kinds of token").format(
                    size.value.capitalize(), weights, shape.vocabulary
                ),
                size.value,
            )
        self._tokens = QDoubleSpinBox(self)
        self._tokens.setObjectName("scratch_tokens")
        self._tokens.setAccessibleName(self.tr("Tokens to train on, in millions"))
        self._tokens.setMaximumWidth(_NARROW)
        self._tokens.setRange(0.01, 100_000)
        self._tokens.setDecimals(2)
        self._tokens.setSuffix(self.tr(" million tokens"))
        self._tokens.setKeyboardTracking(False)
        self._tokens.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def _build_name(self) -> None:
        self._name = QLineEdit(self)
        self._name.setObjectName("adapter_name")
        self._name.setAccessibleName(self.tr("Name of what comes out"))
        self._name.setMaxLength(80)
        self._name_trouble = note("adapter_name_trouble", "error", self)
        self._restart_row = QWidget(self)
        self._restart = QCheckBox(self.tr("Begin anew"), self._restart_row)
        self._restart.setObjectName("begin_anew")
        self._restart.setAccessibleName(self.tr("Forget the unfinished training and begin anew"))
        self._goes_on = QLabel(
            self.tr("A training of this name was begun and not finished; it goes on."), self._restart_row
        )
        set_role(self._goes_on, "small")

    def _build_layout(self) -> None:
        source = QHBoxLayout(self._source)
        source.setContentsMargins(0, 0, 0, 0)
        source.setSpacing(8)
        source.addWidget(self._dataset, 1)
        source.addWidget(self._add_text)
        restart = QHBoxLayout(self._restart_row)
        restart.setContentsMargins(0, 0, 0, 0)
        restart.addWidget(self._goes_on, 1)
        restart.addWidget(self._restart)
        self._grid = QGridLayout(self)  # a form layout gives lines that wrap far too much room
        self._grid.setContentsMargins(14, 12, 14, 12)
        self._grid.setVerticalSpacing(8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setColumnStretch(1, 1)
        self._titles: dict[QWidget, QLabel] = {}
        self._add_row(self.tr("Base model"), self._base)
        self._add_row("", self._base_trouble)
        self._add_row("", self._order)
        self._add_row(self.tr("Method"), self._method)
        self._add_row("", self._method_note)
        self._add_row(self.tr("Data set"), self._source)
        self._add_row(self.tr("Size"), self._size)
        self._add_row(self.tr("Training"), self._tokens)
        self._add_row(self.tr("Name"), self._name)
        self._add_row("", self._name_trouble)
        self._add_row("", self._restart_row)

    def _add_row(self, title: str, widget: QWidget) -> None:
        row = self._grid.rowCount()
        self._grid.addWidget(widget, row, 1)
        if title:
            label = self._titles[widget] = QLabel(title, self)
            label.setBuddy(widget)
            self._grid.addWidget(label, row, 0)

    def _show_row(self, widget: QWidget, is_shown: bool) -> None:
        widget.setVisible(is_shown)
        if widget in self._titles:
            self._titles[widget].setVisible(is_shown)

    def _connect(self) -> None:
        self._base.model_chosen.connect(self.base_chosen)
        self._method.activated.connect(lambda index: self.method_chosen.emit(self._method.itemData(index)))
        self._dataset.activated.connect(lambda index: self.dataset_chosen.emit(self._dataset.itemData(index)))
        self._size.activated.connect(lambda index: self.size_chosen.emit(self._size.itemData(index)))
        self._tokens.valueChanged.connect(self.tokens_changed)
        self._name.textEdited.connect(self.name_edited)
        self._restart.toggled.connect(self.restart_chosen)

    @Slot()
    def _on_folder(self) -> None:
        self._ask(FOLDER, self.tr("Folder with text"))

    @Slot()
    def _on_file(self) -> None:
        self._ask(FILE, self.tr("Text file"))

    def _ask(self, mode: QFileDialog.FileMode, title: str) -> None:
        dialog = OpenDialog(self, title, "text_dialog", mode=mode)
        dialog.fileSelected.connect(self.text_chosen)
        dialog.open()


def note(name: str, role: str, parent: QWidget) -> QLabel:
    """A line of plain text that wraps."""
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    set_role(label, role)
    return label


def _is_base(model: ModelRef) -> bool:
    """All chat models are offered; for one that cannot be tuned the page says why."""
    return model.kind is ModelKind.CHAT
