"""What goes into the file of an exported collection."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.rag.bundles.making import bundle_name
from workbench.ui.documents.state import DocumentsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.file_dialogs import SaveDialog
from workbench.ui.widgets.named_button import named_button


class ExportForm(QFrame):
    """Hidden until it is asked for."""

    chosen = Signal(str, bool, bool)
    """Path of the file, with vectors, with paths."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected = ""
        self._build_widgets()
        self._build_layout()
        self._connect()
        self.hide()

    def show_state(self, state: DocumentsState) -> None:
        was_hidden = self.isHidden()
        self._selected = state.selected
        self._title.setText(self.tr("Export “{}” to one file").format(state.selected))
        self.setVisible(state.is_exporting)
        if state.is_exporting and was_hidden:
            self._save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_widgets(self) -> None:
        self.setObjectName("export_form")
        set_role(self, "panel")
        self._title, self._about = QLabel(self), QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._title, "subtitle")
        self._about.setText(
            self.tr(
                "The file holds the texts of all documents, the settings, your thumbs, test sets and what was "
                "measured; not the files themselves."
            )
        )
        self._about.setWordWrap(True)
        set_role(self._about, "muted")
        self._vectors = QCheckBox(self.tr("With vectors: bigger, but ready at once where it is imported"), self)
        self._vectors.setObjectName("export_vectors")
        self._paths = QCheckBox(
            self.tr("With the places of the files on this computer, which keeps them in sync"), self
        )
        self._paths.setObjectName("export_paths")
        self._paths.setChecked(True)
        self._save = named_button(
            self, "export_save", self.tr("Save as…"), "primary", spoken=self.tr("Choose where to save it")
        )
        self._leave = named_button(self, "export_leave", self.tr("Cancel"), spoken=self.tr("Export nothing"))

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._leave)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        for widget in (self._title, self._about, self._vectors, self._paths):
            column.addWidget(widget)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._save.clicked.connect(self._on_save)
        self._leave.clicked.connect(self.left)

    @Slot()
    def _on_save(self) -> None:
        dialog = SaveDialog(self, self.tr("Export the collection"), "export_dialog", [self.tr("Collections (*.zip)")])
        dialog.selectFile(bundle_name(self._selected))
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, path: str) -> None:
        self.chosen.emit(path, self._vectors.isChecked(), self._paths.isChecked())
