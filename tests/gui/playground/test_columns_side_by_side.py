"""Several columns: one input, each its own way of answering; scrolled together, differences marked."""

import pytest
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QLabel, QPushButton, QScrollArea, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from tests.gui.playground.columns_given import Given, ask, columns, label, measured, settle, shown_text, turns
from workbench.errors import WorkbenchError
from workbench.llm.types import FinishReason, Role
from workbench.playground.types import Prompt, PromptBlock
from workbench.ui.playground.columns import Columns
from workbench.ui.playground.columns.state import MOST_COLUMNS, NARROWEST
from workbench.ui.widgets.model_picker import ModelPicker

SAVED = Prompt(blocks=(PromptBlock(role=Role.USER, text="Shortly: {{ question }}"),))


@pytest.fixture
def two(view: Columns) -> Columns:
    """The second asks the bigger model."""
    click(find(view, QPushButton, "add_column"))
    columns(view)[1].head.model_chosen.emit("big")
    return view


def choose(box: QComboBox, text: str) -> None:
    index = box.findText(text)
    assert index >= 0, f"{text!r} is not among {[box.itemText(n) for n in range(box.count())]}"
    box.setCurrentIndex(index)
    box.activated.emit(index)


def marked(view: Columns, number: int) -> list[str]:
    answer = turns(columns(view)[number])[-1].answer
    return [selection.cursor.selectedText() for selection in answer.extraSelections()]


def test_that_with_one_column_there_is_nothing_to_compare(view: Columns) -> None:
    for name in ("sync_scrolling", "mark_differences", "blind_mode"):
        assert not find(view, QPushButton, name).isVisible()


def test_that_one_input_goes_to_all_columns_and_each_streams_into_its_own(
    qtbot: QtBot, two: Columns, given: Given
) -> None:
    ask(two, "Hello?")
    first, second = given.answers()
    assert [given.request(job).model.name for job in (first, second)] == ["starter", "big"]
    for job in (first, second):
        given.begin(job)
    given.say("One", job=first)
    given.say("Two", job=second)
    given.say(" more", job=first)
    qtbot.waitUntil(lambda: [shown_text(turns(column)[0]) for column in columns(two)] == ["One more", "Two"])
    given.finish("One more", job=first)
    assert find(two, QPushButton, "stop_answer").isVisible()  # the other goes on
    given.finish("Two", job=second)
    assert find(two, QPushButton, "run_prompt").isVisible()
    ask(two, "And?")
    assert [m.content for m in given.request(given.answers()[-1]).earlier] == ["Hello?", "Two"]
    assert [m.content for m in given.request(given.answers()[-2]).earlier] == ["Hello?", "One more"]


def test_that_one_column_that_fails_leaves_the_others_alone(qtbot: QtBot, two: Columns, given: Given) -> None:
    ask(two, "Hello?")
    first, second = given.answers()
    first.fail(WorkbenchError("The server at far answered garbage."))
    assert label(turns(columns(two)[0])[0], "turn_trouble") == "The server at far answered garbage."
    given.begin(second)
    given.say("Fine", job=second)
    qtbot.waitUntil(lambda: shown_text(turns(columns(two)[1])[0]) == "Fine")
    assert not second.cancelled


def test_that_a_vanished_model_is_said_in_its_column_only(two: Columns, given: Given) -> None:
    two.presenter.setup.choose_model(two.presenter.state.columns[0].id, "gone")
    ask(two, "Hello?")
    assert label(turns(columns(two)[0])[0], "turn_trouble").startswith("The model gone is not there any more.")
    assert [given.request(job).model.name for job in given.answers()] == ["big"]


def test_that_one_silent_column_is_stopped_alone(two: Columns, given: Given) -> None:
    ask(two, "Hello?")
    click(find(columns(two)[0], QToolButton, "stop_column"))
    first, second = given.answers()
    assert (first.cancelled, second.cancelled) == (True, False)


def test_that_a_column_asks_with_a_saved_version_and_settings_of_its_own(two: Columns, given: Given) -> None:
    version = given.source.save(SAVED, "short")
    second = columns(two)[1]
    choose(find(second, QComboBox, "version_picker"), "support v1 short")
    click(find(second, QToolButton, "own_settings"))
    find(second, QSpinBox, "option_seed").setValue(7)
    ask(two, "Hello?")
    requests = [given.request(job) for job in given.answers()]
    assert [request.prompt.blocks for request in requests] == [Prompt().blocks, SAVED.blocks]
    assert [request.prompt.generation.seed for request in requests] == [0, 7]
    known = two.presenter.state.columns[1].path[0].answered_by
    assert (known.version_id, known.version_label, known.prompt_hash) == (
        version.id, "support v1 short", version.content_hash,
    )  # fmt: skip


