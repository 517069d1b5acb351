"""Versions of a prompt, in the editor's head and in their window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press, type_text
from tests.gui.playground.editor_given import CONTROL, SHIFT, Room, block, choose, pick, rewrite, wait_until_gone
from workbench.llm.types import Role
from workbench.playground.prompt_store import PromptStore
from workbench.playground.types import Prompt, PromptBlock
from workbench.ui.playground.editor import EditorPanel
from workbench.ui.playground.editor.versions_dialog import VersionsDialog

# -- in the head ------------------------------------------------------------------------------------------------------


def test_that_the_version_chooser_shows_versions_and_the_edited_mark(panel: EditorPanel) -> None:
    versions, mark = find(panel, QComboBox, "version_chooser"), find(panel, QLabel, "prompt_edited")
    assert mark.text() == "not saved"
    type_text(block(panel, 0), "Be short.")
    panel.part.save_for_run()
    assert versions.currentText() == "v1" and not mark.isVisible()
    type_text(block(panel, 0), " Be kind.")
    assert mark.isVisible() and mark.text() == "edited"
    panel.part.save_for_run()
    choose(versions, "v1")
    assert block(panel, 0).toPlainText() == "Be short."


def test_that_ctrl_s_saves_a_version_with_a_name_and_a_note(panel: EditorPanel, qtbot: QtBot) -> None:
    edit = block(panel, 0)
    type_text(edit, "Be short.")
    press(edit, Qt.Key.Key_S, CONTROL)
    dialog = find(panel, QDialog, "name_dialog")
    type_text(find(dialog, QLineEdit, "name_dialog_name"), "short")
    type_text(find(dialog, QPlainTextEdit, "name_dialog_note"), "First try")
    click(find(dialog, QPushButton, "name_dialog_ok"))
    wait_until_gone(qtbot, panel, "name_dialog")
    version = panel.part.list_versions()[0]
    assert (version.label, version.note) == ("v1 short", "First try")
    assert find(panel, QComboBox, "version_chooser").currentText() == "v1 short  ·  First try"


def test_that_prompts_that_another_tab_saved_are_listed(panel: EditorPanel, room: Room) -> None:
    PromptStore(room.database).save_version("Prompt of rows", Prompt())
    panel.part.list_again()
    prompts = find(panel, QComboBox, "prompt_chooser")
    assert "Prompt of rows" in [prompts.itemText(n) for n in range(prompts.count())]


def test_that_a_deleted_prompt_is_brought_back_by_the_notice(panel: EditorPanel) -> None:
    type_text(block(panel, 0), "Be short.")
    panel.part.save_for_run()
    pick(find(panel, QMenu, "editor_menu"), "Delete this prompt")
    notice = find(panel, QWidget, "deleted_prompt")
    assert notice.isVisible() and block(panel, 0).toPlainText() == ""
    click(find(panel, QPushButton, "deleted_prompt_undo"))
    assert not notice.isVisible() and block(panel, 0).toPlainText() == "Be short."


# -- their window -----------------------------------------------------------------------------------------------------


@pytest.fixture
def dialog(panel: EditorPanel, qtbot: QtBot) -> VersionsDialog:
    """Three versions: the second changed a word, the third a setting."""
    edit = block(panel, 0)
    for text, option in (("Be short.", 256), ("Be kind.", 256), ("Be kind.", 64)):
        rewrite(edit, text)
        panel.part.set_option("max_tokens", option)
        panel.part.save_for_run()
    press(edit, Qt.Key.Key_H, CONTROL | SHIFT)
    dialog = find(panel, VersionsDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def difference(dialog: VersionsDialog) -> str:
    return find(dialog, QPlainTextEdit, "version_diff").toPlainText()


def test_that_the_newest_version_is_compared_with_the_one_it_was_made_from(dialog: VersionsDialog) -> None:
    assert "Longest answer: 256 → 64" in difference(dialog)
    assert "Be kind" not in difference(dialog)


def test_that_any_two_versions_are_compared_with_the_words_that_differ_marked(dialog: VersionsDialog) -> None:
    choose(find(dialog, QComboBox, "version_other"), "v1")
    lines = difference(dialog).splitlines()
    assert "− Be short." in lines and "+ Be kind." in lines
    view = find(dialog, QPlainTextEdit, "version_diff")
    place = view.document().find("short")
    assert place.charFormat().fontUnderline()
    assert not view.document().find("Be").charFormat().fontUnderline()


def test_that_an_old_version_is_opened_in_the_editor(dialog: VersionsDialog, panel: EditorPanel) -> None:
    table = find(dialog, QTableView, "versions_table")
    table.setFocus()
    press(table, Qt.Key.Key_End)
    press(table, Qt.Key.Key_Down)
    table.selectRow(2)
    click(find(dialog, QPushButton, "version_open"))
    assert block(panel, 0).toPlainText() == "Be short."
    assert find(panel, QComboBox, "version_chooser").currentText() == "v1"


def test_that_names_and_notes_are_written_and_survive_closing(
    dialog: VersionsDialog, panel: EditorPanel, qtbot: QtBot
) -> None:
    name = find(dialog, QLineEdit, "version_name")
    type_text(name, "tiny")
    press(name, Qt.Key.Key_Return)
    assert panel.part.list_versions()[0].label == "v3 tiny"
    type_text(find(dialog, QPlainTextEdit, "version_note"), "64 tokens")
    click(find(dialog, QPushButton, "versions_close"))
    assert panel.part.list_versions()[0].note == "64 tokens"


def test_that_a_version_is_branched_off(dialog: VersionsDialog, panel: EditorPanel, qtbot: QtBot) -> None:
    click(find(dialog, QPushButton, "version_branch"))
    ask = find(dialog, QDialog, "name_dialog")
    rename = find(ask, QLineEdit, "name_dialog_name")
    press(rename, Qt.Key.Key_A, CONTROL)
    type_text(rename, "Other way")
    click(find(ask, QPushButton, "name_dialog_ok"))
    assert find(panel, QComboBox, "prompt_chooser").currentText() == "Other way"


def test_that_a_prompt_from_elsewhere_is_a_new_draft_and_a_known_one_its_version(
    panel: EditorPanel, room: Room
) -> None:
    prompt = Prompt(blocks=(PromptBlock(role=Role.USER, text="Briefly: {{ question }}"),))
    panel.part.open_draft(prompt, "arm rag")
    assert block(panel, 0).toPlainText() == "Briefly: {{ question }}"
    version = panel.part.save_for_run()
    assert version.prompt_name == "arm rag"
    panel.part.open_draft(Prompt(), "other")
    panel.part.open_draft(prompt, "arm rag")
    assert panel.part.board.draft.base == version
