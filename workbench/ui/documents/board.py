"""What the parts of the Documents tab's presenter share: the state and the view."""

from dataclasses import replace
from typing import Any, Protocol

from workbench.jobs.events import Crashed, Failed
from workbench.ui.documents.state import DocumentsState
from workbench.ui.trouble import Trouble


class View(Protocol):
    def show_state(self, state: DocumentsState) -> None: ...
    def append_answer(self, text: str) -> None: ...


class Board:
    """The state in force; every change is rendered."""

    def __init__(self) -> None:
        self.state = DocumentsState()
        self._view: View | None = None

    def put_up(self, view: View) -> None:
        self._view = view
        view.show_state(self.state)

    def show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if self._view is not None:
            self._view.show_state(self.state)

    def append_answer(self, text: str) -> None:
        """More of the answer: the one change that comes too often to render everything for it."""
        self.state = replace(self.state, answer_text=self.state.answer_text + text)
        if self._view is not None:
            self._view.append_answer(text)


def trouble_of(event: Failed | Crashed) -> Trouble:
    """A job's bad end in words for people."""
    match event:
        case Failed(message=message, hint=hint, details=details):
            return Trouble(message, hint, details)
        case Crashed(message=message, stderr_tail=tail):
            return Trouble(
                message or "The worker process stopped unexpectedly.", "Everything else is untouched. Try again.", tail
            )
