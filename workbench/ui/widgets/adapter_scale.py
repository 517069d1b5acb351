"""How strongly an adapter is applied: a small field beside its choice, hidden where none is chosen."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

_FURTHEST = 10.0
"""As `AdapterRef.scale` allows."""
_WIDTH = 92
"""Pixels: the hint would have room for more digits than there are, and columns are narrow."""


class AdapterScale(QDoubleSpinBox):
    scaled = Signal(float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Scale of the adapter"))
        self.setToolTip(
            self.tr("How strongly the adapter is applied: 1 as it was trained, 0.5 half as strongly, 0 not at all")
        )
        self.setRange(-_FURTHEST, _FURTHEST)
        self.setSingleStep(0.1)
        self.setPrefix("× ")
        self.setFixedWidth(_WIDTH)
        self.setKeyboardTracking(False)
        self.setValue(1.0)
        self.hide()
        self.valueChanged.connect(self.scaled)

    def show_scale(self, adapter: str, scale: float) -> None:
        """Hidden without an adapter; nothing is told back."""
        with QSignalBlocker(self):
            self.setValue(scale)
        self.setVisible(bool(adapter))
