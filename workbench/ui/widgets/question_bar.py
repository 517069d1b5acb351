"""A question before something is lost, on the page that it is about; the harmless answer has the focus."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class QuestionBar(QFrame):
    """Whether to delete `what` ("the data set"), or to do what `verb` says. Hidden while there is nothing to ask."""

    confirmed = Signal()
    kept = Signal()

    def __init__(self, what: str, parent: QWidget | None = None, *, verb: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("delete_question")
        set_role(self, "message-warning")
        self._text = QLabel(self)
        self._text.setObjectName("question_text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        does = verb or self.tr("Delete")
        self._yes = named_button(
            self, "delete_yes", does, "danger", spoken=self.tr("Yes, {} {}").format(does.lower(), what)
        )
        self._no = named_button(self, "delete_no", self.tr("Keep"), spoken=self.tr("No, keep {}").format(what))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self._yes)
        row.addWidget(self._no)
        self._yes.clicked.connect(self.confirmed)
        self._no.clicked.connect(self.kept)
        self.hide()

    def ask(self, question: str) -> None:
        """An empty question hides the bar."""
        was_hidden = self.isHidden()
        self._text.setText(question)
        self.setVisible(bool(question))
        if question and was_hidden:
            self._no.setFocus(Qt.FocusReason.OtherFocusReason)
