"""What was said: edited, answered anew, branched, gone on with, deleted, copied, kept and found again."""

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press
from tests.gui.playground.columns_given import Given, ask, columns, label, measured, settle, shown_text, turns
from workbench.llm.types import ChatMessage, Completion, FinishReason, Role
from workbench.playground.conversation import SavedConversation
from workbench.playground.types import Exchange, Prompt, PromptBlock
from workbench.ui.playground.columns import Columns
from workbench.ui.playground.columns.turn_menu import TurnMenu
from workbench.ui.playground.columns.turn_view import TurnView


def talk(view: Columns, given: Given, *said: tuple[str, str]) -> None:
    for question, answer in said:
        ask(view, question)
        given.finish(answer)


def choose(turn: TurnView, entry: str) -> None:
    """From the menu of a turn."""
    click(find(turn, QToolButton, "turn_more"))
    menu = find(turn, TurnMenu)
    action = next(action for action in menu.actions() if action.text() == entry)
    action.trigger()
    menu.close()


def history(view: Columns) -> QMenu:
    """Opened."""
    menu = find(view, QMenu, "history_menu")
    menu.aboutToShow.emit()
    return menu


def texts(qtbot: QtBot, view: Columns) -> list[str]:
    settle(qtbot, view)
    return [shown_text(turn) for turn in turns(view)]


