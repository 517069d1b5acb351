"""The message bar: what belongs to no field, said once, in words, until it is closed."""

from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import icons
from workbench.ui.protocols import Messages
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.tool_button import tool_button

INFO_SECONDS = 8
SHOWN_AT_ONCE = 3


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Message:
    severity: Severity
    text: str
    hint: str = ""
    details: str = ""
    times: int = 1

    def as_text(self) -> str:
        """Everything, for the clipboard."""
        return "\n\n".join(part for part in (self.text, self.hint, self.details) if part)


class EarlyMessages:
    """Keeps what is said before the window exists, then hands it over."""

    def __init__(self) -> None:
        self._kept: list[Message] = []
        self._door: Messages | None = None

    def info(self, text: str) -> None:
        self._say(Message(Severity.INFO, text))

    def warning(self, text: str, hint: str = "", details: str = "") -> None:
        self._say(Message(Severity.WARNING, text, hint, details))

    def error(self, text: str, hint: str = "", details: str = "") -> None:
        self._say(Message(Severity.ERROR, text, hint, details))

    def hand_over(self, door: Messages) -> None:
        """Say everything kept to `door`, and from now on directly."""
        self._door = door
        for message in self._kept:
            _tell(door, message)
        self._kept.clear()

    def _say(self, message: Message) -> None:
        if self._door is not None:
            _tell(self._door, message)
        else:
            self._kept.append(message)


def _tell(door: Messages, message: Message) -> None:
    match message.severity:
        case Severity.INFO:
            door.info(message.text)
        case Severity.WARNING:
            door.warning(message.text, message.hint, message.details)
        case Severity.ERROR:
            door.error(message.text, message.hint, message.details)


class MessageBar(QWidget):
    """Shows the newest messages on top, three at a time; implements `Messages`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._cards: list[MessageCard] = []
        self._more = QLabel(self)
        set_role(self._more, "small")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 10, 16, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._more)
        self.hide()

    @property
    def messages(self) -> tuple[Message, ...]:
        """All open messages, newest first."""
        return tuple(card.message for card in self._cards)

    def info(self, text: str) -> None:
        """Closes by itself after some seconds."""
        self._say(Message(Severity.INFO, text))

    def warning(self, text: str, hint: str = "", details: str = "") -> None:
        self._say(Message(Severity.WARNING, text, hint, details))

    def error(self, text: str, hint: str = "", details: str = "") -> None:
        self._say(Message(Severity.ERROR, text, hint, details))

    def close_all(self) -> None:
        for card in tuple(self._cards):
            self._close(card)

    def _say(self, message: Message) -> None:
        for card in self._cards:
            if replace(card.message, times=1) == message:
                card.count_again()
                return
        card = MessageCard(message, self)
        card.close_requested.connect(self._on_close_requested)
        self._cards.insert(0, card)
        self._column.insertWidget(0, card)
        self._arrange()

    @Slot(object)
    def _on_close_requested(self, card: "MessageCard") -> None:
        self._close(card)

    def _close(self, card: "MessageCard") -> None:
        if card in self._cards:
            self._cards.remove(card)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
            self._arrange()

    def _arrange(self) -> None:
        for number, card in enumerate(self._cards):
            card.setVisible(number < SHOWN_AT_ONCE)
        hidden = len(self._cards) - SHOWN_AT_ONCE
        self._more.setText(self.tr("and {} more").format(hidden))
        self._more.setVisible(hidden > 0)
        self.setVisible(bool(self._cards))


class MessageCard(QFrame):
    """One message: icon, sentence, hint; details and copy on request."""

    close_requested = Signal(object)

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self._build_widgets()
        self._build_layout()
        self._connect()
        self._show_text()

    def count_again(self) -> None:
        """The same was said once more."""
        self.message = replace(self.message, times=self.message.times + 1)
        self._show_text()
        if self._timer.isActive():
            self._timer.start()

    def _build_widgets(self) -> None:
        message = self.message
        set_role(self, f"message-{message.severity.value}")
        ink = {Severity.INFO: "info", Severity.WARNING: "warn", Severity.ERROR: "bad"}[message.severity]
        self._icon = QLabel(self)
        icons.set_icon(self._icon, message.severity.value, ink, 20)
        self._icon.setContentsMargins(0, 4, 0, 0)
        self._icon.setAccessibleName(
            {"info": self.tr("Note"), "warning": self.tr("Warning")}.get(message.severity.value, self.tr("Error"))
        )
        self._text = _words("message_text", self)
        self._hint = _words("message_hint", self)
        set_role(self._hint, "muted")
        self._hint.setText(message.hint)
        self._hint.setVisible(bool(message.hint))
        self._details = QPlainTextEdit(message.details, self)
        self._details.setObjectName("message_details")
        self._details.setAccessibleName(self.tr("Details"))
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(180)
        set_role(self._details, "code")
        self._details.hide()
        self._details_button = QPushButton(self.tr("Details"), self)
        self._details_button.setObjectName("message_show_details")
        self._details_button.setCheckable(True)
        self._details_button.setVisible(bool(message.details))
        self._copy = named_button(
            self, "message_copy", self.tr("Copy"), spoken=self.tr("Copy the message with its details")
        )
        self._copy.setVisible(message.severity is not Severity.INFO)
        for button in (self._details_button, self._copy):
            set_role(button, "quiet")
        self._close = tool_button(self, "message_close", self.tr("Close this message"), "close", ink="text")
        self._timer = QTimer(self, singleShot=True, interval=INFO_SECONDS * 1000)

    def _build_layout(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.setContentsMargins(0, 5, 0, 5)
        words.addWidget(self._text)
        words.addWidget(self._hint)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for button in (self._details_button, self._copy, self._close):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.addLayout(row)
        column.addWidget(self._details)

    def _connect(self) -> None:
        self._details_button.toggled.connect(self._details.setVisible)
        self._copy.clicked.connect(self._on_copy)
        self._close.clicked.connect(self._on_close)
        self._timer.timeout.connect(self._on_timeout)
        if self.message.severity is Severity.INFO:
            self._timer.start()

    def _show_text(self) -> None:
        times = f"  (×{self.message.times})" if self.message.times > 1 else ""
        self._text.setText(self.message.text + times)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.message.as_text())
        self._copy.setText(self.tr("Copied"))

    @Slot()
    def _on_close(self) -> None:
        self.close_requested.emit(self)

    @Slot()
    def _on_timeout(self) -> None:
        """Nothing disappears under the pointer."""
        if self.underMouse():
            self._timer.start()
        else:
            self._on_close()


def _words(name: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label
