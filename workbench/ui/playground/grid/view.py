"""The Grid page: set-up and results, and a strip for the run."""

from PySide6.QtCore import QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.datasets.readers import SUFFIXES
from workbench.ui.playground.grid.results_page import ResultsPage
from workbench.ui.playground.grid.setup_page import SetupPage
from workbench.ui.playground.grid.state import GridPageState, Page
from workbench.ui.playground.two_pages import TwoPages
from workbench.ui.widgets.file_dialogs import OpenDialog, files_of


class GridView(TwoPages):
    file_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        setup, results = SetupPage(), ResultsPage()
        super().__init__("grid", setup, results, parent)
        self.setup, self.results = setup, results
        self.setAccessibleName(self.tr("Grid"))
        self._run = QAction(self.tr("Run the grid"), self)
        self._run.setObjectName("grid_run_action")
        self._run.setShortcut(QKeySequence(QKeyCombination(Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Return)))
        self._run.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(self._run)
        self._connect()

    def show_state(self, state: GridPageState) -> None:
        self.setup.show_state(state)
        self.results.show_state(state)
        self.show_pages(is_set_up=state.page is Page.SETUP, trouble=state.trouble, running=state.running)
        self._run.setEnabled(not state.not_ready)

    def _connect(self) -> None:
        self.setup.choose_requested.connect(self._on_choose)
        self._run.triggered.connect(self._on_run)

    @Slot()
    def _on_run(self) -> None:
        if self.is_set_up:
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
