"""The Grid page in the whole program: real workers, the starter model, and a second start that takes the grid up."""

import json
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.acting import end_program, find
from workbench.app import Program
from workbench.llm.types import GenerationConfig
from workbench.paths import WorkbenchPaths
from workbench.playground.grid.grid_store import GridState, GridStore
from workbench.playground.prompt_store import PromptStore
from workbench.playground.types import Prompt
from workbench.ui.playground.grid import GridPage

pytestmark = pytest.mark.slow
PATIENCE_MS = 240_000


def questions(folder: Path, count: int) -> Path:
    path = folder / "fans.jsonl"
    rows = [{"id": str(n), "question": f"How heavy is fan {n}?", "answer": f"{n} kg"} for n in range(count)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def open_page(program: Program, qtbot: QtBot) -> GridPage:
    program.window.open_tab("playground", page="grid")
    page = find(program.window, GridPage)
    qtbot.waitUntil(lambda: bool(page.presenter.state.answerers), timeout=PATIENCE_MS)
    return page


def set_up(program: Program, qtbot: QtBot, folder: Path, count: int) -> GridPage:
    assert program.database is not None
    store = PromptStore(program.database)
    for tokens in (4, 8):
        store.save_version("fans", Prompt(generation=GenerationConfig(max_tokens=tokens)))
    page = open_page(program, qtbot)
    page.presenter.open_case({"questions": str(questions(folder, count))})
    for version in store.versions("fans"):
        page.presenter.setup.choose_version(version.id, True)
    qtbot.waitUntil(lambda: not page.presenter.state.not_ready, timeout=PATIENCE_MS)
    return page


def has_cells(page: GridPage, count: int) -> bool:
    state = page.presenter.state
    assert state.trouble is None, state.trouble
    return state.results is not None and len(state.results.outcomes) >= count


def test_that_a_file_becomes_a_filled_grid_with_transcripts(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    page = set_up(program, qtbot, tmp_path, 3)
    find(page, QPushButton, "grid_run").click()
    qtbot.waitUntil(lambda: has_cells(page, 6) and not page.presenter.state.is_running, timeout=PATIENCE_MS)
    table = find(page, QTableView, "grid_cells")
    table.setCurrentIndex(table.model().index(1, 1))
    qtbot.waitUntil(lambda: page.presenter.state.cell is not None, timeout=PATIENCE_MS)
    cell = page.presenter.state.cell
    assert cell is not None
    assert "How heavy is fan 1?" in cell.prompt
    assert len(cell.model_hash) == 64
    assert find(page, QLabel, "grid_answer").text()
    psutil.wait_procs(psutil.Process().children(), timeout=60)


def start(qapp: QApplication, home: WorkbenchPaths, qtbot: QtBot) -> Program:
    program = Program(qapp, home)
    program.window.show()
    qtbot.waitUntil(lambda: program.is_ready, timeout=PATIENCE_MS)
    return program


def test_that_the_next_start_shows_the_grid_and_can_stop_it(
    qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths, tmp_path: Path
) -> None:
    first = start(qapp, home, qtbot)
    page = set_up(first, qtbot, tmp_path, 3000)
    find(page, QPushButton, "grid_run").click()
    qtbot.waitUntil(lambda: has_cells(page, 5), timeout=PATIENCE_MS)
    end_program(first.window)

    later = start(qapp, home, qtbot)
    again = open_page(later, qtbot)
    qtbot.waitUntil(lambda: has_cells(again, 5), timeout=PATIENCE_MS)
    find(again, QPushButton, "job_strip_stop").click()
    qtbot.waitUntil(lambda: not again.presenter.state.is_running, timeout=PATIENCE_MS)
    assert later.database is not None
    [entry] = GridStore(later.database).list_grids()
    assert entry.state is GridState.STOPPED
    assert 5 <= entry.done < 6000
    assert find(again, QPushButton, "grid_go_on").text().startswith("Go on")
    end_program(later.window)
    psutil.wait_procs(psutil.Process().children(), timeout=60)
