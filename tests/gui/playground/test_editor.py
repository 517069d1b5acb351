from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QTextOption
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages
from tests.gui.acting import click, find, press, type_text
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.llm.types import ChatMessage, ModelRef, Role
from workbench.playground.prompt_store import PromptStore
from workbench.playground.tasks import PREVIEW, PartTokens, PreviewReport, PreviewRequest, PromptPart
from workbench.playground.types import ExampleSelection, Prompt, PromptBlock
from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.editor import EditorPanel, Surroundings, build
from workbench.ui.playground.editor.growing_edit import GrowingEdit
from workbench.ui.playground.editor.versions_dialog import VersionsDialog
from workbench.ui.protocols import at_once
from workbench.ui.widgets.section import Section
from workbench.ui.widgets.trouble_card import TroubleCard

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
STARTER = ModelRef(name="starter", path="/r/starter.gguf")
BIG = ModelRef(name="big", path="/m/big.gguf")


@dataclass
class Room:
    database: Database
    home: Path
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)


@pytest.fixture
def room(database: Database, own_home: Path) -> Room:
    return Room(database, own_home)


@pytest.fixture
def panel(qtbot: QtBot, room: Room) -> EditorPanel:
    panel = build(
        Surroundings(
            jobs=room.jobs,
            messages=room.messages,
            catalog=ModelCatalog(room.jobs, Path("/w"), lambda: ()),
            settings=Settings,
            prompts=PromptStore(room.database),
            datasets=DatasetStore(room.database),
            in_background=at_once,
            memory_file=room.home / "playground.json",
            presets_folder=room.home / "presets",
        )
    )
    room.jobs.of(SCAN_MODELS)[0].finish(ScanModelsReport(models=(STARTER, BIG)))
    qtbot.addWidget(panel)
    panel.resize(420, 900)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


def block(panel: EditorPanel, at: int) -> GrowingEdit:
    return find(panel, GrowingEdit, f"block_text_{panel.part.board.draft.block_ids[at]}")


def open_section(panel: EditorPanel, name: str) -> None:
    if not find(panel, Section, f"section_{name}").is_open:
        click(find(panel, QToolButton, f"section_{name}_head"))


def summary(panel: EditorPanel, name: str) -> str:
    return find(panel, QLabel, f"section_{name}_summary").text()


def choose(box: QComboBox, words: str) -> None:
    """As a user does it: with the keyboard."""
    index = box.findText(words)
    assert index >= 0, [box.itemText(n) for n in range(box.count())]
    box.setCurrentIndex(index)
    box.activated.emit(index)


def rewrite(edit: QPlainTextEdit, text: str) -> None:
    edit.setFocus()
    press(edit, Qt.Key.Key_A, CONTROL)
    type_lines(edit, text)


def type_lines(edit: QPlainTextEdit, text: str) -> None:
    for number, line in enumerate(text.split("\n")):
        if number:
            press(edit, Qt.Key.Key_Return)
        type_text(edit, line)


def wait_until_gone(qtbot: QtBot, parent: QWidget, name: str) -> None:
    qtbot.waitUntil(lambda: parent.findChild(QDialog, name) is None)


def underlined_line(edit: GrowingEdit) -> int:
    """From 0; -1 where nothing is underlined."""
    selections = edit.extraSelections()
    return selections[0].cursor.blockNumber() if selections else -1


def pick(menu: QMenu, words: str) -> None:
    menu.aboutToShow.emit()
    action = next(action for action in menu.actions() if action.text() == words)
    action.trigger()


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


# -- versions in the head ---------------------------------------------------------------------------------------------


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


def test_that_a_deleted_prompt_is_brought_back_by_the_notice(panel: EditorPanel) -> None:
    type_text(block(panel, 0), "Be short.")
    panel.part.save_for_run()
    pick(find(panel, QMenu, "editor_menu"), "Delete this prompt")
    notice = find(panel, QWidget, "deleted_prompt")
    assert notice.isVisible() and block(panel, 0).toPlainText() == ""
    click(find(panel, QPushButton, "deleted_prompt_undo"))
    assert not notice.isVisible() and block(panel, 0).toPlainText() == "Be short."


# -- preview ----------------------------------------------------------------------------------------------------------


def report(text: str, tokens: int) -> PreviewReport:
    return PreviewReport(
        messages=(),
        final_prompt=text,
        prompt_tokens=tokens,
        context_length=1000,
        parts=(PartTokens(part=PromptPart.SYSTEM, tokens=tokens),),
        template_name="the model's own",
    )


def test_that_nothing_is_computed_while_the_preview_is_folded(panel: EditorPanel, room: Room, qtbot: QtBot) -> None:
    type_text(block(panel, 0), "Be short.")
    assert room.jobs.of(PREVIEW) == []
    open_section(panel, "preview")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 1)


@pytest.fixture
def asked(panel: EditorPanel, room: Room, qtbot: QtBot) -> Callable[[], PreviewRequest]:
    """Opens the preview; the last request of it."""
    open_section(panel, "preview")
    qtbot.waitUntil(lambda: bool(room.jobs.of(PREVIEW)))
    return lambda: PreviewRequest.model_validate(room.jobs.of(PREVIEW)[-1].spec.params)


def test_that_the_preview_shows_text_tokens_and_the_share_of_the_context(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest]
) -> None:
    assert asked().model.name == "starter" and asked().values["question"]
    room.jobs.of(PREVIEW)[0].finish(report("<system>Be short.", 250))
    assert find(panel, QPlainTextEdit, "preview_text").toPlainText() == "<system>Be short."
    assert find(panel, QProgressBar, "preview_context").value() == 250
    assert "250 of 1,000 tokens (25 %)" in find(panel, QLabel, "preview_tokens").text()
    assert summary(panel, "preview") == "250 tokens"


def test_that_typing_while_a_preview_is_computed_asks_once_more_afterwards(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    type_text(block(panel, 0), "Be short.")
    qtbot.waitUntil(lambda: panel.part.preview.waits)
    assert len(room.jobs.of(PREVIEW)) == 1
    room.jobs.of(PREVIEW)[0].finish(report("old", 1))
    assert len(room.jobs.of(PREVIEW)) == 2
    assert asked().prompt.blocks[0].text == "Be short."


def test_that_the_question_of_the_input_box_is_in_the_preview(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    room.jobs.of(PREVIEW)[0].finish(report("old", 1))
    panel.part.preview.ask("How warm is it?")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 2)
    assert asked().values["question"] == "How warm is it?"


def test_that_a_preview_that_fails_says_why_and_keeps_the_last_text(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    room.jobs.of(PREVIEW)[0].finish(report("the text", 5))
    type_text(block(panel, 0), "x")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 2)
    room.jobs.of(PREVIEW)[1].fail(WorkbenchError("The template does not finish.", hint="Look for a loop."))
    assert find(panel, TroubleCard, "preview_trouble").text() == "The template does not finish."
    assert find(panel, QPlainTextEdit, "preview_text").toPlainText() == "the text"
    type_text(block(panel, 0), "y")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 3)


def test_that_another_model_shows_its_own_template(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    room.jobs.of(PREVIEW)[0].finish(report("starter", 1))
    picker = find(panel, QComboBox, "preview_model")
    picker.setCurrentIndex(1)
    picker.activated.emit(1)
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 2)
    assert asked().model.name == "big"
    panel.part.preview.suggest_model("starter")
    assert panel.part.state.preview.model_name == "big"


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


# -- versions dialog --------------------------------------------------------------------------------------------------


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
