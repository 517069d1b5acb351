"""The passages of a question, the best first."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.rag.search_types import RetrievalMode
from workbench.ui.documents.conversation_state import AskedTurn, hit_key, place_key
from workbench.ui.documents.hit_row import HitRow
from workbench.ui.theme import set_role
from workbench.ui.widgets.page_scroller import PageScroller

_FIRST = 20
"""Rows that are made at once; more on request."""


class HitsView(QFrame):
    opened = Signal(object)
    """A `Hit` or `FoldedHit`."""
    judged = Signal(str, object, object)
    """The turn, the `Hit`, a `Verdict`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turn: AskedTurn | None = None
        self._mode = RetrievalMode.HYBRID
        self._rows: list[HitRow] = []
        self._most = _FIRST
        self._build_widgets()
        self._build_layout()
        self._more.clicked.connect(self._on_more)

    def show_turn(self, turn: AskedTurn | None, mode: RetrievalMode) -> None:
        before, self._turn, self._mode = self._turn, turn, mode
        if turn is not None and before is not None and _same(before, turn):
            return
        if before is None or turn is None or (before.id, before.hits) != (turn.id, turn.hits):
            self._most = _FIRST
            self._scroller.verticalScrollBar().setValue(0)
        self._show_rows()

    def rows(self) -> list[HitRow]:
        """Those that are shown."""
        return [row for row in self._rows if row.isVisibleTo(self)]

    def _show_rows(self) -> None:
        turn = self._turn
        hits = turn.hits if turn is not None else ()
        shown = hits[: self._most]
        while len(self._rows) < len(shown):
            self._add_row()
        for row, hit in zip(self._rows, shown, strict=False):
            assert turn is not None
            verdict = turn.verdicts.get(hit_key(hit))
            row.show_hit(hit, turn.searched, self._mode, is_cited=place_key(hit) in turn.cited, verdict=verdict)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(shown))
        self._more.setVisible(len(hits) > len(shown))
        self._more.setText(self.tr("Show {} more").format(len(hits) - len(shown)))
        self._title.setText(self.tr("Passages ({})").format(len(hits)) if hits else self.tr("Passages"))
        self._empty.setText(self._empty_words())
        self._empty.setVisible(not hits)

    def _empty_words(self) -> str:
        if self._turn is None:
            return self.tr("The passages that are found appear here, each with why it was found.")
        if self._turn.was_searched:
            return self.tr("Nothing was found for this question.")
        return self.tr("Searching…") if self._turn.is_running else self.tr("This question was not searched for.")

    def _add_row(self) -> None:
        row = HitRow(len(self._rows) + 1, self._content)
        row.opened.connect(self.opened)
        row.judged.connect(self._on_judged)
        row.step_requested.connect(partial(self._step, len(self._rows)))
        self._rows.append(row)
        self._column.insertWidget(self._column.indexOf(self._more), row)

    def _step(self, number: int, by: int) -> None:
        rows = self.rows()
        if 0 <= number + by < len(rows):
            rows[number + by].setFocus(Qt.FocusReason.TabFocusReason)
            self._scroller.ensureWidgetVisible(rows[number + by], 0, 8)

    def _build_widgets(self) -> None:
        self.setObjectName("hits")
        self.setAccessibleName(self.tr("Passages found"))
        set_role(self, "panel")
        self._title = QLabel(self)
        set_role(self._title, "field")
        self._content = QWidget()
        self._scroller = PageScroller(self._content, self)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._empty = QLabel(self._content)
        self._empty.setObjectName("hits_empty")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._empty, "muted")
        self._more = QPushButton(self._content)
        self._more.setObjectName("more_hits")
        set_role(self._more, "link")
        self._more.hide()

    def _build_layout(self) -> None:
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(6, 0, 6, 6)
        self._column.setSpacing(2)
        self._column.addWidget(self._empty, 100)
        self._column.addWidget(self._more)
        self._column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 1)
        column.setSpacing(4)
        self._title.setContentsMargins(12, 0, 12, 0)
        column.addWidget(self._title)
        column.addWidget(self._scroller, 1)

    @Slot(object, object)
    def _on_judged(self, hit: object, verdict: object) -> None:
        if self._turn is not None:
            self.judged.emit(self._turn.id, hit, verdict)
        self._show_rows()  # the thumb shows what is kept, not what was clicked

    @Slot()
    def _on_more(self) -> None:
        self._most *= 5
        self._show_rows()


def _same(one: AskedTurn, other: AskedTurn) -> bool:
    """Whether they show the same passages."""
    return (one.id, one.hits, one.verdicts, one.cited, one.searched, one.was_searched, one.is_running) == (
        other.id,
        other.hits,
        other.verdicts,
        other.cited,
        other.searched,
        other.was_searched,
        other.is_running,
    )
