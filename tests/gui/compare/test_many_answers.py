"""Thousands of answers are counted beside the window; it only shows what was counted."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from tests.gui.background import Threads
from tests.gui.compare.conftest import Desk, laid_out
from tests.gui.compare.test_setup import find
from tests.gui.turns import Heart
from tests.unit.compare.pictures.measured import measured, reported
from workbench.compare.matrix import make_rows
from workbench.database import Database
from workbench.paths import WorkbenchPaths
from workbench.ui.compare.state import Results

MANY, FEW = 1000, 40
"""Questions, to five arms."""


def settled(desk: Desk, heart: Heart, threads: Threads, condition: Callable[[Results], bool]) -> Callable[[], bool]:
    """Delivers what came back, and asks whether the results are so and nothing is under way."""

    def check() -> bool:
        heart.beat(threads.deliver)
        results = desk.tab.presenter.state.results
        return threads.is_idle and results is not None and condition(results)

    return check


def longest_turn(desk: Desk, threads: Threads, number: int, questions: int) -> float:
    """Of opening a comparison of the history, until all its questions stand in the table."""
    heart = Heart()
    heart.beat(lambda: desk.tab.presenter.open_history(number))
    heart.watch(settled(desk, heart, threads, lambda results: results.number == number))
    table = find(desk, QTableView, "compare_matrix").model()
    assert (table.rowCount(), table.columnCount()) == (questions, 8)
    assert table.index(questions - 1, 1).data(Qt.ItemDataRole.DisplayRole) in ("✓", "✗")
    return heart.longest


def test_that_a_thousand_questions_are_shown_in_short_turns(
    qtbot: QtBot, database: Database, home: WorkbenchPaths, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting: set[str] = set()

    def noted(*arguments: object) -> object:
        counting.add(threading.current_thread().name)
        return make_rows(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("workbench.ui.compare.matrix.make_rows", noted)
    desk = laid_out(qtbot, database, home, in_background=threads)
    numbers = {count: desk.store.save(reported(measured(questions=count))).id for count in (FEW, MANY)}
    longest_turn(desk, threads, numbers[FEW], FEW)  # what is built once
    counting.clear()
    few = min(longest_turn(desk, threads, numbers[FEW], FEW) for _ in range(3))
    many = min(longest_turn(desk, threads, numbers[MANY], MANY) for _ in range(3))
    assert counting == {"in-background"}
    assert many < 6 * few, "25 times as many questions take about as long to show"
