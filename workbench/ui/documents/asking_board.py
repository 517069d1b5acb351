"""What the parts around a question share: the state and the view. No Qt."""

from dataclasses import replace
from typing import Protocol

from workbench.ui import board
from workbench.ui.documents.asking_state import AskingState


class AskingView(Protocol):
    def show_state(self, state: AskingState) -> None: ...
    def append_answer(self, text: str) -> None: ...


class AskingBoard(board.Board[AskingState, AskingView]):
    def __init__(self) -> None:
        super().__init__(AskingState())

    def append_answer(self, text: str) -> None:
        """More of the answer: the one change that comes too often to render everything for it."""
        self.state = replace(self.state, answer_text=self.state.answer_text + text)
        if self.view is not None:
            self.view.append_answer(text)
