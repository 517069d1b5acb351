"""Prompts and their saved versions: save, open, list, name, note, branch, delete and bring back. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.playground.diff import diff_prompts
from workbench.playground.types import Prompt, PromptVersion
from workbench.ui.playground.editor.board import Board
from workbench.ui.playground.editor.state import Draft, Examples
from workbench.ui.trouble import trouble_of

if TYPE_CHECKING:
    from workbench.playground.prompt_store import PromptStore

FIRST_NAME = "Prompt"


class VersionsPart:
    """Nothing that was written is ever lost: an edited draft is saved before another prompt or version is opened."""

    def __init__(self, board: Board, store: "PromptStore", tell: Callable[[], None]) -> None:
        self._board, self._store, self._tell = board, store, tell

    def start(self) -> None:
        names = tuple(self._store.prompt_names())
        if not self._board.draft.prompt_name:
            newest = self._store.newest(names[0]) if names else None
            if newest is not None:
                self._board.put(self._draft_of(newest))
            else:
                self._board.put(replace(self._board.draft, prompt_name=FIRST_NAME))
        self.list_again()

    def list_again(self) -> None:
        """The names and the versions as they are saved now."""
        name = self._board.draft.prompt_name
        versions = tuple(self._store.versions(name))
        names = tuple(self._store.prompt_names())
        self._board.show(versions=versions, prompt_names=names if name in names else (name, *names))
        self._tell()

    # -- saving -------------------------------------------------------------------------------------------------------

    def save(self, name: str = "", note: str = "") -> PromptVersion:
        """The draft as a version; the one it was made from where nothing was changed. Raises WorkbenchError."""
        draft = self._board.draft
        base = draft.base
        if base is not None and base.prompt_name == draft.prompt_name and not draft.is_edited:
            return self._named(base, name, note) if name or note else base
        version = self._store.save_version(
            draft.prompt_name, draft.prompt, parent_id=base.id if base is not None else "", name=name, note=note
        )
        self._board.history.end_step()
        self._board.put(replace(draft, base=version), trouble=None)
        self.list_again()
        return version

    def save_named(self, name: str = "", note: str = "") -> None:
        """The user saves."""
        self._try(lambda: self.save(name, note))

    def _named(self, version: PromptVersion, name: str, note: str) -> PromptVersion:
        if name:
            version = self._store.rename_version(version.id, name)
        if note:
            version = self._store.set_note(version.id, note)
        self._after(None)
        return version

    def keep_draft(self) -> None:
        """What was written becomes a version, where it is anything."""
        draft = self._board.draft
        if draft.is_edited and any(block.text.strip() for block in draft.prompt.blocks):
            self.save()

    # -- opening ------------------------------------------------------------------------------------------------------

    def find(self, version_id: str) -> PromptVersion | None:
        shown = next((version for version in self._board.state.versions if version.id == version_id), None)
        return shown or self._store.find(version_id)

    def open(self, version_id: str) -> None:
        """Put a saved version into the editor."""

        def do() -> None:
            version = self.find(version_id)
            if version is None:
                raise WorkbenchError("That version is gone.", hint="Choose another one.", code="no_version")
            self.keep_draft()
            self._board.change(self._draft_of(version), trouble=None)
            self.list_again()

        self._try(do)

    def open_prompt(self, name: str) -> None:
        """Its newest version."""
        if name == self._board.draft.prompt_name:
            return
        if newest := self._store.newest(name):
            self.open(newest.id)

    def new_prompt(self) -> None:
        """An empty one; saved with its first run."""

        def do() -> None:
            self.keep_draft()
            draft = replace(self._board.draft, prompt_name=self.free_name(FIRST_NAME), prompt=Prompt(), base=None)
            self._board.change(replace(draft, block_ids=self._ids(Prompt()), examples=Examples()), trouble=None)
            self.list_again()

        self._try(do)

    def open_content(self, prompt: Prompt, name: str) -> None:
        """A prompt that came from elsewhere: the version that holds just this, or a new draft."""
        same = (
            next((version for version in self._store.versions(name) if version.prompt == prompt), None)
            if name
            else None
        )
        if same is not None:
            self.open(same.id)
            return

        def do() -> None:
            self.keep_draft()
            draft = replace(self._board.draft, prompt_name=self.free_name(name or FIRST_NAME), prompt=prompt, base=None)
            self._board.change(
                replace(draft, block_ids=self._ids(prompt), examples=Examples.of(prompt.few_shot)), trouble=None
            )
            self.list_again()

        self._try(do)

    def save_imported(self, name: str, prompt: Prompt, note: str) -> PromptVersion:
        """The first version of a prompt of its own. Raises WorkbenchError."""
        return self._store.save_version(self.free_name(name), prompt, note=note)

    def branch(self, version_id: str, name: str) -> None:
        """A new prompt that begins with this version; it is opened."""

        def do() -> None:
            self.keep_draft()
            version = self._store.branch(version_id, name.strip())
            self._board.change(self._draft_of(version), trouble=None)
            self.list_again()

        self._try(do)

    def branch_draft(self, name: str) -> None:
        """A new prompt that begins with what is in the editor."""

        def do() -> None:
            self.branch(self.save().id, name)

        self._try(do)

    def compare(self, old_id: str, new_id: str) -> None:
        """What the newer one says differently; nothing to show where one of them is gone."""
        old, new = (self.find(version_id) if version_id else None for version_id in (old_id, new_id))
        found = None if old is None or new is None else diff_prompts(old.prompt, new.prompt)
        self._board.show(difference=found)

    # -- names, notes, deleting ---------------------------------------------------------------------------------------

    def rename_version(self, version_id: str, name: str) -> None:
        self._try(lambda: self._after(self._store.rename_version(version_id, name.strip())))

    def set_note(self, version_id: str, note: str) -> None:
        self._try(lambda: self._after(self._store.set_note(version_id, note)))

    def rename_prompt(self, name: str) -> None:
        """The prompt that is open."""
        old, new = self._board.draft.prompt_name, name.strip()
        if not new or new == old:
            return

        def do() -> None:
            if self._board.state.versions:
                self._store.rename_prompt(old, new)
            elif new in self._store.prompt_names():
                raise WorkbenchError(f"There is already a prompt “{new}”.", hint="Choose another name.")
            self._board.history.clear()  # its steps know the prompt under the old name
            self._board.put(replace(self._board.draft, prompt_name=new), trouble=None)
            self._after(None)

        self._try(do)

    def delete_prompt(self) -> None:
        """With all its versions; it can be brought back while the program runs."""
        name = self._board.draft.prompt_name

        def do() -> None:
            self.keep_draft()
            if self._board.state.versions:
                self._board.show(deleted=self._store.delete_prompt(name))
            names = self._store.prompt_names()
            newest = self._store.newest(names[0]) if names else None
            fresh = replace(self._board.draft, prompt_name=FIRST_NAME, prompt=Prompt(), base=None, examples=Examples())
            draft = self._draft_of(newest) if newest else replace(fresh, block_ids=self._ids(Prompt()))
            self._board.history.clear()  # its steps would bring back a draft without its versions
            self._board.put(draft, trouble=None)
            self.list_again()

        self._try(do)

    def restore_prompt(self) -> None:
        """Take back the last deletion."""

        def do() -> None:
            name = self._store.restore_prompt(self._board.state.deleted)
            self._board.show(deleted=())
            if newest := self._store.newest(name):
                self.open(newest.id)

        if self._board.state.deleted:
            self._try(do)

    def forget_deleted(self) -> None:
        """The notice was closed."""
        self._board.show(deleted=())

    def free_name(self, wanted: str) -> str:
        """`wanted`, numbered where there is such a prompt already."""
        name = self._store.free_name(wanted or FIRST_NAME)
        return self._store.free_name(f"{name} 2") if name == self._board.draft.prompt_name else name

    # -- inside -------------------------------------------------------------------------------------------------------

    def _draft_of(self, version: PromptVersion) -> Draft:
        return Draft(
            prompt_name=version.prompt_name,
            prompt=version.prompt,
            block_ids=self._ids(version.prompt),
            examples=Examples.of(version.prompt.few_shot),
            values=self._board.draft.values,
            base=version,
        )

    def _ids(self, prompt: Prompt) -> tuple[int, ...]:
        """The ids in use as far as they go, so that the same fields show the other texts."""
        used: Sequence[int] = self._board.draft.block_ids[: len(prompt.blocks)]
        return (*used, *(self._board.new_block_id() for _ in range(len(prompt.blocks) - len(used))))

    def _after(self, _done: object) -> None:
        self._refresh_base()
        self.list_again()

    def _refresh_base(self) -> None:
        """The name or note of the version at hand may have changed."""
        base = self._board.draft.base
        if base is not None and (found := self._store.find(base.id)) is not None:
            self._board.put(replace(self._board.draft, base=found))

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except WorkbenchError as problem:
            self._board.show(trouble=trouble_of(problem))
