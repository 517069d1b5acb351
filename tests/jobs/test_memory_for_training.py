"""Chat and training do not fight for memory: real workers, a run that claims more than the machine has."""

import queue
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.jobs.conftest import Heard
from tests.jobs.test_generate_in_worker import PATIENCE, spec
from tests.llm_models import write_saying_gguf
from workbench.jobs.events import Failed, Finished
from workbench.jobs.memory_claims import MemoryClaim, claim_memory, unmet_claims
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.llm.engines import KEPT
from workbench.llm.making_room import RoomMaker
from workbench.paths import WorkbenchPaths

TRAINING = "Fine-tune house-style"


@pytest.fixture
def told() -> "queue.SimpleQueue[str]":
    return queue.SimpleQueue()


@pytest.fixture
def runner(home: WorkbenchPaths, told: "queue.SimpleQueue[str]") -> Iterator[JobRunner]:
    runner = JobRunner(home)
    runner.observe(RoomMaker(runner, told.put))
    yield runner
    runner.shutdown()


def claiming(peak_bytes: int) -> JobSpec:
    task, params = "tests.jobs.sample_tasks:claim_and_wait", {"title": TRAINING, "peak_bytes": peak_bytes}
    return JobSpec(task=task, params=params, title=TRAINING, durable=True)


def test_that_idle_models_make_way_for_a_training_and_are_loaded_again_after_it(
    runner: JobRunner, told: "queue.SimpleQueue[str]", tmp_path: Path
) -> None:
    answer = spec(write_saying_gguf(tmp_path / "saying.gguf", "Hey!"))
    assert isinstance(runner.submit(answer, lambda _: None).wait(PATIENCE), Finished)
    heard = Heard()
    training = runner.submit(claiming(2 * psutil.virtual_memory().total), heard)
    assert told.get(timeout=PATIENCE).startswith(f"saying was unloaded to make room: “{TRAINING}” needs ")
    refused = runner.submit(answer, lambda _: None).wait(PATIENCE)
    assert isinstance(refused, Failed) and refused.code == "out_of_memory"
    assert f"that “{TRAINING}” will still take" in refused.message
    assert "stop and save it" in refused.hint
    runner.send_command(training.id, "stop")
    assert isinstance(training.wait(PATIENCE), Finished)
    assert isinstance(runner.submit(answer, lambda _: None).wait(PATIENCE), Finished)


def test_that_a_training_that_fits_beside_the_models_unloads_none(
    runner: JobRunner, told: "queue.SimpleQueue[str]", tmp_path: Path
) -> None:
    answer = spec(write_saying_gguf(tmp_path / "saying.gguf", "Hey!"))
    assert isinstance(runner.submit(answer, lambda _: None).wait(PATIENCE), Finished)
    heard = Heard()
    training = runner.submit(claiming(1_000_000), heard)
    heard.wait_for_item()
    assert isinstance(runner.submit(answer, lambda _: None).wait(PATIENCE), Finished)
    runner.send_command(training.id, "stop")
    assert isinstance(training.wait(PATIENCE), Finished)
    assert told.empty()


def test_that_a_model_that_makes_room_for_another_is_said_whoever_asks(
    runner: JobRunner, told: "queue.SimpleQueue[str]", tmp_path: Path
) -> None:
    for number in range(KEPT + 1):
        asked = spec(write_saying_gguf(tmp_path / f"model-{number}.gguf", "Hey!"))
        assert isinstance(runner.submit(asked, lambda _: None).wait(PATIENCE), Finished)
    assert told.get(timeout=PATIENCE) == f"model-0 was unloaded to make room for model-{KEPT}."


def test_that_only_living_runs_count_and_only_with_what_they_do_not_have_yet(
    runner: JobRunner, home: WorkbenchPaths
) -> None:
    heard = Heard()
    training = runner.submit(claiming(10**12), heard)
    heard.wait_for_item()
    (claim,) = unmet_claims(home.runs)
    assert claim.title == TRAINING and 0.9 * 10**12 < claim.missing_bytes < 10**12
    runner.cancel(training.id)
    training.wait(PATIENCE)
    assert unmet_claims(home.runs) == []


def test_that_a_damaged_claim_hinders_nobody(home: WorkbenchPaths) -> None:
    folder = home.runs / "damaged"
    folder.mkdir(parents=True)
    claim_memory(folder, MemoryClaim(title="x", peak_bytes=1))
    (folder / "memory.json").write_text("{")
    assert unmet_claims(home.runs) == []
