"""A choice in little room."""

from pytestqt.qtbot import QtBot

from workbench.ui.widgets.elided_combo import ElidedComboBox


def test_that_words_without_room_end_in_dots(qtbot: QtBot) -> None:
    box = ElidedComboBox()
    qtbot.addWidget(box)
    box.addItem("Passages with these words or a near meaning")
    box.resize(140, 30)
    box.show()
    assert box.shown_text().endswith("…") and box.shown_text().startswith("Pass")
    box.resize(600, 30)
    assert box.shown_text() == box.currentText()
    assert not box.grab().isNull()
