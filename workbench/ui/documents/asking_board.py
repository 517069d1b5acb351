"""What the parts around a question share: the state and the view. No Qt."""

from dataclasses import replace
from typing import Any, Protocol

from workbench.ui import board
from workbench.ui.documents.asking_state import AskingState
from workbench.ui.documents.conversation_state import AskedTurn


class AskingView(Protocol):
    def show_state(self, state: AskingState) -> None: ...
    def append_answer(self, turn_id: str, text: str) -> None: ...


class AskingBoard(board.Board[AskingState, AskingView]):
    def __init__(self) -> None:
        super().__init__(AskingState())

    def change_turn(self, turn_id: str, **changes: Any) -> None:
        """Change these fields of a turn; nothing happens when it is gone."""
        turn = self.state.conversation.find(turn_id)
        if turn is not None:
            self.put_turn(replace(turn, **changes))

    def put_turn(self, turn: AskedTurn, **changes: Any) -> None:
        """Add or replace a turn, and change these fields of the state with it."""
        self.show(conversation=self.state.conversation.with_turn(turn), **changes)

    def append_answer(self, turn_id: str, text: str) -> None:
        """More of the answer: the one change that comes too often to render everything for it."""
        turn = self.state.conversation.find(turn_id)
        if turn is None:
            return
        longer = replace(turn, answer_text=turn.answer_text + text)
        self.state = replace(self.state, conversation=self.state.conversation.with_turn(longer))
        if self.view is not None:
            self.view.append_answer(turn_id, text)
