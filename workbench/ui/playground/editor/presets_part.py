"""Presets of the settings of an answer: files that can be edited and passed on. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.playground.presets import PresetFolder
from workbench.ui.playground.editor.board import Board, changed_prompt
from workbench.ui.protocols import Messages
from workbench.ui.trouble import trouble_of


class PresetsPart:
    def __init__(self, board: Board, folder: Path, messages: Messages) -> None:
        self._board, self._messages = board, messages
        self._folder = PresetFolder(folder)

    def start(self) -> None:
        self.list_again()

    def list_again(self) -> None:
        """The menu opens: a file may have been put into the folder."""
        found = self._folder.read()
        self._board.show(presets=tuple(preset.name for preset in found.presets), preset_problems=found.problems)

    def choose(self, name: str) -> None:
        """Put its settings in force, and its JSON schema where it has one."""

        def do() -> None:
            generation = self._folder.get(name).generation
            draft = self._board.draft
            changes = {"generation": generation.model_copy(update={"json_schema": ""})}
            schema = {"json_schema": generation.json_schema} if generation.json_schema else {}
            self._board.change(replace(draft, prompt=changed_prompt(draft.prompt, **changes, **schema)), trouble=None)

        self._try(do)

    def save(self, name: str) -> None:
        """The settings as they are, under a name; one of that name is replaced, and says so."""

        def do() -> None:
            is_there = any(name.casefold() == known.casefold() for known in self._board.state.presets)
            preset = self._folder.save(name, self._board.draft.prompt.generation, replace=True)
            if is_there:
                self._messages.info(f"The preset “{preset.name}” holds the new settings now.")
            self._board.show(trouble=None)

        self._try(do)

    def delete(self, name: str) -> None:
        self._try(lambda: self._folder.delete(name))

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
        self.list_again()
