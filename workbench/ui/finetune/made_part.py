"""Models that trainings made (raw text, full tuning, from scratch): where they come from, and on with them. No Qt."""

from functools import partial

from workbench.finetune.made_model import list_made
from workbench.finetune.types import MadeModel
from workbench.ui.finetune.board import Board, Surroundings


class MadePart:
    """What the user does below "Models from trainings"."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board = board
        self._around = around

    def refresh(self) -> None:
        """Read the cards anew."""
        self._around.in_background(partial(list_made, self._around.paths.models), self._take)

    def select(self, name: str) -> None:
        self._board.show(selected_made=name)

    def try_it(self) -> None:
        """Ask the selected model something."""
        if made := self._board.state.made_model:
            self._around.navigator.open_tab("playground", model=made.name)

    def show_in_models(self) -> None:
        """The file, how it is loaded, deletion: where all models are."""
        if made := self._board.state.made_model:
            self._around.navigator.open_tab("models", model=made.name)

    def _take(self, found: list[MadeModel]) -> None:
        names = [made.name for made in found]
        selected = self._board.state.selected_made
        selected = selected if selected in names else next(iter(names), "")
        if (tuple(found), selected) != (self._board.state.made, self._board.state.selected_made):
            self._board.show(made=tuple(found), selected_made=selected)
