"""Three ways to train as buttons, what they come to in one line, and the door to every single setting."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.finetune.types import TrainingConfig
from workbench.ui.finetune.presets import RECIPES, Preset
from workbench.ui.finetune.state import SetupState
from workbench.ui.theme import set_role


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
        self._own.setVisible(setup.preset is Preset.OWN)
        self._summary.setText(self._in_words(setup.config))
        with QSignalBlocker(self._expert_switch):
            self._expert_switch.setChecked(setup.is_expert)

    def _in_words(self, config: TrainingConfig) -> str:
        passes = self.tr("1 pass") if config.epochs == 1 else self.tr("{} passes").format(config.epochs)
        held_out = self.tr(", {:.0%} held out").format(config.validation_share) if config.validation_share else ""
        return self.tr("{}, rank {}, learning rate {:g}, {} rows a step{}").format(
            passes, config.rank, config.learning_rate, config.batch_size * config.gradient_accumulation, held_out
        )

    def _build_widgets(self) -> None:
        self._presets: dict[Preset, QPushButton] = {}
        self._texts: dict[Preset, QLabel] = {}
        for preset, recipe in RECIPES.items():
            button = QPushButton(recipe.title, self)
            button.setObjectName(f"preset_{preset.value}")
            button.setAccessibleName(f"{recipe.title}: {recipe.about}")
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
        self._expert_switch = QPushButton(self.tr("Expert settings"), self)
        self._expert_switch.setObjectName("expert_switch")
        self._expert_switch.setAccessibleName(self.tr("Show every setting with its explanation"))
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
