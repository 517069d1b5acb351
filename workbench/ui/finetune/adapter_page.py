"""One adapter: before and after, its card and lineage, its curve; what can be done with it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QTabWidget, QVBoxLayout, QWidget

from workbench.ui.finetune.before_after_view import BeforeAfterView
from workbench.ui.finetune.card_view import CardView
from workbench.ui.finetune.export_menu import ExportButton
from workbench.ui.finetune.export_view import ExportView
from workbench.ui.finetune.state import FinetuneState
from workbench.ui.theme import restyle, set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_button import named_button


class AdapterPage(QWidget):
    back_requested = Signal()
    try_requested = Signal()
    folder_requested = Signal()
    rename_requested = Signal()
    name_chosen = Signal(str)
    name_kept = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_renaming = False
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: FinetuneState) -> None:
        adapter, page = state.selected_adapter, state.adapter
        if adapter is None:
            return
        self._title.setText(adapter.name)
        data = self.tr(" on “{}”").format(adapter.dataset_name) if adapter.dataset_name else ""
        self._subtitle.setText(self.tr("An adapter of {}{}").format(adapter.base_name, data))
        self._show_renaming(adapter.name, page.is_renaming, page.rename_trouble)
        self.before_after.show_page(page, adapter.gguf_hash)
        self.card.show_adapter(adapter, page.lineage)
        self.exporting.show_export(state.export)
        self.export.setEnabled(state.export is None or not state.export.is_running)

    def _show_renaming(self, name: str, is_renaming: bool, trouble: str) -> None:
        self._title.setVisible(not is_renaming)
        self._new_name.setVisible(is_renaming)
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self._new_name.setProperty("problem", bool(trouble))
        restyle(self._new_name)
        if is_renaming and not self._is_renaming:
            self._new_name.setText(name)
            self._new_name.selectAll()
            self._new_name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._is_renaming = is_renaming

    def _build_widgets(self) -> None:
        self._back = named_button(
            self, "adapter_back", self.tr("‹ Adapters"), "link", spoken=self.tr("Back to the adapters")
        )
        self._title: ElidedLabel = ElidedLabel(parent=self)
        self._title.setObjectName("adapter_title")
        set_role(self._title, "title")
        self._new_name = QLineEdit(self)
        self._new_name.setObjectName("new_adapter_name")
        self._new_name.setAccessibleName(self.tr("New name of the adapter"))
        self._new_name.setMaxLength(80)
        self._trouble = QLabel(self)
        self._trouble.setObjectName("rename_trouble")
        set_role(self._trouble, "error")
        self._subtitle = QLabel(self)
        set_role(self._subtitle, "muted")
        self._try = named_button(
            self, "details_try", self.tr("Try it"), "primary", spoken=self.tr("Try the adapter in the playground")
        )
        self.export = ExportButton("details_export", self)
        self._rename = named_button(self, "details_rename", self.tr("Rename…"), spoken=self.tr("Rename the adapter"))
        self._folder = named_button(
            self, "details_folder", self.tr("Where is it"), spoken=self.tr("Show the adapter's folder")
        )
        self._delete = named_button(self, "details_delete", self.tr("Delete"), spoken=self.tr("Delete the adapter"))
        self.before_after, self.card = BeforeAfterView(self), CardView(self)
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("adapter_tabs")
        self._tabs.setAccessibleName(self.tr("Parts of the adapter's page"))
        self._tabs.setDocumentMode(True)
        self._tabs.addTab(self.before_after, self.tr("Before and after"))
        self._tabs.addTab(self.card, self.tr("Card and history"))
        self.exporting = ExportView("details_export", self)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        head.addWidget(self._new_name, 1)
        for button in (self._try, self.export, self._rename, self._folder, self._delete):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._trouble)
        column.addWidget(self._subtitle)
        column.addWidget(self._tabs, 1)
        column.addWidget(self.exporting)

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._try.clicked.connect(self.try_requested)
        self._rename.clicked.connect(self.rename_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._delete.clicked.connect(self.delete_requested)
        self._new_name.returnPressed.connect(self._on_name)
        for keys, place, signal in (
            (Qt.Key.Key_Escape, self._new_name, self.name_kept),
            (Qt.Key.Key_F2, self, self.rename_requested),
        ):
            shortcut = QShortcut(QKeySequence(keys), place)
            shortcut.setContext(
                Qt.ShortcutContext.WidgetShortcut if place is self._new_name
                else Qt.ShortcutContext.WidgetWithChildrenShortcut
            )  # fmt: skip
            shortcut.activated.connect(signal)

    @Slot()
    def _on_name(self) -> None:
        self.name_chosen.emit(self._new_name.text())
