"""`workbench comparisons`: the history at the command line, without a model."""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.compare.scripted import ScriptedTools, always_right, arm, asked_number, knows_with_passages, numbered
from workbench.cli import compare, comparisons
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.compare.judge.types import ModelScoring
from workbench.compare.leak_types import Leak, LeakKind
from workbench.compare.store import ComparisonStore
from workbench.compare.tasks import compare as run_comparison
from workbench.compare.types import CompareRequest
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest
from workbench.paths import WorkbenchPaths
from workbench.scoring.types import MetricChoice, ScoreValue

Command = Callable[..., Any]


def half_right(request: GenerationRequest) -> str:
    return always_right(request) if asked_number(request) % 2 else "a guess"


@pytest.fixture
def place(home: WorkbenchPaths) -> Iterator[Workplace]:
    """A data folder with two comparisons, 1 and 2."""
    place = Workplace(home.home)
    for name, answer in (("first", half_right), ("second", knows_with_passages)):
        request = CompareRequest(
            name=name,
            examples=numbered(12),
            metrics=(MetricChoice(name="exact_match"),),
            arms=(arm("prompt", system=f"Be {name}."), arm("rag", collection=True)),
            folder=str(place.paths.home / "comparisons" / name),
        )
        report = run_comparison(RecordingContext(), request, ScriptedTools(answer))
        ComparisonStore(place.database).save(report, folder=request.folder)
    yield place
    place.close()


@pytest.fixture
def command(place: Workplace, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command line and returns what it printed: text, or with as_json an object."""

    def run(*words: str, as_json: bool = False) -> Any:
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers()
        compare.register(commands)
        comparisons.register(commands)
        arguments = parser.parse_args(words)
        capsys.readouterr()
        arguments.run(arguments, place, Output(json=as_json))
        said = capsys.readouterr().out
        return json.loads(said) if as_json else said

    return run


def listed(command: Command, *more: str) -> list[int]:
    return [entry["id"] for entry in command("comparisons", "list", *more, as_json=True)["comparisons"]]


def test_that_the_history_is_listed_and_searched(command: Command) -> None:
    assert listed(command) == [2, 1]
    assert listed(command, "--search", "FIRST") == [1]
    assert listed(command, "--search", "rag wins") == [2]
    assert "second" in command("comparisons", "list")


def test_that_one_is_shown_as_when_it_was_made(command: Command) -> None:
    assert "Verdict: rag wins" in command("comparisons", "show", "2")
    assert len(command("comparisons", "show", "2", as_json=True)["trials"]) == 24


def test_that_scores_of_a_judge_whom_nobody_checked_say_so(command: Command, place: Workplace) -> None:
    store = ComparisonStore(place.database)
    report = store.get(2)
    judged = {"judge": ScoreValue(value=1.0)}
    trials = tuple(trial.model_copy(update={"scores": {**trial.scores, **judged}}) for trial in report.trials)
    update = {"trials": trials, "metrics": ("exact_match", "judge"), "model_scoring": ModelScoring(judge="starter")}
    store.save(report.model_copy(update=update))
    told = "0 answers rated at random: too few to say how far Judge can be trusted. 30 more are needed."
    assert told in command("comparisons", "show", "3")
    assert "rated at random" not in command("comparisons", "show", "2")


def test_that_a_suspicion_alone_is_not_told_as_one_more(command: Command, place: Workplace) -> None:
    store = ComparisonStore(place.database)
    suspected = Leak(example_id="q1", arms=("rag",), kind=LeakKind.SUSPECTED, where="rows", text="like it")
    certain = suspected.model_copy(update={"example_id": "q2", "kind": LeakKind.EXACT})
    report = store.get(2).model_copy(update={"verdict_without_leaks": None})
    store.save(report.model_copy(update={"leaks": (suspected,)}))
    assert "  Suspected, by meaning only: 1 question.\n" in command("comparisons", "show", "3")
    store.save(report.model_copy(update={"leaks": (suspected, certain)}))
    assert "  Suspected besides, by meaning only: 1 question.\n" in command("comparisons", "show", "4")


def test_that_one_gets_another_name_and_a_note(command: Command) -> None:
    assert "2 final (rag wins)" in command("comparisons", "rename", "2", "final")
    assert command("comparisons", "note", "2", "with the new prompt", as_json=True)["note"] == "with the new prompt"
    assert "with the new prompt" in command("comparisons", "list")


def test_that_what_is_deleted_can_be_restored(command: Command, place: Workplace) -> None:
    assert "restore 1" in command("comparisons", "delete", "1")
    assert listed(command) == [2]
    command("comparisons", "restore", "1")
    assert listed(command) == [2, 1]
    assert (place.paths.home / "comparisons" / "first").is_dir()


def test_that_what_is_deleted_forever_leaves_nothing(command: Command, place: Workplace) -> None:
    assert command("comparisons", "delete", "1", "2", "--forever", as_json=True)["deleted"] == [1, 2]
    assert listed(command) == []
    assert not [path for path in (place.paths.home / "comparisons").iterdir() if path.is_dir()]
    with pytest.raises(WorkbenchError, match="no comparison number 1"):
        command("comparisons", "restore", "1")


def test_that_nothing_is_deleted_where_one_of_them_is_unknown(command: Command) -> None:
    with pytest.raises(WorkbenchError, match="no comparison number 9"):
        command("comparisons", "delete", "1", "9")
    assert listed(command) == [2, 1]


def test_that_files_are_exported(command: Command, tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("r.html", "r.csv", "r.jsonl")]
    said = command("comparisons", "export", "2", "--html", files[0], "--csv", files[1], "--jsonl", files[2])
    assert said.count("Wrote ") == 3
    assert all("What is 4 plus one?" in Path(file).read_text(encoding="utf-8") for file in files)
    with pytest.raises(WorkbenchError, match="Nothing was asked for"):
        command("comparisons", "export", "2")


def test_that_two_are_laid_over_each_other(command: Command, tmp_path: Path) -> None:
    page = tmp_path / "o.html"
    said = command("comparisons", "overlay", "1", "2", "--html", str(page))
    assert "prompt is worse by 50 points" in said
    assert "rag is better by 50 points" in said
    assert "system prompt" in said
    assert "Be second." in page.read_text(encoding="utf-8")
    found = command("comparisons", "overlay", "1", "2", as_json=True)
    assert [(one["after"], len(one["improved"]), len(one["worsened"])) for one in found["arms"]] == [
        ("prompt", 0, 6),
        ("rag", 6, 0),
    ]
    with pytest.raises(WorkbenchError, match="same comparison twice"):
        command("comparisons", "overlay", "1", "1")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["compare"], "Nothing was said to compare"),
        (["compare", "x.yaml", "--again", "1"], "too much"),
        (["compare", "--again", "1", "--limit", "2"], "same questions"),
        (["compare", "--again", "9"], "no comparison number 9"),
        (["compare", "--again", "0"], "no comparison number 0"),
        (["comparisons", "rename", "1", " "], "needs a name"),
        (["comparisons", "overlay", "1", "9"], "no comparison number 9"),
    ],
)
def test_that_bad_input_is_said_in_a_sentence(command: Command, words: list[str], problem: str) -> None:
    with pytest.raises(WorkbenchError, match=problem):
        command(*words)
