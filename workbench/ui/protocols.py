"""What presenters need of the window, without Qt."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:  # it brings pydantic, which the window's first picture does without
    from workbench.jobs.spec import JobHandle, JobSpec, Listener

T = TypeVar("T")


class Messages(Protocol):
    """The message bar: the one door for messages that belong to no field."""

    def info(self, text: str) -> None: ...
    def warning(self, text: str, hint: str = "", details: str = "") -> None: ...
    def error(self, text: str, hint: str = "", details: str = "") -> None: ...


class Navigator(Protocol):
    """Opens another tab with something in hand."""

    def open_tab(self, tab: str, **case: str) -> None:
        """`tab` is "playground", "documents", ...; `case` names what to show there, like adapter="house-style"."""
        ...


class StoppableJobs(Protocol):
    """`Jobs`, and how a run is stopped that somebody else submitted (JobBridge, FakeJobs)."""

    def submit(self, spec: "JobSpec", listener: "Listener") -> "JobHandle": ...
    def cancel(self, job_id: str) -> None: ...


class Background(Protocol):
    """Runs `work` off the UI thread, then `then` with its result on it."""

    def __call__(self, work: Callable[[], T], then: Callable[[T], None]) -> None: ...


class Later(Protocol):
    """Runs something a moment later on the same thread; a second call under the same key puts the first one off."""

    def __call__(self, key: str, seconds: float, action: Callable[[], None]) -> None: ...


def at_once(work: Callable[[], T], then: Callable[[T], None]) -> None:
    """A `Background` where nobody waits: tests, and programs without a window."""
    then(work())
