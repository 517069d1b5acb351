"""A new training: what shall come out, from what, its settings, what it needs, and the start."""

from PySide6.QtCore import QTimer, Signal, SignalInstance, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.finetune.expert_form import ExpertForm
from workbench.ui.finetune.presets import Goal
from workbench.ui.finetune.presets_form import PresetsForm
from workbench.ui.finetune.preview_form import PreviewForm
from workbench.ui.finetune.setup_state import SetupState, big_in_words
from workbench.ui.finetune.source_form import SourceForm, note
from workbench.ui.finetune.state import FinetuneState
from workbench.ui.finetune.sweep_form import SweepForm
from workbench.ui.theme import set_role
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.section import Section
from workbench.ui.widgets.segments import Segments
from workbench.ui.widgets.trouble_card import TroubleCard

ESTIMATE_AFTER_MS = 500
_LINE_ABOVE = 60
"""Pixels above the expert settings that stay in sight: the line with the button that opened them."""
"""Quiet time after the last change before an estimate is made: each one is a process."""


class SetupPage(QWidget):
    back_requested = Signal()
    data_requested = Signal()
    goal_chosen = Signal(str)
    preset_chosen = Signal(object)
    expert_toggled = Signal(bool)
    option_chosen = Signal(str, object)
    estimate_due = Signal()
    start_requested = Signal()
    pack_chosen = Signal(str)
    """The folder in which the training is packed."""
    packed_chosen = Signal(str)
    """A packed folder that comes home."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted: object = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: FinetuneState) -> None:
        setup = state.setup
        has_rows = bool(state.datasets) or setup.goal is not Goal.INSTRUCTIONS
        self._stack.setCurrentWidget(self._body if has_rows else self._empty)
        self._goal.show_choice(setup.goal.value)
        self._about_goal.setText(self._goal_in_words(setup))
        self.source.show_state(state)
        self._show_settings(setup)
        self._show_preview(state)
        self._show_foot(setup)
        self._wait_for_estimate(setup)

    def _goal_in_words(self, setup: SetupState) -> str:
        match setup.goal:
            case Goal.INSTRUCTIONS:
                return self.tr("The model learns to answer like the rows of a data set: a format, a tone, labels.")
            case Goal.TEXT:
                return self.tr(
                    "The model goes on learning from raw text: the language of a field. What comes out is a model, "
                    "which is then tuned on examples. (Continued pre-training.)"
                )
            case Goal.SCRATCH:
                return self.tr(
                    "A small model of your own, from nothing but text, with a tokenizer of its own. It shows how "
                    "models are made; it will not be clever."
                )

    def _show_settings(self, setup: SetupState) -> None:
        self._presets.show_settings(setup)
        self._expert.setVisible(setup.is_expert)
        if setup.is_expert:
            self._expert.show_config(setup.config, setup.hidden_settings)
        self.sweep.setVisible(setup.is_expert and setup.goal is not Goal.SCRATCH)
        self.sweep.show_sweep(setup)
        self._config_trouble.setText(setup.config_trouble)
        self._config_trouble.setVisible(bool(setup.config_trouble))
        self._big.setVisible(setup.scratch_estimate is not None)
        if setup.scratch_estimate is not None:
            self._big.setText(big_in_words(setup.scratch_estimate))

    def _show_preview(self, state: FinetuneState) -> None:
        setup, dataset = state.setup, state.chosen_dataset
        self.preview_section.setVisible(setup.goal is Goal.INSTRUCTIONS and dataset is not None)
        self.preview_section.show_open(setup.preview.is_open)
        self.preview_section.show_summary("" if setup.preview.is_open else self.tr("the exact tokens of each row"))
        self.preview.show_preview(setup.preview, dataset.row_count if dataset is not None else 0)

    def _show_foot(self, setup: SetupState) -> None:
        self._trouble.show_trouble(setup.refusal or setup.trouble)
        found = setup.preflight
        self._verdict.setVisible(found is not None)
        if found is not None:
            set_role(self._verdict, "badge-good" if found.fits else "badge-bad")
            self._verdict.setText(self.tr("fits") if found.fits else self.tr("does not fit"))
        self._preflight.setText(setup.preflight_in_words)
        notes = [found.advice, *map(str, found.notes)] if found is not None else []
        self._advice.setText("\n".join(note for note in notes if note))
        self._advice.setVisible(any(notes))
        self._start.setText(self.tr("Go on") if setup.goes_on and not setup.restart else self.tr("Start"))
        if setup.is_sweep and setup.sweep_count:
            self._start.setText(self.tr("Start {} trainings").format(setup.sweep_count))
        self._start.setEnabled(setup.can_start and not setup.is_gathering)
        self._pack.setEnabled(setup.can_start and not setup.is_gathering and not setup.is_sweep)

    def _wait_for_estimate(self, setup: SetupState) -> None:
        """Start the quiet time anew whenever what is asked changed."""
        asked = (setup.goal, setup.base, setup.dataset, setup.config, setup.name, setup.scratch)
        if not setup.wants_estimate:
            self._timer.stop()
        elif asked != self._wanted or not self._timer.isActive():
            self._timer.start()
        self._wanted = asked

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._back = named_button(
            self, "setup_back", self.tr("‹ Adapters"), "link", spoken=self.tr("Back to the adapters")
        )
        self._title = QLabel(self.tr("New training"), self)
        set_role(self._title, "subtitle")
        titles = {
            Goal.INSTRUCTIONS.value: self.tr("Answer like examples"),
            Goal.TEXT.value: self.tr("Learn a text"),
            Goal.SCRATCH.value: self.tr("From scratch"),
        }
        self._goal = Segments("goal", titles, self)
        self._about_goal = note("goal_about", "muted", self)
        self._empty = EmptyState(
            self.tr("First, rows to learn from"),
            self.tr("An adapter learns from examples: what is asked and the answer that is wanted. Import some first."),
            self.tr("Go to Data"),
            icon="data",
        )
        self._empty.setObjectName("setup_empty")
        self._body = QWidget(self)
        self.source = SourceForm(self._body)
        self._presets = PresetsForm(self._body)
        self._expert = ExpertForm(self._body)
        self.sweep = SweepForm(self._body)
        self._config_trouble = note("config_trouble", "error", self._body)
        self.preview = PreviewForm(self._body)
        self.preview_section = Section("preview", self.tr("What is learned"), self.preview, self._body)
        self._big = note("big_models", "small", self._body)
        self._trouble = TroubleCard("setup_trouble", self._body)
        self._verdict = QLabel(self._body)
        self._verdict.setObjectName("preflight_verdict")
        self._verdict.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        set_role(self._verdict, "badge-good")
        self._preflight = note("preflight", "muted", self._body)
        self._advice = note("preflight_advice", "small", self._body)
        self._start = named_button(
            self, "start_training", self.tr("Start"), "primary", spoken=self.tr("Start the training")
        )
        self._elsewhere = named_button(
            self,
            "other_computer",
            self.tr("Other computer"),
            spoken=self.tr("Train on another computer, or bring a training home"),
        )
        menu = QMenu(self._elsewhere)
        self._pack = menu.addAction(self.tr("Pack this training into a folder…"), self._on_pack)
        self._pack.setObjectName("pack_training")
        menu.addAction(self.tr("Bring a packed training home…"), self._on_bring).setObjectName("bring_training")
        self._elsewhere.setMenu(menu)
        self._timer = QTimer(self, singleShot=True, interval=ESTIMATE_AFTER_MS)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        goal = QHBoxLayout()
        goal.addWidget(self._goal)
        goal.addStretch(1)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 4, 0)
        rows.setSpacing(12)
        rows.addWidget(self.source)
        rows.addWidget(self.preview_section)
        rows.addWidget(self._presets)
        rows.addWidget(self._config_trouble)
        rows.addWidget(self._expert)
        rows.addWidget(self.sweep)
        rows.addWidget(self._big)
        rows.addStretch(1)
        self._scroll = PageScroller(inside, self._body)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        body.addWidget(self._scroll, 1)
        body.addWidget(self._trouble)
        body.addWidget(self._advice)
        body.addLayout(self._lay_out_foot())
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(goal)
        column.addWidget(self._about_goal)
        column.addWidget(self._stack, 1)

    def _lay_out_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self._verdict)
        foot.addWidget(self._preflight, 1)
        foot.addWidget(self._elsewhere)
        foot.addWidget(self._start)
        return foot

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._empty.action_requested.connect(self.data_requested)
        self._goal.chosen.connect(self.goal_chosen)
        self._presets.preset_chosen.connect(self.preset_chosen)
        self._presets.expert_toggled.connect(self.expert_toggled)
        self._presets.expert_toggled.connect(self._on_expert)
        self._expert.option_chosen.connect(self.option_chosen)
        self._timer.timeout.connect(self.estimate_due)
        self._start.clicked.connect(self.start_requested)

    @Slot(bool)
    def _on_expert(self, is_open: bool) -> None:
        """What was asked for comes into sight, once it has its place below the line that opened it."""
        if is_open:
            QTimer.singleShot(0, self, self._scroll_to_expert)

    def _scroll_to_expert(self) -> None:
        self._scroll.verticalScrollBar().setValue(self._expert.y() - _LINE_ABOVE)

    @Slot()
    def _on_pack(self) -> None:
        self._ask(self.tr("Folder to pack into"), self.pack_chosen)

    @Slot()
    def _on_bring(self) -> None:
        self._ask(self.tr("Packed training"), self.packed_chosen)

    def _ask(self, title: str, chosen: SignalInstance) -> None:
        dialog = OpenDialog(self, title, "packing_dialog", mode=FOLDER)
        dialog.fileSelected.connect(chosen)
        dialog.open()
