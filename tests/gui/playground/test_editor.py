"""The editor of prompts: writing, undoing, blocks, in a narrow room."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QTextOption
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press, type_text
from tests.gui.playground.editor_given import (
    ALT,
    CONTROL,
    SHIFT,
    block,
    choose,
    open_section,
    rewrite,
    summary,
    underlined_line,
)
from workbench.llm.types import Role
from workbench.ui.playground.editor import EditorPanel
from workbench.ui.playground.editor.growing_edit import GrowingEdit

# -- writing ----------------------------------------------------------------------------------------------------------


def test_that_typing_a_variable_brings_its_field(panel: EditorPanel, qtbot: QtBot) -> None:
    rewrite(block(panel, 1), "{{ question }} about {{ topic }}")
    qtbot.waitUntil(lambda: panel.findChild(GrowingEdit, "value_topic") is not None)
    assert summary(panel, "variables") == "topic without a value"
    type_text(find(panel, GrowingEdit, "value_topic"), "lamps")
    assert dict(panel.part.values()) == {"topic": "lamps"}
    assert summary(panel, "variables") == "topic"


def test_that_a_mistake_is_underlined_at_its_line_and_said_beside_it(panel: EditorPanel, qtbot: QtBot) -> None:
    edit = block(panel, 1)
    rewrite(edit, "first\n{% if %}")
    qtbot.waitUntil(lambda: underlined_line(edit) == 1)
    said = find(panel, QLabel, f"block_problem_{panel.part.board.draft.block_ids[1]}")
    assert said.isVisible() and said.text().startswith("Line 2: ")
    rewrite(edit, "first")
    qtbot.waitUntil(lambda: not said.isVisible())
    assert edit.extraSelections() == []


def test_that_f8_goes_to_the_mistake(panel: EditorPanel, qtbot: QtBot) -> None:
    edit = block(panel, 0)
    rewrite(edit, "one\ntwo {{ x\nthree")
    qtbot.waitUntil(lambda: underlined_line(edit) >= 0)
    line = underlined_line(edit)
    block(panel, 1).setFocus()
    press(block(panel, 1), Qt.Key.Key_F8)
    assert edit.hasFocus() and edit.textCursor().blockNumber() == line


def test_that_typing_does_not_move_the_cursor(panel: EditorPanel) -> None:
    edit = block(panel, 0)
    type_text(edit, "Hello world")
    for _ in range(6):
        press(edit, Qt.Key.Key_Left)
    type_text(edit, "!?")
    assert edit.toPlainText() == "Hello!? world"
    assert edit.textCursor().position() == 7


def test_that_a_field_grows_with_its_text_up_to_a_limit(panel: EditorPanel, qtbot: QtBot) -> None:
    edit = block(panel, 0)
    before = edit.height()
    rewrite(edit, "\n".join("abcdefgh"))
    qtbot.waitUntil(lambda: edit.height() > before)
    qtbot.waitUntil(lambda: edit.verticalScrollBar().maximum() == 0)
    eight = edit.height()
    rewrite(edit, "\n" * 60)
    qtbot.waitUntil(lambda: edit.height() > eight)
    qtbot.waitUntil(lambda: edit.verticalScrollBar().maximum() > 0)
    assert edit.height() < 2.5 * eight


def test_that_ten_megabytes_are_refused_with_a_sentence_and_nothing_is_lost(panel: EditorPanel) -> None:
    edit = block(panel, 1)
    rewrite(edit, "mine")
    QGuiApplication.clipboard().setText("x" * 10_000_000)
    press(edit, Qt.Key.Key_V, CONTROL)
    QGuiApplication.clipboard().setText("")
    assert edit.toPlainText() == "mine"
    said = find(panel, QLabel, f"block_problem_{panel.part.board.draft.block_ids[1]}")
    assert said.isVisible() and "10,000,004 characters" in said.text()


def test_that_a_long_text_that_fits_is_taken(panel: EditorPanel) -> None:
    edit = block(panel, 1)
    press(edit, Qt.Key.Key_A, CONTROL)
    data = QMimeData()
    data.setText("a line of text\n" * 10_000)
    edit.insertFromMimeData(data)
    assert len(panel.part.draft().blocks[1].text) == 150_000


def test_that_a_word_without_end_is_taken_and_wrapped_anywhere(panel: EditorPanel) -> None:
    edit = block(panel, 1)
    assert edit.wordWrapMode() is not QTextOption.WrapMode.WrapAnywhere
    data = QMimeData()
    data.setText("x" * 300_000)
    edit.insertFromMimeData(data)
    assert edit.wordWrapMode() is QTextOption.WrapMode.WrapAnywhere
    assert len(panel.part.draft().blocks[1].text) == 300_000 + len("{{ question }}")


# -- one history ------------------------------------------------------------------------------------------------------


def test_that_ctrl_z_undoes_texts_and_settings_wherever_the_focus_is(panel: EditorPanel) -> None:
    open_section(panel, "settings")
    edit = block(panel, 0)
    type_text(edit, "Be short.")
    spin = find(panel, QDoubleSpinBox, "option_temperature")
    spin.setFocus()
    press(spin, Qt.Key.Key_Up)
    assert panel.part.draft().generation.temperature == pytest.approx(0.1)
    press(spin, Qt.Key.Key_Z, CONTROL)
    assert spin.value() == 0.0 and edit.toPlainText() == "Be short."
    press(spin, Qt.Key.Key_Z, CONTROL)
    assert edit.toPlainText() == ""
    press(edit, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert edit.toPlainText() == "Be short."
    click(find(panel, QToolButton, "editor_redo"))
    assert spin.value() == pytest.approx(0.1)
    assert not find(panel, QToolButton, "editor_redo").isEnabled()


def test_that_undo_leaves_the_rest_of_a_long_text_where_it_is(panel: EditorPanel) -> None:
    edit = block(panel, 0)
    edit.setPlainText("\n".join(f"line {number}" for number in range(200)))
    panel.part.board.history.end_step()
    place = edit.textCursor()
    place.setPosition(900)
    edit.setTextCursor(place)
    edit.ensureCursorVisible()
    scrolled = edit.verticalScrollBar().value()
    assert scrolled > 0
    type_text(edit, "xyz")
    press(edit, Qt.Key.Key_Z, CONTROL)
    assert "xyz" not in edit.toPlainText()
    assert edit.textCursor().position() == 900
    assert edit.verticalScrollBar().value() == scrolled


def test_that_ctrl_z_works_in_the_value_of_a_variable_and_in_line_fields(panel: EditorPanel, qtbot: QtBot) -> None:
    rewrite(block(panel, 1), "{{ topic }}")
    qtbot.waitUntil(lambda: panel.findChild(GrowingEdit, "value_topic") is not None)
    value = find(panel, GrowingEdit, "value_topic")
    type_text(value, "lamps")
    press(value, Qt.Key.Key_Z, CONTROL)
    assert value.toPlainText() == ""
    open_section(panel, "reasoning")
    click(find(panel, QCheckBox, "reasoning_switch"))
    mark = find(panel, QLineEdit, "reasoning_mark")
    type_text(mark, "!")
    assert panel.part.draft().reasoning is not None
    press(mark, Qt.Key.Key_Z, CONTROL)
    assert mark.text() == "Answer:"


# -- blocks -----------------------------------------------------------------------------------------------------------


def test_that_a_block_is_added_and_gets_the_focus(panel: EditorPanel) -> None:
    menu = find(panel, QMenu, "add_block_menu")
    next(action for action in menu.actions() if action.objectName() == "add_assistant").trigger()
    assert [item.role for item in panel.part.draft().blocks] == [Role.SYSTEM, Role.USER, Role.ASSISTANT]
    assert block(panel, 2).hasFocus()


def test_that_alt_and_an_arrow_move_a_block_with_its_text(panel: EditorPanel) -> None:
    edit = block(panel, 1)
    edit.setFocus()
    press(edit, Qt.Key.Key_Up, ALT)
    assert [item.role for item in panel.part.draft().blocks] == [Role.USER, Role.SYSTEM]
    assert block(panel, 0) is edit and edit.hasFocus()


def test_that_a_removed_block_comes_back_by_undo(panel: EditorPanel) -> None:
    type_text(block(panel, 0), "Be short.")
    first = panel.part.board.draft.block_ids[0]
    click(find(panel, QToolButton, f"block_remove_{first}"))
    assert len(panel.part.draft().blocks) == 1
    assert not find(panel, QToolButton, f"block_remove_{panel.part.board.draft.block_ids[0]}").isEnabled()
    click(find(panel, QToolButton, "editor_undo"))
    assert block(panel, 0).toPlainText() == "Be short."


def test_that_the_role_of_a_block_is_chosen(panel: EditorPanel) -> None:
    last = panel.part.board.draft.block_ids[1]
    choose(find(panel, QComboBox, f"block_role_{last}"), "Assistant")
    assert panel.part.draft().blocks[1].role is Role.ASSISTANT


# -- narrow -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 420, 480])
def test_that_nothing_is_cut_off_at_any_width(panel: EditorPanel, width: int, qtbot: QtBot) -> None:
    for name in ("examples", "reasoning", "output", "settings", "preview"):
        open_section(panel, name)
    click(find(panel, QCheckBox, "reasoning_switch"))
    panel.resize(width, 600)
    assert panel.minimumSizeHint().width() <= 320
    qtbot.waitUntil(lambda: panel.width() == width)
    for child in panel.findChildren(QWidget):
        if child.isVisibleTo(panel) and child.objectName():
            right = child.mapTo(panel, child.rect().topRight()).x()
            assert right <= width, (child.objectName(), right)
