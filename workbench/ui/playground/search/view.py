"""The Search page: set-up and results, a strip for the run."""

from PySide6.QtWidgets import QWidget

from workbench.ui.playground.search.results_page import ResultsPage
from workbench.ui.playground.search.setup_page import SetupPage
from workbench.ui.playground.search.state import Page, SearchState
from workbench.ui.playground.two_pages import TwoPages


class SearchView(TwoPages):
    def __init__(self, parent: QWidget | None = None) -> None:
        setup, results = SetupPage(), ResultsPage()
        super().__init__("search", setup, results, parent)
        self.setup, self.results = setup, results
        self.setAccessibleName(self.tr("Search for a better prompt"))
        self.setFocusProxy(self.setup.task)

    def show_state(self, state: SearchState) -> None:
        self.setup.show_state(state)
        self.results.show_state(state)
        self.show_pages(is_set_up=state.page is Page.SETUP, trouble=state.trouble, running=state.running)
