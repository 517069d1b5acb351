"""Which answer is better? By mouse, or by the keys 1, 2, ... and 0 for a tie."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.ui.playground.columns.state import ColumnsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button

_MOST_KEYS = 9


class VoteBar(QFrame):
    """Shown while the names are hidden, and after a vote until the next question."""

    voted = Signal(int)
    """The number of the column as it stands, from 1; 0 is a tie."""
    reveal_requested = Signal()
    take_back_requested = Signal()
    standings_requested = Signal()

    def __init__(self, keys_of: QWidget, parent: QWidget | None = None) -> None:
        """`keys_of`: inside it the number keys vote, except where text is typed."""
        super().__init__(parent)
        self._shown: object = None
        self._buttons: list[QPushButton] = []
        self._keys = [self._key(str(number), keys_of) for number in range(_MOST_KEYS + 1)]
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: ColumnsState) -> None:
        blind = state.blind
        shown = (blind, state.is_running, state.standings, tuple(column.id for column in state.columns))
        if shown == self._shown:
            return
        self._shown = shown
        was_open = self._tie.isVisible()
        self.setVisible(blind.is_hidden or blind.voted)
        self._text.setText(
            self.tr("Which answer is better?") if blind.is_open
            else self.tr("The names are shown when all have answered and you have voted.") if blind.is_hidden
            else self.tr("Your vote is kept.")
        )  # fmt: skip
        self._show_buttons([column.id in blind.votable for column in state.shown_columns] if blind.is_open else [])
        self._tie.setVisible(blind.is_open)
        self._reveal.setVisible(blind.is_hidden and not state.is_running)
        self._take_back.setVisible(blind.voted)
        self._standings.setVisible(blind.voted and bool(state.standings))
        for number, key in enumerate(self._keys):
            key.setEnabled(blind.is_open and number <= len(state.columns))
        if blind.is_open and not was_open:
            self._text.setFocus(Qt.FocusReason.OtherFocusReason)  # the keys vote at once, instead of being typed

    def _show_buttons(self, may_win: list[bool]) -> None:
        for number in range(len(self._buttons) + 1, len(may_win) + 1):
            self._buttons.append(self._vote_button(number))
            self._row.insertWidget(number, self._buttons[-1])  # behind the text
        for number, button in enumerate(self._buttons):
            button.setVisible(number < len(may_win))
            button.setEnabled(number < len(may_win) and may_win[number])

    def _vote_button(self, number: int) -> QPushButton:
        button = named_button(self, f"vote_{number}", str(number), spoken=self.tr("Answer {} is better").format(number))
        button.setToolTip(self.tr("Key {}").format(number))
        button.clicked.connect(partial(self._on_vote, number))
        return button

    def _key(self, key: str, keys_of: QWidget) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), keys_of, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setEnabled(False)
        shortcut.activated.connect(partial(self._on_vote, int(key)))
        return shortcut

    def _build_widgets(self) -> None:
        self.setObjectName("vote_bar")
        set_role(self, "strip")
        self._text = QLabel(self)
        self._text.setObjectName("vote_text")
        self._text.setWordWrap(True)
        self._text.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tie = named_button(self, "vote_0", self.tr("Tie"), spoken=self.tr("Both are as good"))
        self._tie.setToolTip(self.tr("Key 0"))
        self._reveal = named_button(self, "vote_reveal", self.tr("Show the names"), "quiet")
        self._take_back = named_button(self, "vote_take_back", self.tr("Take it back"), "quiet")
        self._standings = named_button(self, "vote_standings", self.tr("Standings"), "quiet")
        self.hide()

    def _build_layout(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 4, 6, 4)
        self._row.setSpacing(6)
        self._row.addWidget(self._text, 1)
        for button in (self._tie, self._reveal, self._take_back, self._standings):
            self._row.addWidget(button)

    def _connect(self) -> None:
        self._tie.clicked.connect(partial(self._on_vote, 0))
        self._reveal.clicked.connect(self.reveal_requested)
        self._take_back.clicked.connect(self.take_back_requested)
        self._standings.clicked.connect(self.standings_requested)

    def _on_vote(self, number: int, _checked: bool = False) -> None:
        self.voted.emit(number)
