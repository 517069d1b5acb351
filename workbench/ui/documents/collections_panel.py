"""The list of collections, with a line to name a new one."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import icons
from workbench.ui.documents.state import DocumentsState
from workbench.ui.theme import set_role


class CollectionsPanel(QWidget):
    collection_selected = Signal(str)
    new_requested = Signal()
    naming_left = Signal()
    named = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: DocumentsState) -> None:
        names = [collection.name for collection in state.collections]
        with QSignalBlocker(self._list):
            if names != [self._list.item(row).text() for row in range(self._list.count())]:
                self._list.clear()
                for collection in state.collections:
                    item = QListWidgetItem(icons.icon("documents", "muted", 16), collection.name)
                    self._list.addItem(item)
            self._list.setCurrentRow(names.index(state.selected) if state.selected in names else -1)
        was_naming = self._naming.isVisibleTo(self)
        self._naming.setVisible(state.is_naming)
        if state.is_naming and not was_naming:
            self._name.clear()
            self._name.setFocus()
        self._trouble.setText(state.name_trouble)
        self._trouble.setVisible(bool(state.name_trouble))

    def _build_widgets(self) -> None:
        self._title = QLabel(self.tr("Collections"), self)
        set_role(self._title, "subtitle")
        self._new = QPushButton(self.tr("New"), self)
        self._new.setObjectName("new_collection")
        self._new.setAccessibleName(self.tr("New collection"))
        set_role(self._new, "quiet")
        icons.set_icon(self._new, "plus", "muted", 14)
        self._naming = QWidget(self)
        self._naming.hide()
        self._name = QLineEdit(self._naming)
        self._name.setObjectName("collection_name")
        self._name.setAccessibleName(self.tr("Name of the new collection"))
        self._name.setPlaceholderText(self.tr("Name"))
        self._create = QPushButton(self.tr("Create"), self._naming)
        self._create.setObjectName("create_collection")
        self._create.setAccessibleName(self.tr("Create the collection"))
        self._create.setEnabled(False)
        self._trouble = QLabel(self)
        self._trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._trouble.setWordWrap(True)
        set_role(self._trouble, "error")
        self._list = QListWidget(self)
        self._list.setObjectName("collections")
        self._list.setAccessibleName(self.tr("Collections"))

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._new)
        naming = QHBoxLayout(self._naming)
        naming.setContentsMargins(0, 0, 0, 0)
        naming.addWidget(self._name, 1)
        naming.addWidget(self._create)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._naming)
        column.addWidget(self._trouble)
        column.addWidget(self._list, 1)

    def _connect(self) -> None:
        self._new.clicked.connect(self._on_new)
        self._name.textChanged.connect(self._on_name_changed)
        self._name.returnPressed.connect(self._on_named)
        self._create.clicked.connect(self._on_named)
        self._list.currentTextChanged.connect(self.collection_selected)

    @Slot()
    def _on_new(self) -> None:
        (self.naming_left if self._naming.isVisibleTo(self) else self.new_requested).emit()

    @Slot(str)
    def _on_name_changed(self, text: str) -> None:
        self._create.setEnabled(bool(text.strip()))

    @Slot()
    def _on_named(self) -> None:
        if self._name.text().strip():
            self.named.emit(self._name.text())
