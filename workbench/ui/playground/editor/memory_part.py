"""Takes up the draft where it was left, and keeps it while it is written. No Qt."""

from dataclasses import replace

from workbench.errors import WorkbenchError
from workbench.playground.types import Shot
from workbench.ui.playground.editor.board import Board, Surroundings
from workbench.ui.playground.editor.memory import EditorMemory, load_memory, save_memory
from workbench.ui.playground.editor.state import Draft, Examples
from workbench.ui.playground.editor.versions_part import VersionsPart
from workbench.ui.protocols import Later
from workbench.ui.trouble import trouble_of

SAVE_SECONDS = 1.5


class MemoryPart:
    """Writes on a thread, one file after the other."""

    def __init__(self, board: Board, versions: VersionsPart, around: Surroundings, later: Later) -> None:
        self._board, self._versions, self._later = board, versions, later
        self._path, self._in_background = around.memory_file, around.in_background
        self._is_writing = False
        self._saved: EditorMemory | None = None

    def load(self) -> None:
        """Before anything is shown."""
        memory, problem = load_memory(self._path)
        self._saved = memory
        draft = self._board.draft
        if memory.prompt_name:
            base = self._versions.find(memory.base_id) if memory.base_id else None
            ids = draft.block_ids[: len(memory.prompt.blocks)]
            more = (self._board.new_block_id() for _ in range(len(memory.prompt.blocks) - len(ids)))
            draft = Draft(
                prompt_name=memory.prompt_name,
                prompt=memory.prompt,
                block_ids=(*ids, *more),
                examples=_with_pool(Examples.of(memory.prompt.few_shot), memory.pool),
                base=base,
            )
        self._board.put(replace(draft, values=dict(memory.values)), open_sections=frozenset(memory.open_sections))
        preview = replace(
            self._board.state.preview, model_name=memory.preview_model, is_open="preview" in memory.open_sections
        )
        self._board.show(preview=preview, trouble=trouble_of(problem) if problem else None)

    def start(self) -> None:
        self._board.on_change(lambda _is_typing: self.save_soon())

    def save_soon(self) -> None:
        self._later("remember", SAVE_SECONDS, self._save)

    def save_now(self) -> None:
        """The window goes away."""
        memory = self._memory()
        if memory != self._saved:
            self._saved = memory
            self._written(self._write(memory))

    def _save(self) -> None:
        memory = self._memory()
        if memory == self._saved:
            return
        if self._is_writing:
            self.save_soon()
            return
        self._is_writing, self._saved = True, memory
        self._in_background(lambda: self._write(memory), self._written)

    def _write(self, memory: EditorMemory) -> WorkbenchError | None:
        try:
            save_memory(self._path, memory)
        except OSError as error:
            return WorkbenchError(
                f"The draft cannot be kept in {self._path.name}: {error.strerror or error}.",
                hint="Save a version: that is kept in the database.",
                code="draft_unwritable",
            )
        return None

    def _written(self, problem: WorkbenchError | None) -> None:
        self._is_writing = False
        if problem is not None:
            self._board.show(trouble=trouble_of(problem))

    def _memory(self) -> EditorMemory:
        state = self._board.state
        draft = state.draft
        return EditorMemory(
            prompt_name=draft.prompt_name,
            base_id=draft.base.id if draft.base is not None else "",
            prompt=draft.prompt,
            pool=draft.examples.pool,
            values=dict(draft.values),
            preview_model=state.preview.model_name,
            open_sections=tuple(sorted(state.open_sections)),
        )


def _with_pool(examples: Examples, pool: tuple[Shot, ...]) -> Examples:
    """The examples of a prompt among those that were there beside them."""
    if not pool or pool == examples.pool:
        return examples
    chosen = set(examples.chosen)
    picked = frozenset(index for index, shot in enumerate(pool) if shot in chosen)
    return replace(examples, pool=pool, picked=picked) if len(picked) >= len(chosen) else examples
