"""Columns become conversations."""

from typing import Any

import pytest

from workbench.datasets.mapping import guess_mapping, map_rows, mapping_with, to_rows
from workbench.datasets.types import ColumnMapping, Layout, Table
from workbench.llm.types import Role


def table(*rows: dict[str, Any]) -> Table:
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    return Table(columns, rows, (), tuple(range(2, len(rows) + 2)), "file.csv")


USER_AND_ANSWER = [(Role.USER, "Q"), (Role.ASSISTANT, "A")]


@pytest.mark.parametrize(
    ("row", "guess", "turns"),
    [
        ({"prompt": "Q", "completion": "A"}, "prompt and completion", USER_AND_ANSWER),
        ({"Question": "Q", "Answer": "A"}, "question and answer", USER_AND_ANSWER),
        ({"question": "Q", "answers": ["A", "B"]}, "question and answers", USER_AND_ANSWER),
        ({"instruction": "Q", "input": "", "output": "A"}, "Alpaca", USER_AND_ANSWER),
        (
            {"instruction": "Q", "input": "X", "output": "A"},
            "Alpaca",
            [(Role.USER, "Q\n\nX"), (Role.ASSISTANT, "A")],
        ),
        ({"text": "Q", "label": "A"}, "text and label", USER_AND_ANSWER),
        ({"id": 1, "message": "Q", "ticket": "A"}, "the columns “message” and “ticket”", USER_AND_ANSWER),
        (
            {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]},
            "OpenAI messages",
            USER_AND_ANSWER,
        ),
        (
            {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}], "system": "S"},
            "ShareGPT conversations",
            [(Role.SYSTEM, "S"), *USER_AND_ANSWER],
        ),
        (
            {"messages": '[{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]'},
            "OpenAI messages",
            USER_AND_ANSWER,
        ),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "text", "text": "Q"}]},
                    {"role": "model", "text": "A"},
                ]
            },
            "OpenAI messages",
            USER_AND_ANSWER,
        ),
    ],
)
def test_that_known_formats_become_conversations(
    row: dict[str, Any], guess: str, turns: list[tuple[Role, str]]
) -> None:
    rows = table(row)
    mapping = guess_mapping(rows)
    assert mapping.is_complete
    assert mapping.guess == guess
    (made,) = to_rows(rows, mapping)
    assert [(message.role, message.content) for message in made.messages] == turns
    assert (made.source, made.number) == ("file.csv", 2)


def test_that_unknown_columns_are_not_guessed() -> None:
    assert not guess_mapping(table({"a": "1", "b": "2", "c": "3"})).is_complete


@pytest.mark.parametrize(
    ("columns", "named", "wanted"),
    [
        ("question answer customer", {"group": "customer"}, {"question": "question", "answer": "answer"}),
        ("a b", {"question": "b"}, {"question": "b", "answer": ""}),
        ("prompt completion note", {"answer": "note"}, {"question": "prompt", "answer": "note"}),
        ("messages text", {"question": "text"}, {"layout": Layout.COLUMNS, "messages": "", "question": "text"}),
        ("question answer talk", {"messages": "talk"}, {"layout": Layout.MESSAGES, "question": "", "answer": ""}),
    ],
)
def test_that_a_named_column_comes_before_what_is_guessed(
    columns: str, named: dict[str, str], wanted: dict[str, str]
) -> None:
    row = {name: [{"role": "assistant", "content": "A"}] if name == "messages" else "x" for name in columns.split()}
    mapping = mapping_with(table(row), named)
    assert {role: getattr(mapping, role) for role in {**named, **wanted}} == {**named, **wanted}


def test_that_what_nobody_answered_is_left_off_the_end() -> None:
    turns = [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "A"},
        {"role": "user", "content": "Thanks"},
    ]
    (row,) = to_rows(table({"messages": turns}), ColumnMapping(layout=Layout.MESSAGES, messages="messages"))
    assert row.answer == "A"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([{"role": "user", "content": "Q"}], "no answer by the assistant"),
        ([{"role": "judge", "content": "Q"}], "“judge”, which is no known role"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], "something other than text"),
        ([{"role": "user"}], "Turn 1 has no text"),
        (["hello"], "Turn 1 is not an object"),
        ([], "not a list of turns"),
        ("[{", "not a list of turns"),
        (7, "not a list of turns"),
        ([{"role": "user", "content": "Q"}, {"role": "assistant", "content": " "}], "nothing to learn"),
    ],
)
def test_that_an_unusable_conversation_is_a_problem_with_its_row(value: Any, said: str) -> None:
    mapped = map_rows(table({"messages": value}), ColumnMapping(layout=Layout.MESSAGES, messages="messages"))
    assert mapped.rows == ()
    assert mapped.problems[0].row == 2
    assert said in mapped.problems[0].message


def test_that_empty_cells_are_problems_and_numbers_read_like_numbers() -> None:
    rows = table({"question": "", "answer": "A"}, {"question": "Q", "answer": None}, {"question": 3.0, "answer": 4.5})
    mapped = map_rows(rows, ColumnMapping(question="question", answer="answer"))
    assert [problem.row for problem in mapped.problems] == [2, 3]
    assert [message.content for message in mapped.rows[0].messages] == ["3", "4.5"]


def test_that_one_system_text_serves_rows_without_their_own() -> None:
    rows = table({"q": "Q", "a": "A", "s": "own"}, {"q": "Q", "a": "A", "s": ""})
    made = to_rows(rows, ColumnMapping(question="q", answer="a", system="s", system_text="common"))
    assert [row.messages[0].content for row in made] == ["own", "common"]
