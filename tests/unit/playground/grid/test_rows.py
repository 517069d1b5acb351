"""Rows of a grid: from a file of questions, from a saved data set."""

from pathlib import Path

import pytest

from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import ChatMessage, Role
from workbench.playground.grid import rows as module
from workbench.playground.grid.rows import columns_of, rows_of_data_set, rows_of_file
from workbench.playground.grid.tasks import RowsRequest, read_grid_rows


def said(*turns: str) -> TrainingRow:
    """Turns of user and assistant; one that begins with "!" is the system message."""
    messages, roles = [], [Role.USER, Role.ASSISTANT]
    for turn in turns:
        if turn.startswith("!"):
            messages.append(ChatMessage(role=Role.SYSTEM, content=turn[1:]))
        else:
            messages.append(ChatMessage(role=roles[0], content=turn))
            roles.reverse()
    return TrainingRow(messages=tuple(messages), document="lamp.pdf")


def test_that_columns_of_a_file_fill_variables_and_answers_do_not(tmp_path: Path) -> None:
    path = tmp_path / "mails.csv"
    path.write_text("question,answer,tone,note\nHow high?,45 cm,warm,x\nHow heavy?,2 kg,cold,\n,,,\n", encoding="utf-8")
    found = rows_of_file(path)
    assert [row.example.variables["tone"] for row in found.rows] == ["warm", "cold"]
    assert "answer" not in found.rows[0].example.variables
    assert set(columns_of(found.rows)) == {"tone", "note"}
    assert len(rows_of_file(path, limit=1).rows) == 1


def test_that_a_conversation_of_a_data_set_asks_its_last_question(tmp_path: Path) -> None:
    rows = [said("!Be brief.", "Hello.", "Hello you.", "How high is the lamp?", "45 cm"), said("Who?", "Me")]
    path, digest = write_rows(rows, tmp_path)
    first, second = rows_of_data_set("lamps", path, digest).rows
    assert (first.example.question, first.example.answers) == ("How high is the lamp?", ("45 cm",))
    assert first.example.variables == {"system": "Be brief.", "document": "lamp.pdf"}
    assert [message.content for message in first.earlier] == ["Hello.", "Hello you."]
    assert (second.earlier, second.example.id) == ((), "2")
    assert columns_of([first, second]) == ("document",)


def test_that_rows_without_question_or_answer_are_named(tmp_path: Path) -> None:
    unanswered = TrainingRow(messages=(ChatMessage(role=Role.USER, content="And now?"),))
    path, digest = write_rows([unanswered, said("Who?", "Me")], tmp_path)
    report = read_grid_rows(RecordingContext(), RowsRequest(path=str(path), data_set="d", content_hash=digest))
    assert [str(problem) for problem in report.problems] == ["row 1: it has no answer"]
    assert len(report.rows) == 1
    path, digest = write_rows([unanswered], tmp_path)
    with pytest.raises(WorkbenchError, match="“d” holds no row"):
        rows_of_data_set("d", path, digest)


def test_that_rows_too_large_for_a_message_are_refused_with_a_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_BYTES", 490)
    path = tmp_path / "q.csv"
    path.write_text("question,answer\n" + "How high?,45 cm\n" * 10, encoding="utf-8")
    with pytest.raises(WorkbenchError, match="only the first 3 of 10 fit"):
        rows_of_file(path)
    assert len(rows_of_file(path, limit=3).rows) == 3
