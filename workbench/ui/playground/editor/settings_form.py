"""The settings of the answer, and presets of them that are files."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from workbench.llm.types import GenerationConfig
from workbench.ui.playground.editor.name_dialog import NameDialog
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.options_panel import OptionsPanel


class SettingsForm(QWidget):
    preset_chosen = Signal(str)
    preset_saved = Signal(str)
    preset_deleted = Signal(str)
    presets_requested = Signal()
    """The menu is about to open: a file may have been put into the folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config: GenerationConfig | None = None
        self._presets: tuple[str, ...] | None = None
        self._build_widgets()
        self._build_layout()
        self._menu.aboutToShow.connect(self.presets_requested)

    def show_state(self, state: EditorState) -> None:
        if state.draft.prompt.generation is not self._config:
            self._config = state.draft.prompt.generation
            self.options.show_config(self._config)
        if state.presets != self._presets:
            self._show_presets(state.presets)
        self._problems.setText("\n".join(state.preset_problems))
        self._problems.setVisible(bool(state.preset_problems))

    def _show_presets(self, names: tuple[str, ...]) -> None:
        self._presets = names
        self._menu.clear()
        for name in names:
            self._menu.addAction(name.replace("&", "&&"), partial(self.preset_chosen.emit, name))
        if names:
            self._menu.addSeparator()
        self._menu.addAction(self.tr("Save these settings as a preset…"), self._on_save).setObjectName("preset_save")
        if names:
            forget = self._menu.addMenu(self.tr("Delete a preset"))
            for name in names:
                forget.addAction(name.replace("&", "&&"), partial(self.preset_deleted.emit, name))

    def _build_widgets(self) -> None:
        self.options = OptionsPanel(self)
        self._button = named_button(
            self, "presets", self.tr("Presets"), "quiet", spoken=self.tr("Presets of the settings")
        )
        self._menu = QMenu(self)
        self._menu.setObjectName("presets_menu")
        self._button.setMenu(self._menu)
        self._problems = QLabel(self)
        self._problems.setObjectName("preset_problems")
        self._problems.setTextFormat(Qt.TextFormat.PlainText)
        self._problems.setWordWrap(True)
        set_role(self._problems, "error")

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._problems)
        column.addWidget(self.options)

    def _on_save(self) -> None:
        dialog = NameDialog(self.tr("Save a preset"), self.tr("Name of the preset"), "", self)
        dialog.named.connect(lambda name, _note: self.preset_saved.emit(name))
        dialog.open()
