"""What can be done with the selected model's files: rename, remove from the list, delete. No Qt."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.finetune.needing import adapters_needing, delete_question
from workbench.llm.in_words import size_in_words
from workbench.llm.model_files import delete_files, why_not_deletable
from workbench.llm.types import ModelRef
from workbench.ui.models.board import Board, Surroundings
from workbench.ui.models.state import Filter
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.trying import tried


class FilesPart:
    """`remove_place` searches a folder or file no longer."""

    def __init__(self, board: Board, around: Surroundings, remove_place: Callable[[str], None]) -> None:
        self._board, self._around, self._remove_place = board, around, remove_place
        self._deleting: ModelRef | None = None

    # -- its name and its place in the list -------------------------------------------------------------------------

    def begin_rename(self) -> None:
        if self._model is not None:
            self._board.show(is_renaming=True, trouble=None)

    def rename(self, name: str) -> None:
        """Call the model so in this program; the file keeps its name. An empty name goes back to the file's."""
        model, wanted = self._model, name.strip()
        self._board.show(is_renaming=False)
        if model is None or wanted == model.name:
            return
        if any(row.model.name == wanted for row in self._board.state.rows):
            self._board.show(trouble=Trouble(f"There is a model called “{wanted}” already.", "Choose another name."))
            return
        self._around.catalog.remember(model, display_name=wanted)

    def keep_name(self) -> None:
        self._board.show(is_renaming=False)

    def remove_from_list(self) -> None:
        """Its file stays where it is."""
        model = self._model
        if model is None:
            return
        if model.path in self._board.state.places:
            self._remove_place(model.path)
        else:
            self._around.catalog.remember(model, is_hidden=True)
        self._around.messages.info(f"{model.name} was removed from the list; its file was not touched.")

    def put_back(self) -> None:
        """Into the list."""
        if self._model is not None:
            model = self._model
            self._board.show(wanted=Filter.ALL)
            self._around.catalog.remember(model, is_hidden=False)

    def show_folder(self) -> None:
        """Where is it?"""
        if self._model is not None and self._board.view is not None:
            path = Path(self._model.path)
            self._board.view.open_folder(str(path if path.is_dir() else path.parent))

    # -- deleting -----------------------------------------------------------------------------------------------------

    def ask_to_delete(self) -> None:
        """Say what would be lost, or why it is not ours to delete."""
        model = self._model
        if model is None:
            return
        if reason := why_not_deletable(model):
            self._board.show(trouble=Trouble(f"{model.name} is not deleted from here.", reason))
            return
        self._deleting = model
        self._board.show(asked_to_delete=delete_question(model, self._adapters_on(model)), trouble=None)

    def keep(self) -> None:
        self._board.show(asked_to_delete="")

    def delete(self) -> None:
        """The yes to `ask_to_delete`."""
        model = self._deleting
        self._board.show(asked_to_delete="")
        if model is not None:
            self._deleting = None
            self._around.in_background(partial(tried, partial(delete_files, model)), partial(self._on_deleted, model))

    def _on_deleted(self, model: ModelRef, outcome: int | WorkbenchError) -> None:
        if isinstance(outcome, WorkbenchError):
            self._board.show(trouble=trouble_of(outcome))
        else:
            self._around.messages.info(f"{model.name} was deleted; {size_in_words(outcome)} are free again.")
        if model.path in self._board.state.places:
            self._remove_place(model.path)
        else:
            self._around.catalog.refresh()

    def _adapters_on(self, model: ModelRef) -> tuple[str, ...]:
        ours = adapters_needing(model, self._around.adapters(), self._around.known_hash)
        listed = [
            row.model.name
            for row in self._board.state.rows
            if row.model.base_name and row.model.base_name == model.name
        ]
        return tuple(dict.fromkeys([*ours, *listed]))

    @property
    def _model(self) -> ModelRef | None:
        row = self._board.state.row
        return row.model if row is not None else None