def test_that_a_mistake_in_the_draft_does_not_stop_columns_with_saved_versions(view: Columns, given: Given) -> None:
    given.source.save(SAVED)
    choose(find(view, QComboBox, "version_picker"), "support v1")
    given.source.trouble = "The user block has a mistake."
    given.source.tell()
    ask(view, "Hello?")
    assert given.request().prompt == SAVED


def test_that_a_new_column_is_set_up_like_the_last_and_can_be_removed(two: Columns, given: Given) -> None:
    click(find(two, QPushButton, "add_column"))
    assert [find(column, ModelPicker).chosen() for column in columns(two)[1:]] == [
        given.catalog.find("big"), given.catalog.find("big"),
    ]  # fmt: skip
    ask(two, "Hello?")
    columns(two)[2].head.remove_requested.emit()
    assert given.answers()[-1].cancelled
    assert [column.head.model_picker.chosen().name for column in columns(two)] == ["starter", "big"]  # type: ignore[union-attr]


def test_that_many_columns_are_scrolled_not_squeezed(qtbot: QtBot, view: Columns, given: Given) -> None:
    for _ in range(MOST_COLUMNS):
        view.presenter.setup.add()
    assert len(columns(view)) == MOST_COLUMNS
    assert given.messages.texts("warning") == [f"There are {MOST_COLUMNS} columns already."]
    scroller = find(view, QScrollArea, "columns_scroller")
    qtbot.waitUntil(lambda: scroller.horizontalScrollBar().maximum() > 0)
    assert all(column.width() >= NARROWEST for column in columns(view))
    assert scroller.verticalScrollBar().maximum() == 0


def test_that_differing_words_are_marked_when_all_have_answered(qtbot: QtBot, two: Columns, given: Given) -> None:
    click(find(two, QPushButton, "mark_differences"))
    ask(two, "Colour?")
    first, second = given.answers()
    given.finish("The lamp is **red**.", job=first)
    settle(qtbot, two)
    assert marked(two, 0) == []
    given.finish("The lamp is dark **blue**.", job=second)
    qtbot.waitUntil(lambda: marked(two, 1) == ["dark blue"])
    assert marked(two, 0) == ["red"]
    click(find(two, QPushButton, "mark_differences"))
    assert (marked(two, 0), marked(two, 1)) == ([], [])


def test_that_only_the_last_answers_are_compared_and_the_first_is_the_measure(
    qtbot: QtBot, two: Columns, given: Given
) -> None:
    click(find(two, QPushButton, "add_column"))
    two.presenter.differences.switch(True)
    ask(two, "Colour?")
    for job, text in zip(given.answers(), ("It is red.", "It is blue.", "It is red."), strict=True):
        given.finish(text, job=job)
    qtbot.waitUntil(lambda: marked(two, 1) == ["blue"])
    assert (marked(two, 0), marked(two, 2)) == ([], [])
    ask(two, "Size?")
    assert marked(two, 1) == []


def test_that_columns_scroll_together_turn_by_turn(qtbot: QtBot, two: Columns, given: Given) -> None:
    for long in (0, 1):
        ask(two, "Tell me")
        for number, job in enumerate(given.answers()[-2:]):
            lines = 60 if number == long else 30
            given.finish("\n\n".join(f"Line {n}" for n in range(lines)), job=job, reason=FinishReason.STOP)
        settle(qtbot, two)
    first, second = (column.conversation for column in columns(two))
    qtbot.waitUntil(lambda: first.verticalScrollBar().maximum() > 500 and second.verticalScrollBar().maximum() > 500)
    click(find(two, QPushButton, "sync_scrolling"))
    first.verticalScrollBar().setSliderPosition(0)
    first.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    first.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
    assert first.place()[0] == second.place()[0] == 0
    assert first.place()[1] == pytest.approx(second.place()[1], abs=0.02)
    first.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderToMaximum)
    assert second.is_at_end
    click(find(two, QPushButton, "sync_scrolling"))
    first.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    assert second.is_at_end


def test_that_each_column_has_its_measures(two: Columns, given: Given) -> None:
    ask(two, "Hello?")
    for job in given.answers():
        given.finish("Hi.", job=job)
    for column in columns(two):
        assert measured(column).startswith("11 tokens  ·  20 tokens/s")
        assert find(column, QLabel, "column_number").isVisible()
