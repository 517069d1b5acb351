"""How the selected model is loaded, remembered for it. No Qt."""

from typing import Any

from pydantic import ValidationError

from workbench.llm.types import LoadChanges
from workbench.ui.models.board import Board, Surroundings


class LoadingPart:
    """What the user does with the load settings of one model."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board, self._around = board, around

    def change(self, field: str, value: Any) -> None:
        """One setting of the selected model; a value out of range changes nothing."""
        row = self._board.state.row
        if row is None:
            return
        try:
            changes = row.changes.with_changes(**{field: value})
        except ValidationError:
            return
        self._remember(changes)

    def use_longest_context(self) -> None:
        """As much context as fits into the free memory."""
        row = self._board.state.row
        if row is not None and row.verdict is not None and (longest := row.verdict.longest_context // 256 * 256):
            self.change("context_length", longest)

    def reset(self) -> None:
        """As in the preferences again."""
        self._remember(LoadChanges())

    def _remember(self, changes: LoadChanges) -> None:
        row = self._board.state.row
        if row is not None and changes != row.changes:
            self._around.catalog.remember(row.model, load=changes)
