"""The documents do not say: a state of its own, with the passages that came nearest."""

from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.llm.grounded_prompt import REFUSAL
from workbench.rag.search_types import Hit
from workbench.ui import icons
from workbench.ui.documents.conversation_state import AskedTurn
from workbench.ui.theme import set_role

_NEAREST = 3


class RefusalView(QFrame):
    """Hidden for every other answer."""

    hit_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Hit, ...] = ()
        self._build_widgets()
        self._build_layout()
        self.hide()

    def show_turn(self, turn: AskedTurn) -> None:
        self.setVisible(turn.is_refusal)
        if not turn.is_refusal:
            return
        said = turn.answer_text.strip()
        self._said.setText(said)
        self._said.setVisible(bool(said) and said != REFUSAL)
        nearest = turn.hits[:_NEAREST]
        self._hint.setText(
            self.tr("These passages came nearest. Perhaps other words find more:")
            if nearest
            else self.tr("No passage has to do with the question.")
        )
        if nearest != self._shown:
            self._shown = nearest
            self._show_nearest()

    def _show_nearest(self) -> None:
        while (item := self._links.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for hit in self._shown:
            said = " ".join(hit.text.split())
            short = f"{said[:69]}…" if len(said) > 70 else said
            where = self.tr("{}, page {}").format(PurePath(hit.document).name, hit.page)
            link = QPushButton(f"{where}: {short}".replace("&", "&&"), self)
            link.setObjectName("nearest_hit")
            link.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            link.setToolTip(said)
            set_role(link, "link")
            link.clicked.connect(lambda _=False, hit=hit: self.hit_opened.emit(hit))
            self._links.addWidget(link)
            link.show()  # now, not with the next round of events

    def _build_widgets(self) -> None:
        self.setObjectName("refusal")
        set_role(self, "message-info")
        self._icon = QLabel(self)
        icons.set_icon(self._icon, "info", "info", 20)
        self._title = QLabel(self.tr("The documents do not say"), self)
        self._title.setObjectName("refusal_title")
        self._said, self._hint = QLabel(self), QLabel(self)
        for label in (self._title, self._said, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        set_role(self._title, "field")
        set_role(self._hint, "muted")

    def _build_layout(self) -> None:
        self._links = QVBoxLayout()
        self._links.setSpacing(0)
        words = QVBoxLayout()
        words.setSpacing(3)
        for label in (self._title, self._said, self._hint):
            words.addWidget(label)
        words.addLayout(self._links)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 10, 9)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
