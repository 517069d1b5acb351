"""The files of a collection: where each is on its way, what became of it, and what can be done about it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from workbench.rag.removal import wait_text
from workbench.ui.documents.file_columns import columns_of
from workbench.ui.documents.file_rows import UNREAD, FileRow, FileState, count_states, filter_rows, with_work
from workbench.ui.documents.password_bar import PasswordBar
from workbench.ui.documents.state import DocumentsState
from workbench.ui.documents.when import ago
from workbench.ui.theme import set_role
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.drop_area import DropArea, paths_of
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import RecordTableModel
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.undo_bar import UndoBar
from workbench.ui.widgets.wrapping_row import WrappingRow

_FILTER_MS = 120
_CLOCK_MS = 20_000


class FilesPage(QWidget):
    paths_chosen = Signal(list)
    document_opened = Signal(object)
    """A `SourceDocument`: show what was read of it."""
    file_opened = Signal(str)
    folder_shown = Signal(str)
    retry_requested = Signal(list)
    sync_requested = Signal()
    remove_requested = Signal(list)
    bring_back_requested = Signal(list)
    """Paths; empty: all."""
    purge_confirmed = Signal()
    password_given = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = DocumentsState()
        self._rows: tuple[FileRow, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()
        self._show_states()
        self._show_rows()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def show_tab(self, state: DocumentsState) -> None:
        shown, self._state = self._state, state
        is_same = shown.rows is state.rows and shown.files_at_work == state.files_at_work
        if not is_same:
            self._rows = with_work(state.rows, state.files_at_work)
            self._show_states()
            self._show_rows()
        is_busy = bool(state.work.get(state.selected))
        if not is_same or is_busy != bool(shown.work.get(shown.selected)):
            locked = [row for row in self._rows if row.state is FileState.NEEDS_PASSWORD]
            self._passwords.show_rows(locked, is_trying=is_busy)
        waiting = self.tr("Reading the list…") if state.is_reading else ""
        nothing = self.tr("Nothing was added to this collection yet.")
        self._table.set_empty_text(waiting or (self.tr("No file fits the filter.") if self._rows else nothing))
        self._show_undo()
        self._show_sync()

    def title(self, state: DocumentsState) -> str:
        if state.is_reading and not state.documents:
            return self.tr("Files")
        return self.tr("Files ({})").format(f"{len(state.documents):,}")

    def _show_states(self) -> None:
        counts, chosen = count_states(self._rows), self._states.currentData()
        unread = sum(counts.get(state, 0) for state in UNREAD)
        lines: list[tuple[str, frozenset[FileState]]] = [
            (self.tr("All files ({:,})").format(len(self._rows)), frozenset())
        ]
        if unread and len(UNREAD & counts.keys()) > 1:
            lines.append((self.tr("Not read ({:,})").format(unread), UNREAD))
        lines += [(f"{_capital(state.value)} ({count:,})", frozenset({state})) for state, count in counts.items()]
        with QSignalBlocker(self._states):
            self._states.clear()
            for text, states in lines:
                self._states.addItem(text, states)
            self._states.setCurrentIndex(max(0, next((n for n, (_, s) in enumerate(lines) if s == chosen), 0)))
        self._retry_all.setVisible(unread > 0)
        self._retry_all.setText(self.tr("Try {:,} again").format(unread))

    @Slot()
    def _show_rows(self) -> None:
        self._model.show(filter_rows(self._rows, self._filter.text(), self._states.currentData() or frozenset()))
        self._show_actions()

    @Slot()
    def _show_undo(self) -> None:
        removed = self._state.removed
        if not removed:
            self._undo.say("")
            return
        count, left = len(removed), wait_text(min(document.deleted_at for document in removed))
        if count == 1:
            what = self.tr("“{}” was removed").format(removed[0].name)
            question = self.tr("Forget it now, without a trace in the program's data? This cannot be undone.")
        else:
            what = self.tr("{:,} documents were removed").format(count)
            question = self.tr("Forget all {:,} now, without a trace in the program's data? This cannot be undone.")
        said = self.tr("{} and can come back for {}.").format(what, left)
        self._undo.say(said, question.format(count))

    def _show_sync(self) -> None:
        collection = self._state.collection
        found = collection.last_sync if collection else None
        text = self.tr("Folders looked at {}: {}.").format(ago(found.at), found) if found else ""
        self._sync.setVisible(bool(collection and collection.sources))
        self._synced.setText(text)
        self._synced.setToolTip(text)

    @Slot()
    def _show_actions(self) -> None:
        rows = self._table.selected_records()
        self._open.setVisible(len(rows) == 1)
        self._reveal.setVisible(len(rows) == 1)
        self._remove.setVisible(any(row.document and row.state is not FileState.REMOVED for row in rows))
        self._retry.setVisible(any(row.state in UNREAD for row in rows))
        self._bring_back.setVisible(any(row.state is FileState.REMOVED for row in rows))

    # -- building ---------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self.setAcceptDrops(True)
        self.drop_area = DropArea(self.tr("Drop files or folders here."), self)
        self._passwords = PasswordBar(self)
        self._undo = UndoBar("removed", self)
        self._filter = QLineEdit(self)
        self._filter.setObjectName("files_filter")
        self._filter.setAccessibleName(self.tr("Filter the files by name, folder or remark"))
        self._filter.setPlaceholderText(self.tr("Filter by name, folder or remark"))
        let_clear(self._filter)
        self._states = QComboBox(self)
        self._states.setObjectName("files_states")
        self._states.setAccessibleName(self.tr("Show files of this state"))
        self._states.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._retry_all = named_button(self, "retry_all", self.tr("Try again"), icon="refresh")
        self._synced = ElidedLabel(parent=self)
        self._synced.setObjectName("last_sync")
        set_role(self._synced, "small")
        self._sync = named_button(self, "sync_now", self.tr("Look again"), "quiet", icon="refresh")
        self._sync.setToolTip(self.tr("Look for files that were added, changed or removed"))
        self._model: RecordTableModel[FileRow] = RecordTableModel(columns_of(self), key=lambda row: row.path)
        self._table: RecordTable[FileRow] = RecordTable(self._model, "", self)
        self._table.setObjectName("files")
        self._table.setAccessibleName(self.tr("Files of the collection"))
        self._table.allow_sorting()
        self._table.allow_several()
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._open = named_button(self, "open_file", self.tr("Open"), "quiet", icon="file")
        self._reveal = named_button(self, "show_folder", self.tr("Show in folder"), "quiet", icon="folder")
        self._retry = named_button(self, "retry", self.tr("Try again"), "quiet", icon="refresh")
        self._bring_back = named_button(self, "bring_back", self.tr("Bring back"), "quiet", icon="undo")
        self._remove = named_button(self, "remove_files", self.tr("Remove"), "quiet", icon="trash")
        self._typing = QTimer(self, singleShot=True, interval=_FILTER_MS)
        self._clock = QTimer(self, interval=_CLOCK_MS)
        self._clock.start()

    def _build_layout(self) -> None:
        choose = QHBoxLayout()
        choose.setSpacing(8)
        choose.addWidget(self._filter, 1)
        choose.addWidget(self._states)
        choose.addWidget(self._retry_all)
        below = QHBoxLayout()
        below.setSpacing(2)
        actions = (self._open, self._reveal, self._retry, self._bring_back, self._remove)
        below.addLayout(WrappingRow(actions, spacing=2))
        below.addWidget(self._synced, 1)
        below.addWidget(self._sync)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.drop_area)
        column.addWidget(self._passwords)
        column.addWidget(self._undo)
        column.addLayout(choose)
        column.addWidget(self._table, 1)
        column.addLayout(below)

    def _connect(self) -> None:
        self.drop_area.paths_chosen.connect(self.paths_chosen)
        self._passwords.password_given.connect(self.password_given)
        self._undo.undo_requested.connect(lambda: self.bring_back_requested.emit([]))
        self._undo.purge_confirmed.connect(self.purge_confirmed)
        self._filter.textChanged.connect(self._on_typed)
        self._typing.timeout.connect(self._show_rows)
        self._states.activated.connect(self._show_rows)
        self._retry_all.clicked.connect(self._on_retry_all)
        self._sync.clicked.connect(self.sync_requested)
        self._table.record_activated.connect(self._on_activated)
        self._table.selectionModel().selectionChanged.connect(self._show_actions)
        self._table.customContextMenuRequested.connect(self._on_menu)
        self._table.delete_pressed.connect(self._on_remove)
        self._open.clicked.connect(self._on_open)
        self._reveal.clicked.connect(self._on_reveal)
        self._retry.clicked.connect(self._on_retry)
        self._bring_back.clicked.connect(self._on_bring_back)
        self._remove.clicked.connect(self._on_remove)
        self._clock.timeout.connect(self._on_clock)

    @Slot()
    def _on_typed(self) -> None:
        self._typing.start()

    # -- what the user does -----------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.paths_chosen.emit(paths_of(event.mimeData()))

    @Slot(object)
    def _on_activated(self, row: FileRow) -> None:
        if row.state is FileState.NEEDS_PASSWORD:
            self._passwords.ask_for(row)
        elif row.document is not None and row.document.pages and row.state is not FileState.REMOVED:
            self.document_opened.emit(row.document)
        else:
            self.file_opened.emit(row.path)

    @Slot()
    def _on_retry_all(self) -> None:
        self.retry_requested.emit([row.path for row in self._rows if row.state in UNREAD])

    def _selected(self, states: Sequence[FileState] = ()) -> list[FileRow]:
        return [row for row in self._table.selected_records() if not states or row.state in states]

    @Slot()
    def _on_open(self) -> None:
        for row in self._selected()[:1]:
            self.file_opened.emit(row.path)

    @Slot()
    def _on_reveal(self) -> None:
        for row in self._selected()[:1]:
            self.folder_shown.emit(row.path)

    @Slot()
    def _on_retry(self) -> None:
        self.retry_requested.emit([row.path for row in self._selected(list(UNREAD))])

    @Slot()
    def _on_remove(self) -> None:
        there = [row for row in self._selected() if row.document and row.state is not FileState.REMOVED]
        self.remove_requested.emit([row.path for row in there])

    @Slot()
    def _on_bring_back(self) -> None:
        self.bring_back_requested.emit([row.path for row in self._selected([FileState.REMOVED])])

    @Slot()
    def _on_clock(self) -> None:
        """Minutes pass while nothing else happens."""
        if self.isVisible():
            self._show_undo()
            self._show_sync()

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        rows = self._table.selected_records()
        if not rows:
            return
        menu = QMenu(self)
        menu.setObjectName("files_menu")
        menu.aboutToHide.connect(menu.deleteLater)
        first = rows[0]
        if len(rows) == 1:
            if first.document is not None and first.document.pages:
                menu.addAction(self.tr("Show what was read"), partial(self._on_activated, first))
            menu.addAction(self.tr("Open the file"), partial(self.file_opened.emit, first.path))
            menu.addAction(self.tr("Show in folder"), partial(self.folder_shown.emit, first.path))
            if first.state is FileState.NEEDS_PASSWORD:
                menu.addAction(self.tr("Give the password…"), partial(self._passwords.ask_for, first))
            menu.addSeparator()
        if any(row.state in UNREAD for row in rows):
            menu.addAction(self.tr("Try again"), self._on_retry)
        if not self._bring_back.isHidden():
            menu.addAction(self.tr("Bring back"), self._on_bring_back)
        if not self._remove.isHidden():
            menu.addAction(self.tr("Remove from the collection"), self._on_remove)
        menu.popup(self._table.viewport().mapToGlobal(at))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
