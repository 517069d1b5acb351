"""`workbench grid` on the starter model: real worker, real engine, the output that scripts read."""

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import grid as command
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage, GenerationConfig, Role
from workbench.playground.prompt_store import PromptStore
from workbench.playground.types import Prompt, PromptBlock

pytestmark = pytest.mark.slow

QUESTIONS: list[dict[str, object]] = [
    {"id": "a", "question": "How long is the warranty of the Alder kettle?", "answer": "3 years", "tone": "short"},
    {"id": "b", "question": "How heavy is the Cedar toaster?", "answer": "1.8 kg", "tone": "long"},
    {"id": "c", "question": "How loud is the Maple blender?", "answers": []},
]


@pytest.fixture(autouse=True)
def versions(place: Workplace) -> None:
    """Two of the prompt "support"."""
    prompts = PromptStore(place.database)
    short = GenerationConfig(max_tokens=12)
    prompts.save_version("support", Prompt(generation=short))
    toned = Prompt(blocks=(PromptBlock(role=Role.USER, text="{{ question }} Be {{ tone }}."),), generation=short)
    prompts.save_version("support", toned)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return path


def run(place: Workplace, *words: str, as_json: bool = True) -> None:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["grid", *words])
    arguments.run(arguments, place, Output(json=as_json))


def test_that_a_grid_is_filled_kept_written_and_made_again(
    place: Workplace, questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "grid.csv"
    asked = ("run", "--prompt", "support@1", "--prompt", "support", "--questions", str(questions))
    run(place, *asked, "--vary", "temperature=0,0.9", "--csv", str(table))
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [result["name"] for result in report["results"]] == [
        "v1 · temperature 0", "v1 · temperature 0.9", "v2 · temperature 0", "v2 · temperature 0.9",
    ]  # fmt: skip
    assert [(result["answered"], result["failed"]) for result in report["results"]] == [(3, 0), (3, 0), (2, 1), (2, 1)]
    assert "tone" in report["results"][2]["problem"]
    summary = report["results"][0]["metrics"]["exact_match"]
    assert 0 <= summary["low"] <= summary["mean"] <= summary["high"] <= 1
    assert len(report["results"][0]["model_hash"]) == 64
    with table.open(encoding="utf-8-sig", newline="") as file:
        answers = {(row["combination"], row["row_id"]): row["text"] for row in csv.DictReader(file)}
    assert len(answers) == 12

    run(place, "list", as_json=False)
    listed = capsys.readouterr().out
    assert "questions" in listed
    assert "finished" in listed
    lines = tmp_path / "again.jsonl"
    run(place, "again", "1", "--jsonl", str(lines))
    assert json.loads(capsys.readouterr().out)["failed"] == 2
    cells = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert {(cell["combination"], cell["row_id"]): cell["text"] for cell in cells} == answers
    assert QUESTIONS[0]["question"] in cells[0]["prompt"]

    run(place, *asked, "--set", "tone=kind", as_json=False)  # now every row has the variable
    said = capsys.readouterr().out
    assert "questions: 3 rows, 6 cells" in said
    run(place, "show", "2")
    assert json.loads(capsys.readouterr().out)["failed"] == 0


def test_that_a_saved_data_set_gives_the_rows(place: Workplace, capsys: pytest.CaptureFixture[str]) -> None:
    turns = (ChatMessage(role=Role.USER, content="How high?"), ChatMessage(role=Role.ASSISTANT, content="45 cm"))
    DatasetStore(place.database).save("lamps", [TrainingRow(messages=turns)] * 2)
    run(place, "run", "--prompt", "support@1", "--dataset", "lamps", "--metric", "contains", "--limit", "1")
    report = json.loads(capsys.readouterr().out)
    assert (report["name"], report["rows"], report["done"], report["metrics"]) == ("lamps", 1, 1, ["contains"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--prompt", "nothing"), "There is no prompt “nothing”"),
        (("--prompt", "support@9"), "has no version 9"),
        (("--prompt", "support", "--metric", "mrr"), "judges what retrieval found"),
        (("--prompt", "support", "--vary", "heat=1"), "no setting “heat”"),
        (("--prompt", "support", "--set", "tone"), "no variable with a value"),
        (("--prompt", "support", "--model", "nobody"), "nobody"),
    ],
)
def test_that_what_is_wrong_is_said_before_anything_runs(
    place: Workplace, questions: Path, words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(WorkbenchError, match=said):
        run(place, "run", "--questions", str(questions), *words)
