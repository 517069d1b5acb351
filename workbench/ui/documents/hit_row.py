"""One passage that was found: where it stands, what it says, why it is here, and two thumbs."""

from html import escape
from pathlib import PurePath

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.rag.judgement_store import Verdict
from workbench.rag.matching import matched_spans
from workbench.rag.search_types import FoldedHit, Hit, RetrievalMode
from workbench.ui import icons
from workbench.ui.documents.hit_why import in_one_line, stages
from workbench.ui.theme import set_role, tokens_of
from workbench.ui.widgets.elided_label import ElidedLabel

_SHORT = 260
"""Characters of a passage that are shown before it is opened."""


class HitRow(QFrame):
    opened = Signal(object)
    """Its `Hit`, or a `FoldedHit`: show it in its document."""
    judged = Signal(object, object)
    """The `Hit` and a `Verdict`."""
    step_requested = Signal(int)
    """An arrow key: to the row before (-1) or after (1)."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = number
        self._hit: Hit | None = None
        self._question = ""
        self._mode = RetrievalMode.HYBRID
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def hit(self) -> Hit | None:
        return self._hit

    def show_hit(
        self, hit: Hit, question: str, mode: RetrievalMode, *, is_cited: bool, verdict: Verdict | None
    ) -> None:
        is_new = (hit, question, mode) != (self._hit, self._question, self._mode)
        self._hit, self._question, self._mode = hit, question, mode
        self._mark.setText(f"[{self._number}]")
        set_role(self._mark, "badge" if is_cited else "small")
        self._mark.setToolTip(self.tr("The answer cites this passage") if is_cited else "")
        where = self.tr("{}, page {}").format(PurePath(hit.document).name, hit.page)
        self._where.setText(f"{hit.collection} · {where}" if hit.collection else where)
        self._where.setToolTip(hit.document)
        folded = self.tr("{} nearly the same").format(len(hit.folded)) if hit.folded else ""
        self._why.setText(" · ".join(filter(None, [in_one_line(hit), folded])) or self.tr("why"))
        self._up.setChecked(verdict is Verdict.RELEVANT)
        self._down.setChecked(verdict is Verdict.IRRELEVANT)
        said = " ".join(hit.text.split())[:120]
        self.setAccessibleName(self.tr("Passage {}: {}. {}").format(self._number, where, said))
        if is_new:
            self._why.setChecked(False)
            self._show_text()
            self._fill_reasons()

    @property
    def is_open(self) -> bool:
        return self._why.isChecked()

    def toggle(self) -> None:
        """Show why it is here, or hide it."""
        self._why.toggle()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._hit is not None:
            self._show_text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if self.hasFocus():  # not a button on it
                self._on_opened()
            case Qt.Key.Key_Right:
                self._why.setChecked(True)
            case Qt.Key.Key_Left:
                self._why.setChecked(False)
            case Qt.Key.Key_Down:
                self.step_requested.emit(1)
            case Qt.Key.Key_Up:
                self.step_requested.emit(-1)
            case Qt.Key.Key_Plus:
                self._up.click()
            case Qt.Key.Key_Minus:
                self._down.click()
            case _:
                super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._on_opened()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        set_role(self, "row-focus")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        set_role(self, "row")

    # -- showing ----------------------------------------------------------------------------------------------------

    def _show_text(self) -> None:
        assert self._hit is not None
        text = self._hit.text
        spans = matched_spans(self._question, text)
        start, end = (0, len(text)) if self.is_open else _window(text, spans)
        colors = tokens_of()  # of the program: the style sheet makes this widget see-through
        mark = f'<span style="background-color:{colors.warn_soft}; color:{colors.warn}; font-weight:600">'
        parts, place = ["… " if start else ""], start
        for first, last in spans:
            if first >= end or last <= place:
                continue
            parts += [escape(text[place : max(first, place)]), mark, escape(text[max(first, place) : min(last, end)])]
            parts.append("</span>")
            place = min(last, end)
        parts += [escape(text[place:end]), " …" if end < len(text) else ""]
        lines = "".join(parts).strip()
        self._text.setText(lines.replace("\n", "<br>") if self.is_open else " ".join(lines.split()))

    def _fill_reasons(self) -> None:
        while (item := self._reasons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        assert self._hit is not None
        row = 0
        for stage in stages(self._hit, self._mode):
            texts = (stage.name, stage.rank, stage.score)
            for column, text in enumerate(texts):
                label = QLabel(text, self._panel)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setToolTip(stage.term)
                set_role(label, "small" if column else "field-small")
                self._reasons.addWidget(label, row, column)
            row += 1
        for twin in self._hit.folded:
            self._reasons.addWidget(self._twin_button(twin), row, 0, 1, 4)
            row += 1

    def _twin_button(self, twin: FoldedHit) -> QPushButton:
        where = f"{twin.collection} · {twin.document}" if twin.collection else twin.document
        button = QPushButton(self.tr("Nearly the same: {}, page {}").format(where, twin.page), self._panel)
        button.setObjectName("folded_hit")
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_role(button, "link")
        button.clicked.connect(lambda: self.opened.emit(twin))
        return button

    # -- building ---------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self.setObjectName(f"hit_{self._number}")
        set_role(self, "row")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._mark = QLabel(self)
        self._where = ElidedLabel("", Qt.TextElideMode.ElideMiddle, self)
        set_role(self._where, "field-small")
        self._up = self._thumb("thumb-up", "thumb_up", self.tr("This passage helps to answer the question"))
        self._down = self._thumb("thumb-down", "thumb_down", self.tr("This passage does not help"))
        self._why = QPushButton(self)
        self._why.setObjectName("why")
        self._why.setCheckable(True)
        self._why.setAccessibleName(self.tr("Why this passage was found"))
        self._why.setToolTip(self.tr("Why this passage was found"))
        self._why.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_role(self._why, "tiny")
        icons.set_icon(self._why, "chevron-right", "muted", 11)
        self._text = QLabel(self)
        self._text.setObjectName("hit_text")
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        self._panel = QWidget(self)
        self._panel.setObjectName("hit_why")
        self._panel.hide()

    def _thumb(self, icon: str, name: str, words: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        button.setCheckable(True)
        button.setAccessibleName(words)
        button.setToolTip(self.tr("{}. Kept for the tuning of the search; click again to take it back.").format(words))
        set_role(button, "tiny")
        icons.set_icon(button, icon, "muted", 15)
        return button

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._mark)
        head.addWidget(self._where, 1)
        for button in (self._up, self._down):
            head.addWidget(button)
        self._reasons = QGridLayout(self._panel)
        self._reasons.setContentsMargins(22, 0, 0, 4)
        self._reasons.setHorizontalSpacing(18)
        self._reasons.setVerticalSpacing(2)
        self._reasons.setColumnStretch(3, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 6, 4)
        column.setSpacing(1)
        column.addLayout(head)
        column.addWidget(self._text)
        column.addWidget(self._why, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._panel)

    def _connect(self) -> None:
        self._why.toggled.connect(self._on_why)
        self._up.clicked.connect(self._on_up)
        self._down.clicked.connect(self._on_down)

    @Slot(bool)
    def _on_why(self, is_open: bool) -> None:
        icons.set_icon(self._why, "chevron-down" if is_open else "chevron-right", "muted", 11)
        self._panel.setVisible(is_open)
        self._show_text()

    @Slot()
    def _on_up(self) -> None:
        self.judged.emit(self._hit, Verdict.RELEVANT)

    @Slot()
    def _on_down(self) -> None:
        self.judged.emit(self._hit, Verdict.IRRELEVANT)

    @Slot()
    def _on_opened(self) -> None:
        self.opened.emit(self._hit)


def _window(text: str, spans: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The part of a passage that is shown: around the first word that matches."""
    if len(text) <= _SHORT:
        return 0, len(text)
    first = spans[0][0] if spans else 0
    start = max(0, min(first - 80, len(text) - _SHORT))
    start = text.rfind(" ", 0, start) + 1 if start else 0
    return start, min(len(text), start + _SHORT)
