"""The bar on which an adapter from elsewhere gets its base and its name."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.ui.finetune.adapters_state import ImportState
from workbench.ui.theme import set_role
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.trouble_card import TroubleCard


class ImportBar(QFrame):
    """Hidden while nothing is imported."""

    base_chosen = Signal(str)
    name_edited = Signal(str)
    start_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_bar")
        set_role(self, "panel")
        self._bases: tuple[str, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()
        self.hide()

    def show_import(self, state: ImportState | None) -> None:
        self.setVisible(state is not None)
        if state is None:
            return
        about = f" ({state.says})" if state.says else ""
        self._about.setText(self.tr("Import {}{}").format(Path(state.folder).name, about))
        with QSignalBlocker(self._base):
            if state.bases != self._bases or not self._base.count():
                self._bases = state.bases
                self._base.clear()
                self._base.addItem(self.tr("Choose the model that it was trained on"), "")
                for name in state.bases:
                    self._base.addItem(name, name)
            self._base.setCurrentIndex(max(0, self._base.findData(state.base)))
        if self._name.text() != state.name:
            self._name.setText(state.name)
        for widget in (self._base, self._name):
            widget.setEnabled(state.running is None and not state.is_refused)
        self._start.setEnabled(state.can_start)
        self._strip.show_running(state.running)
        self._trouble.show_trouble(state.trouble)

    def _build_widgets(self) -> None:
        self._about = QLabel(self)
        self._about.setObjectName("import_about")
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setWordWrap(True)
        self._base = QComboBox(self)
        self._base.setObjectName("import_base")
        self._base.setAccessibleName(self.tr("Model that the adapter was trained on"))
        self._name = QLineEdit(self)
        self._name.setObjectName("import_name")
        self._name.setAccessibleName(self.tr("Name of the imported adapter"))
        self._name.setMaxLength(80)
        self._start = named_button(self, "import_start", self.tr("Import"), "primary")
        self._leave = named_button(self, "import_leave", self.tr("Cancel"))
        self._strip = JobStrip(self)
        self._trouble = TroubleCard("import_trouble", self)

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(QLabel(self.tr("trained on"), self))
        row.addWidget(self._base, 2)
        row.addWidget(QLabel(self.tr("call it"), self))
        row.addWidget(self._name, 2)
        row.addWidget(self._start)
        row.addWidget(self._leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(self._about)
        column.addLayout(row)
        column.addWidget(self._trouble)
        column.addWidget(self._strip)

    def _connect(self) -> None:
        self._base.currentIndexChanged.connect(self._on_base)
        self._name.textEdited.connect(self.name_edited)
        self._start.clicked.connect(self.start_requested)
        self._leave.clicked.connect(self.left)
        self._strip.stop_requested.connect(self.left)

    @Slot(int)
    def _on_base(self, index: int) -> None:
        self.base_chosen.emit(self._base.itemData(index) or "")
