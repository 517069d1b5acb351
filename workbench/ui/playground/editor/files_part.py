"""Import and export of prompts: Markdown with front matter, promptfoo's YAML. No Qt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.playground.imported import ImportedPrompt
from workbench.playground.prompt_files import read_prompts, write_prompts
from workbench.ui.playground.editor.board import Board
from workbench.ui.playground.editor.versions_part import VersionsPart
from workbench.ui.protocols import Background, Messages
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

_NO_FILE_NAME = '\\/:*?"<>|'


class FilesPart:
    def __init__(self, board: Board, versions: VersionsPart, messages: Messages, in_background: Background) -> None:
        self._board, self._versions, self._messages, self._in_background = board, versions, messages, in_background

    def suggested_name(self) -> str:
        """For the file that is exported."""
        name = "".join("-" if letter in _NO_FILE_NAME else letter for letter in self._board.draft.prompt_name)
        return f"{name}.md"

    # -- import -------------------------------------------------------------------------------------------------------

    def read(self, path: str) -> None:
        """Every prompt of the file becomes one here; the first is opened."""
        self._in_background(partial(tried, partial(read_prompts, Path(path))), partial(self._on_read, Path(path).name))

    def _on_read(self, file_name: str, found: Sequence[ImportedPrompt] | WorkbenchError) -> None:
        if isinstance(found, WorkbenchError):
            self._board.show(trouble=trouble_of(found))
            return
        try:
            self._take_all(found)
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return
        count = "One prompt was" if len(found) == 1 else f"{len(found)} prompts were"
        self._say(f"{count} imported from {file_name}.", [line for prompt in found for line in prompt.left_out])

    def _take_all(self, found: Sequence[ImportedPrompt]) -> None:
        versions = [self._versions.save_imported(item.name, item.prompt, item.note) for item in found]
        self._versions.open(versions[0].id)
        samples = {name: text for item in found for name, text in item.values.items()}
        draft = self._board.draft
        missing = {name: text for name, text in samples.items() if not draft.values.get(name)}
        if missing:
            self._board.put(replace(draft, values={**draft.values, **missing}))

    # -- export -------------------------------------------------------------------------------------------------------

    def write(self, path: str) -> None:
        """The draft, saved as a version first: what lies in the file is what can be found again here."""
        try:
            version = self._versions.save()
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
            return
        values = self._board.state.given_values
        write = partial(write_prompts, Path(path), [version], values=values)
        self._in_background(partial(tried, write), partial(self._on_written, Path(path).name))

    def _on_written(self, file_name: str, done: Sequence[str] | WorkbenchError) -> None:
        if isinstance(done, WorkbenchError):
            self._board.show(trouble=trouble_of(done))
            return
        self._say(f"The prompt was written to {file_name}.", done)

    def _say(self, text: str, left_out: Sequence[str]) -> None:
        lines = list(dict.fromkeys(left_out))
        if lines:
            self._messages.warning(f"{text} {lines[0]}", details="\n".join(lines))
        else:
            self._messages.info(text)
