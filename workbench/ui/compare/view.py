"""The Compare tab: set-up and results, a strip for the run, files dropped anywhere."""

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.ui.compare.history_page import HistoryPage
from workbench.ui.compare.overlay_page import OverlayPage
from workbench.ui.compare.results_page import ResultsPage
from workbench.ui.compare.setup_page import SetupPage
from workbench.ui.compare.state import CompareState, Page
from workbench.ui.widgets.file_dialogs import OpenDialog, SaveDialog
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.page_title import PageTitle
from workbench.ui.widgets.tab_view import TabView
from workbench.ui.widgets.trouble_card import TroubleCard


class CompareView(TabView):
    file_chosen = Signal(str)
    setup_file_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: CompareState) -> None:
        self.setup.show_state(state)
        self.results.show_state(state)
        self.history.show_state(state)
        self.overlay.show_state(state)
        self._stack.setCurrentWidget(self._pages[state.page])
        # The results have a title of their own, and need the room.
        self._title.setVisible(state.page is Page.SETUP)
        self._trouble.show_trouble(state.trouble)
        self.strip.show_running(state.running)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files_in(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.file_chosen.emit(_files_in(event.mimeData().urls())[0])

    def _build_widgets(self) -> None:
        self.setObjectName("compare_tab")
        self.setAccessibleName(self.tr("Compare"))
        self.setAcceptDrops(True)
        about = self.tr("The same questions, answered in several ways. Which way is best?")
        self._title = PageTitle(self, self.tr("Compare"), about)
        self._trouble = TroubleCard("compare_trouble", self)
        self.setup, self.results = SetupPage(self), ResultsPage(self)
        self._stack = QStackedWidget(self)
        self.history, self.overlay = HistoryPage(self), OverlayPage(self)
        self._pages: dict[Page, QWidget] = {
            Page.SETUP: self.setup,
            Page.RESULTS: self.results,
            Page.HISTORY: self.history,
            Page.OVERLAY: self.overlay,
        }
        for page in self._pages.values():
            self._stack.addWidget(page)
        self.strip = JobStrip(self)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._trouble)
        column.addWidget(self._stack, 1)
        column.addWidget(self.strip)

    def _connect(self) -> None:
        self.setup.questions.choose_requested.connect(self._on_choose)
        self.setup.save_requested.connect(self._on_save)

    @Slot()
    def _on_choose(self) -> None:
        dialog = OpenDialog(
            self,
            self.tr("Questions or a comparison"),
            "compare_open_dialog",
            [self.tr("Questions and comparisons (*.jsonl *.csv *.tsv *.xlsx *.json *.yaml *.yml)")],
        )
        dialog.fileSelected.connect(self.file_chosen)
        dialog.open()

    @Slot()
    def _on_save(self) -> None:
        dialog = SaveDialog(
            self, self.tr("Save the comparison"), "compare_save_dialog", [self.tr("Comparison (*.yaml)")]
        )
        dialog.fileSelected.connect(self.setup_file_chosen)
        dialog.open()


def _files_in(urls: list[QUrl]) -> list[str]:
    return [url.toLocalFile() for url in urls if url.isLocalFile()]
