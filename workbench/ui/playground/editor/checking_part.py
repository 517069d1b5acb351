"""Looks for mistakes while the user writes: in templates a moment later and off the UI thread; in the schema. No Qt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from workbench.llm.json_schema import about_unheld
from workbench.playground.template import problems_in, variables_of
from workbench.playground.types import Prompt, PromptBlock, TemplateProblem
from workbench.ui.playground.editor.board import Board
from workbench.ui.protocols import Background, Later

CHECK_SECONDS = 0.2
"""After the last key press."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found in one block's text."""

    variables: tuple[str, ...]
    problems: tuple[TemplateProblem, ...]


@dataclass(slots=True)
class CheckingPart:
    """Only blocks whose text is new are parsed: 20,000 characters take about 5 ms."""

    board: Board
    later: Later
    in_background: Background
    _known: dict[str, _Checked] = field(default_factory=dict)
    _checked_blocks: tuple[PromptBlock, ...] | None = None

    def start(self) -> None:
        self.board.on_change(self._on_change)
        self.check_now()

    def check_now(self) -> None:
        """Before the draft is used: what is shown is then about the draft as it stands."""
        blocks = self.board.draft.prompt.blocks
        if blocks != self._checked_blocks:
            self._found(blocks, _check(blocks, self._known))
        self._check_schema()

    def _on_change(self, is_typing: bool) -> None:
        if self.board.draft.prompt.blocks == self._checked_blocks:
            self._check_schema()
        elif is_typing:
            self.later("check", CHECK_SECONDS, self._check_soon)
        else:
            self.check_now()

    def _check_soon(self) -> None:
        blocks = self.board.draft.prompt.blocks
        self._check_schema()
        if blocks != self._checked_blocks:
            self.in_background(partial(_check, blocks, dict(self._known)), partial(self._found, blocks))

    def _found(self, blocks: tuple[PromptBlock, ...], known: dict[str, _Checked]) -> None:
        if blocks != self.board.draft.prompt.blocks:
            return  # typed on meanwhile: the next look comes by itself
        self._checked_blocks, self._known = blocks, known
        found = [name for block in blocks for name in known[block.text].variables]
        problems = tuple(
            problem.model_copy(update={"block": index})
            for index, block in enumerate(blocks)
            for problem in known[block.text].problems
        )
        # While a brace is still open nobody knows the variables: the form keeps the fields that it had.
        variables = tuple(dict.fromkeys([*self.board.state.variables, *found] if problems else found))
        if (variables, problems) != (self.board.state.variables, self.board.state.problems):
            self.board.show(variables=variables, problems=problems)

    def _check_schema(self) -> None:
        schema = self.board.draft.prompt.json_schema
        problem, note = problem_in_schema(schema), about_unheld(schema)
        if (problem, note) != (self.board.state.schema_problem, self.board.state.schema_note):
            self.board.show(schema_problem=problem, schema_note=note)


def _check(blocks: tuple[PromptBlock, ...], known: Mapping[str, _Checked]) -> dict[str, _Checked]:
    """What there is in each text; only of texts in use, so that it does not grow."""
    return {block.text: known.get(block.text) or _look(block) for block in blocks}


def _look(block: PromptBlock) -> _Checked:
    alone = Prompt(blocks=(block,))
    return _Checked(variables_of(alone), problems_in(alone))


def problem_in_schema(text: str) -> str:
    """Why a text is no JSON schema that answers can follow; "" when it is one, or empty."""
    if not text.strip():
        return ""
    try:
        schema = json.loads(text)
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            return f"Line {error.lineno}: this is not JSON ({error.msg})."
        return f"This is not JSON ({error})."
    except RecursionError:
        return "This is nested too deeply."
    if not isinstance(schema, dict):
        return "A schema is an object: it begins with { and says what type the answer has."
    if not schema:
        return "The schema is empty: say what type the answer has."
    return ""
