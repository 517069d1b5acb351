"""The Search page: set-up and results, a strip for the run, files dropped anywhere."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.ui.playground.search.results_page import ResultsPage
from workbench.ui.playground.search.setup_page import SetupPage
from workbench.ui.playground.search.state import Page, SearchState
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.trouble_card import TroubleCard


class SearchView(QWidget):
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()

    def show_state(self, state: SearchState) -> None:
        self.setup.show_state(state)
        self.results.show_state(state)
        self._stack.setCurrentWidget(self.setup if state.page is Page.SETUP else self.results)
        self._trouble.show_trouble(state.trouble)
        self.strip.show_running(state.running)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shown.emit()

    def _build_widgets(self) -> None:
        self.setObjectName("search_page")
        self.setAccessibleName(self.tr("Search for a better prompt"))
        self._trouble = TroubleCard("search_trouble", self)
        self.setup, self.results = SetupPage(self), ResultsPage(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.setup)
        self._stack.addWidget(self.results)
        self.strip = JobStrip(self)
        self.setFocusProxy(self.setup.task)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._trouble)
        column.addWidget(self._stack, 1)
        column.addWidget(self.strip)
