"""kill -9 in the middle of a comparison, and an arm that ends its process whenever it is asked."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.jobs.conftest import Heard
from tests.llm_models import write_tiny_gguf
from tests.unit.compare.scripted import arm, numbered
from workbench.compare.journal import read_report
from workbench.compare.placing import place_run
from workbench.compare.running import attempts_for, comparison_job
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.verdict_types import VerdictKind
from workbench.jobs.events import Crashed, Finished, JobEvent, Produced, Started, is_last_word
from workbench.jobs.runner import JobRunner
from workbench.llm.types import GenerationConfig, LoadConfig, ModelRef
from workbench.paths import WorkbenchPaths
from workbench.scoring.types import MetricChoice

pytestmark = pytest.mark.slow
QUESTIONS = 40


@pytest.fixture
def runner(home: WorkbenchPaths) -> Iterator[JobRunner]:
    runner = JobRunner(home)
    yield runner
    runner.shutdown()
    # A durable worker says its last word, then takes a moment to leave; nobody waits for it.
    psutil.wait_procs(psutil.Process().children(), timeout=60)


def run_to_its_end(runner: JobRunner, request: CompareRequest, task: str = "") -> tuple[ComparisonReport, int]:
    """As the window and the command line do it: started again after a death. The report, and how often it died."""
    job = comparison_job(request)
    if task:
        job = job.model_copy(update={"task": task})
    for deaths in range(attempts_for(request.arms) + 1):
        heard = Heard()
        runner.submit(job, heard)
        if isinstance(heard.wait_for(is_last_word), Finished):
            return read_report(Path(request.folder)), deaths
    raise AssertionError("it never came to its end")


def test_that_an_arm_that_kills_its_process_is_left_out_and_decides_nothing(
    runner: JobRunner, home: WorkbenchPaths
) -> None:
    request = CompareRequest(
        name="sums",
        examples=numbered(QUESTIONS),
        metrics=(MetricChoice(name="exact_match"),),
        arms=(arm("good"), arm("killer", system="kill"), arm("brief", system="Be brief.")),
        timed_questions=1,
    )
    report, deaths = run_to_its_end(runner, place_run(request, home), "tests.jobs.killing_arm:run")
    assert deaths == 2
    assert [(result.answered, result.failed) for result in report.arms] == [
        (QUESTIONS, 0), (0, QUESTIONS), (QUESTIONS, 0),
    ]  # fmt: skip
    assert "stopped unexpectedly, twice" in report.arms[1].problem
    assert report.verdict.kind is not VerdictKind.WINNER
    assert "killer" not in report.verdict.best


@pytest.fixture
def words(tmp_path: Path) -> CompareRequest:
    """Two arms of a tiny model, one of which samples."""
    path = write_tiny_gguf(tmp_path / "tiny.gguf", ends=False, width=128, blocks=4, feed_forward=256)
    model = ModelRef(name="tiny", path=str(path), context_length=512, size_bytes=path.stat().st_size)
    warm = GenerationConfig(max_tokens=24, temperature=0.8, seed=7)
    return CompareRequest(
        name="words",
        examples=numbered(QUESTIONS),
        metrics=(MetricChoice(name="contains"),),
        arms=(
            arm("plain", model=model, generation=GenerationConfig(max_tokens=24)),
            arm("warm", model=model, system="Say:", generation=warm),
        ),
        load=LoadConfig(context_length=256, threads=1),
        repeats=2,
        timed_questions=1,
    )


def trials_told(event: JobEvent) -> int:
    return int(event.item["done"]) if isinstance(event, Produced) and event.kind == "TrialDone" else 0


def test_that_a_killed_comparison_goes_on_with_the_same_texts(
    runner: JobRunner, words: CompareRequest, home: WorkbenchPaths, tmp_path: Path
) -> None:
    whole, _ = run_to_its_end(runner, words.model_copy(update={"folder": str(tmp_path / "whole")}))
    request = place_run(words, home)
    first = Heard()
    runner.submit(comparison_job(request), first)
    first.wait_for(lambda event: trials_told(event) >= 50)  # in the middle of a block
    started = first.wait_for(lambda event: isinstance(event, Started))
    assert isinstance(started, Started)
    os.kill(started.pid, signal.SIGKILL)
    assert isinstance(first.wait_for(is_last_word), Crashed)
    report, deaths = run_to_its_end(runner, request)
    assert deaths == 0
    assert [trial.answer for trial in report.trials] == [trial.answer for trial in whole.trials]
    assert len(report.trials) == 3 * QUESTIONS
