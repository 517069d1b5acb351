"""Decides what happens in the editor: the prompt being written, and what others may ask of it. No Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig, Role
from workbench.playground.template import block_name
from workbench.playground.types import QUESTION, AnswerRule, Prompt, PromptBlock, PromptVersion, Reasoning
from workbench.ui.playground.editor.board import Board, Surroundings, View, changed_prompt
from workbench.ui.playground.editor.checking_part import CheckingPart
from workbench.ui.playground.editor.examples_part import ExamplesPart
from workbench.ui.playground.editor.files_part import FilesPart
from workbench.ui.playground.editor.limits import LONGEST_BLOCK
from workbench.ui.playground.editor.memory_part import MemoryPart
from workbench.ui.playground.editor.presets_part import PresetsPart
from workbench.ui.playground.editor.preview_part import PreviewPart
from workbench.ui.playground.editor.state import Draft, EditorState
from workbench.ui.playground.editor.versions_part import VersionsPart
from workbench.ui.protocols import Later

TELL_SECONDS = 0.25
"""Those who listen hear of typing this long after the last key: they may have eight columns to draw."""


class EditorPart:
    """The prompt source of the playground (`prompt_source.PromptSource`). Methods are named after what the user did."""

    def __init__(self, around: Surroundings, later: Later) -> None:
        self.board = board = Board()
        self._later = later
        self._listeners: list[Callable[[], None]] = []
        self.checking = CheckingPart(board, later, around.in_background)
        self.versions = VersionsPart(board, around.prompts, self._tell)
        self.examples = ExamplesPart(board, around.datasets, around.in_background)
        self.presets = PresetsPart(board, around.presets_folder, around.messages)
        self.files = FilesPart(board, self.versions, around.messages, around.in_background)
        self.preview = PreviewPart(board, around, later)
        self.memory = MemoryPart(board, self.versions, around, later)

    @property
    def state(self) -> EditorState:
        return self.board.state

    def start(self, view: View) -> None:
        """The editor is shown for the first time: take up the draft where it was left."""
        self.memory.load()
        self.versions.start()
        self.presets.start()
        self.preview.start()
        self.checking.start()
        self.memory.start()
        self.board.on_change(self._on_change)
        self.board.put_up(view)

    # -- what others ask (PromptSource) -------------------------------------------------------------------------------

    def draft(self) -> Prompt:
        return self.board.draft.prompt

    def values(self) -> Mapping[str, str]:
        self.checking.check_now()
        return self.state.given_values

    def variables(self) -> tuple[str, ...]:
        self.checking.check_now()
        return self.state.variables

    def problem(self) -> str:
        self.checking.check_now()
        if problem := next(iter(self.state.problems), None):
            where = block_name(self.draft(), problem.block)
            return f"The {where} has a mistake in line {problem.line}: {problem.message}"
        if self.state.schema_problem:
            return f"The JSON schema cannot be used. {self.state.schema_problem}"
        if not any(block.text.strip() for block in self.draft().blocks):
            return "The prompt is empty: write something into one of its blocks."
        return ""

    def save_for_run(self) -> PromptVersion:
        if problem := self.problem():
            raise WorkbenchError(problem, hint="Mend it in the editor, then run again.", code="prompt_problem")
        return self.versions.save()

    def find_version(self, version_id: str) -> PromptVersion | None:
        return self.versions.find(version_id)

    def list_versions(self) -> Sequence[PromptVersion]:
        return self.state.versions

    def list_again(self) -> None:
        self.versions.list_again()

    def open_version(self, version_id: str) -> None:
        self.versions.open(version_id)

    def open_draft(self, prompt: Prompt, name: str) -> None:
        self.versions.open_content(prompt, name)

    def subscribe(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    # -- blocks -------------------------------------------------------------------------------------------------------

    def edit_block(self, block_id: int, text: str) -> None:
        """The user typed into a block."""
        index = self._index(block_id)
        blocks = list(self.draft().blocks)
        if blocks[index].text == text:
            return
        blocks[index] = blocks[index].model_copy(update={"text": text})
        notes: dict[str, Any] = {"block_notes": {}} if self.state.block_notes else {}
        self._change_prompt({"blocks": tuple(blocks)}, key=f"block {block_id}", size=len(text), **notes)

    def refuse_text(self, block_id: int, length: int) -> None:
        """What was pasted or dropped is too long for a block: nothing of it is taken."""
        note = f"That text has {length:,} characters; a block holds {LONGEST_BLOCK:,} at most. Nothing was put in."
        self.board.show(block_notes={block_id: note})

    def choose_role(self, block_id: int, role: Role) -> None:
        index = self._index(block_id)
        blocks = list(self.draft().blocks)
        blocks[index] = blocks[index].model_copy(update={"role": role})
        self._change_prompt({"blocks": tuple(blocks)})

    def add_block(self, role: Role) -> None:
        """At the end; a system block goes to the top, where models expect it."""
        draft = self.board.draft
        at = 0 if role is Role.SYSTEM else len(draft.block_ids)
        blocks, ids = list(draft.prompt.blocks), list(draft.block_ids)
        blocks.insert(at, PromptBlock(role=role))
        ids.insert(at, self._new_id())
        self._put_blocks(blocks, ids)

    def remove_block(self, block_id: int) -> None:
        """The last one stays: a prompt without a block says nothing."""
        draft, index = self.board.draft, self._index(block_id)
        if len(draft.block_ids) > 1:
            blocks, ids = list(draft.prompt.blocks), list(draft.block_ids)
            del blocks[index], ids[index]
            self._put_blocks(blocks, ids)

    def move_block(self, block_id: int, by: int) -> None:
        """Up (-1) or down (1); at the end nothing happens."""
        draft, index = self.board.draft, self._index(block_id)
        to = index + by
        if 0 <= to < len(draft.block_ids):
            blocks, ids = list(draft.prompt.blocks), list(draft.block_ids)
            blocks.insert(to, blocks.pop(index))
            ids.insert(to, ids.pop(index))
            self._put_blocks(blocks, ids)

    # -- values, reasoning, output, settings --------------------------------------------------------------------------

    def edit_value(self, name: str, text: str) -> None:
        if name == QUESTION or self.board.draft.values.get(name, "") == text:
            return
        values = {**self.board.draft.values, name: text}
        self.board.change(replace(self.board.draft, values=values), f"value {name}", len(text))

    def switch_reasoning(self, is_on: bool) -> None:
        if is_on is not (self.draft().reasoning is not None):
            self._change_prompt({"reasoning": Reasoning() if is_on else None})

    def edit_reasoning(self, **fields: Any) -> None:
        """`instruction`, `rule`, `mark`."""
        reasoning = self.draft().reasoning
        if reasoning is not None:
            if "rule" in fields:
                fields["rule"] = AnswerRule(fields["rule"])
            self._change_prompt({"reasoning": reasoning.model_copy(update=fields)}, key=f"reasoning {sorted(fields)}")

    def edit_schema(self, text: str) -> None:
        self._change_prompt({"json_schema": text}, key="schema", size=len(text))

    def set_option(self, name: str, value: object) -> None:
        """One field of the settings of the answer."""
        try:
            generation = GenerationConfig.model_validate(self.draft().generation.model_dump() | {name: value})
        except ValidationError:
            self.board.show()  # the field goes back to what holds
            return
        self._change_prompt({"generation": generation}, key=f"option {name}")

    def reset_options(self) -> None:
        self._change_prompt({"generation": GenerationConfig()})

    # -- undo ---------------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        self._go(self.board.history.undo(self.board.draft))

    def redo(self) -> None:
        self._go(self.board.history.redo(self.board.draft))

    def fold(self, section: str, is_open: bool) -> None:
        """A section was opened or closed."""
        opened = self.state.open_sections
        self.board.show(open_sections=opened | {section} if is_open else opened - {section})
        if section == "preview":
            self.preview.switch(is_open)
        self.memory.save_soon()

    def _go(self, draft: Draft | None) -> None:
        if draft is None:
            return
        other_prompt = draft.prompt_name != self.board.draft.prompt_name
        self.board.put(draft, block_notes={})
        if other_prompt:
            self.versions.list_again()

    def _put_blocks(self, blocks: Sequence[PromptBlock], ids: Sequence[int]) -> None:
        prompt = changed_prompt(self.draft(), blocks=tuple(blocks))
        self.board.change(replace(self.board.draft, prompt=prompt, block_ids=tuple(ids)), block_notes={})

    def _change_prompt(self, changes: Mapping[str, Any], key: str = "", size: int = 0, **others: Any) -> None:
        prompt = changed_prompt(self.draft(), **changes)
        self.board.change(replace(self.board.draft, prompt=prompt), key, size, **others)

    def _index(self, block_id: int) -> int:
        return self.board.draft.block_ids.index(block_id)

    def _new_id(self) -> int:
        return self.board.new_block_id()

    def _on_change(self, is_typing: bool) -> None:
        if is_typing:
            self._later("tell", TELL_SECONDS, self._tell)
        else:
            self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
