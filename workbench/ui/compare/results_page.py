"""What was measured: the verdict above, and below it a page for each way of looking at it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.naming import counted
from workbench.scoring.model_metrics import title_of
from workbench.ui.compare.again_bar import AgainBar
from workbench.ui.compare.answers_page import AnswersPage
from workbench.ui.compare.expected_page import ExpectedPage
from workbench.ui.compare.export_dialog import export_dialog
from workbench.ui.compare.leaks_page import LeaksPage
from workbench.ui.compare.page import ComparePage
from workbench.ui.compare.pictures_page import PicturesPage
from workbench.ui.compare.ratings_page import RatingsPage
from workbench.ui.compare.run_notice import RunNotice
from workbench.ui.compare.state import CompareState, Results
from workbench.ui.compare.trade_offs_page import TradeOffsPage
from workbench.ui.compare.verdict_card import VerdictCard
from workbench.ui.compare.why_page import WhyPage
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.page_tabs import PageTabs
from workbench.ui.widgets.page_title import PageTitle


class ResultsPage(QWidget):
    setup_requested = Signal()
    export_chosen = Signal(str)
    history_requested = Signal()
    again_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: list[ComparePage] = []
        self._number = 0
        self._build_widgets()
        self._build_layout()
        self._connect()

    def add_page(self, page: ComparePage, title: str, icon: str) -> None:
        """One more way to look at the results; `show_state` of every page is called after every change."""
        self._pages.append(page)
        self._tabs.add_named(page.widget, title, icon)

    def show_page(self, page: ComparePage) -> None:
        """Bring a page to the front."""
        self._tabs.setCurrentWidget(page.widget)

    def show_state(self, state: CompareState) -> None:
        results = state.results
        if results is None:
            return
        self._title.show_title(results.name, self._describe(results))
        self._export.setEnabled(results.verdict is not None)
        self._number = results.number
        self._again.setEnabled(bool(results.number) and not state.is_running)
        self.again_bar.show_results(results)
        self._verdict.show_results(results, is_running=state.is_running)
        self.notice.show_results(results, is_running=state.is_running)
        for page in self._pages:
            page.show_state(state)

    def _describe(self, results: Results) -> str:
        title = title_of(results.metric)
        asked = counted(len(results.examples), "question")
        return self.tr("{} · decided by {} · bars show 95 % intervals").format(asked, title)

    def _build_widgets(self) -> None:
        self._title = PageTitle(self)
        self._setup = named_button(self, "compare_change", self.tr("Change the set-up"))
        self._export = named_button(self, "compare_export", self.tr("Export…"))
        self._again = named_button(self, "compare_again", self.tr("Run again"))
        self._again.setToolTip(self.tr("The same questions, prompts, files and settings once more"))
        self._history = named_button(self, "compare_results_history", self.tr("History"))
        self.again_bar = AgainBar(self)
        self._verdict = VerdictCard(self)
        self.notice = RunNotice(self)
        self._tabs = PageTabs(self, is_as_high_as_page=True)
        self._tabs.setObjectName("compare_result_pages")
        self._tabs.setAccessibleName(self.tr("Ways to look at the results"))
        self.answers = AnswersPage(self)
        self.add_page(self.answers, self.tr("Answers"), "data")
        self.trade_offs = TradeOffsPage(self)
        self.add_page(self.trade_offs, self.tr("Trade-offs"), "sliders")
        self.pictures = PicturesPage(self)
        self.add_page(self.pictures, self.tr("Pictures"), "chart")
        self.ratings = RatingsPage(self)
        self.add_page(self.ratings, self.tr("Ratings"), "star")
        self.why = WhyPage(self)
        self.add_page(self.why, self.tr("Why wrong"), "warning")
        self.leaks = LeaksPage(self)
        self.add_page(self.leaks, self.tr("Leaks"), "search")
        self.expected = ExpectedPage(self)
        self.add_page(self.expected, self.tr("Expected"), "help")

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        for button in (self._history, self._setup, self._again, self._export):
            head.addWidget(button)
        page = QWidget(self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(PageScroller(page, self))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.again_bar)
        column.addWidget(self._verdict)
        column.addWidget(self.notice)
        column.addWidget(self._tabs, 1)

    def _connect(self) -> None:
        self._setup.clicked.connect(self.setup_requested)
        self._export.clicked.connect(self._on_export)
        self._history.clicked.connect(self.history_requested)
        self._again.clicked.connect(lambda: self.again_requested.emit(self._number))

    @Slot()
    def _on_export(self) -> None:
        dialog = export_dialog(self, self.tr("Write the results"), "compare_export_dialog")
        dialog.fileSelected.connect(self.export_chosen)
        dialog.open()
