"""How a prompt becomes what is sent: system, worked examples, earlier turns, the question, the answer's beginning.

In this order. Blocks of one role that follow each other become one message, because many chat templates refuse two
turns of the same role. System blocks stand at the beginning, wherever they were written.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.llm.grounded_prompt import Passage, grounded_question, grounded_system
from workbench.llm.types import AdapterRef, ChatMessage, GenerationConfig, GenerationRequest, Role
from workbench.playground.answer_rule import extract_answer
from workbench.playground.few_shot import as_turns, shots_for
from workbench.playground.template import BlockText, PromptRenderer
from workbench.playground.types import QUESTION, ExtractedAnswer, Prompt, Shot

_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Assembled:
    """The parts of what is sent, for counting them one by one."""

    system: str = ""
    examples: tuple[ChatMessage, ...] = ()
    opening: tuple[ChatMessage, ...] = ()
    """Turns that the prompt's own blocks tell before the question."""
    earlier: tuple[ChatMessage, ...] = ()
    question: str = ""
    """The last user turn; with passages in it where there are some."""
    passages: str = ""
    """What the passages put in front of the question, as it stands there."""
    prefill: str = ""
    """The beginning of the answer, by a last block of the assistant."""

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """What is sent. A last one by the assistant is to be gone on with."""
        first = (ChatMessage(role=Role.SYSTEM, content=self.system),) if self.system else ()
        asked = (ChatMessage(role=Role.USER, content=self.question),) if self.question else ()
        begun = (ChatMessage(role=Role.ASSISTANT, content=self.prefill),) if self.prefill else ()
        return (*first, *self.examples, *self.opening, *self.earlier, *asked, *begun)


def assemble(
    renderer: PromptRenderer,
    prompt: Prompt,
    values: Mapping[str, str],
    *,
    earlier: Sequence[ChatMessage] = (),
    passages: Sequence[Passage] = (),
) -> tuple[ChatMessage, ...]:
    """The messages for these values. `earlier` are the turns since, as they were sent, without the system message.

    Raises WorkbenchError as the renderer does, and where there is nothing to send.
    """
    return assemble_parts(renderer, prompt, values, earlier=earlier, passages=passages).messages


def assemble_parts(
    renderer: PromptRenderer,
    prompt: Prompt,
    values: Mapping[str, str],
    *,
    earlier: Sequence[ChatMessage] = (),
    passages: Sequence[Passage] = (),
) -> Assembled:
    """As `assemble`, part by part."""
    blocks = _Blocks.of(prompt)
    shots = shots_for(prompt.few_shot, values.get(QUESTION, "")) if prompt.few_shot is not None else ()
    in_form = bool(shots) and prompt.few_shot is not None and prompt.few_shot.in_form and not passages
    everything = range(len(prompt.blocks))
    wanted = [BlockText(index) for index in everything]
    if in_form:
        wanted += [BlockText(index, {QUESTION: shot.question}) for shot in shots for index in blocks.asking]
    texts = renderer.render_texts(prompt, wanted, values)
    if in_form:
        shots = _put_into_form(shots, texts[len(everything) :], len(blocks.asking))
    asked = _joined(texts[index] for index in blocks.asking)
    question = grounded_question(asked, passages) if passages else asked
    parts = Assembled(
        system=_system(prompt, _joined(texts[index] for index in blocks.system), is_grounded=bool(passages)),
        examples=as_turns(shots),
        opening=_turns(prompt, blocks.opening, texts),
        earlier=tuple(earlier),
        question=question,
        passages=question.removesuffix(asked) if passages else "",
        prefill=_joined(texts[index] for index in blocks.prefill),
    )
    if not any(text.strip() for text in texts[: len(everything)]):
        raise WorkbenchError(
            "There is nothing to send: every block of the prompt is empty.",
            hint="Write something, or give the variables a value.",
            code="prompt_empty",
        )
    return parts


def as_request(
    prompt: Prompt,
    messages: Sequence[ChatMessage],
    *,
    id: str = "",
    adapter: AdapterRef | None = None,
    continue_from: str = "",
) -> GenerationRequest:
    """What an engine is asked: a last message by the assistant, and the text so far, are gone on with."""
    begun = messages[-1].content if messages and messages[-1].role is Role.ASSISTANT else ""
    return GenerationRequest(
        id=id,
        messages=tuple(messages[:-1] if begun else messages),
        prefix=begun + continue_from,
        config=generation_of(prompt),
        adapter=adapter,
    )


def generation_of(prompt: Prompt) -> GenerationConfig:
    """How answers are decoded, with the prompt's JSON schema in it. Raises WorkbenchError when that is none."""
    if not prompt.json_schema.strip():
        return prompt.generation
    try:
        schema = json.loads(prompt.json_schema)
    except (ValueError, RecursionError) as error:
        raise WorkbenchError(f"The JSON schema is no JSON: {error}.", hint="Correct it.", code="bad_schema") from error
    if not isinstance(schema, dict):
        raise WorkbenchError(
            "The JSON schema is no object.", hint='Write one like {"type": "object"}.', code="bad_schema"
        )
    if prompt.generation.grammar:
        raise WorkbenchError(
            "The prompt has a JSON schema and a grammar; an answer can follow only one.",
            hint="Remove one of them.",
            code="bad_schema",
        )
    return prompt.generation.model_copy(update={"json_schema": prompt.json_schema})


def final_answer(prompt: Prompt, text: str) -> ExtractedAnswer:
    """The answer in a text that may also reason, by the prompt's rule."""
    return extract_answer(prompt.reasoning, text)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Which blocks (by index) serve as what."""

    system: tuple[int, ...]
    opening: tuple[int, ...]
    asking: tuple[int, ...]
    """The last blocks by the user: the question."""
    prefill: tuple[int, ...]

    @classmethod
    def of(cls, prompt: Prompt) -> "_Blocks":
        turns = [index for index, block in enumerate(prompt.blocks) if block.role is not Role.SYSTEM]
        end = len(turns)
        while end and prompt.blocks[turns[end - 1]].role is Role.ASSISTANT:
            end -= 1
        begin = end
        while begin and prompt.blocks[turns[begin - 1]].role is Role.USER:
            begin -= 1
        system = tuple(index for index, block in enumerate(prompt.blocks) if block.role is Role.SYSTEM)
        return cls(system, tuple(turns[:begin]), tuple(turns[begin:end]), tuple(turns[end:]))


def _system(prompt: Prompt, written: str, *, is_grounded: bool) -> str:
    grounded = grounded_system() if is_grounded else ""
    reasoning = prompt.reasoning.instruction.strip() if prompt.reasoning is not None else ""
    return _joined((written, grounded, reasoning))


def _put_into_form(shots: Sequence[Shot], texts: Sequence[str], size: int) -> tuple[Shot, ...]:
    """The examples with what the user blocks (`size` texts each) make of their questions."""
    if not size:
        return tuple(shots)
    forms = (_joined(texts[start : start + size]) for start in range(0, len(texts), size))
    return tuple(Shot(question=form, answer=shot.answer) for form, shot in zip(forms, shots, strict=True))


def _turns(prompt: Prompt, indices: Sequence[int], texts: Sequence[str]) -> tuple[ChatMessage, ...]:
    written = [index for index in indices if texts[index].strip()]
    return tuple(
        ChatMessage(role=role, content=_joined(texts[index] for index in group))
        for role, group in itertools.groupby(written, key=lambda index: prompt.blocks[index].role)
    )


def _joined(texts: Iterable[str]) -> str:
    return _BETWEEN.join(text for text in texts if text.strip())
