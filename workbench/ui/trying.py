"""Work whose errors are values: off the UI thread, so that what goes wrong can be said on it. No Qt."""

from collections.abc import Callable
from typing import TypeVar

from workbench.errors import WorkbenchError
from workbench.ui.protocols import Messages

T = TypeVar("T")


def tried(work: Callable[[], T]) -> T | WorkbenchError:
    """What `work` returns, or the WorkbenchError that it raises."""
    try:
        return work()
    except WorkbenchError as problem:
        return problem


def tell(messages: Messages, problem: WorkbenchError) -> None:
    """Say it in the message bar."""
    messages.error(problem.message, hint=problem.hint, details=problem.details)