def test_that_a_second_answer_is_a_branch_that_can_be_switched(qtbot: QtBot, view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."))
    click(find(turns(view)[0], QToolButton, "regenerate_answer"))
    assert given.request().values["question"] == "Hello?"
    given.finish("Two.")
    assert (texts(qtbot, view), label(turns(view)[0], "branch_place")) == (["Two."], "2/2")
    click(find(turns(view)[0], QToolButton, "branch_before"))
    assert (texts(qtbot, view), label(turns(view)[0], "branch_place")) == (["One."], "1/2")
    assert not find(turns(view)[0], QToolButton, "branch_before").isEnabled()


def test_that_an_edited_question_is_asked_beside_the_old_one(qtbot: QtBot, view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."), ("More?", "Two."))
    click(find(turns(view)[0], QToolButton, "edit_question"))
    editor = find(turns(view)[0], QPlainTextEdit, "turn_editor_text")
    assert editor.toPlainText() == "Hello?"
    editor.setPlainText("Goodbye?")
    press(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert (given.request().values["question"], given.request().earlier) == ("Goodbye?", ())
    given.finish("Bye.")
    assert texts(qtbot, view) == ["Bye."]
    click(find(turns(view)[0], QToolButton, "branch_before"))
    assert texts(qtbot, view) == ["One.", "Two."]


def test_that_escape_leaves_a_question_as_it_was(view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."))
    click(find(turns(view)[0], QToolButton, "edit_question"))
    editor = find(turns(view)[0], QPlainTextEdit, "turn_editor_text")
    editor.setPlainText("Goodbye?")
    press(editor, Qt.Key.Key_Escape)
    assert len(given.answers()) == 1
    assert turns(view)[0].findChild(QPlainTextEdit, "turn_editor_text") is None or not editor.isVisible()


def test_that_an_edited_answer_is_what_later_questions_build_on(qtbot: QtBot, view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."))
    choose(turns(view)[0], "Edit the answer…")
    editor = find(turns(view)[0], QPlainTextEdit, "turn_editor_text")
    editor.setPlainText("My own words.")
    click(find(turns(view)[0], QPushButton, "turn_editor_keep"))
    assert (texts(qtbot, view), label(turns(view)[0], "turn_remark")) == (["My own words."], "edited by you")
    ask(view, "And?")
    assert [m.content for m in given.request().earlier] == ["Hello?", "My own words."]
    given.finish("So.")
    click(find(turns(view)[0], QToolButton, "branch_before"))
    assert texts(qtbot, view) == ["One."]


def test_that_an_answer_that_was_cut_off_is_gone_on_with(qtbot: QtBot, view: Columns, given: Given) -> None:
    ask(view, "Count!")
    given.finish("One, two,", reason=FinishReason.LENGTH)
    assert measured(columns(view)[0]).startswith("cut off at the longest answer  ·  11 tokens")
    click(find(turns(view)[0], QPushButton, "continue_answer"))
    request = given.request()
    assert (request.continue_from, request.values["question"], request.earlier) == ("One, two,", "Count!", ())
    given.begin()
    given.say(" three")
    qtbot.waitUntil(lambda: shown_text(turns(view)[0]) == "One, two, three")
    given.finish(" three.")
    assert texts(qtbot, view) == ["One, two, three."]
    assert measured(columns(view)[0]).startswith("22 tokens")  # of both parts
    assert not find(turns(view)[0], QPushButton, "continue_answer").isVisible()


def test_that_a_stopped_continuation_keeps_both_parts(view: Columns, given: Given) -> None:
    ask(view, "Count!")
    given.finish("One,", reason=FinishReason.LENGTH)
    click(find(turns(view)[0], QPushButton, "continue_answer"))
    given.begin()
    job = given.answers()[-1]
    job.produce(given.completion(" two", reason=FinishReason.CANCELLED))
    job.end_cancelled()
    assert view.presenter.state.columns[0].path[0].answer == "One, two"


def test_that_a_deleted_turn_comes_back(qtbot: QtBot, view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."), ("More?", "Two."))
    choose(turns(view)[0], "Delete from here on")
    assert turns(view) == []
    undo = find(columns(view)[0], QPushButton, "turns_undo")
    assert undo.isVisible()
    click(undo)
    assert texts(qtbot, view) == ["One.", "Two."]
    assert not undo.isVisible()
    kept = given.conversations.find(given.conversations.list_conversations()[0].id)
    assert kept is not None and len(kept.columns[0].conversation.turns) == 2


def test_that_a_conversation_is_copied_as_text_and_as_markdown(view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "**One.**"))
    columns(view)[0].head.copy_requested.emit()
    assert QGuiApplication.clipboard().text() == "Question: Hello?\n\nAnswer: **One.**"
    columns(view)[0].head.copy_markdown_requested.emit()
    assert "> Hello?\n\n**One.**" in QGuiApplication.clipboard().text()
    choose(turns(view)[0], "Copy as Markdown")
    assert QGuiApplication.clipboard().text().startswith("## starter · support v1")


def test_that_the_exact_prompt_of_an_answer_can_be_read(view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."))
    choose(turns(view)[0], "Exact prompt…")
    shown = [edit for edit in view.findChildren(QPlainTextEdit) if edit.toPlainText() == "<|user|>Hello?"]
    assert len(shown) == 1 and shown[0].isReadOnly()
    shown[0].window().close()


def test_that_a_conversation_is_exported(tmp_path: Path, view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."))
    view.export_chosen.emit(str(tmp_path / "talk.md"))
    assert (tmp_path / "talk.md").read_text(encoding="utf-8").startswith("# Hello?\n\n## starter")
    view.export_chosen.emit(str(tmp_path / "talk.json"))
    found = json.loads((tmp_path / "talk.json").read_text(encoding="utf-8"))
    assert SavedConversation.model_validate(found).columns[0].conversation.path()[0].answer == "One."
    view.export_chosen.emit(str(tmp_path / "missing" / "talk.md"))
    assert "could not be written" in given.messages.texts("error")[0]


def test_that_conversations_are_kept_and_taken_up_again_with_their_columns(
    qtbot: QtBot, view: Columns, given: Given
) -> None:
    view.open_case({"adapter": "house-style"})
    click(find(view, QPushButton, "add_column"))
    columns(view)[1].head.model_chosen.emit("big")
    ask(view, "Hello?")
    for job in given.answers():
        given.finish("Hi.", job=job)
    click(find(view, QPushButton, "new_conversation"))
    assert turns(view) == []
    columns(view)[1].head.remove_requested.emit()
    menu = history(view)
    assert menu.actions()[0].text() == "Hello?   (2 columns)"
    menu.actions()[0].trigger()
    assert texts(qtbot, view) == ["Hi.", "Hi."]
    setups = [column.setup for column in view.presenter.state.columns]
    assert [(s.model_name, s.adapter_name) for s in setups] == [("starter", "house-style"), ("big", "")]
    ask(view, "More?")
    assert [m.content for m in given.request().earlier] == ["Hello?", "Hi."]
    for job in given.answers()[-2:]:
        given.finish("Yes.", job=job)
    assert len(given.conversations.list_conversations()) == 1  # it went on, and is no new one


def test_that_what_was_asked_before_there_were_conversations_is_found(qtbot: QtBot, given: Given) -> None:
    messages = (ChatMessage(role=Role.SYSTEM, content="Be brief."), ChatMessage(role=Role.USER, content="Old?"))
    done = Completion(text="Yes.", finish_reason=FinishReason.STOP)
    given.exchanges.record(Exchange(id="e", model_name="starter", messages=messages, completion=done))
    view = given.build(qtbot)
    given.list_models()
    history(view).actions()[0].trigger()
    assert texts(qtbot, view) == ["Yes."]
    assert [m.content for m in view.presenter.state.columns[0].conversation.earlier("e")] == ["Old?", "Yes."]


def test_that_a_conversation_that_is_left_while_it_is_answered_keeps_what_came(view: Columns, given: Given) -> None:
    ask(view, "Hello?")
    given.begin()
    given.say("Half an")
    click(find(view, QPushButton, "new_conversation"))
    assert given.answers()[-1].cancelled
    kept = given.conversations.find(given.conversations.list_conversations()[0].id)
    assert kept is not None
    turn = kept.columns[0].conversation.path()[0]
    assert (turn.answer, turn.is_cut_off) == ("Half an", True)


def test_that_the_history_can_be_forgotten(view: Columns, given: Given) -> None:
    talk(view, given, ("Hello?", "One."))
    forget = next(action.menu() for action in history(view).actions() if action.menu())
    assert isinstance(forget, QMenu)
    forget.actions()[0].trigger()
    assert given.conversations.list_conversations() == []


def test_that_a_version_of_a_prompt_that_is_gone_is_said(view: Columns, given: Given) -> None:
    given.source.save(Prompt(blocks=(PromptBlock(role=Role.USER, text="{{ question }}!"),)))
    view.presenter.setup.choose_version(view.presenter.state.columns[0].id, "version-1")
    given.source.versions.clear()
    given.source.tell()
    ask(view, "Hello?")
    assert label(turns(view)[0], "turn_trouble").startswith("The version of the prompt is not there any more.")
