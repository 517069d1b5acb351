"""Preferences: generated from the declarations, saved and applied at once."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QListWidget,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press, type_text
from workbench.app import Program
from workbench.boundary import Boundary
from workbench.settings import ColorScheme, LlmSettings, Settings
from workbench.ui.models import ModelsTab
from workbench.ui.playground.grid import GridPage
from workbench.ui.preferences import PreferencesDialog, SettingRow


@pytest.fixture
def changes() -> list[Settings]:
    """The settings that were in force, the last one is."""
    return [Settings()]


@pytest.fixture
def dialog(qtbot: QtBot, changes: list[Settings]) -> PreferencesDialog:
    dialog = PreferencesDialog(lambda: changes[-1], changes.append)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_that_every_declared_setting_has_an_editor(dialog: PreferencesDialog) -> None:
    declared = {
        (name, field)
        for name in Settings.model_fields
        if isinstance(section := getattr(Settings(), name), Boundary)
        for field in type(section).model_fields
    }
    assert {(row.section, row.name) for row in dialog.findChildren(SettingRow)} == declared
    for section, name in declared:
        editor = find(dialog, QWidget, f"setting_{section}_{name}")
        assert editor.accessibleName()


def test_that_a_changed_number_is_told_and_reset_puts_the_default_back(
    qtbot: QtBot, dialog: PreferencesDialog, changes: list[Settings]
) -> None:
    box = find(dialog, QSpinBox, "setting_llm_context_length")
    reset = find(dialog, QToolButton, "reset_llm_context_length")
    find(dialog, QListWidget, "preference_sections").setCurrentRow(1)
    assert box.value() == 2048 and not reset.isVisible()
    box.selectAll()
    type_text(box, "4096")
    press(box, Qt.Key.Key_Return)
    assert changes[-1].llm.context_length == 4096
    assert reset.isVisible()
    click(reset)
    assert changes[-1].llm.context_length == 2048 and box.value() == 2048


def test_that_the_declared_range_holds(dialog: PreferencesDialog) -> None:
    box = find(dialog, QSpinBox, "setting_llm_context_length")
    assert (box.minimum(), box.maximum()) == (256, 131072)
    number = find(dialog, QDoubleSpinBox, "setting_jobs_cancel_seconds")
    assert number.minimum() == pytest.approx(0.1) and number.maximum() == pytest.approx(120)


def test_that_switches_and_choices_are_told(qtbot: QtBot, dialog: PreferencesDialog, changes: list[Settings]) -> None:
    find(dialog, QCheckBox, "setting_general_notify_when_done").click()
    assert changes[-1].general.notify_when_done is False
    find(dialog, QComboBox, "setting_general_color_scheme").setCurrentIndex(list(ColorScheme).index("dark"))  # type: ignore[arg-type]
    assert changes[-1].general.color_scheme is ColorScheme.DARK
    assert changes[-1].general.notify_when_done is False


def test_that_folders_can_be_removed(qtbot: QtBot, changes: list[Settings]) -> None:
    changes.append(Settings(llm=LlmSettings(model_folders=("/models/a", "/models/b"))))
    dialog = PreferencesDialog(lambda: changes[-1], changes.append)
    qtbot.addWidget(dialog)
    dialog.show()
    editor = find(dialog, QWidget, "setting_llm_model_folders")
    folders = find(editor, QListWidget, "folder_list")
    assert not find(editor, QPushButton, "folder_remove").isEnabled()
    folders.setCurrentRow(0)
    find(editor, QPushButton, "folder_remove").click()
    assert changes[-1].llm.model_folders == ("/models/b",)


def test_that_a_change_keeps_what_was_changed_elsewhere_meanwhile(
    dialog: PreferencesDialog, changes: list[Settings]
) -> None:
    changes.append(Settings(llm=LlmSettings(model_folders=("/models/a",))))
    find(dialog, QSpinBox, "setting_llm_context_length").setValue(4096)
    assert changes[-1].llm == LlmSettings(model_folders=("/models/a",), context_length=4096)


def test_that_a_change_from_elsewhere_is_shown_and_what_is_being_typed_stays(
    dialog: PreferencesDialog, changes: list[Settings]
) -> None:
    find(dialog, QListWidget, "preference_sections").setCurrentRow(1)
    box = find(dialog, QSpinBox, "setting_llm_context_length")
    box.selectAll()
    type_text(box, "40")
    changes.append(Settings(llm=LlmSettings(model_folders=("/models/a",))))
    dialog.follow_settings()
    folders = find(find(dialog, QWidget, "setting_llm_model_folders"), QListWidget, "folder_list")
    assert [folders.item(n).text() for n in range(folders.count())] == ["/models/a"]
    assert box.text() == "40"


def test_that_the_next_folder_stays_selected_when_one_was_removed(qtbot: QtBot, program: Program) -> None:
    llm = program.settings.llm.model_copy(update={"model_folders": ("/models/a", "/models/b")})
    program.change_settings(program.settings.model_copy(update={"llm": llm}))
    program.window.preferences_requested.emit()
    editor = find(find(program.window, PreferencesDialog), QWidget, "setting_llm_model_folders")
    find(editor, QListWidget, "folder_list").setCurrentRow(0)
    find(editor, QPushButton, "folder_remove").click()
    assert program.settings.llm.model_folders == ("/models/b",)
    assert find(editor, QPushButton, "folder_remove").isEnabled()


def test_that_preferences_open_beside_the_window_lose_nothing_and_reach_tabs_that_are_open(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    window = program.window
    window.open_tab("playground", page="grid")
    window.open_tab("models")
    models, grid = find(window, ModelsTab).presenter, find(window, GridPage).presenter
    qtbot.waitUntil(lambda: bool(models.state.rows) and bool(grid.state.answerers))
    window.preferences_requested.emit()
    dialog = find(window, PreferencesDialog)
    models.add_paths([str(tmp_path)])
    find(dialog, QSpinBox, "setting_llm_context_length").setValue(1024)
    assert program.settings.llm.model_folders == (str(tmp_path),)
    window.scheme_chosen.emit("dark")
    assert find(dialog, QComboBox, "setting_general_color_scheme").currentIndex() == list(ColorScheme).index(
        ColorScheme.DARK
    )
    assert {row.load.context_length for row in models.state.rows} == {1024}
    assert {answerer.load.context_length for answerer in grid.setup.answerers} == {1024}
    qtbot.waitUntil(lambda: not models.state.is_scanning)


def test_that_the_appearance_is_applied_and_saved_at_once(qtbot: QtBot, program: Program) -> None:
    press(program.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = find(program.window, PreferencesDialog)
    assert dialog.isVisible()
    before = program.theme.tokens.name
    choice = find(dialog, QComboBox, "setting_general_color_scheme")
    choice.setCurrentIndex(list(ColorScheme).index(ColorScheme.LIGHT if before == "dark" else ColorScheme.DARK))
    assert program.theme.tokens.name != before

    def saved_scheme() -> str:
        return str(json.loads(program.paths.settings.read_text(encoding="utf-8"))["general"]["color_scheme"])

    qtbot.waitUntil(lambda: program.paths.settings.exists() and saved_scheme() == program.theme.tokens.name)
    dialog.close()
    ticked = [a.objectName() for a in program.window.actions() if a.isChecked() and "scheme" in a.objectName()]
    assert ticked == [f"action_scheme_{program.theme.tokens.name}"]


def test_that_settings_that_cannot_be_saved_are_applied_and_said(qtbot: QtBot, program: Program) -> None:
    program.paths.settings.with_suffix(".new").mkdir()
    rag = program.settings.rag.model_copy(update={"top_k": 9})
    program.change_settings(program.settings.model_copy(update={"rag": rag}))
    assert program.settings.rag.top_k == 9
    qtbot.waitUntil(lambda: len(program.window.messages.messages) > 0)
    assert "could not be saved" in program.window.messages.messages[0].text
