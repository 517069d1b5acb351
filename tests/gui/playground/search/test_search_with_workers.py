"""The Search page in the whole program, with real workers: from the questions to a search that runs, or ran before."""

import json
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import end_program
from workbench.app import Program
from workbench.paths import WorkbenchPaths
from workbench.ui.playground.search import SearchPage
from workbench.ui.playground.tab import PlaygroundTab

pytestmark = pytest.mark.slow
PATIENCE_MS = 120_000


def page_of(program: Program) -> SearchPage:
    program.window.open_tab("playground", page="search")
    tab = program.window.built_tab("playground")
    assert isinstance(tab, PlaygroundTab)
    page = tab.page("search")
    assert isinstance(page, SearchPage)
    return page


def ready_page(program: Program, qtbot: QtBot, folder: Path) -> SearchPage:
    """A page with everything chosen that a small search needs."""
    path = folder / "colours.jsonl"
    lines = [{"question": f"The lamp number {n} is red. Which colour has it?", "answer": "red"} for n in range(24)]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    page = page_of(program)
    page.presenter.open_file(str(path))
    for name, value in {"generations": 120, "formats": False, "max_candidates": 6}.items():
        page.presenter.change(name, value)
    qtbot.waitUntil(lambda: not page.presenter.state.not_ready, timeout=PATIENCE_MS)
    return page


def press(page: SearchPage, name: str) -> None:
    button = page.findChild(QPushButton, name)
    assert button is not None
    button.click()


def test_that_a_search_in_the_window_comes_to_its_result(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    page = ready_page(program, qtbot, tmp_path)
    press(page, "search_run")
    qtbot.waitUntil(lambda: page.presenter.state.report is not None, timeout=PATIENCE_MS)
    report = page.presenter.state.report
    assert report
    assert 0 < report.cost.generations <= 120
    assert page.presenter.state.history
    assert not page.presenter.state.is_running
    psutil.wait_procs(psutil.Process().children(), timeout=60)


def start(qapp: QApplication, home: WorkbenchPaths, qtbot: QtBot) -> Program:
    program = Program(qapp, home)
    program.window.show()
    qtbot.waitUntil(lambda: program.is_ready, timeout=PATIENCE_MS)
    return program


def test_that_a_search_goes_on_while_the_window_is_closed_and_is_shown_by_the_next_one(
    qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths, tmp_path: Path
) -> None:
    first = start(qapp, home, qtbot)
    page = ready_page(first, qtbot, tmp_path)
    press(page, "search_run")
    qtbot.waitUntil(lambda: bool(page.presenter.state.live and page.presenter.state.live.rows), timeout=PATIENCE_MS)
    end_program(first.window)

    later = start(qapp, home, qtbot)
    again = page_of(later)
    qtbot.waitUntil(lambda: again.presenter.state.report is not None, timeout=PATIENCE_MS)
    assert len(again.presenter.state.history) == 1
    end_program(later.window)
    psutil.wait_procs(psutil.Process().children(), timeout=60)
