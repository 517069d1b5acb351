"""Three ways to train as buttons, what they come to in one line, and the door to every single setting."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.finetune.training_config import Method
from workbench.ui.finetune.presets import RECIPES, Goal, Preset
from workbench.ui.finetune.setup_state import SetupState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class PresetsForm(QWidget):
    preset_chosen = Signal(object)
    expert_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_settings(self, setup: SetupState) -> None:
        for preset, button in self._presets.items():
            button.setChecked(preset is setup.preset)
            button.setVisible(setup.goal is not Goal.SCRATCH)
            text = RECIPES[preset].about_text if setup.goal is Goal.TEXT else RECIPES[preset].about
            self._texts[preset].setText(text)
            self._texts[preset].setVisible(setup.goal is not Goal.SCRATCH)
            button.setAccessibleName(f"{RECIPES[preset].title}: {text}")
        self._own.setVisible(setup.preset is Preset.OWN)
        self._summary.setText(self._in_words(setup))
        with QSignalBlocker(self._expert_switch):
            self._expert_switch.setChecked(setup.is_expert)

    def _in_words(self, setup: SetupState) -> str:
        config = setup.config
        if setup.goal is Goal.SCRATCH:
            return self.tr("{:,} steps of {:,} tokens, learning rate {:g}, {:.0%} held out").format(
                setup.scratch.steps, setup.scratch.batch_tokens, config.learning_rate, config.validation_share
            )
        passes = self.tr("1 pass") if config.epochs == 1 else self.tr("{} passes").format(config.epochs)
        held_out = self.tr(", {:.0%} held out").format(config.validation_share) if config.validation_share else ""
        rank = self.tr("rank {}, ").format(config.rank) if setup.method is not Method.FULL else ""
        if setup.goal is Goal.TEXT:
            rows = self.tr("{} blocks a step")
        else:
            rows = self.tr("{} packed lines a step") if config.packing else self.tr("{} rows a step")
        return self.tr("{}, {}learning rate {:g}, {}{}").format(
            passes, rank, config.learning_rate, rows.format(config.batch_size * config.gradient_accumulation), held_out
        )

    def _build_widgets(self) -> None:
        self._presets: dict[Preset, QPushButton] = {}
        self._texts: dict[Preset, QLabel] = {}
        for preset, recipe in RECIPES.items():
            button = named_button(
                self, f"preset_{preset.value}", recipe.title, spoken=f"{recipe.title}: {recipe.about}"
            )
            button.setCheckable(True)
            text = QLabel(recipe.about, self)
            text.setWordWrap(True)
            set_role(text, "small")
            self._presets[preset], self._texts[preset] = button, text
        self._own = QLabel(self.tr("own settings"), self)
        set_role(self._own, "badge")
        self._summary = QLabel(self)
        self._summary.setObjectName("settings_summary")
        set_role(self._summary, "muted")
        self._expert_switch = named_button(
            self, "expert_switch", self.tr("Expert settings"), spoken=self.tr("Show every setting with its explanation")
        )
        self._expert_switch.setCheckable(True)

    def _build_layout(self) -> None:
        cards = QHBoxLayout()
        cards.setSpacing(12)
        for preset, button in self._presets.items():
            card = QVBoxLayout()
            card.setSpacing(4)
            card.addWidget(button)
            card.addWidget(self._texts[preset])
            card.addStretch(1)
            cards.addLayout(card, 1)
        line = QHBoxLayout()
        line.addWidget(self._own)
        line.addWidget(self._summary, 1)
        line.addWidget(self._expert_switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(cards)
        column.addLayout(line)

    def _connect(self) -> None:
        for button in self._presets.values():
            button.clicked.connect(self._on_preset_clicked)
        self._expert_switch.toggled.connect(self.expert_toggled)

    @Slot()
    def _on_preset_clicked(self) -> None:
        clicked = self.sender()
        self.preset_chosen.emit(next(preset for preset, button in self._presets.items() if button is clicked))
