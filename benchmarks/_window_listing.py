"""The real window looking for models while it ticks: `python -m benchmarks._window_listing BIG_FOLDER SMALL_FOLDER`.

Works on the data folder in WORKBENCH_HOME. Prints {"ticks", "phases": {name: [start, end]}, "seconds", "models"}: the
first listing of BIG_FOLDER, and a listing of both folders when every file in them is known.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import workbench  # noqa: F401  (silences libraries before they are imported)
from benchmarks._driving import drive, tell
from benchmarks._ticking import Ticks
from workbench.app import Program
from workbench.paths import WorkbenchPaths, find_home

if TYPE_CHECKING:
    from workbench.ui.models import ModelsTab

PATIENCE_SECONDS = 90
PAUSE_SECONDS = 1.0
AGAIN = 3
"""Listings of known files, of which the quickest counts."""


class Driver:
    """Adds folders on the Models tab as a user does, and waits until their models are listed."""

    def __init__(self, program: Program, big: str, small: str) -> None:
        self._program = program
        self._tab: ModelsTab | None = None
        self.ticks = Ticks()
        self.phases: dict[str, tuple[float, float]] = {}
        self.models: dict[str, int] = {}
        self.problem = ""
        self._steps: list[tuple[str, Callable[[], None]]] = [
            ("first", partial(self._add, big)),
            ("unmeasured", partial(self._add, small)),
            *((f"known_{number}", self._refresh) for number in range(1, AGAIN + 1)),
        ]
        self._name = ""
        self._start = self._rest_until = 0.0
        self._deadline = time.perf_counter() + PATIENCE_SECONDS
        self._timer = QTimer(interval=20)
        self._timer.timeout.connect(self._look)

    def run(self) -> None:
        self._timer.start()

    def _look(self) -> None:
        now = time.perf_counter()
        catalog = self._program.tabs.shared.catalog
        if now > self._deadline:
            self.problem = f"nothing was listed in {PATIENCE_SECONDS} s ({self._name or 'start'})"
            self._end()
        elif (
            not (self._program.is_ready and self._program.tabs.is_warm) or catalog.is_scanning or now < self._rest_until
        ):
            return
        elif self._name:
            self.models[self._name] = len(catalog.models)
            self.phases[self._name] = (self._start, self._ended)
            self._name, self._rest_until = "", now + PAUSE_SECONDS
        elif self._tab is None:
            self._open()
            self._rest_until = time.perf_counter() + PAUSE_SECONDS  # opening a tab is another question
        elif self._steps:
            self._next()
        else:
            self._end()

    def _open(self) -> None:
        from workbench.ui.models import ModelsTab  # not before the window opens the tab: what it loads is its own

        self._program.window.open_tab("models")
        tab = self._program.window.tab("models")
        assert isinstance(tab, ModelsTab)
        self._tab = tab
        self._program.tabs.shared.catalog.subscribe(self._on_changed)
        self.ticks.start()

    def _next(self) -> None:
        self._name, begin = self._steps.pop(0)
        self._start = time.perf_counter()
        begin()

    def _on_changed(self) -> None:
        self._ended = time.perf_counter()

    def _add(self, folder: str) -> None:
        assert self._tab is not None
        self._tab.presenter.add_paths([folder])

    def _refresh(self) -> None:
        assert self._tab is not None
        self._tab.presenter.refresh()

    def _end(self) -> None:
        self._timer.stop()
        QApplication.quit()  # a closing window may ask about jobs that run


def main() -> None:
    app = QApplication(sys.argv[:1])
    program = Program(app, WorkbenchPaths(find_home()))
    driver = Driver(program, sys.argv[1], sys.argv[2])
    drive(app, program, driver)
    seconds = {name: end - start for name, (start, end) in driver.phases.items()}
    tell({"ticks": driver.ticks.seen, "phases": driver.phases, "seconds": seconds, "models": driver.models})


if __name__ == "__main__":
    main()
