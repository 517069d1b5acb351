"""The Data tab: a stack of pages, a strip for the running job, files dropped anywhere."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.datasets.readers import SUFFIXES
from workbench.ui.data.import_page import ImportPage
from workbench.ui.data.library_page import LibraryPage
from workbench.ui.data.passages_page import PassagesPage
from workbench.ui.data.state import DataState, Page
from workbench.ui.widgets.drop_area import paths_of
from workbench.ui.widgets.file_dialogs import FILES, OpenDialog, files_of
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.tab_view import TabView


class DataView(TabView):
    files_chosen = Signal(list)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = Page.LIBRARY
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DataState) -> None:
        page = {Page.LIBRARY: self.library, Page.IMPORT: self.importing, Page.PASSAGES: self.passages}[state.page]
        self.library.show_state(state)
        if state.importing is not None:
            self.importing.show_state(state.importing, len(state.waiting))
        if state.page is Page.PASSAGES:
            self.passages.show_state(state)
        self._stack.setCurrentWidget(page)
        self.strip.show_running(state.running)
        if state.page is not self._page:
            self._page = state.page
            page.setFocus()

    @Slot()
    def choose_files(self) -> None:
        """Open the file dialog."""
        kinds = [files_of(self.tr("Tables"), SUFFIXES)]
        dialog = OpenDialog(self, self.tr("Files with rows"), "import_dialog", kinds, mode=FILES)
        dialog.filesSelected.connect(self._on_files_selected)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files_dropped.emit(_files_in(event.mimeData()))

    def _build_widgets(self) -> None:
        self.setObjectName("data_tab")
        self.setAccessibleName(self.tr("Data"))
        self.setAcceptDrops(True)
        self.library = LibraryPage(self)
        self.importing = ImportPage(self)
        self.passages = PassagesPage(self)
        self._stack = QStackedWidget(self)
        self.strip = JobStrip(self)

    def _build_layout(self) -> None:
        for page in (self.library, self.importing, self.passages):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._stack, 1)
        column.addWidget(self.strip)

    def _connect(self) -> None:
        self.library.import_requested.connect(self.choose_files)
        self.importing.other_requested.connect(self.choose_files)

    @Slot(list)
    def _on_files_selected(self, paths: list[str]) -> None:
        self.files_chosen.emit(paths)


def _files_in(data: QMimeData) -> list[str]:
    return [path for path in paths_of(data) if Path(path).is_file()]
