"""kill -9 in the middle of a grid, and a program that ends before it: what is done stays, the texts are the same."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.jobs.conftest import Heard
from tests.llm_models import write_tiny_gguf
from tests.unit.playground.grid.scripted import combination, version
from workbench.database import Database
from workbench.datasets.types import Example
from workbench.jobs.events import Crashed, Finished, JobEvent, Produced, Started, is_last_word
from workbench.jobs.journal_file import read_records
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec, Listener
from workbench.llm.types import LoadConfig, ModelRef
from workbench.paths import WorkbenchPaths
from workbench.playground.grid.filling import BLOCK
from workbench.playground.grid.grid_store import GridState, GridStore
from workbench.playground.grid.journal import CELLS, read_cell, read_outcomes
from workbench.playground.grid.running import grid_job, place_grid
from workbench.playground.grid.types import Answerer, Cell, GridReport, GridRequest, GridRow
from workbench.recording import recorder
from workbench.scoring.types import MetricChoice

pytestmark = pytest.mark.slow
ROWS = 2 * BLOCK + 8


@pytest.fixture
def request_to_fill(tmp_path: Path) -> GridRequest:
    path = write_tiny_gguf(tmp_path / "tiny.gguf", ends=False, width=128, blocks=4, feed_forward=256)
    model = ModelRef(name="tiny", path=str(path), context_length=512, size_bytes=path.stat().st_size)
    answerer = Answerer(model=model, load=LoadConfig(context_length=256, threads=1))
    found = [
        combination("plain", max_tokens=24).model_copy(update={"answerer": answerer}),
        combination("warm", version(2, "Say: {{ question }}"), max_tokens=24, temperature=0.8, seed=7).model_copy(
            update={"answerer": answerer}
        ),
    ]
    rows = tuple(GridRow(example=Example(id=f"r{n}", question=f"Word {n}?", answers=("x",))) for n in range(ROWS))
    return GridRequest(name="words", rows=rows, combinations=tuple(found), metrics=(MetricChoice(name="contains"),))


@pytest.fixture
def runners(home: WorkbenchPaths) -> Iterator[list[JobRunner]]:
    """Those of one start of the program after the other."""
    runners = [JobRunner(home)]
    yield runners
    for runner in runners:
        runner.shutdown()
    psutil.wait_procs(psutil.Process().children(), timeout=60)


def recorded(database: Database, heard: Heard, spec: JobSpec) -> Listener:
    record = recorder(database, spec)

    def listen(event: JobEvent) -> None:
        record(event)
        heard(event)

    return listen


def cells_told(event: JobEvent) -> int:
    return int(event.item["done"]) if isinstance(event, Produced) and event.kind == "CellsDone" else 0


def texts(request: GridRequest) -> dict[tuple[int, int], str]:
    folder = Path(request.folder)
    return {place: read_cell(folder, outcome).text for place, outcome in read_outcomes(folder).items()}


def test_that_a_killed_grid_goes_on_with_the_same_texts(
    request_to_fill: GridRequest, runners: list[JobRunner], home: WorkbenchPaths, database: Database, tmp_path: Path
) -> None:
    [runner], store = runners, GridStore(database)
    whole = request_to_fill.model_copy(update={"folder": str(tmp_path / "whole")})
    at_once = Heard()
    runner.submit(grid_job(whole), at_once)
    at_once.wait_for(lambda event: isinstance(event, Finished))

    request = place_grid(request_to_fill, home)
    first = Heard()
    runner.submit(grid_job(request), recorded(database, first, grid_job(request)))
    first.wait_for(lambda event: cells_told(event) >= BLOCK + 5)
    [started] = first.of_type(Started)
    os.kill(started.pid, signal.SIGKILL)
    word = first.wait_for(is_last_word)
    assert isinstance(word, Crashed)
    kept = texts(request)
    assert BLOCK < len(kept) < 2 * ROWS
    [entry] = [entry for entry in store.list_grids() if entry.folder == request.folder]
    assert (entry.state, entry.done) == (GridState.STOPPED, len(kept))

    again = Heard()
    runner.submit(grid_job(request), recorded(database, again, grid_job(request)))
    finished = again.wait_for(lambda event: isinstance(event, Finished))
    assert isinstance(finished, Finished)
    assert GridReport.model_validate(finished.result).done == 2 * ROWS
    assert texts(request) == texts(whole)
    assert len(set(texts(whole).values())) > ROWS, "a model that says one thing proves nothing"
    made = [(cell.combination, cell.row_id) for cell in read_records(Path(request.folder) / CELLS, Cell)]
    assert len(set(made)) == 2 * ROWS
    assert len(made) <= 2 * ROWS + 1  # at most the one whose outcome was not written before the kill is there twice
    assert [entry.state for entry in store.list_grids()] == [GridState.FINISHED]


def test_that_a_grid_outlives_the_program_and_is_recorded_by_the_next(
    request_to_fill: GridRequest, runners: list[JobRunner], home: WorkbenchPaths, database: Database
) -> None:
    request = place_grid(request_to_fill, home)
    spec, first, later = grid_job(request), Heard(), Heard()
    runners[0].submit(spec, recorded(database, first, spec))
    first.wait_for(lambda event: cells_told(event) >= 3)
    runners[0].shutdown()

    runners.append(JobRunner(home))
    [followed] = runners[1].attach_durable(partial(recorded, database, later))
    assert GridRequest.model_validate(followed.spec.params) == request
    later.wait_for(lambda event: isinstance(event, Finished))
    told = [event for event in later.events if cells_told(event)]
    assert cells_told(told[0]) == 1  # from the beginning: whoever looks now sees all of it
    assert cells_told(told[-1]) == 2 * ROWS
    [entry] = GridStore(database).list_grids()
    assert (entry.state, entry.done, entry.failed) == (GridState.FINISHED, 2 * ROWS, 0)
