"""The row of pages: with icons where there is room for them, without where the words alone fit."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from workbench.ui import icons


class PageTabs(QTabWidget):
    """Tabs whose icons are the first to go in a narrow window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons: Sequence[str] = ()
        self.setDocumentMode(True)

    def name_icons(self, names: Sequence[str]) -> None:
        """One for each tab, in their order."""
        self._icons = names
        self._fit()

    def rename(self, number: int, text: str) -> None:
        """Other words on a tab."""
        if self.tabText(number) != text:
            self.setTabText(number, text)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        bar = self.tabBar()
        with QSignalBlocker(bar):
            for number, name in enumerate(self._icons):
                bar.setTabIcon(number, icons.icon(name, "muted", 16))
            if bar.sizeHint().width() > self.width():
                for number in range(len(self._icons)):
                    bar.setTabIcon(number, QIcon())
