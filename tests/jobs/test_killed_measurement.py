"""kill -9 in the middle of a measurement: it goes on and finds the same as an undisturbed one."""

import os
import signal
from pathlib import Path

import pytest

from tests.jobs.test_killed_indexing import Workplace
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Crashed, Finished, JobEvent, Produced, Started
from workbench.jobs.runner import JobRunner
from workbench.paths import WorkbenchPaths
from workbench.rag.evaluation.measurement_store import MeasurementStore
from workbench.rag.evaluation.running import (
    MeasurePlan,
    current_setting,
    load_measurement,
    measure_job,
    measure_request,
)
from workbench.rag.evaluation.tasks import measure
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    MeasureOrder,
    MeasureRequest,
    QuestionOutcome,
    RelevantPlace,
)
from workbench.rag.indexing import index_spec
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig

pytestmark = pytest.mark.slow
NAME = "towns"


def write_towns(folder: Path) -> Path:
    folder.mkdir()
    for number in range(12):
        text = f"Town {number} lies on river number {number * 7 % 12}. It has {number + 3} bridges and a mill. "
        (folder / f"{number}.txt").write_text(text * 12, encoding="utf-8")
    return folder


def request_for(store: CollectionStore) -> MeasureRequest:
    now = current_setting(store, NAME, SearchSettings(mode=RetrievalMode.VECTOR))
    small = now.model_copy(update={"chunking": ChunkingConfig(chunk_tokens=32, overlap=4)})
    questions = tuple(
        EvaluationQuestion(
            id=str(n), text=f"How many bridges has town {n}?", relevant=(RelevantPlace(document=f"{n}.txt"),)
        )
        for n in range(12)
    )
    return measure_request(store, MeasurePlan(NAME, "mine", questions, (now, small)), now)


def found(database: Database, request: MeasureRequest) -> list[QuestionOutcome]:
    kept = MeasurementStore(database).find(request.folder)
    assert kept is not None and kept[0].is_complete
    return [outcome.model_copy(update={"seconds": 0.0}) for outcome in kept[1]]


def test_that_a_killed_measurement_goes_on_to_the_same_end(
    database: Database, home: WorkbenchPaths, tmp_path: Path
) -> None:
    store, runner = CollectionStore(database, home), JobRunner(home)
    place = Workplace(runner, database)
    pids: list[int] = []

    def kill_at(kind: str) -> "object":
        def heard(event: JobEvent) -> None:
            match event:
                case Started(pid=pid):
                    pids.append(pid)
                case Produced(kind=told) if told == kind:
                    os.kill(pids[-1], signal.SIGKILL)

        return heard

    try:
        assert isinstance(place.run(index_spec(store, NAME, [write_towns(tmp_path / "towns")])), Finished)
        for kind in ("SettingProgress", "IndexBuilt"):
            request = request_for(store)
            assert isinstance(place.run(measure_job(request), kill_at(kind)), Crashed)  # type: ignore[arg-type]
        request = request_for(store)
        assert isinstance(place.run(measure_job(request)), Finished)
        disturbed = found(database, request)
        # An undisturbed one of the same, in this process.
        request = request_for(store)
        measure(RecordingContext(), MeasureOrder(collection=NAME, folder=request.folder))
        undisturbed = [outcome.model_copy(update={"seconds": 0.0}) for outcome in load_measurement(request)[1]]
        assert undisturbed == disturbed and len(disturbed) == 24
    finally:
        runner.shutdown()
