"""The blind mode: no names and a drawn order until the vote, which is kept."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find, press, type_text
from tests.gui.playground.columns_given import HASHES, Given, ask, columns, label, settle, shown_text, turns
from workbench.errors import WorkbenchError
from workbench.playground.ratings import Outcome
from workbench.ui.playground.columns import Columns
from workbench.ui.playground.columns.standings_dialog import StandingsDialog
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.record_table import RecordTable


@pytest.fixture
def blind(view: Columns) -> Columns:
    """Two models, blind; the draw turns their order round."""
    click(find(view, QPushButton, "add_column"))
    columns(view)[1].head.model_chosen.emit("big")
    click(find(view, QPushButton, "blind_mode"))
    view.activateWindow()
    return view


def answer_all(view: Columns, given: Given, *said: str) -> None:
    ask(view, "Which?")
    for job, text in zip(given.answers()[-len(said) :], said, strict=True):
        given.finish(text, job=job)


def test_that_names_and_places_are_hidden_until_the_vote(qtbot: QtBot, blind: Columns, given: Given) -> None:
    assert [find(column, ModelPicker).isVisible() for column in columns(blind)] == [True, True]  # nothing asked yet
    answer_all(blind, given, "by starter", "by big")
    settle(qtbot, blind)
    assert [label(column, "secret_name") for column in columns(blind)] == ["Answer 1", "Answer 2"]
    assert [shown_text(turns(column)[0]) for column in columns(blind)] == ["by big", "by starter"]
    for column in columns(blind):
        assert not find(column, ModelPicker).isVisible()
        assert not find(column, QLabel, "column_measured").isVisible()
        assert not find(turns(column)[0], QToolButton, "turn_more").isVisible()
        assert "starter" not in column.accessibleName()


@pytest.mark.parametrize(
    ("key", "outcome"), [(Qt.Key.Key_1, Outcome.SECOND), (Qt.Key.Key_2, Outcome.FIRST), (Qt.Key.Key_0, Outcome.TIE)]
)
def test_that_a_key_votes_and_shows_the_names(
    qtbot: QtBot, blind: Columns, given: Given, key: Qt.Key, outcome: Outcome
) -> None:
    answer_all(blind, given, "by starter", "by big")
    qtbot.waitUntil(lambda: find(blind, QLabel, "vote_text").hasFocus())
    press(find(blind, QLabel, "vote_text"), key)
    rating = given.ratings.list_ratings()[0]
    names = (rating.first.model_name, rating.second.model_name)
    won = {Outcome.FIRST: names[0], Outcome.SECOND: names[1], Outcome.TIE: ""}[rating.outcome]
    assert won == {Outcome.SECOND: "big", Outcome.FIRST: "starter", Outcome.TIE: ""}[outcome]
    assert (rating.question, rating.first.model_hash) == ("Which?", HASHES[names[0]])
    assert rating.first.version_id == rating.second.version_id == "version-1"
    assert [find(column, ModelPicker).isVisible() for column in columns(blind)] == [True, True]
    settle(qtbot, blind)
    assert [shown_text(turns(column)[0]) for column in columns(blind)] == ["by starter", "by big"]


def test_that_the_mouse_votes_too_and_the_winner_is_named(blind: Columns, given: Given) -> None:
    answer_all(blind, given, "by starter", "by big")
    click(find(blind, QPushButton, "vote_2"))
    assert [label(column, "column_verdict") for column in columns(blind)] == ["Your choice", "Not chosen"]


def test_that_digits_are_typed_where_text_is_typed(blind: Columns, given: Given) -> None:
    answer_all(blind, given, "by starter", "by big")
    prompt = find(blind, QPlainTextEdit, "prompt")
    prompt.setFocus()
    type_text(prompt, "102")
    assert prompt.toPlainText() == "102"
    assert given.ratings.list_ratings() == []


def test_that_there_is_no_vote_before_all_have_answered(blind: Columns, given: Given) -> None:
    ask(blind, "Which?")
    given.finish("by starter", job=given.answers()[0])
    assert not find(blind, QPushButton, "vote_0").isVisible()
    blind.presenter.voting.vote(1)
    assert given.ratings.list_ratings() == []


def test_that_without_two_answers_the_names_are_shown(blind: Columns, given: Given) -> None:
    ask(blind, "Which?")
    given.answers()[0].fail(WorkbenchError("Out of memory."))
    assert label(turns(columns(blind)[1])[0], "turn_trouble") == "This answer failed."
    given.finish("by big", job=given.answers()[1])
    assert label(turns(columns(blind)[0])[0], "turn_trouble") == "Out of memory."
    assert given.ratings.list_ratings() == []


def test_that_a_failed_answer_cannot_win_among_three(blind: Columns, given: Given) -> None:
    click(find(blind, QPushButton, "add_column"))
    ask(blind, "Which?")
    first, second, third = given.answers()
    given.finish("by starter", job=first)
    second.fail(WorkbenchError("Out of memory."))
    given.finish("by big", job=third)
    assert [find(blind, QPushButton, f"vote_{n}").isEnabled() for n in (1, 2, 3)] == [True, False, True]
    click(find(blind, QPushButton, "vote_3"))
    assert [(r.first_answer, r.second_answer, r.outcome) for r in given.ratings.list_ratings()] == [
        ("by big", "by starter", Outcome.SECOND)
    ]


def test_that_a_vote_can_be_taken_back_and_the_names_shown_without_one(blind: Columns, given: Given) -> None:
    answer_all(blind, given, "by starter", "by big")
    click(find(blind, QPushButton, "vote_1"))
    click(find(blind, QPushButton, "vote_take_back"))
    assert given.ratings.list_ratings() == []
    answer_all(blind, given, "by starter", "by big")
    click(find(blind, QPushButton, "vote_reveal"))
    assert find(columns(blind)[0], ModelPicker).isVisible()
    assert given.ratings.list_ratings() == []


def test_that_earlier_turns_do_not_give_the_names_away(blind: Columns, given: Given) -> None:
    answer_all(blind, given, "by starter", "by big")
    click(find(blind, QPushButton, "vote_1"))
    answer_all(blind, given, "again starter", "again big")
    assert [len(turns(column)) for column in columns(blind)] == [1, 1]
    click(find(blind, QPushButton, "vote_0"))
    assert [len(turns(column)) for column in columns(blind)] == [2, 2]


def test_that_the_standings_add_the_votes_up(blind: Columns, given: Given) -> None:
    for vote in ("vote_1", "vote_1", "vote_0"):  # the answer at the left is by big
        answer_all(blind, given, "by starter", "by big")
        click(find(blind, QPushButton, vote))
    click(find(blind, QPushButton, "vote_standings"))
    table = find(find(blind, StandingsDialog), RecordTable)
    rows = [[table.model().index(row, col).data() for col in (0, 1, 3, 4, 5)] for row in (0, 1)]
    assert rows == [["big · support v1", "83 %", "2", "1", "0"], ["starter · support v1", "17 %", "0", "1", "2"]]
    find(blind, StandingsDialog).close()
