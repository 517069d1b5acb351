"""`workbench prompt-search` on the starter model: real worker, real engine, the result saved and told."""

import argparse
import json
from pathlib import Path

import pytest

from workbench import resources
from workbench.cli import prompt_search as command
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.playground.prompt_store import PromptStore
from workbench.playground.search.store import PromptSearchStore
from workbench.playground.search.types import Outcome

pytestmark = pytest.mark.slow

SAMPLE = "samples/format"


def run(place: Workplace, *options: str, as_json: bool = True) -> None:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["prompt-search", "--model", "starter", "--max-tokens", "32", *options])
    arguments.run(arguments, place, Output(json=as_json))


@pytest.fixture
def tickets(tmp_path: Path) -> str:
    """Forty messages of the sample project that shows a house format."""
    lines = resources.text(f"{SAMPLE}/questions.jsonl").splitlines()[:40]
    path = tmp_path / "tickets.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_that_the_starter_model_gets_a_better_prompt_and_it_is_saved(
    place: Workplace, tickets: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody tells it the house format; worked examples do."""
    examples = str(resources.path(f"{SAMPLE}/training.csv"))
    options = ["--questions", tickets, "--examples", examples, "--metric", "format_fields", "--generations", "160"]
    run(place, *options, "--no-formats", "--no-techniques", "--candidates", "6", "--save-as", "tickets")
    answer = json.loads(capsys.readouterr().out)
    assert answer["outcome"] == "better"
    assert "examples" in answer["winner"]["examples"]
    assert answer["held_out"]["low"] > 0
    assert answer["held_out"]["questions"] == 20
    assert sum(answer["cost"][part] for part in ("racing", "held_out", "writing")) <= 160
    version = PromptStore(place.database).newest("tickets")
    assert version
    assert version.id == answer["saved_version"]
    assert version.prompt.few_shot
    entries = PromptSearchStore(place.database).list_searches()
    assert [entry.outcome for entry in entries] == [Outcome.BETTER]
    run(place, *options, "--prompt", "tickets", "--no-techniques", "--no-formats", "--no-examples", as_json=False)
    said = capsys.readouterr().out
    assert "better prompt" in said


def test_that_what_cannot_be_searched_is_refused_with_a_sentence(place: Workplace, tickets: str) -> None:
    with pytest.raises(WorkbenchError, match="no saved prompt"):
        run(place, "--questions", tickets, "--prompt", "nothing")
    with pytest.raises(WorkbenchError, match="There is no file"):
        run(place, "--questions", "missing.jsonl")
    with pytest.raises(WorkbenchError, match="no metric named"):
        run(place, "--questions", tickets, "--metric", "beauty")
    with pytest.raises(WorkbenchError, match="too few to search with"):
        run(place, "--questions", tickets, "--generations", "20")
    with pytest.raises(WorkbenchError, match="retrieves nothing"):
        run(place, "--questions", tickets, "--metric", "mrr")
