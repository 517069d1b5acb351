"""One column: choose, ask, watch the answer come, stop it, go on."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPlainTextEdit, QProgressBar, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press, type_text
from tests.gui.playground.columns_given import (
    BIG,
    BROKEN,
    HOUSE_STYLE,
    STARTER,
    Given,
    Trained,
    ask,
    columns,
    label,
    measured,
    settle,
    shown_text,
    turns,
)
from workbench.errors import WorkbenchError
from workbench.llm.tasks import TextProduced
from workbench.llm.too_long import LeaveOutSystem, LeaveOutTurns, Offer, RaiseContext, ShortenAnswer, TooLong
from workbench.llm.types import FinishReason, GenerationConfig, Role
from workbench.playground.types import ExtractedAnswer, Prompt, PromptBlock, Reasoning
from workbench.ui.playground.columns import Columns
from workbench.ui.widgets.answer_view import AnswerView
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.model_picker import ModelPicker


def test_that_the_first_usable_model_is_chosen_and_broken_ones_are_not_offered(view: Columns) -> None:
    picker = find(view, ModelPicker)
    assert [picker.itemText(n).split("  ")[0] for n in range(picker.count())] == ["starter", "big"]
    assert picker.chosen() == STARTER


def test_that_without_a_model_the_way_to_one_is_shown(empty: Columns, given: Given) -> None:
    given.list_models(BROKEN)
    page = next(page for page in empty.findChildren(EmptyState) if page.isVisible())
    click(find(page, QPushButton, "empty_state_action"))
    assert given.navigator.opened == [("models", {})]
    assert not find(empty, QPushButton, "run_prompt").isEnabled()


def test_that_a_renamed_model_stays_chosen(view: Columns, given: Given) -> None:
    setup, column = view.presenter.setup, view.presenter.state.columns[0].id
    setup.choose_model(column, "big")
    given.catalog.refresh()
    given.list_models(STARTER, BIG.model_copy(update={"name": "large"}))
    assert find(view, ModelPicker).chosen() == BIG.model_copy(update={"name": "large"})
    assert view.presenter.state.columns[0].setup.model_name == "large"


def test_that_a_renamed_adapter_stays_chosen_and_one_that_is_gone_is_told(view: Columns, given: Given) -> None:
    setup, column = view.presenter.setup, view.presenter.state.columns[0].id
    setup.choose_adapter(column, "house-style")
    given.adapters[0] = replace(HOUSE_STYLE, name="tone", gguf_path="/a/tone.gguf")
    setup.refresh()
    assert view.presenter.state.columns[0].setup.adapter_name == "tone"
    assert not given.messages.said
    del given.adapters[0]
    setup.refresh()
    assert view.presenter.state.columns[0].setup.adapter_name == ""
    assert given.messages.texts("warning") == ["The adapter “tone” is not there any more."]


def test_that_prompts_are_listed_again_when_the_page_comes_to_the_front(view: Columns, given: Given) -> None:
    before = given.source.listed
    view.hide()
    view.show()
    assert given.source.listed == before + 1, "other tabs save prompts too"


def test_that_the_input_goes_out_with_prompt_values_and_load(view: Columns, given: Given) -> None:
    prompt = Prompt(
        blocks=(
            PromptBlock(role=Role.SYSTEM, text="Be {{ tone }}."),
            PromptBlock(role=Role.USER, text="{{ question }}"),
        ),
        generation=GenerationConfig(temperature=0.7, stop=("END",)),
    )
    given.source.filled = {"tone": "brief"}
    given.source.edit(prompt)
    ask(view, "Hello?")
    request = given.request()
    assert (given.answers()[-1].spec.worker, request.model, request.prompt) == ("llm", STARTER, prompt)
    assert request.values == {"tone": "brief", "question": "Hello?"}
    assert (request.load.context_length, request.load.parallel_sequences) == (1024, 2)
    assert find(view, QPlainTextEdit, "prompt").toPlainText() == ""
    assert [version.prompt for version in given.source.versions] == [prompt]


def test_that_a_prompt_with_a_mistake_is_not_run_and_says_why(view: Columns, given: Given) -> None:
    type_text(find(view, QPlainTextEdit, "prompt"), "Hello?")
    given.source.trouble = "The user block has a mistake in line 1."
    given.source.tell()
    assert not find(view, QPushButton, "run_prompt").isEnabled()
    assert label(view, "run_reason") == "The user block has a mistake in line 1."
    given.source.trouble = ""
    given.source.tell()
    assert find(view, QPushButton, "run_prompt").isEnabled()


def test_that_a_prompt_without_the_variable_runs_without_an_input(view: Columns, given: Given) -> None:
    assert not find(view, QPushButton, "run_prompt").isEnabled()
    given.source.edit(Prompt(blocks=(PromptBlock(role=Role.USER, text="Tell me a story."),)))
    click(find(view, QPushButton, "run_prompt"))
    assert given.request().values == {"question": ""}


def test_that_the_answer_grows_and_ends_with_its_measures(qtbot: QtBot, view: Columns, given: Given) -> None:
    ask(view, "Hello?")
    assert any("Loading starter" in text.text() for text in turns(view)[0].findChildren(type(turns(view)[0]._waits)))
    given.begin()
    given.say("The **answer**", " is 42")
    qtbot.waitUntil(lambda: shown_text(turns(view)[0]) == "The **answer** is 42")  # its Markdown is made at the end
    given.finish("The **answer** is 42.")
    qtbot.waitUntil(lambda: shown_text(turns(view)[0]) == "The answer is 42.")
    assert measured(columns(view)[0]) == ("11 tokens  ·  20 tokens/s  ·  first after 0.50 s  ·  1.0 s in all")
    bar = find(view, QProgressBar, "context_used")
    assert (bar.value(), bar.maximum()) == (31, 1024)
    click(find(turns(view)[0], QToolButton, "copy_answer"))
    assert QGuiApplication.clipboard().text() == "The **answer** is 42."


def test_that_stop_keeps_the_text(qtbot: QtBot, view: Columns, given: Given) -> None:
    ask(view, "Hello?")
    given.begin()
    given.say("Half an")
    click(find(view, QPushButton, "stop_answer"))
    job = given.answers()[-1]
    assert job.cancelled
    job.produce(given.completion("Half an", reason=FinishReason.CANCELLED))
    job.end_cancelled()
    qtbot.waitUntil(lambda: shown_text(turns(view)[0]) == "Half an")
    assert measured(columns(view)[0]).startswith("stopped by you")
    assert find(view, QPushButton, "run_prompt").isVisible()
    kept = given.conversations.find(given.conversations.list_conversations()[0].id)
    assert kept is not None and kept.columns[0].conversation.path()[0].answer == "Half an"


def test_that_a_stop_before_the_first_word_ends_the_turn_too(view: Columns, given: Given) -> None:
    ask(view, "Hello?")
    view.presenter.stop()
    given.answers()[-1].end_cancelled()
    assert label(turns(view)[0], "turn_remark") == "an empty answer"
    assert find(view, QPushButton, "run_prompt").isVisible()


def test_that_ctrl_enter_runs_and_escape_stops(view: Columns, given: Given) -> None:
    prompt = find(view, QPlainTextEdit, "prompt")
    view.activateWindow()
    type_text(prompt, "Hello?")
    prompt.setFocus()
    press(prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert given.request().values["question"] == "Hello?"
    press(prompt, Qt.Key.Key_Escape)
    assert given.answers()[-1].cancelled


def test_that_the_next_question_carries_the_conversation(view: Columns, given: Given) -> None:
    ask(view, "First?")
    given.finish("One.")
    ask(view, "Second?")
    sent = [(m.role.value, m.content) for m in given.request().earlier]
    assert sent == [("user", "First?"), ("assistant", "One.")]
    given.finish("Two.")
    click(find(view, QPushButton, "new_conversation"))
    assert turns(view) == []
    ask(view, "Third?")
    assert given.request().earlier == ()


def test_that_only_adapters_of_the_chosen_model_are_offered(view: Columns) -> None:
    picker = find(view, QComboBox, "adapter_picker")
    assert [picker.itemText(n) for n in range(picker.count())] == ["No adapter", "house-style"]
    columns(view)[0].head.model_chosen.emit("big")
    assert [picker.itemText(n) for n in range(picker.count())] == ["No adapter", "other"]


def test_that_an_adapter_answers_and_its_hash_is_shown(view: Columns, given: Given) -> None:
    view.open_case({"adapter": "house-style"})
    ask(view, "Hello?")
    adapter = given.request().adapter
    assert adapter is not None and adapter.path == "/a/house.gguf"
    given.finish("Dear customer", digest="0123456789abcdef" * 4)
    assert label(columns(view)[0], "turn_adapter") == "adapter house-style  0123456789ab"


def test_that_an_adapter_answers_as_strongly_as_the_column_says(view: Columns, given: Given) -> None:
    scale = find(view, QDoubleSpinBox, "adapter_scale")
    assert not scale.isVisible()
    view.open_case({"adapter": "house-style"})
    assert scale.isVisible() and scale.value() == 1.0
    scale.setFocus()
    scale.selectAll()
    QTest.keyClicks(scale, "0.5")
    QTest.keyClick(scale, Qt.Key.Key_Return)
    ask(view, "Hello?")
    adapter = given.request().adapter
    assert adapter is not None and adapter.scale == 0.5
    given.finish("Dear customer", digest="0123456789abcdef" * 4)
    assert label(columns(view)[0], "turn_adapter") == "adapter house-style × 0.5  0123456789ab"
    [column] = view.presenter.state.columns
    assert column.last is not None and column.last.answered_by.label == "starter + house-style × 0.5 · support v1"
    view.presenter.setup.choose_adapter(column.id, "")
    assert not scale.isVisible()
    view.presenter.setup.choose_adapter(column.id, "house-style")
    assert scale.value() == 1.0, "another choice begins as it was trained"


def test_that_a_column_says_what_memory_its_model_takes(view: Columns, given: Given) -> None:
    column = columns(view)[0]
    assert not find(column, ElidedLabel, "column_memory").isVisible()
    ask(view, "Hello?")
    given.finish("Hi")
    said = "34.5 MB of memory: weights 6.3 MB, context 12.0 MB, buffers 16.0 MB, adapters 210 kB"
    assert find(column, ElidedLabel, "column_memory").text() == said
    column.head.model_chosen.emit("big")
    assert not find(column, ElidedLabel, "column_memory").isVisible()


def test_that_a_door_of_a_comparison_brings_the_scale(view: Columns, given: Given) -> None:
    view.open_case({"model": "starter", "adapter": "house-style", "adapter_scale": "0.25"})
    ask(view, "Hello?")
    adapter = given.request().adapter
    assert adapter is not None and adapter.scale == 0.25


def test_that_an_adapter_that_is_gone_is_said_in_the_turn(view: Columns, given: Given) -> None:
    view.open_case({"adapter": "house-style"})
    given.adapters.clear()
    ask(view, "Hello?")
    assert label(turns(view)[0], "turn_trouble").startswith("The adapter house-style is not there any more.")
    assert given.answers() == []
    assert find(view, QPushButton, "run_prompt").isVisible()


def test_that_an_adapter_trained_meanwhile_is_offered_with_its_model(view: Columns, given: Given) -> None:
    given.adapters.append(Trained("newest", "/a/newest.gguf", "big", "/m/big.gguf"))
    view.open_case({"adapter": "newest"})
    setup = view.presenter.state.columns[0].setup
    assert (setup.model_name, setup.adapter_name) == ("big", "newest")


def test_that_a_page_opened_before_the_models_are_known_gets_its_adapter(empty: Columns, given: Given) -> None:
    empty.open_case({"adapter": "other", "prompt": "Try me"})
    given.list_models(STARTER, BIG)
    setup = empty.presenter.state.columns[0].setup
    assert (setup.model_name, setup.adapter_name) == ("big", "other")
    assert find(empty, QPlainTextEdit, "prompt").toPlainText() == "Try me"


def test_that_a_saved_prompt_of_another_page_is_opened_in_the_editor(view: Columns, given: Given) -> None:
    view.open_case({"version": "version-9"})
    assert given.source.opened == ["version-9"]


def test_that_a_failure_is_said_in_the_turn(view: Columns, given: Given) -> None:
    ask(view, "Hello?")
    given.answers()[-1].fail(WorkbenchError("The server answered garbage.", hint="Try another.", details="<html>"))
    assert label(turns(view)[0], "turn_trouble") == "The server answered garbage.\nTry another."
    assert find(turns(view)[0], QToolButton, "copy_trouble").isVisible()
    ask(view, "Again?")
    assert given.request().earlier == ()  # what was not answered is not sent along


def test_that_a_model_that_vanished_is_named_in_its_column(view: Columns, given: Given) -> None:
    view.presenter.setup.choose_model(view.presenter.state.columns[0].id, "gone")
    ask(view, "Hello?")
    assert label(turns(view)[0], "turn_trouble").startswith("The model gone is not there any more.")
    assert given.answers() == []


def test_that_a_crash_keeps_the_text_so_far_and_frees_the_column(qtbot: QtBot, view: Columns, given: Given) -> None:
    ask(view, "Hello?")
    given.begin()
    given.say("Some ", "words")
    given.answers()[-1].crash("The engine stopped (segmentation fault).", "ggml_assert")
    qtbot.waitUntil(lambda: shown_text(turns(view)[0]) == "Some words")
    said = label(turns(view)[0], "turn_trouble")
    assert said.startswith("The engine stopped (segmentation fault).") and "The text so far is kept." in said
    ask(view, "Again?")
    assert given.request().values["question"] == "Again?"


def test_that_a_crash_before_the_first_word_keeps_nothing_and_says_so(view: Columns, given: Given) -> None:
    ask(view, "Hello?")
    given.begin()
    given.answers()[-1].crash()
    said = label(turns(view)[0], "turn_trouble")
    assert "kept" not in said and "Asking again starts the engine anew." in said


def test_that_words_of_a_cleared_conversation_are_not_shown_in_the_next(
    qtbot: QtBot, view: Columns, given: Given
) -> None:
    ask(view, "First?")
    first = given.answers()[-1]
    click(find(view, QPushButton, "new_conversation"))
    assert first.cancelled
    ask(view, "Second?")
    first.produce(TextProduced(request_id="x", text="late words"))
    first.end_cancelled()
    settle(qtbot, view)
    assert turns(view)[0].answer.toPlainText() == ""
    assert view.presenter.state.is_running


def test_that_markup_in_a_question_is_shown_as_typed(view: Columns, given: Given) -> None:
    ask(view, "<b>bold</b> **x**")
    question = find(turns(view)[0], AnswerView, "turn_question")
    assert question.toPlainText() == "<b>bold</b> **x**"


def test_that_reasoning_is_folded_away_and_the_rule_is_said(qtbot: QtBot, view: Columns, given: Given) -> None:
    given.source.edit(Prompt(reasoning=Reasoning()))
    ask(view, "2 + 2?")
    rule = "The answer stands behind the last “Answer:”."
    given.finish(
        "Two and two.\nAnswer: 4", extracted=ExtractedAnswer(answer="4", reasoning="Two and two.", rule_sentence=rule)
    )
    qtbot.waitUntil(lambda: shown_text(turns(view)[0]) == "4")
    assert label(turns(view)[0], "turn_rule") == rule
    assert turns(view)[0].findChild(AnswerView, "turn_reasoning_text") is None
    click(find(turns(view)[0], QPushButton, "turn_reasoning_fold"))
    told = find(turns(view)[0], AnswerView, "turn_reasoning_text")
    assert (told.isVisible(), told.toPlainText()) == (True, "Two and two.")


def test_that_what_the_prompt_begins_the_answer_with_is_part_of_it(qtbot: QtBot, view: Columns, given: Given) -> None:
    ask(view, "A list?")
    given.begin(begun="1. ")
    given.say("Apples")
    qtbot.waitUntil(lambda: shown_text(turns(view)[0]) == "1. Apples")
    given.finish("Apples", begun="1. ")
    turn = view.presenter.state.columns[0].path[0]
    assert (turn.answer, turn.prefill) == ("1. Apples", "1. ")


# -- prompts that are too long ---------------------------------------------------------------------------------------


def refuse(given: Given, *offers: Offer) -> None:
    given.answers()[-1].fail(TooLong(model="starter", tokens=1200, context_length=1024, offers=offers).problem())


def test_that_the_earliest_turns_are_left_out_at_the_press_of_a_button(view: Columns, given: Given) -> None:
    for question in ("One?", "Two?"):
        ask(view, question)
        given.finish("Yes.")
    ask(view, "Three?")
    refuse(given, LeaveOutTurns(turns=1, tokens=300), RaiseContext(context_length=2048, more_bytes=9_000_000))
    assert "1,200 tokens" in label(turns(view)[-1], "turn_trouble")
    button = find(turns(view)[-1], QPushButton, "offer_leave_out_turns")
    assert button.text() == "Leave out the earliest turn (−300 tokens)"
    click(button)
    assert [m.content for m in given.request().earlier] == ["Two?", "Yes."]
    assert given.request().values["question"] == "Three?"
    given.finish("Three.")
    assert len(turns(view)) == 3  # the refused one was asked again, not kept beside it
    assert label(turns(view)[0], "turn_remark") == "not sent along any more"


def test_that_a_longer_context_is_remembered_and_used_at_once(view: Columns, given: Given) -> None:
    ask(view, "Long?")
    refuse(given, RaiseContext(context_length=2048, more_bytes=9_000_000))
    click(find(turns(view)[-1], QPushButton, "offer_raise_context"))
    assert given.request().load.context_length == 2048
    given.finish("Yes.")
    ask(view, "Next?")
    assert given.request().load.context_length == 2048


def test_that_the_system_prompt_is_left_out_and_what_was_typed_since_is_kept(view: Columns, given: Given) -> None:
    blocks = (PromptBlock(role=Role.SYSTEM, text="Be long."), PromptBlock(role=Role.USER, text="{{ question }}"))
    given.source.edit(Prompt(blocks=blocks))
    ask(view, "Long?")
    refuse(given, LeaveOutSystem(tokens=900))
    type_text(find(view, QPlainTextEdit, "prompt"), "Another")
    click(find(turns(view)[-1], QPushButton, "offer_leave_out_system"))
    assert [block.role for block in given.request().prompt.blocks] == [Role.USER]
    assert find(view, QPlainTextEdit, "prompt").toPlainText() == "Another"


def test_that_a_shorter_answer_becomes_a_setting_of_the_column(view: Columns, given: Given) -> None:
    ask(view, "Long?")
    refuse(given, ShortenAnswer(max_tokens=64))
    click(find(turns(view)[-1], QPushButton, "offer_shorten_answer"))
    assert given.request().prompt.generation.max_tokens == 64
    assert find(view, QToolButton, "own_settings").isChecked()
