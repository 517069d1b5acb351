"""A page of the Playground on which something long is set up, run and looked at: two pages, and a strip for the run."""

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.ui.board import Running
from workbench.ui.trouble import Trouble
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.tab_view import TabView
from workbench.ui.widgets.trouble_card import TroubleCard


class TwoPages(TabView):
    def __init__(self, name: str, setup: QWidget, results: QWidget, parent: QWidget | None = None) -> None:
        """`name`: how the names of its widgets begin."""
        super().__init__(parent)
        self.setObjectName(f"{name}_page")
        self._trouble = TroubleCard(f"{name}_trouble", self)
        self._setup, self._results, self._stack = setup, results, QStackedWidget(self)
        self._stack.addWidget(setup)
        self._stack.addWidget(results)
        self.strip = JobStrip(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._trouble)
        column.addWidget(self._stack, 1)
        column.addWidget(self.strip)

    @property
    def is_set_up(self) -> bool:
        """Whether the set-up is in front."""
        return self._stack.currentWidget() is self._setup

    def show_pages(self, *, is_set_up: bool, trouble: Trouble | None, running: Running | None) -> None:
        self._stack.setCurrentWidget(self._setup if is_set_up else self._results)
        self._trouble.show_trouble(trouble)
        self.strip.show_running(running)
