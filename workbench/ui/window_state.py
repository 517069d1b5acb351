"""Where the window was, how its splitters stood and which tab was open: the one use of QSettings."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

DEFAULT_SIZE = QSize(1240, 800)
VISIBLE_AT_LEAST = 120
"""Pixels of the title bar's width that must be on a screen, so that the window can be taken hold of."""


class WindowState:
    """Kept in `window.ini` in the data folder; a damaged or missing file means the defaults."""

    def __init__(self, path: Path) -> None:
        self._saved = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def last_tab(self) -> str:
        return str(self._saved.value("last_tab", ""))

    @property
    def is_job_panel_open(self) -> bool:
        return self._saved.value("job_panel", "false") == "true"

    def restore_window(self, window: QMainWindow) -> None:
        """Place the window where it was, moved onto a visible screen when that one is gone."""
        window.resize(DEFAULT_SIZE)
        geometry = self._saved.value("geometry")
        if not (isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)):
            _fit(window)
            return
        if not window.isMaximized() and not window.isFullScreen():
            _fit(window)

    def restore_splitters(self, inside: QWidget) -> None:
        """Put the named splitters of a tab, or of the window, where they were."""
        for splitter in [inside, *inside.findChildren(QSplitter)]:
            if isinstance(splitter, QSplitter) and splitter.objectName():
                state = self._saved.value(f"splitters/{splitter.objectName()}")
                if isinstance(state, QByteArray):
                    splitter.restoreState(state)

    def save(self, window: QMainWindow, last_tab: str, *, is_job_panel_open: bool) -> None:
        self._saved.setValue("geometry", window.saveGeometry())
        self._saved.setValue("last_tab", last_tab)
        self._saved.setValue("job_panel", "true" if is_job_panel_open else "false")
        for splitter in window.findChildren(QSplitter):
            if splitter.objectName():
                self._saved.setValue(f"splitters/{splitter.objectName()}", splitter.saveState())
        self._saved.sync()


def clamped(wanted: QRect, screens: list[QRect]) -> QRect:
    """`wanted`, made smaller and moved so that it can be seen and moved on one of the screens."""
    if not screens:
        return wanted
    for screen in screens:
        common = screen.intersected(wanted)
        top_is_visible = screen.top() <= wanted.top() <= screen.bottom() - 40
        fits = wanted.width() <= screen.width() and wanted.height() <= screen.height()
        if top_is_visible and fits and common.width() >= min(VISIBLE_AT_LEAST, wanted.width()):
            return wanted
    screen = max(screens, key=lambda one: _area(one.intersected(wanted)))
    size = wanted.size().boundedTo(screen.size())
    left = min(max(wanted.left(), screen.left()), screen.right() + 1 - size.width())
    top = min(max(wanted.top(), screen.top()), screen.bottom() + 1 - size.height())
    return QRect(left, top, size.width(), size.height())


def _fit(window: QMainWindow) -> None:
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    window.setGeometry(clamped(window.geometry(), screens))


def _area(rectangle: QRect) -> int:
    return max(0, rectangle.width()) * max(0, rectangle.height())
