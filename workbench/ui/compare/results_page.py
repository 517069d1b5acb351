"""What was measured: the verdict above, and below it a page for each way of looking at it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.scoring.model_metrics import title_of
from workbench.ui.compare.again_bar import AgainBar
from workbench.ui.compare.answers_page import AnswersPage
from workbench.ui.compare.expected_page import ExpectedPage
from workbench.ui.compare.leaks_page import LeaksPage
from workbench.ui.compare.page import ComparePage
from workbench.ui.compare.pictures_page import PicturesPage
from workbench.ui.compare.ratings_page import RatingsPage
from workbench.ui.compare.run_notice import RunNotice
from workbench.ui.compare.state import CompareState, Results
from workbench.ui.compare.trade_offs_page import TradeOffsPage
from workbench.ui.compare.verdict_card import VerdictCard
from workbench.ui.compare.why_page import WhyPage
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.page_tabs import PageTabs


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
        self._tabs.addTab(page.widget, title)
        self._icons.append(icon)
        self._tabs.name_icons(self._icons)

    def show_page(self, page: ComparePage) -> None:
        """Bring a page to the front."""
        self._tabs.setCurrentWidget(page.widget)

    def show_state(self, state: CompareState) -> None:
        results = state.results
        if results is None:
            return
        self._title.setText(results.name)
        self._about.setText(self._describe(results))
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
        return self.tr("{} questions · decided by {} · bars show 95 % intervals").format(len(results.examples), title)

    def _build_widgets(self) -> None:
        self._title, self._about = ElidedLabel(parent=self), ElidedLabel(parent=self)
        set_role(self._title, "title")
        set_role(self._about, "muted")
        self._setup = self._button("compare_change", self.tr("Change the set-up"))
        self._export = self._button("compare_export", self.tr("Export…"))
        self._again = self._button("compare_again", self.tr("Run again"))
        self._again.setToolTip(self.tr("The same questions, prompts, files and settings once more"))
        self._history = self._button("compare_results_history", self.tr("History"))
        self.again_bar = AgainBar(self)
        self._verdict = VerdictCard(self)
        self.notice = RunNotice(self)
        self._icons: list[str] = []
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
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(self._title)
        titles.addWidget(self._about)
        head.addLayout(titles, 1)
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

    def _button(self, name: str, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text)
        return button

    @Slot()
    def _on_export(self) -> None:
        dialog = QFileDialog(self, self.tr("Write the results"))
        dialog.setObjectName("compare_export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(
            [
                self.tr("Report (*.html)"),
                self.tr("Table (*.csv)"),
                self.tr("Everything, JSON lines (*.jsonl)"),
                self.tr("Folder that runs it again (*.zip)"),
            ]
        )
        dialog.setDefaultSuffix("html")
        dialog.filterSelected.connect(self._on_export_kind)
        dialog.fileSelected.connect(self.export_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_export_kind(self, chosen: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix(chosen.rsplit("*.", 1)[-1].rstrip(")"))
