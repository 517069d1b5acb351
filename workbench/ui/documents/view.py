"""The Documents tab: collections on the left, the pages of the selected one on the right."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.removal import wait_text
from workbench.ui.documents.collections_panel import CollectionsPanel
from workbench.ui.documents.export_form import ExportForm
from workbench.ui.documents.page import NamesItself, PageSpec, ShowsTab
from workbench.ui.documents.state import DocumentsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.drop_area import DropArea, paths_of
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_tabs import PageTabs
from workbench.ui.widgets.tool_button import tool_button
from workbench.ui.widgets.undo_bar import UndoBar


class DocumentsView(QWidget):
    paths_chosen = Signal(list)
    bring_back_requested = Signal(int)
    purge_confirmed = Signal(int)
    shown = Signal()

    def __init__(self, pages: Sequence[PageSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs = {spec.key: spec for spec in pages}
        self._built: dict[str, QWidget] = {}
        self._state = DocumentsState()
        self._selected = ""
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DocumentsState) -> None:
        self._state = state
        self.collections.show_state(state)
        has_any = bool(state.collections) or state.naming is not None
        self._pages.setCurrentWidget(self._full if has_any else self._empty_page)
        self._title.setText(state.selected)
        self._summary.setText("" if state.is_reading else state.summary)
        self._more.setVisible(bool(state.selected))
        self.export.show_state(state)
        self._show_deleted()
        self.strip.show_running(state.running)
        for key, page in self._built.items():
            self._show_on(key, page)
        if state.selected != self._selected and not state.is_reading:
            is_first, self._selected = not self._selected, state.selected
            # Whoever looks at another page wants to see the same of the other collection.
            if list(self._specs)[self._tabs.currentIndex()] in {"ask", "files"}:
                self.show_page("ask" if state.has_chunks else "files")
            if is_first:
                self._focus_page()

    def page(self, key: str) -> QWidget:
        """Build it where that was not done; KeyError when there is no such page."""
        if key not in self._built:
            self._built[key] = page = self._specs[key].build()
            room = self._rooms[key]
            room.column.addWidget(page)
            page.show()  # at once; the layout would do it later
            room.setFocusProxy(page)
            self._show_on(key, page)
        return self._built[key]

    def show_page(self, key: str) -> None:
        """Bring a page to the front; KeyError when there is no such page."""
        self.page(key)
        self._tabs.setCurrentWidget(self._rooms[key])

    @Slot()
    def _show_deleted(self) -> None:
        """The collection that was deleted last; after an undo the one before it."""
        deleted = self._state.deleted
        if not deleted:
            self._undo.say("")
            return
        self._undo.say(
            self.tr("“{}” was deleted and can come back for {}. Your files were not touched.").format(
                deleted[0].name, wait_text(deleted[0].deleted_at)
            ),
            self.tr("Forget “{}” now, with its texts and its index? This cannot be undone.").format(deleted[0].name),
        )

    def _show_on(self, key: str, page: QWidget) -> None:
        if isinstance(page, ShowsTab):
            page.show_tab(self._state)
        if isinstance(page, NamesItself):
            self._tabs.rename(list(self._specs).index(key), page.title(self._state))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shown.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.paths_chosen.emit(paths_of(event.mimeData()))

    def _build_widgets(self) -> None:
        self.setObjectName("documents_tab")
        self.setAccessibleName(self.tr("Documents"))
        self.setAcceptDrops(True)
        self.collections = CollectionsPanel(self)
        self._rooms = {key: _Room(self) for key in self._specs}
        self.strip = JobStrip(self)
        self._title = ElidedLabel(parent=self)
        set_role(self._title, "title")
        self._summary = QLabel(self)
        set_role(self._summary, "muted")
        self._summary.setContentsMargins(0, 0, 0, 5)  # on the line on which the name stands
        self._more = tool_button(
            self,
            "collection_more",
            self.tr("What can be done with the collection"),
            "more",
            ink="text",
            tip=self.tr("Rename, duplicate, export, delete"),
        )
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self.collections.menu())
        self.export = ExportForm(self)
        self._undo = UndoBar("deleted_collection", self)
        self._clock = QTimer(self, interval=20_000)
        self._clock.start()
        self._tabs = PageTabs(self)
        self._tabs.setObjectName("documents_pages")
        self._tabs.setAccessibleName(self.tr("Pages of the collection"))
        self._build_empty_page()

    def _build_empty_page(self) -> None:
        self._empty_page = QWidget(self)
        notice = EmptyState(
            self.tr("Ask your own documents"),
            self.tr(
                "Drop PDF, Word, PowerPoint, Excel, HTML, EPUB, Markdown or text files, or a whole folder. "
                "They are read on this computer and nothing leaves it."
            ),
            icon="documents",
        )
        self._first_drop = DropArea(self.tr("Drop files or a folder here."), self._empty_page)
        self._first_drop.setMaximumWidth(560)
        self._first_import = named_button(
            self._empty_page,
            "first_import",
            self.tr("Import a collection…"),
            "link",
            spoken=self.tr("Import a collection"),
        )
        column = QVBoxLayout(self._empty_page)
        column.addStretch(1)
        column.addWidget(notice)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._first_drop, 4)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._first_import, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)

    def _build_layout(self) -> None:
        for key, spec in self._specs.items():
            self._tabs.addTab(self._rooms[key], spec.title)
        self._tabs.name_icons([spec.icon for spec in self._specs.values()])
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._summary, 1, Qt.AlignmentFlag.AlignBottom)
        head.addWidget(self._more)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(14, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.export)
        column.addWidget(self._tabs, 1)
        self._full = QSplitter(Qt.Orientation.Horizontal, self)
        self._full.setObjectName("documents_split")
        self._full.addWidget(self.collections)
        self._full.addWidget(right)
        self._full.setChildrenCollapsible(False)
        self._full.setStretchFactor(0, 1)
        self._full.setStretchFactor(1, 4)
        self._full.setSizes([250, 800])
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._empty_page)
        self._pages.addWidget(self._full)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(20, 16, 20, 16)
        whole.setSpacing(10)
        whole.addWidget(self._undo)
        whole.addWidget(self._pages, 1)
        whole.addWidget(self.strip)

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._on_page_chosen)
        self._first_drop.paths_chosen.connect(self.paths_chosen)
        self._first_import.clicked.connect(self.collections.choose_import)
        self._undo.undo_requested.connect(self._on_undo)
        self._undo.purge_confirmed.connect(self._on_purge)
        self._clock.timeout.connect(self._show_deleted)

    @Slot()
    def _on_undo(self) -> None:
        if self._state.deleted:
            self.bring_back_requested.emit(self._state.deleted[0].id)

    @Slot()
    def _on_purge(self) -> None:
        if self._state.deleted:
            self.purge_confirmed.emit(self._state.deleted[0].id)

    @Slot(int)
    def _on_page_chosen(self, number: int) -> None:
        if number < 0:
            return
        self.page(list(self._specs)[number])
        now = QApplication.focusWidget()
        is_moving_on = now is not None and (now is self._tabs.tabBar() or self.collections.isAncestorOf(now))
        if not is_moving_on:  # with the arrow keys, from page to page or from collection to collection
            self._focus_page()

    def _focus_page(self) -> None:
        """The field that the page in front is about, for those who begin to type."""
        page = self._built.get(list(self._specs)[self._tabs.currentIndex()])
        if self.isVisible() and page is not None and page.focusProxy() is not None:
            page.setFocus(Qt.FocusReason.OtherFocusReason)


class _Room(QWidget):
    """Where a page stands once it is built."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
