"""The real window doing real work while it ticks: `python -m benchmarks._window_under_load SECONDS [--together]`.

Works on the data folder in WORKBENCH_HOME. Prints {"ticks", "phases": {name: [start, end]}, "said": {kind: count}}.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import workbench  # noqa: F401  (silences libraries before they are imported)
from benchmarks._driving import drive, tell
from benchmarks._ticking import Ticks, explain_stalls
from workbench.app import Program
from workbench.datasets.types import TrainingRow
from workbench.jobs.events import JobEvent, Produced
from workbench.llm.gguf_header import read_header
from workbench.llm.types import ChatMessage, Role
from workbench.paths import WorkbenchPaths, find_home

if TYPE_CHECKING:
    from workbench.ui.documents import DocumentsTab
    from workbench.ui.finetune import FinetuneTab
    from workbench.ui.playground.columns import Columns

PATIENCE_SECONDS = 480
FILES, ROWS = 300, 400
ANSWER_TOKENS = 1000
_PROVES = {"generate": "TextProduced", "index": "FileIndexed", "train": "StepMetrics"}
"""What a worker hands over when it really does that work."""
_TABS = {"generate": "playground", "index": "documents", "train": "finetune"}


class Driver:
    """Uses the window as its user would: opens a tab, starts the work there, looks at it."""

    def __init__(self, program: Program, seconds: float, together: bool) -> None:
        self._program = program
        self._seconds = seconds
        self._plan = [tuple(_PROVES)] if together else [(name,) for name in _PROVES]
        self._said: Counter[str] = Counter()
        self.ticks = Ticks()
        self.problem = ""
        self.phases: dict[str, tuple[float, float]] = {}
        self._timer = QTimer(interval=100)
        self._timer.timeout.connect(self._look)
        self._step: Callable[[], bool] = self._is_ready
        self._start = 0.0
        self._before: Counter[str] = Counter()

    @property
    def said(self) -> dict[str, int]:
        return dict(self._said)

    def run(self) -> None:
        self._timer.start()

    def _look(self) -> None:
        if self._step():
            self._timer.stop()
            self._program.window.close()

    def _is_ready(self) -> bool:
        """Until the tabs can be built; then builds the three that are used, and begins."""
        tabs = self._program.tabs
        if not (self._program.is_ready and tabs.is_warm and tabs.shared.catalog.was_scanned):
            return False  # Home has asked for the scan
        self._program.window.activateWindow()  # as the window of somebody who uses it
        self._program.jobs.observe(self._note)
        self._documents: DocumentsTab = self._open("documents")
        self._finetune: FinetuneTab = self._open("finetune")
        self._playground: Columns = self._open("playground").page("prompt").conversation
        self._dataset = self._save_rows()
        self._folder = self._write_files()
        self.ticks.start()
        self._step = self._is_settled
        return False

    def _is_settled(self) -> bool:
        """A second after the tabs were built."""
        if self.ticks.seen and self.ticks.seen[-1][0] - self.ticks.seen[0][0] > 1:
            self._next_phase()
        return False

    def _open(self, tab: str) -> Any:
        self._program.window.open_tab(tab)
        return self._program.window.tab(tab)

    def _note(self, event: JobEvent) -> None:
        if isinstance(event, Produced):
            self._said[event.kind] += 1

    def _next_phase(self) -> None:
        self._names, self._plan = self._plan[0], self._plan[1:]
        self._start, self._before = time.perf_counter(), self._said.copy()
        self._worked_since: float | None = None
        starts = {"index": self._index, "train": self._train, "generate": self._generate}
        self._to_start = [step for name in ("index", "train", "generate") if name in self._names
                          for step in (partial(self._open, _TABS[name]), starts[name])]  # fmt: skip
        self._next_start = self._start
        self._step = self._is_started

    def _is_started(self) -> bool:
        """One thing after the other, as quick hands would do it."""
        if time.perf_counter() >= self._next_start:
            self._to_start.pop(0)()
            self._next_start = time.perf_counter() + 0.3
            if not self._to_start:
                self._step = self._is_over
        return False

    def _is_over(self) -> bool:
        """A phase ends when all its work was seen to go on for the wanted seconds."""
        now = time.perf_counter()
        if "generate" in self._names:
            self._ask_again()
        works = all(self._said[_PROVES[name]] > self._before[_PROVES[name]] + 2 for name in self._names)
        if works and self._worked_since is None:
            self._worked_since = now
        if now - self._start > PATIENCE_SECONDS:
            self.problem = f"In {PATIENCE_SECONDS} s not all of {self._names} was seen to work: {self.said}"
            self._plan = []
            self._end_jobs()
            return False
        if self._worked_since is None or now - self._worked_since < self._seconds:
            return False
        self.phases["+".join(self._names)] = (self._start, now)
        self._end_jobs()
        return False

    def _end_jobs(self) -> None:
        """Also the durable one: nothing of this goes on when the window is closed."""
        for job in self._program.jobs.jobs():
            if job.last_word is None:
                self._program.jobs.cancel(job.id)
        self._step = self._is_quiet

    def _is_quiet(self) -> bool:
        if any(job.last_word is None for job in self._program.jobs.jobs()):
            return False
        if self._plan:
            self._next_phase()
            return False
        return True

    def _ask_again(self) -> None:
        presenter = self._playground.presenter
        if not presenter.state.is_running:
            presenter.begin_new()
            presenter.edit_question("Tell me everything about the lamp, the radio, the heater and the fan, one by one.")
            presenter.run()

    def _index(self) -> None:
        self._documents.presenter.indexing.add_paths([str(self._folder)])

    def _generate(self) -> None:
        setup, column = self._playground.presenter.setup, self._playground.presenter.state.columns[0].id
        setup.use_own_settings(column, True)
        setup.set_option(column, "max_tokens", ANSWER_TOKENS)
        # Never the end: quick machines would ask anew many times a second, which nobody's hands do.
        end = read_header(Path(self._program.tabs.shared.catalog.models[0].path)).number("tokenizer.ggml.eos_token_id")
        setup.set_option(column, "logit_bias", {end: -100.0})
        self._ask_again()

    def _train(self) -> None:
        from workbench.finetune.running import train_request
        from workbench.finetune.types import TrainingConfig

        request = train_request(
            self._program.paths, name="benchmark", dataset=self._dataset,
            base=self._program.tabs.shared.catalog.models[0],
            config=TrainingConfig(epochs=200), restart=True,
        )  # fmt: skip
        self._finetune.presenter.runs.start(request)

    def _save_rows(self) -> Any:
        from workbench.datasets.store import DatasetStore

        rows = [
            TrainingRow(
                messages=(
                    ChatMessage(role=Role.USER, content=f"What is the order number of customer {number}?"),
                    ChatMessage(role=Role.ASSISTANT, content=f"The order number is {number * 7919 % 100_000:05}."),
                ),
                number=number,
            )
            for number in range(1, ROWS + 1)
        ]
        assert self._program.database is not None
        return DatasetStore(self._program.database).save("benchmark", rows, origin="benchmark")

    def _write_files(self) -> Path:
        folder = self._program.paths.home.parent / "benchmark files"  # the data folder itself is never indexed
        folder.mkdir()
        for number in range(FILES):
            lines = [f"Paragraph {at}: part {number * at % 997} stands on shelf {at % 41}.\n\n" for at in range(1, 60)]
            (folder / f"file {number}.md").write_text(f"# File {number}\n\n" + "".join(lines), encoding="utf-8")
        return folder


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    parser.add_argument("--together", action="store_true", help="one phase with all three works, instead of three")
    parser.add_argument("--explain", action="store_true", help="print on stderr what the window does while it stalls")
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    program = Program(app, WorkbenchPaths(find_home()))
    driver = Driver(program, arguments.seconds, arguments.together)
    if arguments.explain:
        explain_stalls(driver.ticks)
    drive(app, program, driver)
    tell({"ticks": driver.ticks.seen, "phases": driver.phases, "said": driver.said})


if __name__ == "__main__":
    main()
