"""What is kept of grids: history from the beginning, transcripts in the folder, files for other programs."""

import csv
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.unit.playground.grid.scripted import ScriptedTools, always_right, combination, grid
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Cancelled, Finished, JobEvent, Started
from workbench.llm.types import GenerationRequest
from workbench.paths import WorkbenchPaths
from workbench.playground.grid import running
from workbench.playground.grid.export import Format
from workbench.playground.grid.grid_store import GridCombinationRecord, GridState, GridStore
from workbench.playground.grid.journal import CELLS, read_cell, read_outcomes
from workbench.playground.grid.running import grid_job, place_grid
from workbench.playground.grid.tasks import ExportRequest, export_grid, fill_grid, open_grid
from workbench.playground.grid.types import CellsDone, GridRequest
from workbench.recording import recorder


def placed(home: WorkbenchPaths) -> GridRequest:
    return place_grid(grid(Path(), combination("a"), combination("b"), count=5), home)


def test_that_an_unfinished_grid_of_the_same_request_is_gone_on_with(home: WorkbenchPaths) -> None:
    first, second = placed(home), placed(home)
    assert first.folder == second.folder
    fill_grid(RecordingContext(), first, ScriptedTools())
    assert placed(home).folder != first.folder  # a finished one stays as it is


def test_that_a_grid_too_large_for_a_message_is_refused(home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LARGEST_BYTES", 1000)
    with pytest.raises(WorkbenchError, match="too large"):
        placed(home)


def test_that_a_grid_is_in_the_history_from_its_beginning_to_its_end(home: WorkbenchPaths, database: Database) -> None:
    request, store = placed(home), GridStore(database)
    record = recorder(database, grid_job(request))

    def heard(event: JobEvent) -> None:
        record(event)
        record(event)  # a run that is re-attached is told again

    heard(Started(job_id="j"))
    assert [(entry.state, entry.total) for entry in store.list_grids()] == [(GridState.BEGUN, 10)]

    def fails_at_two(asked: GenerationRequest) -> str:
        if "What is 2" in asked.messages[-1].content:
            raise WorkbenchError("Silence.")
        return always_right(asked)

    report = fill_grid(RecordingContext(), request, ScriptedTools(fails_at_two))
    heard(Cancelled(job_id="j"))
    assert [(e.state, e.done, e.failed) for e in store.list_grids()] == [(GridState.STOPPED, 10, 2)]
    heard(Finished(job_id="j", result=report.model_dump(mode="json")))
    [entry] = store.list_grids()
    assert (entry.state, entry.done, entry.failed, entry.metric) == (GridState.FINISHED, 10, 2, "exact_match")
    assert store.get(entry.id) == request
    with database.reading() as session:
        columns = session.scalars(sa.select(GridCombinationRecord).order_by(GridCombinationRecord.id)).all()
        assert [(c.name, c.version_id, c.model_hash, c.mean, c.answered) for c in columns] == [
            ("a", "v1", "hash of tiny", 1.0, 4),
            ("b", "v1", "hash of tiny", 1.0, 4),
        ]
    store.delete(entry.id)
    assert store.list_grids() == []
    assert not Path(request.folder).exists()
    with pytest.raises(WorkbenchError, match="no grid number"):
        store.get(entry.id)


def test_that_an_earlier_grid_opens_with_its_cells_and_intervals(home: WorkbenchPaths) -> None:
    request = placed(home)
    report = fill_grid(RecordingContext(), request, ScriptedTools())
    context = RecordingContext()
    assert open_grid(context, request) == report
    [told] = [item for item in context.produced if isinstance(item, CellsDone)]
    assert len(told.outcomes) == told.done == 10


def test_that_a_transcript_that_was_removed_is_said(home: WorkbenchPaths) -> None:
    request = placed(home)
    fill_grid(RecordingContext(), request, ScriptedTools())
    outcomes = read_outcomes(Path(request.folder))
    (Path(request.folder) / CELLS).unlink()
    with pytest.raises(WorkbenchError, match="cannot be read"):
        read_cell(Path(request.folder), outcomes[(0, 0)])


def test_that_exports_hold_every_cell_and_no_formula(home: WorkbenchPaths, tmp_path: Path) -> None:
    request = placed(home)
    fill_grid(RecordingContext(), request, ScriptedTools(lambda _r: "=1+1"))
    table, lines = tmp_path / "grid.csv", tmp_path / "grid.jsonl"
    for path, form in ((table, Format.CSV), (lines, Format.JSONL)):
        report = export_grid(RecordingContext(), ExportRequest(grid=request, path=str(path), format=form))
        assert report.cells == 10
    with table.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["combination"], row["row_id"]) for row in found] == [(c, f"q{n}") for c in "ab" for n in range(5)]
    assert found[0]["answer"] == "'=1+1"
    assert (found[0]["prompt"], found[0]["version"], found[0]["exact_match"]) == ("sums", "1", "0.0")
    assert [json.loads(line)["text"] for line in lines.read_text(encoding="utf-8").splitlines()] == ["=1+1"] * 10
    assert sorted(path.name for path in tmp_path.glob("*grid*")) == ["grid.csv", "grid.jsonl"]


def test_that_a_file_that_cannot_be_written_is_said(home: WorkbenchPaths, tmp_path: Path) -> None:
    request = placed(home)
    fill_grid(RecordingContext(), request, ScriptedTools())
    wrong = ExportRequest(grid=request, path=str(tmp_path / "nowhere" / "grid.csv"), format=Format.CSV)
    with pytest.raises(WorkbenchError, match=r"grid\.csv could not be written"):
        export_grid(RecordingContext(), wrong)
