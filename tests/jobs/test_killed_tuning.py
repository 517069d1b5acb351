"""kill -9 in the middle of a tuning: it goes on from its snapshot and makes the same embedder."""

import os
import signal
from pathlib import Path

import pytest

from tests.jobs.test_killed_indexing import Workplace
from tests.unit.rag.embedding_tuning.test_tuning import NAME, questions, store, tiny
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Crashed, Finished, JobEvent, Produced, Started
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.rag.embedding_tuning.running import tune_job, tune_request
from workbench.rag.embedding_tuning.tasks import tune
from workbench.rag.embedding_tuning.types import Prepared, TuneOrder, TuneRequest, TuningConfig, TuningReport
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore

__all__ = ["store", "tiny"]
pytestmark = pytest.mark.slow
CONFIG = TuningConfig(epochs=3, batch_size=8, learning_rate=1e-3, held_out_share=0.4, checkpoint_seconds=0)


def request_for(store: CollectionStore) -> TuneRequest:
    return tune_request(store, NAME, questions(), name="tiny", config=CONFIG, mode=RetrievalMode.VECTOR)


def job_of(request: TuneRequest) -> JobSpec:
    """Not in the background: a busy machine would let the test wait for minutes."""
    return tune_job(request).model_copy(update={"background": False})


def test_that_a_killed_tuning_goes_on_to_the_same_embedder(
    store: CollectionStore, database: Database, home: WorkbenchPaths
) -> None:
    runner = JobRunner(home)
    place = Workplace(runner, database)
    pids: list[int] = []
    steps: list[int] = []

    def kill_at_the_third_step(event: JobEvent) -> None:
        match event:
            case Started(pid=pid):
                pids.append(pid)
            case Produced(kind="TuningStep", item=item):
                steps.append(int(item["step"]))
                if steps[-1] == 3:
                    os.kill(pids[-1], signal.SIGKILL)

    def count(event: JobEvent) -> None:
        match event:
            case Produced(kind="TuningStep", item=item):
                steps.append(int(item["step"]))

    try:
        request = request_for(store)
        assert isinstance(place.run(job_of(request), kill_at_the_third_step), Crashed)
        prepared = Prepared.model_validate_json((Path(request.folder) / "prepared.json").read_text(encoding="utf-8"))
        steps.clear()
        last = place.run(job_of(request_for(store)), count)
        assert isinstance(last, Finished) and steps[0] > 1, "it began anew"
        disturbed = TuningReport.model_validate(last.result)
        # An undisturbed one of the same, in this process.
        request = request_for(store)
        order = TuneOrder(collection=NAME, folder=request.folder)
        undisturbed = tune(RecordingContext(threads=prepared.threads), order)
        assert undisturbed.tuned.embedder.content_hash == disturbed.tuned.embedder.content_hash
        assert undisturbed.comparisons == disturbed.comparisons
    finally:
        runner.shutdown()
