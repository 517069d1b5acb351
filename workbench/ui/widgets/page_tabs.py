"""The row of pages: with icons where there is room for them, else the words alone, and closer where they do not fit."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QSignalBlocker, QSize
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from workbench.ui import icons
from workbench.ui.theme import restyle

_FRAME = 4
"""Pixels that the style draws around a page."""
_SAVED = 12
"""Pixels by which the style sheet draws a tab narrower where it `is_close`."""


class PageTabs(QTabWidget):
    """Tabs whose icons are the first to go in a narrow window, and then the room around their words.

    `is_as_high_as_page`: within something that scrolls, only the page in front says how high they must be at least. Qt
    asks all pages, and a tall one would make all others scroll.
    """

    def __init__(self, parent: QWidget | None = None, *, is_as_high_as_page: bool = False) -> None:
        super().__init__(parent)
        self._icons: Sequence[str] = ()
        self._is_as_high_as_page = is_as_high_as_page
        self.setDocumentMode(True)
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        page = self._page()
        least = super().minimumSizeHint()
        return least if page is None else QSize(least.width(), page.minimumSizeHint().height() + self._around())

    def sizeHint(self) -> QSize:
        page = self._page()
        wanted = super().sizeHint()
        return wanted if page is None else QSize(wanted.width(), page.sizeHint().height() + self._around())

    def hasHeightForWidth(self) -> bool:
        page = self._page()
        return super().hasHeightForWidth() if page is None else page.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        page = self._page()
        return super().heightForWidth(width) if page is None else page.heightForWidth(width) + self._around()

    def _page(self) -> QWidget | None:
        """The page that alone says how high the tabs are; None where all do."""
        return self.currentWidget() if self._is_as_high_as_page else None

    def _around(self) -> int:
        return self.tabBar().sizeHint().height() + _FRAME

    def add_named(self, page: QWidget, title: str, icon: str) -> None:
        """One more page."""
        self.addTab(page, title)
        self.name_icons([*self._icons, icon])

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
            saved = _SAVED * bar.count() if bar.property("is_close") else 0
            self._draw_closer(bar.sizeHint().width() + saved > self.width())

    def _draw_closer(self, is_close: bool) -> None:
        bar = self.tabBar()
        if bool(bar.property("is_close")) != is_close:
            bar.setProperty("is_close", is_close)
            restyle(bar)
            QCoreApplication.sendEvent(bar, QEvent(QEvent.Type.StyleChange))  # for this alone it measures tabs anew
