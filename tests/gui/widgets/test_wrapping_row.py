"""A row of widgets that never cuts any of them."""

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.wrapping_row import WrappingRow, labelled


def a_row(qtbot: QtBot, width: int) -> tuple[list[QWidget], QWidget]:
    window = QWidget()
    qtbot.addWidget(window)
    widgets: list[QWidget] = [QPushButton("New question", window), QPushButton("Import a file", window)]
    widgets.append(QLineEdit(window))
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addLayout(WrappingRow(widgets))
    column.addStretch(1)
    window.resize(width, 300)
    window.show()
    return widgets, window


def test_that_what_has_room_stands_on_one_line_and_the_field_takes_the_rest(qtbot: QtBot) -> None:
    (first, second, field), window = a_row(qtbot, 700)
    assert first.y() == second.y()
    assert abs(field.geometry().center().y() - first.geometry().center().y()) <= 1, "whatever the style of other tests"
    assert field.geometry().right() == window.width() - 1


def test_that_nothing_is_cut_where_the_line_is_too_short(qtbot: QtBot) -> None:
    (first, second, field), window = a_row(qtbot, 150)
    assert first.y() < second.y() <= field.y()
    for widget in (first, second, field):
        assert widget.width() >= widget.minimumSizeHint().width()
        assert widget.geometry().right() < window.width() and widget.geometry().bottom() < window.height()


def test_that_a_hidden_widget_takes_no_room(qtbot: QtBot) -> None:
    (first, second, _field), window = a_row(qtbot, 700)
    first.hide()
    qtbot.waitUntil(lambda: second.x() == 0, timeout=60_000)
    assert window.layout() is not None


def test_that_the_key_of_a_label_leads_to_its_field(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field = QLineEdit(window)
    pair = labelled("&Name", field)
    label = pair.findChild(QLabel)
    assert label is not None and label.buddy() is field and field.parentWidget() is pair
