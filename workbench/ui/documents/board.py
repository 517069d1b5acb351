"""What the parts of the Documents tab's presenter share: the state and the view."""

from dataclasses import replace
from typing import Protocol

from workbench.ui import board
from workbench.ui.documents.state import DocumentsState


class View(Protocol):
    def show_state(self, state: DocumentsState) -> None: ...
    def append_answer(self, text: str) -> None: ...


class Board(board.Board[DocumentsState, View]):
    def __init__(self) -> None:
        super().__init__(DocumentsState())

    def append_answer(self, text: str) -> None:
        """More of the answer: the one change that comes too often to render everything for it."""
        self.state = replace(self.state, answer_text=self.state.answer_text + text)
        if self.view is not None:
            self.view.append_answer(text)
