"""Asking where a file shall be written."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QWidget


class SaveDialog(QFileDialog):
    """Gives a name without an ending that of the chosen filter; gone when it is closed. Connect `fileSelected`."""

    def __init__(self, parent: QWidget, title: str, name: str, filters: Sequence[str]) -> None:
        """`filters` like "Report (*.html)"; the first one is chosen at the beginning."""
        super().__init__(parent, title)
        self.setObjectName(name)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters(filters)
        self._take_ending(filters[0])
        self.filterSelected.connect(self._take_ending)
        self.finished.connect(self.deleteLater)

    @Slot(str)
    def _take_ending(self, chosen: str) -> None:
        self.setDefaultSuffix(chosen.rsplit("*.", 1)[-1].rstrip(")"))
