"""Changes a question or an answer in its place: Ctrl+Enter keeps it, Escape leaves it as it was."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from workbench.ui.theme import set_role

_LINES = (3, 12)
"""Between so many lines it is as tall as its text."""


class TurnEditor(QWidget):
    accepted = Signal(str)
    closed = Signal()

    def __init__(self, text: str, title: str, keep: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets(text, title, keep)
        self._build_layout()
        self._connect()

    def take_focus(self) -> None:
        self._text.setFocus(Qt.FocusReason.OtherFocusReason)
        self._text.moveCursor(QTextCursor.MoveOperation.End)

    def _build_widgets(self, text: str, title: str, keep: str) -> None:
        self.setObjectName("turn_editor")
        self._text = QPlainTextEdit(text, self)
        self._text.setObjectName("turn_editor_text")
        self._text.setAccessibleName(title)
        self._text.setTabChangesFocus(True)
        lines = max(_LINES[0], min(_LINES[1], text.count("\n") + len(text) // 40 + 1))
        self._text.setFixedHeight(lines * self._text.fontMetrics().lineSpacing() + 20)
        self._keep, self._leave = QPushButton(keep, self), QPushButton(self.tr("Cancel"), self)
        self._keep.setObjectName("turn_editor_keep")
        self._leave.setObjectName("turn_editor_cancel")
        self._keep.setToolTip(self.tr("Ctrl+Enter"))
        for button, role in ((self._keep, "primary"), (self._leave, "quiet")):
            button.setAccessibleName(button.text())
            set_role(button, role)

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._leave)
        buttons.addWidget(self._keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._text)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._keep.clicked.connect(self._on_keep)
        self._leave.clicked.connect(self.closed)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            self._shortcut(keys).activated.connect(self._on_keep)
        self._shortcut("Esc").activated.connect(self.closed)

    def _shortcut(self, keys: str) -> QShortcut:
        return QShortcut(QKeySequence(keys), self._text, context=Qt.ShortcutContext.WidgetShortcut)

    @Slot()
    def _on_keep(self) -> None:
        if self._text.toPlainText().strip():
            self.accepted.emit(self._text.toPlainText())
