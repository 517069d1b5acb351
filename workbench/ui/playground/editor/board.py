"""What the parts of the editor's presenter share: the state in force, its view, its surroundings. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.datasets.types import Dataset, TrainingRow
from workbench.jobs.spec import Jobs
from workbench.playground.types import Prompt
from workbench.ui import board
from workbench.ui.playground.editor.history import History
from workbench.ui.playground.editor.state import Draft, EditorState
from workbench.ui.protocols import Background, Messages

if TYPE_CHECKING:
    from workbench.playground.prompt_store import PromptStore
    from workbench.settings import Settings
    from workbench.ui.models.catalog import ModelCatalog


class View(Protocol):
    def show_state(self, state: EditorState) -> None: ...


class Datasets(Protocol):
    """`datasets.store.DatasetStore`."""

    def list_datasets(self) -> list[Dataset]: ...
    def get(self, name: str) -> Dataset: ...
    def rows(self, dataset: Dataset) -> list[TrainingRow]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the editor is given by whoever builds it."""

    jobs: Jobs
    messages: Messages
    catalog: "ModelCatalog"
    settings: "Callable[[], Settings]"
    prompts: "PromptStore"
    datasets: Datasets
    in_background: Background
    memory_file: Path
    """`playground.json` of the data folder."""
    presets_folder: Path
    """Where presets of settings lie, a file each."""


class Board(board.Board[EditorState, View]):
    """Every change of the draft goes through `change`: it is a step of undo, and the parts hear of it."""

    def __init__(self, history: History[Draft] | None = None) -> None:
        super().__init__(EditorState())
        self.history = history or History()
        self._listeners: list[Callable[[bool], None]] = []
        self._last_id = max(self.state.draft.block_ids)

    def new_block_id(self) -> int:
        """Never given before."""
        self._last_id += 1
        return self._last_id

    @property
    def draft(self) -> Draft:
        return self.state.draft

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """`listener(is_typing)` after every change of the draft."""
        self._listeners.append(listener)

    def change(self, draft: Draft, key: str = "", size: int = 0, **others: Any) -> None:
        """Put a new draft in force; changes with the same `key` that follow quickly are one step of undo."""
        if draft == self.draft and not others:
            return
        if not key and self.state.trouble is not None:
            others.setdefault("trouble", None)  # it was read: the user goes on
        self.history.note(self.draft, key, size)
        self.put(draft, is_typing=bool(key), **others)

    def put(self, draft: Draft, *, is_typing: bool = False, **others: Any) -> None:
        """The same without a step: undo itself, opening at the start, a version that was saved."""
        self.show(draft=draft, can_undo=self.history.can_undo, can_redo=self.history.can_redo, **others)
        for listener in self._listeners:
            listener(is_typing)


def changed_prompt(prompt: Prompt, **changes: Any) -> Prompt:
    """The prompt with other fields. (`model_copy` checks nothing, so give values of the right type.)"""
    return prompt.model_copy(update=changes)
