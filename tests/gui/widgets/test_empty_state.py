"""A place with nothing to show, in little room."""

from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.empty_state import EmptyState

HINT = "Drop a file here. " * 6


def test_that_what_has_no_room_goes_and_the_button_stays(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    place = EmptyState("No files yet", HINT, "Add a file", icon="file", parent=window)
    window.resize(600, 600)
    place.resize(500, 500)
    window.show()
    button = place.findChild(QPushButton)
    assert button is not None
    shown = [label.text() for label in place.findChildren(QLabel) if label.isVisible()]
    assert shown == ["", "No files yet", HINT], "the icon is a label without words"
    place.resize(500, 90)
    assert [label.text() for label in place.findChildren(QLabel) if label.isVisible()] == ["No files yet"]
    assert button.isVisible() and place.toolTip() == HINT
    place.resize(500, 500)
    assert not place.toolTip() and len([label for label in place.findChildren(QLabel) if label.isVisible()]) == 3
