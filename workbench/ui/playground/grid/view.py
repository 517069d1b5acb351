"""The Grid page: set-up and results, and a strip for the run."""

from PySide6.QtCore import QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.datasets.readers import SUFFIXES
from workbench.ui.playground.grid.results_page import ResultsPage
from workbench.ui.playground.grid.setup_page import SetupPage
from workbench.ui.playground.grid.state import GridPageState, Page
from workbench.ui.widgets.file_dialogs import OpenDialog, files_of
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.trouble_card import TroubleCard


class GridView(QWidget):
    file_chosen = Signal(str)
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: GridPageState) -> None:
        self.setup.show_state(state)
        self.results.show_state(state)
        self._stack.setCurrentWidget(self.setup if state.page is Page.SETUP else self.results)
        self._trouble.show_trouble(state.trouble)
        self.strip.show_running(state.running)
        self._run.setEnabled(not state.not_ready)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shown.emit()

    def _build_widgets(self) -> None:
        self.setObjectName("grid_page")
        self.setAccessibleName(self.tr("Grid"))
        self._trouble = TroubleCard("grid_trouble", self)
        self.setup, self.results = SetupPage(self), ResultsPage(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.setup)
        self._stack.addWidget(self.results)
        self.strip = JobStrip(self)
        self._run = QAction(self.tr("Run the grid"), self)
        self._run.setObjectName("grid_run_action")
        self._run.setShortcut(QKeySequence(QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Return)))
        self._run.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(self._run)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._trouble)
        column.addWidget(self._stack, 1)
        column.addWidget(self.strip)

    def _connect(self) -> None:
        self.setup.choose_requested.connect(self._on_choose)
        self._run.triggered.connect(self._on_run)

    @Slot()
    def _on_run(self) -> None:
        if self._stack.currentWidget() is self.setup:
            self.setup.run_requested.emit()

    @Slot()
    def _on_choose(self) -> None:
        dialog = OpenDialog(
            self,
            self.tr("Rows with questions and answers"),
            "grid_open_dialog",
            [files_of(self.tr("Rows"), SUFFIXES)],
        )
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()
