"""The adapter that answers with the chosen model; hidden where there is none for it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from workbench.ui.widgets.choices import show_choices


class AdapterBox(QComboBox):
    adapter_chosen = Signal(str)
    """Its name; empty: the model alone."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Adapter that answers with the model"))
        self.currentIndexChanged.connect(self._on_changed)

    def show_adapters(self, adapters: Sequence[str], chosen: str) -> None:
        show_choices(self, [("", self.tr("No adapter")), *((name, name) for name in adapters)], chosen)
        self.setVisible(bool(adapters))

    @Slot(int)
    def _on_changed(self, number: int) -> None:
        self.adapter_chosen.emit(self.itemData(number) or "")
