"""The list of collections: how each is, how big, when it was looked at; with a line to name one."""

from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.health import Health, Verdict
from workbench.rag.store import Collection
from workbench.ui import icons
from workbench.ui.documents.collection_delegate import DOT, FACTS, CollectionDelegate
from workbench.ui.documents.state import DocumentsState, Naming, Purpose
from workbench.ui.documents.when import ago
from workbench.ui.sizes import in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.file_dialogs import FILES, OpenDialog
from workbench.ui.widgets.named_button import named_button

_DOTS = {
    Health.HEALTHY: "good",
    Health.BUILDING: "info",
    Health.REPAIRING: "info",
    Health.DAMAGED: "bad",
    Health.FOLDER_MISSING: "warn",
    Health.NEEDS_REBUILD: "bad",
    Health.OUTDATED: "info",
}


class CollectionsPanel(QWidget):
    collection_selected = Signal(str)
    new_requested = Signal()
    naming_left = Signal()
    named = Signal(str)
    import_chosen = Signal(list)
    """Paths of exported collections."""
    rename_requested = Signal()
    duplicate_requested = Signal()
    export_requested = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = DocumentsState()
        self._naming_shown: Naming | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DocumentsState) -> None:
        self._state = state
        with QSignalBlocker(self._list):
            self._show_collections()
        self._show_naming(state.naming)

    @Slot()
    def _show_collections(self) -> None:
        state = self._state
        while self._list.count() > len(state.collections):
            self._list.takeItem(self._list.count() - 1)
        while self._list.count() < len(state.collections):
            self._list.addItem(QListWidgetItem())
        for row, collection in enumerate(state.collections):
            self._show_collection(self._list.item(row), collection)
        names = [collection.name for collection in state.collections]
        self._list.setCurrentRow(names.index(state.selected) if state.selected in names else -1)

    def _show_collection(self, item: QListWidgetItem, collection: Collection) -> None:
        verdict = self._state.verdict(collection)
        condition = self._state.conditions.get(collection.name)
        count = collection.documents
        facts = [self.tr("1 document") if count == 1 else self.tr("{:,} documents").format(count)]
        facts += [in_words(condition.size_bytes)] if condition else []
        lines = (" · ".join(facts), self._second_line(collection, verdict))
        for role, value in (
            (Qt.ItemDataRole.DisplayRole, collection.name),
            (FACTS, lines),
            (DOT, _DOTS[verdict.health]),
            (Qt.ItemDataRole.ToolTipRole, self._tooltip(collection, verdict)),
            (Qt.ItemDataRole.AccessibleTextRole, ", ".join([collection.name, verdict.health.value, *lines])),
        ):
            if item.data(role) != value:
                item.setData(role, value)

    def _second_line(self, collection: Collection, verdict: Verdict) -> str:
        if work := self._state.told_work(collection.name):
            return work.in_words
        if verdict.health is not Health.HEALTHY:
            return verdict.health.value
        looked = ago(collection.last_sync.at) if collection.last_sync else ""
        when = self.tr("synced {}").format(looked) if looked else ""
        return " · ".join(filter(None, [when, collection.embedder.name]))

    def _tooltip(self, collection: Collection, verdict: Verdict) -> str:
        embedder = collection.embedder
        return "\n".join(
            [
                collection.name,
                verdict.sentence,
                self.tr("Embedder: {} ({}), {}").format(embedder.name, embedder.precision.value, embedder.path),
                self.tr("Its files: {}").format(embedder.content_hash),
            ]
        )

    def _show_naming(self, naming: Naming | None) -> None:
        self._naming.setVisible(naming is not None)
        self._trouble.setText(naming.trouble if naming else "")
        self._trouble.setVisible(bool(naming and naming.trouble))
        if naming is None:
            self._naming_shown = None
            return
        titles = {
            Purpose.NEW: (self.tr("Name of the new collection"), self.tr("Create")),
            Purpose.RENAME: (self.tr("New name"), self.tr("Rename")),
            Purpose.DUPLICATE: (self.tr("Name of the copy"), self.tr("Copy")),
            Purpose.IMPORT: (self.tr("Name of the imported collection"), self.tr("Import")),
        }
        title, verb = titles[naming.purpose]
        self._what.setText(title)
        self._create.setText(verb)
        self._create.setAccessibleName(verb)
        self._name.setAccessibleName(title)
        before = self._naming_shown
        if before is None or (before.purpose, before.wished) != (naming.purpose, naming.wished):
            self._name.setText(naming.wished)
            self._name.selectAll()
            self._name.setFocus()
        self._naming_shown = naming

    def _build_widgets(self) -> None:
        self._title = QLabel(self.tr("Collections"), self)
        set_role(self._title, "subtitle")
        self._new = named_button(
            self, "new_collection", self.tr("New"), "quiet", tip=self.tr("New collection"), icon="plus"
        )
        self._import = named_button(
            self,
            "import_collection",
            self.tr("Import a collection…"),
            "quiet",
            tip=self.tr("Import a collection"),
            icon="documents",
        )
        self._naming = QWidget(self)
        self._naming.hide()
        self._what = QLabel(self._naming)
        set_role(self._what, "small")
        self._name = QLineEdit(self._naming)
        self._name.setObjectName("collection_name")
        self._name.setPlaceholderText(self.tr("Name"))
        self._name.setAccessibleName(self.tr("Name"))
        self._name.setMaxLength(100)
        self._create = QPushButton(self._naming)
        self._create.setObjectName("create_collection")
        self._create.setEnabled(False)
        self._leave = named_button(
            self._naming, "leave_naming", self.tr("Cancel"), "quiet", spoken=self.tr("Do not name it")
        )
        self._trouble = QLabel(self)
        self._trouble.setObjectName("name_trouble")
        self._trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._trouble.setWordWrap(True)
        set_role(self._trouble, "error")
        self._list = QListWidget(self)
        self._list.setObjectName("collections")
        self._list.setAccessibleName(self.tr("Collections"))
        self._list.setItemDelegate(CollectionDelegate(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._clock = QTimer(self, interval=20_000)
        self._clock.start()

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self._title, 1)
        head.addWidget(self._new)
        buttons = QHBoxLayout()
        buttons.addWidget(self._create, 1)
        buttons.addWidget(self._leave)
        naming = QVBoxLayout(self._naming)
        naming.setContentsMargins(0, 0, 0, 0)
        naming.setSpacing(4)
        naming.addWidget(self._what)
        naming.addWidget(self._name)
        naming.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._naming)
        column.addWidget(self._trouble)
        column.addWidget(self._list, 1)
        column.addWidget(self._import, 0, Qt.AlignmentFlag.AlignLeft)

    def _connect(self) -> None:
        self._new.clicked.connect(self._on_new)
        self._import.clicked.connect(self.choose_import)
        self._name.textChanged.connect(self._on_name_changed)
        self._name.returnPressed.connect(self._on_named)
        self._create.clicked.connect(self._on_named)
        self._leave.clicked.connect(self.naming_left)
        self._list.currentTextChanged.connect(self.collection_selected)
        self._list.customContextMenuRequested.connect(self._on_menu)
        self._clock.timeout.connect(self._on_clock)
        for key, signal in (("F2", self.rename_requested), ("Del", self.delete_requested)):
            shortcut = QShortcut(QKeySequence(key), self._list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(signal)

    @Slot()
    def _on_new(self) -> None:
        (self.naming_left if self._naming.isVisibleTo(self) else self.new_requested).emit()

    @Slot()
    def choose_import(self) -> None:
        """Open the file dialog."""
        dialog = OpenDialog(
            self, self.tr("Import a collection"), "import_dialog", [self.tr("Collections (*.zip)")], mode=FILES
        )
        dialog.filesSelected.connect(self.import_chosen)
        dialog.open()

    @Slot(str)
    def _on_name_changed(self, text: str) -> None:
        self._create.setEnabled(bool(text.strip()))

    @Slot()
    def _on_named(self) -> None:
        if self._name.text().strip():
            self.named.emit(self._name.text())

    @Slot()
    def _on_clock(self) -> None:
        """Minutes pass while nothing else happens."""
        if self.isVisible():
            with QSignalBlocker(self._list):
                self._show_collections()

    @Slot(QPoint)
    def _on_menu(self, at: QPoint) -> None:
        if self._list.itemAt(at) is None:
            return
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._list.viewport().mapToGlobal(at))

    def menu(self) -> QMenu:
        """What can be done with the selected collection."""
        menu = QMenu(self)
        menu.setObjectName("collection_menu")
        for text, icon, signal in (
            (self.tr("Rename…"), "edit", self.rename_requested),
            (self.tr("Duplicate…"), "copy", self.duplicate_requested),
            (self.tr("Export…"), "download", self.export_requested),
            (self.tr("Delete"), "trash", self.delete_requested),
        ):
            menu.addAction(icons.icon(icon, "muted", 16), text, partial(signal.emit))
        return menu
