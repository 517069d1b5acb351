"""`workbench data`: columns that are named, and rows that ask what a test set asks."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.cli import data, test_sets
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec

pytestmark = pytest.mark.slow


def run(place: Workplace, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The JSON that a command prints."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for room in (data, test_sets):
        room.register(commands)
    arguments = parser.parse_args(words)
    arguments.run(arguments, place, Output(json=True))
    return json.loads(capsys.readouterr().out)


def test_that_a_check_without_known_columns_asks_for_them(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("x,y,z\nWho sang?,Nora,7\n", encoding="utf-8")
    parser = argparse.ArgumentParser()
    data.register(parser.add_subparsers())
    arguments = parser.parse_args(["data", "check", str(rows)])
    arguments.run(arguments, place, Output(json=False))
    said = capsys.readouterr().out
    assert "0 of 1 rows can be trained" in said
    assert "--question-column" in said and "The file has: x, y, z." in said and "Nothing wrong" not in said


def test_that_columns_are_named_and_what_a_test_set_asks_is_left_out(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, questions = tmp_path / "rows.csv", tmp_path / "test.csv"
    rows.write_text("kunde,frage,antwort\nA,Who sang?,Nora\nA,Who danced?,Emil\nB,Who slept?,-\n", encoding="utf-8")
    questions.write_text("question,answer\nwho danced,Emil\n", encoding="utf-8")
    run(place, capsys, "testsets", "import", "evening", str(questions))
    with pytest.raises(WorkbenchError, match="not clear which columns"):
        run(place, capsys, "data", "save", str(rows), "--name", "evening")
    columns = ("--question-column", "frage", "--answer-column", "antwort", "--group-column", "kunde")
    checked = run(place, capsys, "data", "check", str(rows), *columns)
    found = {finding["kind"]: finding["rows"] for finding in checked["findings"] if finding["rows"]}
    assert found == {"leak": [3]}
    saved = run(place, capsys, "data", "save", str(rows), "--name", "evening", "--leave-out", "leak", *columns)
    assert (saved["dataset"]["row_count"], saved["dropped"]) == (2, 1)
    assert saved["dataset"]["mapping"]["group"] == "kunde"


def test_that_one_named_column_leaves_the_others_guessed(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("question,answer,customer\nWho?,Nora,A\n", encoding="utf-8")
    checked = run(place, capsys, "data", "check", str(rows), "--group-column", "customer")
    assert [checked["mapping"][name] for name in ("question", "answer", "group")] == ["question", "answer", "customer"]
    with pytest.raises(WorkbenchError, match="in one column, or a question"):
        run(place, capsys, "data", "check", str(rows), "--messages-column", "a", "--question-column", "b")


def test_that_a_file_is_read_once_where_one_column_is_named(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("question,answer,customer\nWho?,Nora,A\n", encoding="utf-8")
    ran: list[str] = []
    run_job = place.run

    def noted(spec: JobSpec) -> dict[str, Any]:
        ran.append(spec.task)
        return run_job(spec)

    monkeypatch.setattr(place, "run", noted)
    run(place, capsys, "data", "save", str(rows), "--name", "one", "--group-column", "customer")
    assert ran == ["workbench.datasets.tasks:prepare"]


def test_that_rows_too_long_for_a_base_are_named_and_left_out(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = str(write_tiny_gguf(tmp_path / "tiny.gguf", context=256))
    rows = tmp_path / "rows.csv"
    rows.write_text(f"question,answer\nWho?,Nora\n{'Who was it? ' * 40},Emil\n", encoding="utf-8")
    checked = run(place, capsys, "data", "check", str(rows), "--model", base)
    assert [f["rows"] for f in checked["findings"] if f["kind"] == "too_long"] == [[3]]
    left_out = ("--name", "short", "--leave-out", "too_long")
    with pytest.raises(WorkbenchError, match="Which rows are too_long depends on the base"):
        run(place, capsys, "data", "save", str(rows), *left_out)
    assert run(place, capsys, "data", "save", str(rows), *left_out, "--model", base)["dropped"] == 1
    with pytest.raises(WorkbenchError, match="depends on the base"):
        run(place, capsys, "data", "check", str(rows), "--max-length", "20")
