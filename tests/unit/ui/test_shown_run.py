"""Which run a page shows, how it is stopped and started again by itself."""

from tests.fakes import FakeJobs
from workbench.jobs.events import Crashed, JobEvent, Progressed
from workbench.jobs.spec import JobSpec
from workbench.ui.shown_run import ShownRun

JOB = JobSpec(task="tests:run")


class Desk:
    """A page that shows a run and keeps what it hears of it."""

    def __init__(self) -> None:
        self.jobs = FakeJobs()
        self.heard: list[tuple[str, JobEvent]] = []
        self.run = ShownRun[str](self.jobs, self._hear)

    def _hear(self, request: str, event: JobEvent) -> None:
        self.heard.append((request, event))
        if isinstance(event, Crashed) and self.run.can_try_again:
            self.run.try_again(JOB)

    def crash(self) -> None:
        self.jobs.last.emit(Crashed(job_id=self.jobs.last.id, exit_code=-11))


def test_that_a_run_is_started_again_as_often_as_was_said() -> None:
    desk = Desk()
    desk.run.begin("grid", attempts=2)
    desk.run.submit(JOB)
    for jobs in (2, 3, 3):
        desk.crash()
        assert len(desk.jobs.jobs) == jobs


def test_that_a_run_that_was_stopped_is_not_started_again() -> None:
    desk = Desk()
    desk.run.begin("grid", attempts=2)
    desk.run.submit(JOB)
    desk.run.stop()
    assert desk.jobs.last.cancelled
    desk.crash()
    assert len(desk.jobs.jobs) == 1


def test_that_a_followed_run_is_stopped_with_the_first_that_is_heard_of_it() -> None:
    desk = Desk()
    earlier = desk.jobs.submit(JOB, lambda _event: None)
    desk.run.begin("grid")
    listener = desk.run.follow()
    desk.run.stop()
    assert not earlier.cancelled
    listener(Progressed(job_id=earlier.id, done=1, total=2))
    assert earlier.cancelled


def test_that_only_the_run_that_is_shown_is_heard() -> None:
    desk = Desk()
    desk.run.begin("first")
    first = desk.run.follow()
    desk.run.begin("second")
    second = desk.run.follow()
    first(Progressed(job_id="1", done=1, total=2))
    second(Progressed(job_id="2", done=1, total=2))
    assert [request for request, _ in desk.heard] == ["second"]


def test_that_a_run_that_is_begun_anew_can_be_stopped_anew() -> None:
    desk = Desk()
    desk.run.begin("grid")
    desk.run.submit(JOB)
    desk.run.stop()
    desk.run.end()
    desk.run.begin("grid")
    desk.run.submit(JOB)
    assert not desk.jobs.last.cancelled
    desk.run.stop()
    assert desk.jobs.last.cancelled
