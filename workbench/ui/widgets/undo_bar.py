"""What was deleted and can come back: one line, with the minutes that are left."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class UndoBar(QFrame):
    """Hidden while there is nothing to undo. Forgetting at once is asked for a second time, in the same place."""

    undo_requested = Signal()
    purge_confirmed = Signal()
    closed = Signal()
    """Nothing shall be undone: only where it `closes`."""

    def __init__(
        self, name: str, parent: QWidget | None = None, *, spoken: str = "", tip: str = "", closes: bool = False
    ) -> None:
        """`spoken` says what "Undo" would bring back, for those who listen; `tip` which keys do the same."""
        super().__init__(parent)
        self.setObjectName(name)
        set_role(self, "message-info")
        self._said = self._question = ""
        self._build_widgets(name, spoken)
        self._undo.setToolTip(tip)
        self._close.setVisible(closes)
        self._build_layout()
        self._connect()
        self.hide()

    def say(self, text: str, question: str = "") -> None:
        """`question` is put before it is forgotten at once; without one it cannot be. An empty text hides the bar."""
        self._said, self._question = text, question
        self._ask(self._is_asking and bool(question))
        self.setVisible(bool(text))

    @property
    def _is_asking(self) -> bool:
        return not self._yes.isHidden()

    def _ask(self, is_asking: bool) -> None:
        for button in (self._yes, self._no):
            button.setVisible(is_asking)
        self._undo.setVisible(not is_asking)
        self._purge.setVisible(not is_asking and bool(self._question))
        self._text.setText(self._question if is_asking else self._said)

    @Slot()
    def _on_purge(self) -> None:
        self._ask(True)
        self._no.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_widgets(self, name: str, spoken: str) -> None:
        self._text = QLabel(self)
        self._text.setObjectName(f"{name}_text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._undo = named_button(self, f"{name}_undo", self.tr("Undo"), spoken=spoken, icon="undo")
        self._purge = named_button(self, f"{name}_purge", self.tr("Forget now"), "quiet")
        self._yes = named_button(self, f"{name}_purge_yes", self.tr("Forget for good"), "danger")
        self._no = named_button(self, f"{name}_purge_no", self.tr("Keep for now"))
        self._close = named_button(self, f"{name}_close", "", "quiet", tip=self.tr("Close this notice"), icon="close")
        self._yes.hide()
        self._no.hide()

    def _build_layout(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self._text, 1)
        for button in (self._purge, self._undo, self._yes, self._no, self._close):
            row.addWidget(button)

    def _connect(self) -> None:
        self._undo.clicked.connect(self.undo_requested)
        self._close.clicked.connect(self.closed)
        self._purge.clicked.connect(self._on_purge)
        self._no.clicked.connect(lambda: self._ask(False))
        self._yes.clicked.connect(lambda: self._ask(False))
        self._yes.clicked.connect(self.purge_confirmed)
