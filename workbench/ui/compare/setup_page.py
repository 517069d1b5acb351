"""What to compare: a page for each part of the set-up, and below them what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.ui.compare.arms_page import ArmsPage
from workbench.ui.compare.guide_page import GuidePage
from workbench.ui.compare.page import ComparePage
from workbench.ui.compare.questions_page import QuestionsPage
from workbench.ui.compare.run_options_page import RunOptionsPage
from workbench.ui.compare.scores_page import ScoresPage
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_tabs import PageTabs


class SetupPage(QWidget):
    run_requested = Signal()
    save_requested = Signal()
    results_requested = Signal()
    history_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: list[ComparePage] = []
        self._build_widgets()
        self._build_layout()
        self._connect()

    def add_page(self, page: ComparePage, title: str, icon: str) -> None:
        """One more part of the set-up; `show_state` of every page is called after every change."""
        self._pages.append(page)
        self._tabs.add_named(page.widget, title, icon)

    def show_page(self, page: ComparePage) -> None:
        """Bring a page to the front."""
        self._tabs.setCurrentWidget(page.widget)

    def show_state(self, state: CompareState) -> None:
        for page in self._pages:
            page.show_state(state)
        reason = state.not_ready
        self._run.setEnabled(not reason)
        self._reason.setText(reason)
        self._save.setEnabled(state.questions is not None and bool(state.arms))
        self._results.setVisible(state.results is not None)

    def _build_widgets(self) -> None:
        self._tabs = PageTabs(self)
        self._tabs.setObjectName("compare_setup_pages")
        self._tabs.setAccessibleName(self.tr("Parts of the set-up"))
        self.questions, self.arms, self.scores = QuestionsPage(self), ArmsPage(self), ScoresPage(self)
        self.add_page(self.questions, self.tr("Questions"), "data")
        self.add_page(self.arms, self.tr("Arms"), "sliders")
        self.add_page(self.scores, self.tr("Scores"), "done")
        self.options = RunOptionsPage(self)
        self.add_page(self.options, self.tr("Run"), "play")
        self.guide = GuidePage(self)
        self.add_page(self.guide, self.tr("Guide"), "help")
        self._run = named_button(self, "compare_run", self.tr("Run the comparison"), "primary")
        self._save = named_button(self, "compare_save", self.tr("Save as YAML…"))
        self._results = named_button(self, "compare_results", self.tr("Show the results"))
        self._history = named_button(self, "compare_history", self.tr("History"))
        self._reason = QLabel(self)
        self._reason.setObjectName("compare_reason")
        self._reason.setWordWrap(True)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_role(self._reason, "muted")

    def _build_layout(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._history)
        foot.addWidget(self._results)
        foot.addWidget(self._reason, 1)
        foot.addWidget(self._save)
        foot.addWidget(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._tabs, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        for button, signal in (
            (self._run, self.run_requested),
            (self._save, self.save_requested),
            (self._results, self.results_requested),
        ):
            button.clicked.connect(signal)
        self._history.clicked.connect(self.history_requested)
