"""Templates of prompts: which variables they have, what is wrong with them, and their text for given values.

Looking at a template only parses it, here. Rendering runs it, in a child process with limits of time and memory.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from workbench.errors import WorkbenchError
from workbench.llm.template_child import TemplateChild
from workbench.llm.types import ChatMessage
from workbench.playground.template_names import free_names, unknown_names
from workbench.playground.types import Prompt, TemplateProblem

if TYPE_CHECKING:
    from jinja2 import Environment, nodes

MAX_CHARACTERS = 1_000_000
"""Of one block and of the value of one variable: about 250,000 tokens, more than models see at once."""

_REMEMBERED = 32
_LONGEST_REMEMBERED = 200_000


def variables_of(prompt: Prompt) -> tuple[str, ...]:
    """The variables that need a value, in the order in which they appear; blocks with a mistake have none."""
    found: dict[str, None] = {}
    for block in prompt.blocks:
        if len(block.text) <= MAX_CHARACTERS and isinstance(parsed := _parse(block.text), _Parsed):
            found |= dict.fromkeys(parsed.variables)
    return tuple(found)


def problems_in(prompt: Prompt) -> tuple[TemplateProblem, ...]:
    """Mistakes in the templates, for showing while they are typed. Parses, never runs them."""
    return tuple(
        TemplateProblem(block=index, line=line, message=message)
        for index, block in enumerate(prompt.blocks)
        for line, message in _mistakes(block.text)
    )


def block_name(prompt: Prompt, index: int) -> str:
    """ "system block", or "second user block" where there are several."""
    role = prompt.blocks[index].role
    same = [i for i, block in enumerate(prompt.blocks) if block.role is role]
    place = ("first", "second", "third", "fourth", "fifth")
    number = same.index(index)
    which = "" if len(same) == 1 else f"{place[number] if number < len(place) else f'{number + 1}th'} "
    return f"{which}{role} block"


@dataclass(frozen=True, slots=True)
class BlockText:
    """One text that is wanted: of this block, with these values instead of the common ones."""

    block: int
    values: Mapping[str, str] = field(default_factory=dict)


class PromptRenderer:
    """Renders blocks of prompts. Owns a child process, which starts at the first use; close it when done.

    Texts without any mark of a template never get there. May be used from several threads, one at a time.
    """

    def __init__(self) -> None:
        self._child = TemplateChild("The process that renders prompts")
        self._replies: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._child.close()

    def render(self, prompt: Prompt, values: Mapping[str, str]) -> tuple[ChatMessage, ...]:
        """One message for each block, in their order; a block whose text is blank is left out.

        Raises WorkbenchError that names the block, the line and, with code "undefined_variable", the variable; other
        codes are template_time, template_memory, template_length, template_syntax, template_unsafe, template_failed.
        """
        texts = self.render_texts(prompt, [BlockText(index) for index in range(len(prompt.blocks))], values)
        messages = (ChatMessage(role=b.role, content=text) for b, text in zip(prompt.blocks, texts, strict=True))
        return tuple(message for message in messages if message.content.strip())

    def render_texts(self, prompt: Prompt, wanted: Sequence[BlockText], values: Mapping[str, str]) -> list[str]:
        """The texts of some blocks, all within one limit of time. Raises as `render` does."""
        check_lengths(prompt, values)
        wanted_here = [item for item in wanted if _is_template(prompt.blocks[item.block].text)]
        rendered = iter(self._rendered(prompt, wanted_here, values) if wanted_here else ())
        texts = [prompt.blocks[item.block].text for item in wanted]
        return [next(rendered) if _is_template(text) else text for text in texts]

    def _rendered(self, prompt: Prompt, wanted: Sequence[BlockText], values: Mapping[str, str]) -> list[str]:
        reply = self._reply(
            {
                "templates": [block.text for block in prompt.blocks],
                "variables": dict(values),
                "items": [[item.block, dict(item.values)] for item in wanted],
            }
        )
        if "texts" in reply:
            return list(reply["texts"])
        raise _rendering_problem(prompt, reply, values)

    def _reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """The same question has the same answer: eight columns with one endless prompt wait for its end once."""
        key = hashlib.sha256(json.dumps(request).encode()).digest()
        with self._lock:
            if key in self._replies:
                self._replies.move_to_end(key)
                return self._replies[key]
            reply = self._child.ask(request)
            if reply.get("kind") != "failed" and sum(map(len, reply.get("texts", ()))) <= _LONGEST_REMEMBERED:
                self._replies[key] = reply
                if len(self._replies) > _REMEMBERED:
                    self._replies.popitem(last=False)
            return reply


def check_lengths(prompt: Prompt, values: Mapping[str, str]) -> None:
    """Raise WorkbenchError for a text that is longer than any model reads."""
    for index, block in enumerate(prompt.blocks):
        if len(block.text) > MAX_CHARACTERS:
            raise _too_long(f"The {block_name(prompt, index)}", len(block.text))
    for name, value in values.items():
        if len(value) > MAX_CHARACTERS:
            raise _too_long(f"The value of “{name}”", len(value))


def _too_long(what: str, count: int) -> WorkbenchError:
    return WorkbenchError(
        f"{what} has {count:,} characters; at most {MAX_CHARACTERS:,} are taken.",
        hint="Put long texts into a collection of documents: each question then gets the passages that matter.",
        code="prompt_text_too_long",
    )


def _rendering_problem(prompt: Prompt, reply: Mapping[str, Any], values: Mapping[str, str]) -> WorkbenchError:
    index = reply.get("block")
    line = reply.get("line") or 0
    place = f"the {block_name(prompt, index)}" if isinstance(index, int) else "the prompt"
    where = f"{place}, line {line}" if line else place
    kind, why = str(reply.get("kind", "failed")), str(reply.get("error", ""))
    code = f"template_{kind}"
    match kind:
        case "undefined":
            name, code = str(reply.get("name", "")), "undefined_variable"
            message = f"The variable “{name}” has no value ({where})."
            given = ", ".join(values) or "none"
            hint = f"Give it a value, or correct its name. Values are given for: {given}."
        case "time":
            message = f"The template does not finish ({where})."
            hint = "Look for a loop inside a loop, or one over a very large range."
        case "memory" | "length":
            message = f"The template was stopped: {why} ({where})."
            hint = "Look for a loop or a multiplication that makes the text very long."
        case "unsafe":
            message, hint = f"The template tries to run code; it was blocked ({where}).", "Remove that expression."
        case "syntax":
            message, hint = f"The template has a mistake: {why} ({place}).", "Correct that line."
        case _:
            message, hint = f"The template fails: {why} ({where}).", "Correct that line."
    return WorkbenchError(message, hint=hint, details=why, code=code)


def _is_template(text: str) -> bool:
    """Whether the text is anything but itself."""
    return "{{" in text or "{%" in text or "{#" in text or "\r" in text


@dataclass(frozen=True, slots=True)
class _Parsed:
    variables: tuple[str, ...]
    mistakes: tuple[tuple[int, str], ...]


def _mistakes(text: str) -> Iterator[tuple[int, str]]:
    if len(text) > MAX_CHARACTERS:
        yield 1, _too_long("This block", len(text)).message
        return
    match _parse(text):
        case _Parsed(mistakes=mistakes):
            yield from mistakes
        case (int() as line, str() as message):
            yield line, message


def _parse(text: str) -> _Parsed | tuple[int, str]:
    """What the template holds, or the line and the sentence of what keeps it from being read."""
    if not _is_template(text):
        return _Parsed((), ())
    from jinja2 import TemplateSyntaxError

    try:
        tree = _environment().parse(text)
        return _Parsed(tuple(free_names(tree, _known())), tuple(_unknown(tree)))
    except TemplateSyntaxError as error:
        said = str(error.message or "it cannot be read").rstrip(".")
        return min(max(1, error.lineno), text.count("\n") + 1), f"{said[:1].upper()}{said[1:]}."
    except RecursionError:
        return 1, "The template is nested too deeply."
    except ValueError as error:  # a number of thousands of digits
        return 1, f"The template cannot be read: {error}."


def _unknown(tree: "nodes.Template") -> Iterator[tuple[int, str]]:
    environment = _environment()
    yield from unknown_names(tree, filters=environment.filters.keys(), tests=environment.tests.keys())


@cache
def _environment() -> "Environment":
    from workbench.llm.template_process import build_prompt_environment

    return build_prompt_environment()


@cache
def _known() -> frozenset[str]:
    """Names that need no value: the functions that every template has."""
    return frozenset(_environment().globals)
