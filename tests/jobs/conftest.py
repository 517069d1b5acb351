"""Real worker processes that can import the sample tasks, and a listener that keeps what it heard."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from workbench.jobs.events import JobEvent, Produced
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths

PATIENCE_SECONDS = 60.0
ROOT = Path(__file__).parents[2]


class Heard:
    """A listener for one job."""

    def __init__(self) -> None:
        self.events: list[JobEvent] = []
        self._changed = threading.Condition()

    def __call__(self, event: JobEvent) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, is_it: Callable[[JobEvent], bool]) -> JobEvent:
        """The first event that `is_it`, heard already or to come."""

        def found() -> JobEvent | None:
            return next((event for event in self.events if is_it(event)), None)

        with self._changed:
            assert self._changed.wait_for(lambda: found() is not None, PATIENCE_SECONDS), self.events
            event = found()
        assert event is not None
        return event

    def wait_for_item(self, count: int = 1) -> None:
        """Until `count` items were produced."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.items) >= count, PATIENCE_SECONDS), self.events

    def of_type(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def items(self) -> list[dict[str, Any]]:
        return [event.item for event in self.events if isinstance(event, Produced)]


def sample(task: str, *, title: str = "", worker: str = "", lane: str = "", **params: Any) -> JobSpec:
    """A spec for one of the sample tasks."""
    return JobSpec(task=f"tests.jobs.sample_tasks:{task}", params=params, title=title, worker=worker, lane=lane)


def wait_until_gone(pid: int, patience_seconds: float = 10.0) -> float:
    """Until no living process has this number; returns the seconds that took."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience_seconds:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return time.monotonic() - begun
        except psutil.NoSuchProcess:
            return time.monotonic() - begun
        threading.Event().wait(0.01)
    raise AssertionError(f"process {pid} is still there after {patience_seconds} s")


@pytest.fixture(autouse=True)
def importable_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers find `tests.jobs.sample_tasks` from anywhere."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def runner(home: WorkbenchPaths) -> Iterator[JobRunner]:
    """Impatient, so that a deaf task is ended within the test."""
    runner = JobRunner(home, grace_seconds=0.3)
    yield runner
    runner.shutdown()
