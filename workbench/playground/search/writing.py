"""The writer: a language model that writes instructions for another (or for itself)."""

import hashlib
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from workbench import resources
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.llm.types import (
    ChatEngine,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    Role,
)
from workbench.playground.search.catalogue import system_text, with_system
from workbench.playground.search.journal import SearchJournal, WritingRecord
from workbench.playground.search.scoring_table import Allowance
from workbench.playground.template import problems_in, variables_of
from workbench.playground.types import Prompt

if TYPE_CHECKING:
    from jinja2 import Template

ANGLES = (
    "Keep it short: a few clear sentences.",
    "Describe the form of the answer in every detail.",
    "Name the mistakes that are easily made, and how to avoid them.",
    "Give a short procedure, step by step.",
)
"""What makes the written instructions differ from each other; one text is written for each."""
_SHOWN_EXAMPLES = 8
_SHOWN_CHARACTERS = 600
_LONGEST_INSTRUCTION = 8_000
_MAX_TOKENS = 900
_ROOM_FOR_ANSWER = 300
"""Tokens that an instruction takes at least."""
_BETWEEN_TAGS = re.compile(r"<instruction>(.*?)(?:</instruction>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"\A```[^\n]*\n(.*?)\n?```\Z", re.DOTALL)


T = TypeVar("T")


class Writer(Protocol):
    def write(self, asked: str) -> str:
        """What it writes when asked that; "" when nothing came. WorkbenchError when it cannot."""
        ...

    def fits(self, asked: str) -> bool:
        """Whether it can be asked that much, with room for an instruction as answer."""
        ...


@dataclass(slots=True)
class EngineWriter:
    """A writer on an engine. Every text costs a generation of the allowance and is kept in the journal."""

    engine: ChatEngine
    journal: SearchJournal
    allowance: Allowance
    model_hash: str
    seed: int
    is_cancelled: Callable[[], bool]
    check_cancelled: Callable[[], None]
    written: list[WritingRecord] = field(default_factory=list)

    def write(self, asked: str) -> str:
        self.check_cancelled()
        # Another seed each time: asked the same again it shall not write the same again.
        config = GenerationConfig(max_tokens=_MAX_TOKENS, temperature=0.8, seed=(self.seed + len(self.written)) % 2**32)
        key = hashlib.sha256(json.dumps([asked, config.model_dump(mode="json")]).encode()).hexdigest()
        record = self.journal.find_writing(key, self.model_hash) or self._ask(asked, config, key)
        self.allowance.spend(1)
        self.written.append(record)
        return record.text

    def fits(self, asked: str) -> bool:
        """A context of unknown length (of some servers) is taken to be long enough."""
        context = self.engine.context_length
        return not context or self.engine.count_text_tokens(asked) + _ROOM_FOR_ANSWER <= context

    def _ask(self, asked: str, config: GenerationConfig, key: str) -> WritingRecord:
        self.journal.begin_work()
        request = GenerationRequest(messages=(ChatMessage(role=Role.USER, content=asked),), config=config)
        completion = self.engine.complete_all([request], _ignore, self.is_cancelled)[0]
        self.check_cancelled()
        if completion.finish_reason is FinishReason.ERROR:
            raise WorkbenchError(
                f"The writer could not answer: {completion.problem}",
                hint="Choose another writer, or search without one.",
                code="writer_failed",
            )
        record = WritingRecord(
            key=key,
            model_hash=self.model_hash,
            text=completion.text,
            prompt_tokens=completion.usage.prompt_tokens,
            generated_tokens=completion.usage.generated_tokens,
            cost=completion.cost,
            at=self.journal.seconds(),
        )
        self.journal.add_writing(record)
        return record


def write_instructions(
    writer: Writer, start: Prompt, examples: Sequence[Example], metric_sentence: str, seed: int, count: int
) -> list[str]:
    """Up to `count` instructions for the task of these examples, each from another angle; usable ones that differ."""
    shown = random.Random(seed).sample(list(examples), min(_SHOWN_EXAMPLES, len(examples)))
    found: dict[str, None] = {}
    for angle in ANGLES[:count]:
        asked = fitting(writer, shown, partial(_writing_request, start, metric_sentence, angle))
        if text := instruction_in(writer.write(asked), start):
            found[text] = None
    return list(found)


def fitting(writer: Writer, shown: Sequence[T], ask: Callable[[Sequence[T]], str]) -> str:
    """What is asked with as many of the examples as the writer can read: halved until it fits, one at least."""
    count = len(shown)
    while count > 1 and not writer.fits(ask(shown[:count])):
        count //= 2
    return ask(shown[:count])


def _writing_request(start: Prompt, metric_sentence: str, angle: str, shown: Sequence[Example]) -> str:
    return _template("write.md").render(
        instruction=system_text(start),
        metric=metric_sentence,
        angle=angle,
        examples=[
            {"question": _short(one.question), "answer": _short(one.answers[0] if one.answers else "(none)")}
            for one in shown
        ],
        placeholders=_placeholders(start),
    )


def rewriting_request(instruction: str, records: Sequence[Mapping[str, Any]], start: Prompt) -> str:
    """What a writer is asked to make of an instruction after it saw answers: question, answer, feedback each."""
    shown = [{name: _short(str(text)) for name, text in record.items()} for record in records]
    return _template("rewrite.md").render(instruction=instruction, records=shown, placeholders=_placeholders(start))


def instruction_in(written: str, start: Prompt) -> str:
    """The instruction in what a writer wrote, as a template; "" when there is none.

    Placeholders that the starting prompt knows stay placeholders; any other mark of a template is text.
    """
    said = written.rpartition("</think>")[2].strip()
    if found := _BETWEEN_TAGS.search(said):
        said = found[1].strip()
    if fenced := _FENCED.match(said):
        said = fenced[1].strip()
    said = said[:_LONGEST_INSTRUCTION].strip()
    if not said or not any(mark in said for mark in ("{{", "{%", "{#")):
        return said
    trial = with_system(Prompt(), said)
    if not problems_in(trial) and "{%" not in said and set(variables_of(trial)) <= {*variables_of(start), "question"}:
        return said
    return "{% raw %}" + said.replace("{% endraw %}", "") + "{% endraw %}"


def _placeholders(start: Prompt) -> str:
    """The variables in the starting instruction, as they are written there."""
    used = variables_of(with_system(Prompt(blocks=()), system_text(start)))
    return ", ".join("{{ " + name + " }}" for name in used)


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment

    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)  # our own text, for a model
    return environment.from_string(resources.text(f"prompts/search/{name}"))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS].rstrip()} …"


def _ignore(_completion: Completion) -> None:
    """What is written is taken from the returned list."""
