"""kill -9 in the middle of a search, twice: what goes on from there ends as if nothing had happened."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.conftest import Heard, wait_until_gone
from tests.llm_models import write_tiny_gguf
from tests.unit.playground.search.scripted import prompt, questions
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Cancelled, Finished, Started
from workbench.jobs.runner import JobRunner
from workbench.llm.library import describe_path
from workbench.llm.types import GenerationConfig, LoadConfig
from workbench.paths import WorkbenchPaths
from workbench.playground.search.journal import ANSWERS, is_finished, read_report
from workbench.playground.search.running import place_search, search_job
from workbench.playground.search.tasks import search_prompt
from workbench.playground.search.types import SearchBudget, SearchRequest
from workbench.recording import recorder
from workbench.scoring.types import MetricChoice

ROOT = Path(__file__).parents[2]
ALPHABET = "e t a o i n s h r d l c u m w f g y p b v k j x q z"
"""Random letters have some of it, so that scores differ."""


@pytest.fixture
def request_in(tmp_path: Path) -> Any:
    """A search with a model of random weights: nothing is good, but everything is repeatable."""
    path = tmp_path / "tiny.gguf"
    write_tiny_gguf(path, context=4096)
    model = describe_path(path)
    start = prompt().model_copy(update={"generation": GenerationConfig(max_tokens=6)})

    def make(folder: str, **changes: Any) -> SearchRequest:
        values: dict[str, Any] = {
            "name": "killed",
            "start": start,
            "model": model,
            "load": LoadConfig(context_length=4096, gpu_layers=0),
            "examples": [one.model_copy(update={"answers": (ALPHABET,)}) for one in questions(60)],
            "max_candidates": 24,
            "metric": MetricChoice(name="chrf"),
            "budget": SearchBudget(generations=400),
            "techniques": False,
            "instructions": [f"Write like writer number {n}." for n in range(8)],
            "folder": str(tmp_path / folder) if folder else "",
        }
        return SearchRequest.model_validate(values | changes)

    return make


def start_and_kill(request: SearchRequest, folder: Path, after: int) -> None:
    """Search in another process and kill it once it told that many generations."""
    file = folder / "request.json"
    file.write_text(request.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "tests.jobs.dying_search", str(file), str(after)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("used")
        process.kill()
        assert process.wait() < 0, "it ended by itself before it was killed"


def test_that_a_search_killed_twice_ends_the_same(request_in: Any, tmp_path: Path) -> None:
    whole = request_in("whole")
    search_prompt(RecordingContext(), whole)
    request = request_in("killed")
    start_and_kill(request, tmp_path, after=60)
    start_and_kill(request, tmp_path, after=230)
    assert not is_finished(tmp_path / "killed")
    kept = len((tmp_path / "killed" / ANSWERS).read_text().splitlines())
    search_prompt(RecordingContext(), request)
    made = len((tmp_path / "killed" / ANSWERS).read_text().splitlines()) - kept
    first, second = read_report(tmp_path / "whole"), read_report(tmp_path / "killed")
    assert second.model_dump(exclude={"cost"}) == first.model_dump(exclude={"cost"})
    assert second.cost.generations == first.cost.generations <= 400
    assert made < first.cost.generations - 150


def test_that_a_search_runs_as_a_durable_job_and_is_recorded_once(
    request_in: Any, runner: JobRunner, home: WorkbenchPaths, database: Any
) -> None:
    from workbench.playground.search.store import PromptSearchStore

    request = place_search(request_in(""), home)
    spec, heard = search_job(request), Heard()
    runner.submit(spec, heard)
    end = heard.wait_for(lambda event: isinstance(event, Finished))
    wait_until_gone(heard.of_type(Started)[0].pid)
    for _ in range(2):
        recorder(database, spec)(end)
    entries = PromptSearchStore(database).list_searches()
    assert [entry.name for entry in entries] == ["killed"]
    report = PromptSearchStore(database).get(entries[0].id)
    assert report == read_report(Path(request.folder))
    assert {item.get("phase") for item in heard.items} >= {"racing"}


def test_that_a_cancelled_search_keeps_its_answers(request_in: Any, runner: JobRunner, home: WorkbenchPaths) -> None:
    request = place_search(request_in("", budget=SearchBudget(generations=100_000), examples=questions(400)), home)
    heard = Heard()
    job = runner.submit(search_job(request), heard)
    heard.wait_for_item(30)
    job.cancel()
    heard.wait_for(lambda event: isinstance(event, Cancelled))
    wait_until_gone(heard.of_type(Started)[0].pid)
    assert (Path(request.folder) / ANSWERS).stat().st_size > 0
    assert place_search(request.model_copy(update={"folder": ""}), home) == request
