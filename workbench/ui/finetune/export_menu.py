"""The button with the forms in which an adapter can be written for other programs."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from workbench.finetune.types import ExportFormat, MergedQuantization


class ExportButton(QPushButton):
    chosen = Signal(object, object)
    """ExportFormat, and of a whole model the MergedQuantization (None: as its base)."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("Export"))
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Export the adapter"))
        self._choices: dict[str, tuple[ExportFormat, MergedQuantization | None]] = {}
        self._menu = QMenu(self)
        self._menu.setObjectName(f"{name}_menu")
        self._add(self._menu, self.tr("PEFT folder, for transformers…"), ExportFormat.PEFT)
        self._add(self._menu, self.tr("GGUF adapter, for llama.cpp…"), ExportFormat.GGUF_LORA)
        self._add(self._menu, self.tr("Whole model with the adapter merged in (GGUF)…"), ExportFormat.GGUF_MERGED)
        self._add_sizes(self.tr("Whole model, smaller"), ExportFormat.GGUF_MERGED)
        self._add_sizes(self.tr("For Ollama: whole model with a Modelfile"), ExportFormat.OLLAMA)
        self.setMenu(self._menu)
        self._menu.triggered.connect(self._on_chosen)

    def _add_sizes(self, words: str, kind: ExportFormat) -> None:
        menu = self._menu.addMenu(words)
        for quantization, about in _SIZES.items():
            self._add(menu, about, kind, quantization)

    def _add(self, menu: QMenu, words: str, kind: ExportFormat, quantization: MergedQuantization | None = None) -> None:
        action = QAction(words, menu)
        name = f"export_{kind.value}" + (f"_{quantization.value}" if quantization is not None else "")
        action.setObjectName(name)
        self._choices[name] = (kind, quantization)
        menu.addAction(action)

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        self.chosen.emit(*self._choices[action.objectName()])


_SIZES = {
    MergedQuantization.F16: "F16: nothing is lost, 2 bytes per weight…",
    MergedQuantization.Q8_0: "Q8_0: half of that, hardly any loss…",
    MergedQuantization.Q6_K: "Q6_K: 6.6 bits per weight…",
    MergedQuantization.Q5_K_M: "Q5_K_M: 5.7 bits per weight…",
    MergedQuantization.Q4_K_M: "Q4_K_M: 4.9 bits per weight, the usual choice…",
}
