"""Question files: what a row becomes, and what is said of rows that cannot be used."""

from pathlib import Path

import pytest

from workbench.datasets.questions import read_questions
from workbench.errors import WorkbenchError


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_that_json_lines_become_examples(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "question": "How long?", "answer": "3 years", "sources": ["x.pdf"], "tags": ["time"]}',
        '{"_id": 7, "text": "How much?", "answers": ["54 euros", "54 EUR"], "sources": [{"document": "y.pdf"}]}',
        '{"id": "c", "question": "How loud?", "answers": []}',
    ]
    found = read_questions(write(tmp_path, "q.jsonl", "\n".join(lines)))
    first, second, third = found.examples
    assert (first.id, first.answers, first.sources, first.tags) == ("a", ("3 years",), ("x.pdf",), ("time",))
    assert (second.id, second.answers, second.sources) == ("7", ("54 euros", "54 EUR"), ("y.pdf",))
    assert not third.is_answerable
    assert found.problems == ()


def test_that_a_spreadsheet_can_say_that_nothing_is_right(tmp_path: Path) -> None:
    text = 'question,answers\nHow long?,3 years\nHow loud?,[]\nHow big?,"[""2 m"", ""two metres""]"\n'
    found = read_questions(write(tmp_path, "q.csv", text))
    assert [example.answers for example in found.examples] == [("3 years",), (), ("2 m", "two metres")]
    assert [example.id for example in found.examples] == ["2", "3", "4"]


def test_that_several_sources_and_tags_of_a_cell_are_told_apart(tmp_path: Path) -> None:
    text = 'question,answer,sources,tags\na?,b,"x, y.pdf; z.pdf",time|money\nc?,d,"[""x;y.pdf""]","one\ntwo"\n'
    first, second = read_questions(write(tmp_path, "q.csv", text)).examples
    assert (first.sources, first.tags) == (("x, y.pdf", "z.pdf"), ("time", "money"))
    assert (second.sources, second.tags) == (("x;y.pdf",), ("one", "two"))


def test_that_rows_that_cannot_be_used_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "question": "How long?", "answer": "3 years"}',
        '{"id": "b", "question": "", "answer": "3 years"}',
        '{"id": "c", "question": "How much?", "answer": ""}',
        '{"id": "a", "question": "Again?", "answer": "yes"}',
        '{"id": "d", "question": "No answer at all?"}',
    ]
    found = read_questions(write(tmp_path, "q.jsonl", "\n".join(lines)))
    assert [example.id for example in found.examples] == ["a"]
    assert [problem.row for problem in found.problems] == [2, 3, 4, 5]
    assert "used twice" in found.problems[2].message
    assert "answers" in found.problems[1].message


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"id": "a", "question": "How long?", "answer": ""}', "no question that can be used"),
        ('{"id": "a", "answer": "3 years"}', "no column for the question"),
        ('{"id": "a", "question": "How long?"}', "no column for the answers"),
    ],
)
def test_that_a_file_without_a_usable_question_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=sentence):
        read_questions(write(tmp_path, "q.jsonl", text))


def test_that_other_columns_become_variables_but_never_the_answer(tmp_path: Path) -> None:
    file = tmp_path / "questions.csv"
    file.write_text("question,answer,tone,id\nHow long?,3 years,friendly,7\n", encoding="utf-8")
    example = read_questions(file).examples[0]
    assert example.variables == {"tone": "friendly"}
