"""`workbench finetune`: columns that are named, and what a training needs before it starts."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.end2end.test_command_line import (
    COMMAND,
    WAIT_SECONDS,
    environment,
    only_object,
    wait_until,
    workbench,
    write_rows,
)
from tests.llm_models import write_tiny_gguf
from workbench.cli import main
from workbench.finetune.checkpoints import list_checkpoints
from workbench.paths import WorkbenchPaths, find_home

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def left_alone() -> Iterator[None]:
    """A durable worker says its last word, then takes a moment to leave; nobody waits for it."""
    yield
    psutil.wait_procs(psutil.Process().children(), timeout=60)


@pytest.fixture
def typed(tmp_path: Path) -> list[str]:
    base = write_tiny_gguf(tmp_path / "tiny.gguf", context=256)
    lines = [f"A,number {n},{('red', 'green')[n % 2]}" for n in range(12)]
    (tmp_path / "rows.csv").write_text("\n".join(["kunde,frage,antwort", *lines]), encoding="utf-8")
    return ["finetune", "--model", str(base), "--data", str(tmp_path / "rows.csv"), "--name", "colours"]


NAMED = ["--question-column", "frage", "--answer-column", "antwort"]
SHORT = ["--epochs", "1", "--rank", "4", "--json"]


def test_that_memory_time_and_disk_are_told_before_a_training_starts(
    typed: list[str], capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    assert main([*typed, *SHORT]) == 1
    assert "not clear which columns" in capsys.readouterr().out
    assert main([*typed, *NAMED, *SHORT]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["adapter"]["rows"] == 12
    assert said.err.count("a model learns little") == 1
    assert "3 steps over 12 rows, about " in said.err and " of memory (" in said.err and " of disk." in said.err


def test_that_the_estimate_alone_starts_nothing_and_measures_the_time(
    typed: list[str], capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    assert main([*typed, *NAMED, *SHORT, "--estimate"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["fits"], found["is_measured"], found["rows"]) == (True, True, 12)
    assert not (own_home / "trainings").exists()


def test_that_what_does_not_fit_is_not_started(
    typed: list[str], capsys: pytest.CaptureFixture[str], own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.cli import training_estimate
    from workbench.finetune.preflight import Preflight

    estimated = training_estimate._estimate

    def too_large(*given: Any, **options: Any) -> Preflight:
        found = estimated(*given, **options)
        return found.model_copy(update={"fits": False, "advice": "Set the batch size to 2."})

    monkeypatch.setattr(training_estimate, "_estimate", too_large)
    assert main([*typed, *NAMED, *SHORT]) == 1
    problem = json.loads(capsys.readouterr().out)["error"]
    assert "does not fit, so it was not started" in problem["message"]
    assert problem["hint"] == "Set the batch size to 2. Or start it with --anyway."
    assert not (own_home / "trainings").exists()
    assert main([*typed, *NAMED, *SHORT, "--anyway"]) == 0


def test_that_columns_of_a_saved_data_set_cannot_be_named(
    typed: list[str], capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    assert main(["data", "save", typed[4], *NAMED, "--name", "saved"]) == 0
    capsys.readouterr()
    saved = ["finetune", "--model", typed[2], "--data", "saved", "--name", "colours"]
    assert main([*saved, *NAMED, "--json"]) == 1
    assert "has no columns to choose from" in capsys.readouterr().out


def test_that_a_preview_takes_columns(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "preview", typed[4], "--model", typed[2], *NAMED, "--json"]) == 0
    tokens = json.loads(capsys.readouterr().out)["tokens"]
    assert "".join(token["text"] for token in tokens if token["trained"]) == "red<|end|>"


def test_that_a_training_is_paused_goes_on_and_is_stopped_with_what_it_learned(tmp_path: Path) -> None:
    write_tiny_gguf(tmp_path / "tiny.gguf", context=256)
    write_rows(tmp_path / "rows.csv", 200)
    typed = ["finetune", "--model", "tiny.gguf", "--data", "rows.csv", "--name", "long", "--epochs", "900", "--json"]
    command = subprocess.Popen(
        [*COMMAND, *typed],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def running() -> list[str]:
        found = only_object(workbench(tmp_path, "runs", "list", "--json"))["runs"]
        return [run["id"] for run in found if run["state"] == "running"]

    wait_until(lambda: bool(running()), "the training runs")
    (run,) = running()
    work = WorkbenchPaths(find_home()).home / "trainings" / "long"
    wait_until((work / "metrics.jsonl").exists, "a step is made")
    assert only_object(workbench(tmp_path, "runs", "pause", run, "--json")) == {"pausing": run}
    wait_until(lambda: bool(list_checkpoints(work)), "it is saved")
    saved = list_checkpoints(work)[0].step
    time.sleep(0.5)  # it would make steps meanwhile: nothing tells that something does not happen
    assert len((work / "metrics.jsonl").read_text(encoding="utf-8").splitlines()) == saved, "it stands still"
    assert only_object(workbench(tmp_path, "runs", "resume", run, "--json")) == {"resuming": run}
    assert only_object(workbench(tmp_path, "runs", "stop", run, "--save", "--json")) == {"stopping": run}
    out, err = command.communicate(timeout=WAIT_SECONDS)
    assert f"Paused after step {saved}; it is saved." in err
    report = json.loads(out)
    assert not report["finished"] and report["steps"] >= saved
    assert list_checkpoints(work)[0].step == report["steps"]
    refused = workbench(tmp_path, "runs", "pause", run)
    assert refused.returncode == 1 and "does not run" in refused.stderr


def test_that_rows_that_are_cut_are_named_once(
    typed: list[str], capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    assert main([*typed, *NAMED, "--epochs", "1", "--rank", "4", "--max-length", "15"]) == 0
    said = capsys.readouterr()
    assert said.err.count("the beginning is cut off") == 1
    assert "Trained “colours” on 12 rows: 3 steps in " in said.out
