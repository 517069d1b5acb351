"""Whether a repetition came out as the comparison that it repeats: one line above the verdict."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from workbench.ui.compare.state import Results
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class AgainBar(QFrame):
    """Hidden for comparisons that repeat no other."""

    overlay_requested = Signal(int, int)
    """The numbers of the earlier and of the later one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers = 0, 0
        self.setObjectName("compare_again_bar")
        set_role(self, "message-info")
        self._text = QLabel(self)
        self._text.setObjectName("compare_agreement")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._more = named_button(
            self,
            "compare_what_changed",
            self.tr("What changed"),
            spoken=self.tr("What changed since the earlier comparison"),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        self._more.clicked.connect(lambda: self.overlay_requested.emit(*self._numbers))
        self.hide()

    def show_results(self, results: Results) -> None:
        self._numbers = results.again_of, results.number
        self.setVisible(bool(results.agreement))
        self._text.setText(self.tr("Comparison {} again. {}").format(results.again_of, results.agreement))
