"""What the parts of the tab's presenter share: the state in force and the view. No Qt."""

from typing import Protocol

from workbench.ui import board
from workbench.ui.compare.state import CompareState


class View(Protocol):
    def show_state(self, state: CompareState) -> None: ...


class Board(board.Board[CompareState, View]):
    def __init__(self) -> None:
        super().__init__(CompareState())
