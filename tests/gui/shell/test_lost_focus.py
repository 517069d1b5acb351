"""What had the keyboard's focus disappears; the keyboard goes on where something took its place."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from workbench.paths import WorkbenchPaths
from workbench.ui.main_window import MainWindow
from workbench.ui.tabs import TabSpec
from workbench.ui.theme import set_role
from workbench.ui.window_state import WindowState

NAMES = ("pause", "resume", "stop", "cancel", "go_on")


def page() -> QWidget:
    """A field above a row of buttons, as a page with something that runs has them."""
    whole = QWidget()
    column, row = QVBoxLayout(whole), QHBoxLayout()
    field = QLineEdit(whole)
    field.setObjectName("field")
    column.addWidget(field)
    column.addStretch(1)
    row.addStretch(1)
    for name in NAMES:
        button = QPushButton(name, whole)
        button.setObjectName(name)
        row.addWidget(button)
        button.setHidden(name in ("resume", "go_on"))
        set_role(button, "danger" if name == "cancel" else "")
    column.addLayout(row)
    return whole


@pytest.fixture
def shown(qtbot: QtBot, home: WorkbenchPaths) -> MainWindow:
    window = MainWindow([TabSpec("home", "Home", "home", page)], WindowState(home.home / "window.ini"))
    qtbot.addWidget(window)
    window.show()
    window.make_ready()
    window.activateWindow()
    return window


def press(window: MainWindow, name: str, then: Callable[[], None]) -> None:
    button = find(window, QPushButton, name)
    button.clicked.connect(then)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def test_that_the_focus_goes_to_what_takes_the_place_of_a_button(qtbot: QtBot, shown: MainWindow) -> None:
    stop, cancel, pause, go_on = (find(shown, QPushButton, name) for name in ("stop", "cancel", "pause", "go_on"))

    def end() -> None:
        for button in (pause, stop, cancel):
            button.hide()
        go_on.show()

    press(shown, "stop", end)
    qtbot.waitUntil(lambda: focused() == "go_on")


def test_that_a_button_that_changes_into_another_is_followed(qtbot: QtBot, shown: MainWindow) -> None:
    pause, resume = find(shown, QPushButton, "pause"), find(shown, QPushButton, "resume")

    def turn() -> None:
        pause.setVisible(resume.isVisible())
        resume.setVisible(pause.isHidden())

    press(shown, "pause", turn)
    qtbot.waitUntil(lambda: focused() == "resume")


def test_that_nothing_dangerous_takes_the_focus_where_another_can(qtbot: QtBot, shown: MainWindow) -> None:
    pause, stop = find(shown, QPushButton, "pause"), find(shown, QPushButton, "stop")
    pause.hide()
    press(shown, "stop", stop.hide)
    qtbot.waitUntil(lambda: focused() == "field")


def test_that_a_button_that_is_only_disabled_keeps_its_place(qtbot: QtBot, shown: MainWindow) -> None:
    stop = find(shown, QPushButton, "stop")
    press(shown, "stop", lambda: stop.setEnabled(False))
    QApplication.processEvents()
    assert focused() == "stop"
    QTest.keyClick(stop, Qt.Key.Key_Tab)
    assert focused() == "cancel", "Tab leads on from there"
    stop.setEnabled(True)
    press(shown, "stop", lambda: stop.setEnabled(False))
    stop.setEnabled(True)
    stop.setEnabled(False)
    QApplication.processEvents()
    assert focused() == "stop"
    stop.hide()
    qtbot.waitUntil(lambda: focused() == "pause")


def test_that_a_button_may_be_destroyed_at_once(qtbot: QtBot, shown: MainWindow) -> None:
    stop = find(shown, QPushButton, "stop")

    def end() -> None:
        stop.hide()
        stop.deleteLater()

    press(shown, "stop", end)
    qtbot.waitUntil(lambda: focused() in ("pause", ""))
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert find(shown, QPushButton, "pause").isVisible()
