"""What a user does, typed: find a widget, click, press a key, type."""

import gc
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

T = TypeVar("T", bound=QObject)


def find(parent: QObject, kind: type[T], name: str = "") -> T:
    """The one descendant of that type and name; fails the test when there is none."""
    found = parent.findChild(kind, name) if name else parent.findChild(kind)
    assert found is not None, f"no {kind.__name__} {name!r} in {parent.objectName() or type(parent).__name__}"
    return found


def click(widget: QWidget, at: QPoint | None = None) -> None:
    assert widget.isVisible(), f"{widget.objectName()} cannot be seen, so nobody clicks it"
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or QPoint())


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, key, modifier)


def type_text(widget: QWidget, text: str) -> None:
    QTest.keyClicks(widget, text)


def end_program(window: QWidget) -> None:
    """Close the program's window and take its style sheet from the application.

    The widgets go first: Qt keeps pointers to them in the caches of the sheet, and the next sheet follows those. (A
    program has one sheet after the other but never none; in it no widget was ever seen to die of a new one.)
    """
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setStyleSheet("")
