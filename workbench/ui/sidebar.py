"""The bar at the left: one entry per tab, icons alone where the window is narrow."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.tabs import TabSpec
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

WIDE, NARROW = 196, 60


class Sidebar(QFrame):
    """Tells which tab was chosen; is told which one is shown."""

    tab_chosen = Signal(str)
    commands_requested = Signal()
    preferences_requested = Signal()
    help_requested = Signal()

    def __init__(self, tabs: Sequence[TabSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs = tuple(tabs)
        self._is_narrow = False
        self._texts: dict[QPushButton, str] = {}
        self._build_widgets()
        self._build_layout()
        self._connect()
        self.setFixedWidth(self._wide())

    def show_tab(self, key: str) -> None:
        """Mark the tab that is shown."""
        for spec, button in zip(self._tabs, self._buttons, strict=True):
            if spec.key == key:
                button.setChecked(True)
            # Tab leads to the one that is shown, the arrow keys to the others; Qt would lead to the first.
            policy = Qt.FocusPolicy.TabFocus if spec.key == key else Qt.FocusPolicy.NoFocus
            button.setFocusPolicy(policy)

    def set_narrow(self, narrow: bool) -> None:
        """Icons alone, or icons with their words."""
        if narrow == self._is_narrow:
            return
        self._is_narrow = narrow
        self._name.setVisible(not narrow)
        for button, text in self._texts.items():
            button.setText("" if narrow else _beside_icon(text))
        self.setFixedWidth(NARROW if narrow else self._wide())

    def _wide(self) -> int:
        """More where the font is big."""
        return max(WIDE, self._column.sizeHint().width())

    def _build_widgets(self) -> None:
        self.setObjectName("sidebar")
        set_role(self, "sidebar")
        self._logo = QLabel(self)
        icons.set_icon(self._logo, "workbench", size=28)
        self._name = QLabel("LLM Workbench", self)
        set_role(self._name, "brand")
        self._group = QButtonGroup(self)
        self._buttons = [self._tab_button(number, spec) for number, spec in enumerate(self._tabs, start=1)]
        self._commands = self._button("open_commands", self.tr("Commands"), "search", "Ctrl+K")
        self._preferences = self._button("open_preferences", self.tr("Preferences"), "settings", "Ctrl+,")
        self._help = self._button("open_help", self.tr("Help"), "help", "F1")

    def _tab_button(self, number: int, spec: TabSpec) -> QPushButton:
        button = self._button(f"tab_{spec.key}", spec.title, spec.icon, f"Ctrl+{number}")
        button.setCheckable(True)
        self._group.addButton(button, number - 1)
        return button

    def _button(self, name: str, text: str, icon: str, keys: str) -> QPushButton:
        button = named_button(self, name, _beside_icon(text), spoken=text)
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{text}  {shown}")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_role(button, "nav")
        icons.set_icon(button, icon, "muted", 20)
        self._texts[button] = text
        return button

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(6, 0, 0, 0)
        head.setSpacing(9)
        head.addWidget(self._logo)
        head.addWidget(self._name, 1, Qt.AlignmentFlag.AlignVCenter)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(8, 14, 8, 10)
        column.setSpacing(3)
        column.addLayout(head)
        column.addSpacing(14)
        for button in self._buttons:
            column.addWidget(button)
        column.addStretch(1)
        for button in (self._commands, self._preferences, self._help):
            column.addWidget(button)

    def _connect(self) -> None:
        self._group.idClicked.connect(self._on_clicked)
        self._commands.clicked.connect(self.commands_requested)
        self._preferences.clicked.connect(self.preferences_requested)
        self._help.clicked.connect(self.help_requested)

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROW, 420)

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.tab_chosen.emit(self._tabs[number].key)


def _beside_icon(text: str) -> str:
    """Qt leaves four pixels between icon and text; a little more reads better."""
    return f"  {text}"
