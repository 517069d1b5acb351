"""A new adapter: base, rows, name, settings, what it needs, and the start."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.llm.types import ModelKind, ModelRef
from workbench.ui.finetune.expert_form import ExpertForm
from workbench.ui.finetune.presets_form import PresetsForm
from workbench.ui.finetune.state import FinetuneState, SetupState
from workbench.ui.theme import restyle, set_role
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.trouble_card import TroubleCard

ESTIMATE_AFTER_MS = 500
"""Quiet time after the last change before an estimate is made: each one is a process."""


class SetupPage(QWidget):
    back_requested = Signal()
    data_requested = Signal()
    base_chosen = Signal(str)
    dataset_chosen = Signal(str)
    name_edited = Signal(str)
    preset_chosen = Signal(object)
    expert_toggled = Signal(bool)
    option_chosen = Signal(str, object)
    restart_chosen = Signal(bool)
    estimate_due = Signal()
    start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted: object = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: FinetuneState) -> None:
        setup = state.setup
        self._stack.setCurrentWidget(self._body if state.datasets else self._empty)
        self._base.show_models(setup.bases, setup.base)
        if setup.is_scanning and not setup.bases:
            self._base.setPlaceholderText(self.tr("Looking for models…"))
        self._base_trouble.setText(setup.base_trouble)
        self._base_trouble.setVisible(bool(setup.base_trouble))
        self._show_datasets(state)
        self._show_name(setup)
        self._show_settings(setup)
        self._show_foot(setup)
        self._wait_for_estimate(setup)

    def _show_datasets(self, state: FinetuneState) -> None:
        names = [dataset.name for dataset in state.datasets]
        with QSignalBlocker(self._dataset):
            if [self._dataset.itemData(index) for index in range(self._dataset.count())] != names:
                self._dataset.clear()
                for dataset in state.datasets:
                    self._dataset.addItem(f"{dataset.name}  ·  {dataset.row_count:,} rows", dataset.name)
            self._dataset.setCurrentIndex(self._dataset.findData(state.setup.dataset))

    def _show_name(self, setup: SetupState) -> None:
        if self._name.text() != setup.name:
            self._name.setText(setup.name)
        self._name.setProperty("problem", bool(setup.name_trouble))
        restyle(self._name)
        self._name_trouble.setText(setup.name_trouble)
        self._name_trouble.setVisible(bool(setup.name_trouble))
        self._restart_row.setVisible(setup.goes_on)
        with QSignalBlocker(self._restart):
            self._restart.setChecked(setup.restart)

    def _show_settings(self, setup: SetupState) -> None:
        self._presets.show_settings(setup)
        self._expert.setVisible(setup.is_expert)
        if setup.is_expert:
            self._expert.show_config(setup.config)
        self._config_trouble.setText(setup.config_trouble)
        self._config_trouble.setVisible(bool(setup.config_trouble))

    def _show_foot(self, setup: SetupState) -> None:
        trouble = setup.trouble
        self._trouble.say(*((trouble.text, trouble.hint, trouble.details) if trouble else ("",)))
        found = setup.preflight
        self._verdict.setVisible(found is not None)
        if found is not None:
            set_role(self._verdict, "badge-good" if found.fits else "badge-bad")
            self._verdict.setText(self.tr("fits") if found.fits else self.tr("does not fit"))
        self._preflight.setText(setup.preflight_in_words)
        notes = [found.advice, *(note.message for note in found.notes)] if found is not None else []
        self._advice.setText("\n".join(note for note in notes if note))
        self._advice.setVisible(any(notes))
        self._start.setText(self.tr("Go on") if setup.goes_on and not setup.restart else self.tr("Start"))
        self._start.setEnabled(setup.can_start)

    def _wait_for_estimate(self, setup: SetupState) -> None:
        """Start the quiet time anew whenever what is asked changed."""
        asked = (setup.base, setup.dataset, setup.config, setup.name)
        if not setup.wants_estimate:
            self._timer.stop()
        elif asked != self._wanted or not self._timer.isActive():
            self._timer.start()
        self._wanted = asked

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._back = _button(self.tr("‹ Adapters"), "setup_back", self.tr("Back to the adapters"))
        set_role(self._back, "link")
        self._title = QLabel(self.tr("New adapter"), self)
        set_role(self._title, "subtitle")
        self._empty = EmptyState(
            self.tr("First, rows to learn from"),
            self.tr("An adapter learns from examples: what is asked and the answer that is wanted. Import some first."),
            self.tr("Go to Data"),
            icon="data",
        )
        self._empty.setObjectName("setup_empty")
        self._body = QWidget(self)
        self._build_form()
        self._presets = PresetsForm(self._body)
        self._expert = ExpertForm(self._body)
        self._config_trouble = _note("config_trouble", "error", self._body)
        self._build_foot()
        self._timer = QTimer(self, singleShot=True, interval=ESTIMATE_AFTER_MS)

    def _build_form(self) -> None:
        self._form = QFrame(self._body)
        set_role(self._form, "panel")
        self._base = ModelPicker(self._form, accepts=_is_base)
        self._base.setObjectName("base_picker")
        self._base.setAccessibleName(self.tr("Base model"))
        self._base_trouble = _note("base_trouble", "error", self._form)
        self._dataset = QComboBox(self._form)
        self._dataset.setObjectName("dataset_picker")
        self._dataset.setAccessibleName(self.tr("Data set"))
        self._dataset.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._dataset.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name = QLineEdit(self._form)
        self._name.setObjectName("adapter_name")
        self._name.setAccessibleName(self.tr("Name of the adapter"))
        self._name.setMaxLength(80)
        self._name_trouble = _note("adapter_name_trouble", "error", self._form)
        self._restart_row = QWidget(self._form)
        self._restart = QCheckBox(self.tr("Begin anew"), self._restart_row)
        self._restart.setObjectName("begin_anew")
        self._restart.setAccessibleName(self.tr("Forget the unfinished training and begin anew"))
        self._goes_on = QLabel(
            self.tr("A training of this name was begun and not finished; it goes on."), self._restart_row
        )
        set_role(self._goes_on, "small")

    def _build_foot(self) -> None:
        self._trouble = TroubleCard("setup_trouble", self._body)
        self._verdict = QLabel(self._body)
        self._verdict.setObjectName("preflight_verdict")
        set_role(self._verdict, "badge-good")
        self._preflight = _note("preflight", "muted", self._body)
        self._advice = _note("preflight_advice", "small", self._body)
        self._start = _button(self.tr("Start"), "start_training", self.tr("Start the training"))
        set_role(self._start, "primary")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 4, 0)
        rows.setSpacing(12)
        rows.addWidget(self._lay_out_form())
        rows.addWidget(self._presets)
        rows.addWidget(self._config_trouble)
        rows.addWidget(self._expert)
        rows.addStretch(1)
        scroll = PageScroller(inside, self._body)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        body.addWidget(scroll, 1)
        body.addWidget(self._trouble)
        body.addWidget(self._advice)
        body.addLayout(self._lay_out_foot())
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _lay_out_form(self) -> QFrame:
        restart = QHBoxLayout(self._restart_row)
        restart.setContentsMargins(0, 0, 0, 0)
        restart.addWidget(self._goes_on, 1)
        restart.addWidget(self._restart)
        form = QFormLayout(self._form)
        form.setContentsMargins(14, 12, 14, 12)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(self.tr("Base model"), self._base)
        form.addRow("", self._base_trouble)
        form.addRow(self.tr("Data set"), self._dataset)
        form.addRow(self.tr("Name"), self._name)
        form.addRow("", self._name_trouble)
        form.addRow("", self._restart_row)
        return self._form

    def _lay_out_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self._verdict)
        foot.addWidget(self._preflight, 1)
        foot.addWidget(self._start)
        return foot

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._empty.action_requested.connect(self.data_requested)
        self._base.model_chosen.connect(self.base_chosen)
        self._dataset.activated.connect(self._on_dataset_activated)
        self._name.textEdited.connect(self.name_edited)
        self._presets.preset_chosen.connect(self.preset_chosen)
        self._presets.expert_toggled.connect(self.expert_toggled)
        self._expert.option_chosen.connect(self.option_chosen)
        self._restart.toggled.connect(self.restart_chosen)
        self._timer.timeout.connect(self.estimate_due)
        self._start.clicked.connect(self.start_requested)

    @Slot(int)
    def _on_dataset_activated(self, index: int) -> None:
        self.dataset_chosen.emit(self._dataset.itemData(index))


def _is_base(model: ModelRef) -> bool:
    """All chat models are offered; for one that cannot be tuned the page says why."""
    return model.kind is ModelKind.CHAT


def _note(name: str, role: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    set_role(label, role)
    return label


def _button(text: str, name: str, accessible: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(accessible)
    return button
