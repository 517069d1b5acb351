"""One adapter: where it comes from, where it lies, what can be done with it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from workbench.finetune.types import Adapter, ExportFormat
from workbench.ui.pace import in_words as duration_in_words
from workbench.ui.theme import set_role


class AdapterCard(QFrame):
    try_requested = Signal()
    folder_requested = Signal()
    delete_requested = Signal()
    export_chosen = Signal(object)
    """ExportFormat."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_adapter(self, adapter: Adapter) -> None:
        config = adapter.config
        held_out = f"{adapter.eval_loss:.3f}" if adapter.eval_loss is not None else self.tr("not measured")
        lines = [
            self.tr("{} steps in {}, rank {}, learning rate {:g}, seed {}").format(
                f"{adapter.steps:,}",
                duration_in_words(adapter.seconds),
                adapter.rank,
                config.learning_rate,
                config.seed,
            ),
            self.tr("Loss {}, held-out loss {}").format(loss_in_words(adapter), held_out),
            self.tr("Lies in {}").format(adapter.folder),
            self.tr("SHA-256 {}").format(adapter.gguf_hash),
        ]
        self._details.setText("\n".join(lines))

    def allow_export(self, is_allowed: bool) -> None:
        self._export.setEnabled(is_allowed)

    def _build_widgets(self) -> None:
        self._details = QLabel(self)
        self._details.setObjectName("adapter_details")
        self._details.setTextFormat(Qt.TextFormat.PlainText)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details.setWordWrap(True)
        set_role(self._details, "small")
        self._try = _button(
            self.tr("Try it in the playground"), "adapter_try", self.tr("Try the selected adapter in the playground")
        )
        set_role(self._try, "primary")
        self._export = _button(self.tr("Export"), "adapter_export", self.tr("Export the selected adapter"))
        self._menu = QMenu(self._export)
        for kind, words in self._formats().items():
            action = QAction(words, self._menu)
            action.setObjectName(f"export_{kind.value}")
            action.setData(kind)
            self._menu.addAction(action)
        self._export.setMenu(self._menu)
        self._folder = _button(
            self.tr("Where is it"), "adapter_folder", self.tr("Show the folder of the selected adapter")
        )
        self._delete = _button(self.tr("Delete…"), "adapter_delete", self.tr("Delete the selected adapter"))

    def _formats(self) -> dict[ExportFormat, str]:
        return {
            ExportFormat.PEFT: self.tr("PEFT folder, for transformers…"),
            ExportFormat.GGUF_LORA: self.tr("GGUF adapter, for llama.cpp…"),
            ExportFormat.GGUF_MERGED: self.tr("Whole model with the adapter merged in (GGUF)…"),
        }

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._try)
        buttons.addWidget(self._export)
        buttons.addWidget(self._folder)
        buttons.addStretch(1)
        buttons.addWidget(self._delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addWidget(self._details)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._try.clicked.connect(self.try_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._delete.clicked.connect(self.delete_requested)
        self._menu.triggered.connect(self._on_export_chosen)

    @Slot(QAction)
    def _on_export_chosen(self, action: QAction) -> None:
        self.export_chosen.emit(action.data())


def loss_in_words(adapter: Adapter) -> str:
    return f"{adapter.loss:.3f}" if adapter.loss is not None else "–"


def _button(text: str, name: str, accessible: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(accessible)
    return button
