"""The real window with eight columns that stream, while it ticks: `python -m benchmarks._window_streaming SECONDS`.

Works on the data folder in WORKBENCH_HOME. Prints {"ticks", "phase": [start, end], "busy_seconds", "tokens",
"streamed_seconds", "shown_characters"}. `busy_seconds` is processor time of the window's thread alone.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import workbench  # noqa: F401  (silences libraries before they are imported)
from benchmarks._driving import drive, tell
from benchmarks._scripted_stream import SCRIPTED, TOKENS_PER_SECOND
from benchmarks._ticking import Ticks, explain_stalls
from workbench.app import Program
from workbench.jobs.events import JobEvent, Produced
from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.paths import WorkbenchPaths, find_home
from workbench.playground.tasks import ANSWER

if TYPE_CHECKING:
    from workbench.ui.playground.columns import Columns

COLUMNS = 8
PATIENCE_SECONDS = 120
WIDTH, HEIGHT = 2720, 900
"""Wide enough that every column is seen, and so painted."""


class Driver:
    """Opens the Playground, adds columns, and asks once; every answer is the scripted one, through the real bridge."""

    def __init__(self, program: Program, seconds: float) -> None:
        self._program = program
        self._seconds = seconds
        self._step: Callable[[], bool] = self._is_ready
        self._timer = QTimer(interval=50)
        self._timer.timeout.connect(self._look)
        self._deadline = time.perf_counter() + PATIENCE_SECONDS + seconds
        self._settled = False
        self.ticks = Ticks()
        self.tokens = 0
        self.came = (0.0, 0.0)
        """When the first and the last of them came."""
        self.problem = ""
        self.phase = (0.0, 0.0)
        self.busy_seconds = 0.0
        self.shown_characters: list[int] = []

    def run(self) -> None:
        self._timer.start()

    def _look(self) -> None:
        if time.perf_counter() > self._deadline:
            self.problem = f"the answers did not end; {self.tokens} tokens came"
            QApplication.quit()
        elif self._step():
            QApplication.quit()

    def _is_ready(self) -> bool:
        tabs = self._program.tabs
        if not (self._program.is_ready and tabs.is_warm and tabs.shared.catalog.was_scanned):
            return False
        self._program.jobs.observe(self._note)
        self._replace_source()
        self._program.window.open_tab("playground")
        playground: Any = self._program.window.tab("playground")
        self._columns: Columns = playground.page("prompt").conversation
        for _ in range(COLUMNS - 1):
            self._columns.presenter.setup.add()
        for column in self._columns.presenter.state.columns:
            self._columns.presenter.setup.use_own_settings(column.id, True)
            tokens = round(self._seconds * TOKENS_PER_SECOND)
            self._columns.presenter.setup.set_option(column.id, "max_tokens", tokens)
        self._columns.settled.connect(self._on_settled)
        self.ticks.start()
        self._begin_at = time.perf_counter() + 2
        self._step = self._is_begun
        return False

    def _replace_source(self) -> None:
        """The jobs of answers run the scripted task; everything else of their way stays."""
        submit = self._program.jobs.submit

        def submit_scripted(spec: JobSpec, listener: Listener) -> JobHandle:
            return submit(spec.model_copy(update={"task": SCRIPTED}) if spec.task == ANSWER else spec, listener)

        # The window keeps this very object: another one in its place would not be asked.
        self._program.jobs.submit = submit_scripted  # type: ignore[method-assign]

    def _is_begun(self) -> bool:
        """Two seconds after the columns were built."""
        if time.perf_counter() < self._begin_at:
            return False
        presenter = self._columns.presenter
        presenter.edit_question("Tell me everything.")
        self.phase = (time.perf_counter(), 0.0)
        self._busy_before = time.thread_time()
        presenter.run()
        self._step = self._is_over
        return False

    def _is_over(self) -> bool:
        """Until the last answer is on the screen, formatted."""
        if self._columns.presenter.state.is_running or not self._settled:
            return False
        self.phase = (self.phase[0], time.perf_counter())
        self.busy_seconds = time.thread_time() - self._busy_before
        self.shown_characters = [len(text) for text in self._columns.shown_answers().values()]
        return True

    def _on_settled(self) -> None:
        self._settled = self.tokens > 0

    def _note(self, event: JobEvent) -> None:
        if isinstance(event, Produced) and event.kind == "TextProduced":
            self.tokens += 1
            self.came = (self.came[0] or time.perf_counter(), time.perf_counter())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    parser.add_argument("--explain", action="store_true", help="print on stderr what the window does while it stalls")
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    program = Program(app, WorkbenchPaths(find_home()))
    program.window.resize(WIDTH, HEIGHT)
    driver = Driver(program, arguments.seconds)
    if arguments.explain:
        explain_stalls(driver.ticks, 0.012)
    drive(app, program, driver)
    tell(
        {
            "ticks": driver.ticks.seen,
            "phase": driver.phase,
            "busy_seconds": driver.busy_seconds,
            "tokens": driver.tokens,
            "streamed_seconds": driver.came[1] - driver.came[0],
            "shown_characters": driver.shown_characters,
        }
    )


if __name__ == "__main__":
    main()
