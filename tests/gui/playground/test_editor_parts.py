"""What a prompt has besides its blocks: examples, reasoning, output."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, type_text
from tests.gui.playground.editor_given import Room, choose, open_section, pick, summary, type_lines, wait_until_gone
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import TrainingRow
from workbench.llm.types import ChatMessage, Role
from workbench.playground.types import ExampleSelection
from workbench.ui.playground.editor import EditorPanel
from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.widgets.trouble_card import TroubleCard

# -- examples ---------------------------------------------------------------------------------------------------------


def add_example(panel: EditorPanel, qtbot: QtBot, question: str, answer: str) -> None:
    click(find(panel, QPushButton, "examples_add"))
    dialog = find(panel, QDialog, "shot_dialog")
    keep = find(dialog, QPushButton, "shot_keep")
    assert not keep.isEnabled()
    type_text(find(dialog, QPlainTextEdit, "shot_question"), question)
    type_text(find(dialog, QPlainTextEdit, "shot_answer"), answer)
    click(keep)
    wait_until_gone(qtbot, panel, "shot_dialog")


def test_that_typed_examples_are_picked_by_hand(panel: EditorPanel, qtbot: QtBot) -> None:
    open_section(panel, "examples")
    add_example(panel, qtbot, "How warm?", "20 degrees")
    add_example(panel, qtbot, "How long?", "2 m")
    assert summary(panel, "examples") == "2 picked by hand"
    rows = find(panel, QListWidget, "examples_list")
    rows.item(0).setCheckState(Qt.CheckState.Unchecked)
    few_shot = panel.part.draft().few_shot
    assert few_shot is not None and [shot.question for shot in few_shot.shots] == ["How long?"]
    click(find(panel, QToolButton, "editor_undo"))
    assert rows.item(0).checkState() is Qt.CheckState.Checked


def test_that_examples_come_from_a_data_set_and_are_drawn_with_a_seed(panel: EditorPanel, room: Room) -> None:
    DatasetStore(room.database).save(
        "lamps",
        [
            TrainingRow(
                messages=(
                    ChatMessage(role=Role.USER, content=f"Question {number}?"),
                    ChatMessage(role=Role.ASSISTANT, content=f"Answer {number}."),
                ),
                number=number,
            )
            for number in range(1, 31)
        ],
    )
    open_section(panel, "examples")
    pick(find(panel, QMenu, "examples_menu"), "lamps")
    assert find(panel, QListWidget, "examples_list").count() == 30
    choose(find(panel, QComboBox, "examples_selection"), "at random")
    find(panel, QSpinBox, "examples_seed").setValue(7)
    find(panel, QSpinBox, "examples_count").setValue(5)
    few_shot = panel.part.draft().few_shot
    assert few_shot is not None
    assert (few_shot.selection, few_shot.seed, few_shot.count) == (ExampleSelection.RANDOM, 7, 5)
    assert (few_shot.source, len(few_shot.shots)) == ("lamps", 30)
    assert summary(panel, "examples") == "5 of 30 at random, seed 7"
    choose(find(panel, QComboBox, "examples_selection"), "none")
    assert panel.part.draft().few_shot is None


def test_that_a_file_without_answers_is_said_where_examples_are(panel: EditorPanel, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("colour\nred\n", encoding="utf-8")
    open_section(panel, "examples")
    panel.examples.file_chosen.emit(str(bad))
    assert "bad.csv" in find(panel, TroubleCard, "examples_trouble").text()
    assert panel.part.draft().few_shot is None


def test_that_an_example_is_edited_and_removed(panel: EditorPanel, qtbot: QtBot) -> None:
    open_section(panel, "examples")
    add_example(panel, qtbot, "How warm?", "20 degrees")
    rows = find(panel, QListWidget, "examples_list")
    rows.setCurrentRow(0)
    click(find(panel, QToolButton, "examples_edit"))
    dialog = find(panel, QDialog, "shot_dialog")
    type_text(find(dialog, QPlainTextEdit, "shot_answer"), "about ")
    click(find(dialog, QPushButton, "shot_keep"))
    wait_until_gone(qtbot, panel, "shot_dialog")
    few_shot = panel.part.draft().few_shot
    assert few_shot is not None and few_shot.shots[0].answer == "about 20 degrees"
    rows.setCurrentRow(0)
    click(find(panel, QToolButton, "examples_remove"))
    assert panel.part.draft().few_shot is None


# -- reasoning, output, settings --------------------------------------------------------------------------------------


def test_that_the_reasoning_switch_shows_its_rule(panel: EditorPanel) -> None:
    open_section(panel, "reasoning")
    click(find(panel, QCheckBox, "reasoning_switch"))
    words = find(panel, QLabel, "reasoning_words")
    assert words.isVisible() and "Answer:" in words.text()
    choose(find(panel, QComboBox, "reasoning_rule"), "in the last line")
    assert "last line" in words.text()
    assert not find(panel, QLineEdit, "reasoning_mark").isVisible()
    assert summary(panel, "reasoning") == "on"


def test_that_what_a_schema_says_in_vain_is_named(panel: EditorPanel) -> None:
    open_section(panel, "output")
    type_text(find(panel, GrowingEdit, "json_schema"), '{"type": "integer", "minimum": 1, "maximum": 5}')
    said = find(panel, QLabel, "schema_note")
    assert said.isVisible() and "“maximum” and “minimum”" in said.text()
    assert not find(panel, QLabel, "schema_problem").isVisible()
    pick(find(panel, QMenu, "schema_menu"), "A list of texts")
    assert not said.isVisible()


def test_that_a_broken_schema_is_said_at_its_line(panel: EditorPanel) -> None:
    open_section(panel, "output")
    edit = find(panel, GrowingEdit, "json_schema")
    type_lines(edit, '{"type":\n}')
    said = find(panel, QLabel, "schema_problem")
    assert said.isVisible() and said.text().startswith("Line 2")
    assert summary(panel, "output") == "the schema has a mistake"
    pick(find(panel, QMenu, "schema_menu"), "One of a few words")
    assert not said.isVisible() and summary(panel, "output") == "JSON schema"
    open_section(panel, "reasoning")
    click(find(panel, QCheckBox, "reasoning_switch"))
    assert find(panel, QLabel, "schema_no_room").isVisible()
    click(find(panel, QPushButton, "schema_clear"))
    assert not find(panel, QLabel, "schema_no_room").isVisible()
    assert edit.toPlainText() == "" and summary(panel, "output") == "any text"
