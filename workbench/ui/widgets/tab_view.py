"""A tab, or a page of one, that tells when it comes to the front."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget


class TabView(QWidget):
    shown = Signal()
    """Not when the window itself comes back."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shown.emit()
