"""What came out: the headline, what it rests on, what it cost, and the way to use it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from workbench.playground.search.types import Outcome, SearchReport
from workbench.playground.search.wording import cost_sentence, explanation, headline
from workbench.ui.playground.search.describing import describe_spending, unbroken
from workbench.ui.playground.search.held_out_plot import HeldOutPlot
from workbench.ui.playground.search.state import Live, SearchState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class ResultCard(QFrame):
    """Says how far it is while a search runs."""

    use_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._use.clicked.connect(self.use_requested)

    def show_state(self, state: SearchState) -> None:
        if state.report is not None:
            self._show_report(state.report, is_keeping=state.is_keeping)
        elif state.live is not None:
            self._show_live(state.live, is_running=state.is_running)

    def _show_report(self, report: SearchReport, *, is_keeping: bool) -> None:
        better = report.outcome is Outcome.BETTER
        self._headline.setText(headline(report))
        set_role(self._kind, "badge-good" if better else "badge")
        self._kind.setText(self.tr("proved") if better else self.tr("not better"))  # a new text measures the new role
        self._kind.show()

        self._text.setText(unbroken("\n".join([explanation(report), *report.notes])))
        self._cost.setText(cost_sentence(report.cost))
        self._plot.show_score(report.held_out)
        self._used.hide()
        self._use.setVisible(report.outcome is not Outcome.START_IS_BEST)
        self._use.setEnabled(not is_keeping)
        text = self.tr("Use this prompt") if better else self.tr("Use the best one anyway")
        self._use.setText(text)
        self._use.setAccessibleName(text)
        set_role(self._use, "primary" if better else "")

    def _show_live(self, live: Live, *, is_running: bool) -> None:
        left = sum(not row.is_out for row in live.rows)
        self._headline.setText(self.tr("Searching…") if is_running else self.tr("Not finished"))
        text = self.tr("{} of {} candidates are left.").format(left, len(live.rows)) if live.rows else ""
        if not is_running:
            text = self.tr("The search was stopped. Start it again with the same set-up: it goes on where it was.")
        self._text.setText(text)
        self._cost.setText(describe_spending(live))
        self._used.setVisible(bool(live.generations or live.minutes))
        by_count = live.used / live.generations if live.generations else 0.0
        by_time = live.seconds / 60 / live.minutes if live.minutes else 0.0
        self._used.setValue(round(1000 * min(1.0, max(by_count, by_time))))
        for part in (self._kind, self._use):
            part.hide()
        self._plot.show_score(None)

    def _build_widgets(self) -> None:
        self.setObjectName("search_result")
        self.setAccessibleName(self.tr("Result"))
        set_role(self, "panel")
        self._headline, self._kind = QLabel(self), QLabel(self)
        self._text, self._cost = QLabel(self), QLabel(self)
        for label, name in (
            (self._headline, "search_headline"),
            (self._text, "search_text"),
            (self._cost, "search_cost"),
        ):
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self._headline, "subtitle")
        set_role(self._cost, "small")
        set_role(self._kind, "badge")
        self._plot = HeldOutPlot(self)
        self._used = QProgressBar(self)
        self._used.setObjectName("search_used")
        self._used.setAccessibleName(self.tr("Budget used"))
        self._used.setRange(0, 1000)
        self._used.setTextVisible(False)
        self._use = named_button(self, "search_use", self.tr("Use this prompt"))

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._headline, 1)
        head.addWidget(self._kind, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._use, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        for part in (self._text, self._plot, self._used, self._cost):
            column.addWidget(part)
