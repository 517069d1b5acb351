"""What changed between two versions of a prompt: texts by line and word, settings one by one."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from pydantic.fields import FieldInfo

from workbench.llm.types import GenerationConfig
from workbench.playground.differences import Span, find_differences
from workbench.playground.types import Prompt, PromptBlock

MOST_LINES = 2000
"""Of either text, where they differ: the matcher takes quadratic time in the worst case."""
CONTEXT_LINES = 3
_ABSENT = "–"


class LineKind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"
    """The same line before and after, with the words that differ."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of the comparison. Numbers count from 1; None on the side that does not have the line."""

    kind: LineKind
    old: str = ""
    new: str = ""
    old_number: int | None = None
    new_number: int | None = None
    old_spans: tuple[Span, ...] = ()
    """Where `old` says something that `new` does not."""
    new_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDiff:
    """One text of both versions; a block that only one of them has is wholly added or removed."""

    title: str
    """ "System", "User 2", "Examples", "JSON schema", "Reasoning instruction"."""
    lines: tuple[DiffLine, ...]

    @property
    def is_changed(self) -> bool:
        return any(line.kind is not LineKind.SAME for line in self.lines)

    def hunks(self, context: int = CONTEXT_LINES) -> list[tuple[DiffLine, ...]]:
        """The changed lines with `context` unchanged ones around them; what is further away is left out."""
        near = {
            index + offset
            for index, line in enumerate(self.lines)
            if line.kind is not LineKind.SAME
            for offset in range(-context, context + 1)
        }
        runs = itertools.groupby(enumerate(self.lines), key=lambda pair: pair[0] in near)
        return [tuple(line for _, line in run) for is_near, run in runs if is_near]


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that differs, with both values as people read them."""

    title: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PromptDiff:
    texts: tuple[TextDiff, ...] = ()
    """Only those that differ."""
    settings: tuple[SettingChange, ...] = ()
    """Only those that differ."""

    @property
    def is_empty(self) -> bool:
        return not self.texts and not self.settings


def diff_prompts(old: Prompt, new: Prompt) -> PromptDiff:
    """Everything that is different in `new`."""
    before, after = _texts(old), _texts(new)
    titles = list(dict.fromkeys([*before, *after]))
    texts = (TextDiff(title, diff_lines(before.get(title), after.get(title))) for title in titles)
    settings = _settings(old), _settings(new)
    changes = (
        SettingChange(title, settings[0].get(title, _ABSENT), settings[1].get(title, _ABSENT))
        for title in dict.fromkeys([*settings[0], *settings[1]])
    )
    return PromptDiff(
        tuple(text for text in texts if text.is_changed),
        tuple(change for change in changes if change.old != change.new),
    )


def diff_lines(old: str | None, new: str | None) -> tuple[DiffLine, ...]:
    """Line by line; None is a text that does not exist, which is another matter than an empty one."""
    before = [] if old is None else old.split("\n")
    after = [] if new is None else new.split("\n")
    return tuple(
        line
        for tag, start, end, new_start, new_end in _opcodes(before, after)
        for line in _lines(tag, before[start:end], after[new_start:new_end], start, new_start)
    )


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """As difflib tells them; equal ends are cut off first, and between very long texts everything is replaced."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle, new_middle = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield "equal", 0, head, 0, head
    if max(len(middle), len(new_middle)) > MOST_LINES:
        yield "replace", head, head + len(middle), head, head + len(new_middle)
    else:
        # Without autojunk: it takes every line that is frequent in 200 lines and more for unimportant.
        for tag, *places in SequenceMatcher(None, middle, new_middle, autojunk=False).get_opcodes():
            start, end, new_start, new_end = (place + head for place in places)
            yield tag, start, end, new_start, new_end
    if tail:
        yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def _lines(tag: str, old: Sequence[str], new: Sequence[str], start: int, new_start: int) -> Iterator[DiffLine]:
    if tag == "equal":
        for offset, line in enumerate(old):
            yield DiffLine(LineKind.SAME, line, line, start + offset + 1, new_start + offset + 1)
        return
    for offset, (one, other) in enumerate(itertools.zip_longest(old, new)):
        number, new_number = start + offset + 1, new_start + offset + 1
        if other is None:
            yield DiffLine(LineKind.REMOVED, old=one, old_number=number)
        elif one is None:
            yield DiffLine(LineKind.ADDED, new=other, new_number=new_number)
        else:
            found = find_differences(one, other)
            yield DiffLine(LineKind.CHANGED, one, other, number, new_number, found.first, found.other)


def _common(first: Sequence[str], other: Sequence[str]) -> int:
    """How many lines are equal from the beginning on."""
    return next(
        (i for i, (one, two) in enumerate(zip(first, other, strict=False)) if one != two), min(len(first), len(other))
    )


def _texts(prompt: Prompt) -> dict[str, str]:
    """What is compared as text, by its title: blocks of a role are paired in their order."""
    texts = dict(_named(prompt.blocks))
    if prompt.few_shot is not None and prompt.few_shot.shots:
        texts["Examples"] = "\n\n".join(f"Q: {shot.question}\nA: {shot.answer}" for shot in prompt.few_shot.shots)
    if prompt.reasoning is not None:
        texts["Reasoning instruction"] = prompt.reasoning.instruction
    if prompt.json_schema:
        texts["JSON schema"] = prompt.json_schema
    return texts


def _named(blocks: Sequence[PromptBlock]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for block in blocks:
        number = seen[block.role] = seen.get(block.role, 0) + 1
        yield f"{block.role.capitalize()} {number}" if number > 1 else block.role.capitalize(), block.text


def _settings(prompt: Prompt) -> dict[str, str]:
    """Every setting by its title, as people read it."""
    settings = {_title(name, field): _in_words(getattr(prompt.generation, name)) for name, field in _fields()}
    settings["Order of the blocks"] = ", ".join(block.role for block in prompt.blocks)
    settings["Reasoning"] = "off" if prompt.reasoning is None else "on"
    if prompt.reasoning is not None:
        settings["Where the answer is"] = prompt.reasoning.rule
        settings["Mark of the answer"] = prompt.reasoning.mark
    settings["Number of examples"] = "0" if prompt.few_shot is None else str(len(prompt.few_shot.shots))
    if prompt.few_shot is not None:
        settings |= {
            "Examples from": prompt.few_shot.source or "typed",
            "Choice of examples": prompt.few_shot.selection,
            "Examples shown": str(prompt.few_shot.count),
            "Seed of the choice": str(prompt.few_shot.seed),
            "Examples in the form of the question": _in_words(prompt.few_shot.in_form),
        }
    return settings


def _fields() -> Iterable[tuple[str, FieldInfo]]:
    """The schema is shown as text, from the prompt."""
    return ((name, field) for name, field in GenerationConfig.model_fields.items() if name != "json_schema")


def _title(name: str, field: FieldInfo) -> str:
    return field.title or name.replace("_", " ").capitalize()


def _in_words(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case tuple():
            return ", ".join(repr(each) for each in value) or "none"
        case dict():
            return ", ".join(f"{key}: {each}" for key, each in value.items()) or "none"
        case _:
            return str(value) or "none"
