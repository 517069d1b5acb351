"""What the parts of the tab's presenter share: the state in force and the view. No Qt."""

from dataclasses import replace
from typing import Any, Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed
from workbench.ui.compare.state import CompareState
from workbench.ui.trouble import Trouble


class View(Protocol):
    def show_state(self, state: CompareState) -> None: ...


class Board:
    """Every change is rendered."""

    def __init__(self) -> None:
        self.state = CompareState()
        self._view: View | None = None

    def put_up(self, view: View) -> None:
        self._view = view
        view.show_state(self.state)

    def show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if self._view is not None:
            self._view.show_state(self.state)


def trouble_of(problem: Failed | Crashed | WorkbenchError) -> Trouble:
    """A bad end in words for people."""
    match problem:
        case Failed(message=message, hint=hint, details=details):
            return Trouble(message, hint, details)
        case Crashed(message=message, stderr_tail=tail):
            hint = "Run it again: it continues with what is done."
            return Trouble(message or "The process stopped unexpectedly.", hint, tail)
        case WorkbenchError(message=message, hint=hint, details=details):
            return Trouble(message, hint, details)
