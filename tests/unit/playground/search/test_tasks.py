"""Reading what a search works on: questions and worked examples, from files and saved data sets."""

import json
from pathlib import Path

import pytest

from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage, Role
from workbench.playground.search import tasks
from workbench.playground.search.tasks import QuestionsRequest, load_questions, load_shots


def rows_file(folder: Path, count: int) -> QuestionsRequest:
    rows = [
        TrainingRow(
            messages=(
                ChatMessage(role=Role.USER, content=f"Where is shelf {n}?"),
                ChatMessage(role=Role.ASSISTANT, content=f"row {n}"),
            )
        )
        for n in range(count)
    ]
    several = rows[0].model_copy(update={"messages": rows[0].messages + rows[1].messages})
    path, digest = write_rows([*rows, several], folder)
    return QuestionsRequest(name="shelves", path=str(path), rows_hash=digest)


def question_file(path: Path, count: int) -> QuestionsRequest:
    lines = [json.dumps({"question": f"Which colour has {n}?", "answer": "red"}) for n in range(count)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return QuestionsRequest(name=path.name, path=str(path))


def test_that_a_saved_data_set_gives_questions_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    examples, left_out = load_questions(rows_file(tmp_path, 15))
    assert len(examples) == 15
    assert examples[3].answers == ("row 3",)
    assert left_out == ("1 conversations of several turns are left out.",)


def test_that_a_data_set_that_was_changed_on_disk_is_refused(tmp_path: Path) -> None:
    request = rows_file(tmp_path, 15)
    Path(request.path).write_text("{}", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="changed since it was saved"):
        load_questions(request)


def test_that_too_few_and_too_large_questions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkbenchError, match="has 11 questions; a search needs at least 12"):
        load_questions(question_file(tmp_path / "few.jsonl", 11))
    monkeypatch.setattr(tasks, "LARGEST_BYTES", 500)
    with pytest.raises(WorkbenchError, match="too large together"):
        load_questions(question_file(tmp_path / "many.jsonl", 100))


def test_that_worked_examples_come_from_a_file_or_a_data_set_and_are_not_too_many(tmp_path: Path) -> None:
    assert [shot.answer for shot in load_shots(rows_file(tmp_path, 4))] == ["row 0", "row 1", "row 2", "row 3"]
    assert len(load_shots(question_file(tmp_path / "many.jsonl", 100))) == 64
