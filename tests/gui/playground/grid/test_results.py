"""A grid as it fills: cells, transcripts, failures, history, export."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QMenu, QPlainTextEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.playground.grid.conftest import Desk
from tests.unit.playground.grid.scripted import ScriptedTools, always_right, asked_number, combination, grid
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Started
from workbench.llm.types import GenerationRequest
from workbench.playground.grid.running import grid_job
from workbench.playground.grid.tasks import EXPORT_GRID, OPEN_GRID, RUN_GRID, ExportReport, fill_grid, open_grid
from workbench.playground.grid.types import CellsDone, GridReport, GridRequest, Outcome
from workbench.ui.playground.grid.state import GridPageState, Page, RowFilter
from workbench.ui.playground.grid.table_model import MARK_ROLE, GridTableModel
from workbench.ui.playground.grid.transcript_panel import TranscriptPanel
from workbench.ui.widgets.trouble_card import TroubleCard


def answer(request: GenerationRequest) -> str:
    """Right for even numbers, silent for 3, wrong otherwise."""
    if asked_number(request) == 3:
        raise WorkbenchError("The server did not answer.")
    return always_right(request) if asked_number(request) % 2 == 0 else "I do not see."


class Relay(RecordingContext):
    """Runs the real task in the test and tells the page what it produces."""

    def __init__(self, job: FakeJob) -> None:
        super().__init__()
        self._job = job

    def produce(self, item: Any) -> None:
        self._job.produce(item)


def start(desk: Desk, count: int = 5) -> tuple[FakeJob, GridRequest]:
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows(count)
    for version in desk.prompts.versions("sums"):
        desk.page.presenter.setup.choose_version(version.id, True)
    desk.find(QPushButton, "grid_run").click()
    job = desk.jobs.of(RUN_GRID)[-1]
    job.start()
    return job, GridRequest.model_validate(job.spec.params)


def fill(job: FakeJob, request: GridRequest, tools: ScriptedTools | None = None) -> GridReport:
    report = fill_grid(Relay(job), request, tools or ScriptedTools(answer))
    job.finish(report)
    return report


def cell(desk: Desk, row: int, column: int) -> str:
    return str(desk.find(QTableView, "grid_cells").model().index(row, column).data())


def mark(desk: Desk, row: int, column: int) -> str:
    return str(desk.find(QTableView, "grid_cells").model().index(row, column).data(MARK_ROLE)[0])


def select(desk: Desk, row: int, column: int) -> None:
    table = desk.find(QTableView, "grid_cells")
    table.setCurrentIndex(table.model().index(row, column))


def labels(desk: Desk) -> list[str]:
    panel = desk.find(TranscriptPanel, "grid_transcript").widget()
    return [label.text() for label in panel.findChildren(QLabel)] if panel is not None else []


def test_that_cells_show_score_and_words_and_the_means_stand_above(desk: Desk) -> None:
    job, request = start(desk)
    assert desk.state.page is Page.RESULTS
    job.progress(2, 10, "v1")
    fill(job, request)
    assert [mark(desk, row, 0) for row in range(5)] == ["✓", "✗", "✓", "!", "✓"]
    assert [cell(desk, row, 0) for row in (0, 1, 3)] == ["1", "I do not see.", "The server did not answer."]
    table = desk.find(QTableView, "grid_cells").model()
    assert table.headerData(0, Qt.Orientation.Horizontal) == "v1"
    assert table.headerData(2, Qt.Orientation.Vertical) == "3  What is 2 plus one?"
    means = desk.find(QTableView, "grid_results").model()
    assert [means.index(row, 0).data() for row in range(2)] == ["v1", "v2"]
    assert means.index(0, 2).data() == "4 (! 1)"
    assert "75 %, 95 % interval" in means.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert desk.state.running is None


def test_that_a_cell_opens_its_transcript(desk: Desk) -> None:
    job, request = start(desk)
    fill(job, request)
    select(desk, 1, 1)
    said = labels(desk)
    assert "What is 1 plus one?" in said
    assert "Right: 2" in said
    assert "✗  v2" in said
    assert desk.find(QLabel, "grid_answer").text() == "I do not see."
    assert any(text.startswith("Exact match: 0 %.") for text in said)
    assert any("tokens in" in text for text in said)
    desk.find(QPushButton, "grid_show_prompt").click()
    assert desk.find(QPlainTextEdit, "grid_prompt").isVisible()
    assert "Please: What is 1 plus one?" in desk.find(QPlainTextEdit, "grid_prompt").toPlainText()
    select(desk, 3, 1)
    assert "The server did not answer." in labels(desk)


def test_that_a_cell_without_an_answer_shows_it_once_it_comes(desk: Desk) -> None:
    job, request = start(desk)
    select(desk, 0, 0)
    assert "Not answered yet." in labels(desk)
    fill(job, request)
    assert desk.find(QLabel, "grid_answer").text() == "1"


def test_that_a_transcript_that_is_gone_is_said_in_its_place(desk: Desk) -> None:
    job, request = start(desk)
    fill(job, request)
    (Path(request.folder) / "cells.jsonl").unlink()
    select(desk, 0, 0)
    assert any("cannot be read" in text for text in labels(desk))


def test_that_failures_are_run_again_alone(desk: Desk) -> None:
    job, request = start(desk)
    fill(job, request)
    button = desk.find(QPushButton, "grid_go_on")
    assert button.text() == "Run 2 failures again"
    button.click()
    again = desk.jobs.of(RUN_GRID)[-1]
    assert GridRequest.model_validate(again.spec.params) == request
    tools = ScriptedTools()
    fill(again, request, tools)
    assert tools.asked == 2
    assert mark(desk, 3, 0) == "✓"
    assert cell(desk, 1, 0) == "I do not see."
    assert button.isHidden()


def test_that_a_stopped_grid_keeps_its_cells_and_offers_to_go_on(desk: Desk) -> None:
    job, _ = start(desk)
    outcome = Outcome(combination=0, row=0, key="k", place=0, values=(1.0,), words="1")
    job.produce(CellsDone(outcomes=(outcome,), done=1, total=10))
    desk.find(QPushButton, "job_strip_stop").click()
    assert job.cancelled
    job.end_cancelled()
    assert desk.find(QPushButton, "grid_go_on").text() == "Go on (9 left)"
    assert cell(desk, 0, 0) == "1"
    assert "was stopped" in desk.messages.texts("info")[-1]
    assert [(line.text.split(" · ")[2]) for line in desk.state.history] == ["stopped at 0 of 10"]


def test_that_a_crash_starts_it_again_by_itself_and_a_failure_is_said(desk: Desk) -> None:
    job, _ = start(desk)
    job.crash()
    assert len(desk.jobs.of(RUN_GRID)) == 2
    desk.jobs.of(RUN_GRID)[-1].fail(WorkbenchError("The disk is full.", hint="Free some space."))
    assert desk.find(TroubleCard, "grid_trouble").text() == "The disk is full."
    assert desk.state.running is None


def test_that_rows_can_be_filtered_and_the_selection_is_the_right_cell(desk: Desk) -> None:
    job, request = start(desk)
    fill(job, request)
    box = desk.find(QComboBox, "grid_filter")
    for shown, expected in (
        (RowFilter.FAILED, (3,)), (RowFilter.WRONG, (1,)), (RowFilter.DIFFERENT, ()), (RowFilter.ALL, (0, 1, 2, 3, 4)),
    ):  # fmt: skip
        box.activated.emit(box.findData(shown))
        assert desk.state.shown_rows == expected
        assert desk.find(QTableView, "grid_cells").model().rowCount() == len(expected)
    box.activated.emit(box.findData(RowFilter.FAILED))
    select(desk, 0, 0)
    assert desk.state.selected == (0, 3)


def test_that_an_earlier_grid_is_opened_from_the_history(desk: Desk) -> None:
    job, request = start(desk)
    fill(job, request)
    desk.page.presenter.change_setup()
    desk.find(QPushButton, "grid_history").click()
    menu = desk.find(QMenu, "grid_history_menu")
    assert "2 of 10 answers failed" in menu.actions()[0].text()
    menu.actions()[0].trigger()
    menu.close()
    opening = desk.jobs.of(OPEN_GRID)[-1]
    opening.finish(open_grid(Relay(opening), request))
    assert desk.state.page is Page.RESULTS
    assert mark(desk, 3, 1) == "!"
    assert desk.find(QPushButton, "grid_go_on").text() == "Run 2 failures again"


def test_that_a_run_of_an_earlier_start_is_taken_up(desk: Desk, tmp_path: Path) -> None:
    request = grid(tmp_path / "earlier", combination("a"), count=3)
    listener = desk.page.presenter.follow(grid_job(request))
    job = FakeJob("earlier", grid_job(request), listener)
    job.emit(Started(job_id="earlier"))
    assert desk.state.is_running
    fill(job, request, ScriptedTools())
    assert [mark(desk, row, 0) for row in range(3)] == ["✓", "✓", "✓"]


@pytest.mark.parametrize("name", ["grid.csv", "grid.jsonl"])
def test_that_the_answers_are_written_by_the_ending_of_the_name(desk: Desk, name: str) -> None:
    job, request = start(desk)
    fill(job, request)
    desk.find(QPushButton, "grid_export").click()
    dialog = desk.find(QFileDialog, "grid_export_dialog")
    dialog.fileSelected.emit(f"/tmp/{name}")
    dialog.close()
    writing = desk.jobs.of(EXPORT_GRID)[-1]
    assert writing.spec.params["format"] == name.rpartition(".")[2]
    writing.finish(ExportReport(path=f"/tmp/{name}", cells=10))
    assert desk.messages.texts("info")[-1] == f"Wrote 10 answers to {name}."


def test_that_another_ending_is_refused_in_words(desk: Desk) -> None:
    job, request = start(desk)
    fill(job, request)
    desk.page.presenter.export("/tmp/grid.docx")
    assert desk.jobs.of(EXPORT_GRID) == []
    assert "“docx”" in desk.messages.texts("error")[-1]


def test_that_answers_redraw_a_large_table_without_resetting_it(qtbot: QtBot, tmp_path: Path) -> None:
    from dataclasses import replace

    from workbench.ui.playground.grid.state import Results

    request = grid(tmp_path, *(combination(f"c{n}") for n in range(12)), count=2000)
    outcomes = {
        (c, r): Outcome(combination=c, row=r, key="k", place=0, values=(1.0,), words="yes")
        for c in range(12)
        for r in range(2000)
    }
    results = Results(request, {})
    model = GridTableModel()
    state = GridPageState(results=results)
    model.show(results, state.shown_rows)
    assert (model.rowCount(), model.columnCount()) == (2000, 12)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    with qtbot.waitSignal(model.dataChanged):
        model.show(replace(results, outcomes=outcomes), state.shown_rows)
    assert resets == []
    assert model.index(1999, 11).data() == "yes"
    model.show(results, ())  # a filter that no row passes
    model.show(replace(results, outcomes={}), ())
    assert model.rowCount() == 0
