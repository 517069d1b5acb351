"""One training row as the turns of a conversation, the answer that is learned marked."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workbench.datasets.types import TrainingRow
from workbench.llm.types import ChatMessage, Role
from workbench.ui.theme import set_role

SHOWN_CHARACTERS = 6000
"""A label lays out all of its text at once; longer turns are cut here (never in the data)."""


class ConversationView(QScrollArea):
    """Shows a `TrainingRow`, or a sentence that says why there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: TrainingRow | None = None
        self._build_widgets()

    def show_row(self, row: TrainingRow | None, gap: str = "") -> None:
        """`gap` is said where there is no row."""
        self._gap.setText(gap)
        self._gap.setVisible(row is None)
        if row == self._row:
            return
        self._row = row
        self._clear()
        for index, message in enumerate(row.messages if row is not None else ()):
            is_learned = row is not None and index == len(row.messages) - 1 and message.role is Role.ASSISTANT
            turn = _Turn(message, is_learned, self._inside)
            self._turns.append(turn)
            self._column.insertWidget(index, turn)
            turn.show()
        self.verticalScrollBar().setValue(0)

    def shown_texts(self) -> list[str]:
        """The texts of the turns, as shown."""
        return [turn.text for turn in self._turns]

    def _build_widgets(self) -> None:
        self.setObjectName("conversation")
        self.setAccessibleName(self.tr("The row as a conversation"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._turns: list[_Turn] = []
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 4, 0)
        self._column.setSpacing(8)
        self._gap = QLabel(self._inside)
        self._gap.setTextFormat(Qt.TextFormat.PlainText)
        self._gap.setWordWrap(True)
        self._gap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._gap, "muted")
        self._column.addWidget(self._gap, 1)
        self._column.addStretch(1)
        self.setWidget(self._inside)

    def _clear(self) -> None:
        for turn in self._turns:
            turn.hide()
            self._column.removeWidget(turn)
            turn.deleteLater()
        self._turns.clear()


class _Turn(QFrame):
    """Who speaks, and what."""

    def __init__(self, message: ChatMessage, is_learned: bool, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.text = message.content
        role, text = QLabel(self), QLabel(self)
        role.setText(
            {Role.SYSTEM: self.tr("System"), Role.USER: self.tr("User")}.get(message.role, self.tr("Assistant"))
        )
        set_role(role, "small")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setText(_shortened(message.content))
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head = QHBoxLayout()
        head.addWidget(role)
        head.addStretch(1)
        if is_learned:
            badge = QLabel(self.tr("learned"), self)
            set_role(badge, "badge")
            head.addWidget(badge)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(text)


def _shortened(text: str) -> str:
    more = len(text) - SHOWN_CHARACTERS
    return text if more <= 0 else f"{text[:SHOWN_CHARACTERS]}\n… ({more:,} more characters)"
