"""Hits into a prompt: as many passages as the model's context holds, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from workbench.errors import WorkbenchError
from workbench.llm.grounded_prompt import Passage, grounded_messages
from workbench.llm.types import ChatEngine, ChatMessage
from workbench.rag.types import Hit


@dataclass(frozen=True, slots=True)
class GroundedPrompt:
    """What goes to the model; mark [n] of its answer means `used_hits[n - 1]`."""

    messages: tuple[ChatMessage, ...]
    used_hits: tuple[Hit, ...]


def passage(hit: Hit) -> Passage:
    """A hit as the model sees it: under its headings, or its document's name where there are none."""
    return Passage(title=hit.title or PurePath(hit.document).stem, text=hit.text)


def build_messages(
    question: str,
    hits: Sequence[Hit],
    engine: ChatEngine,
    *,
    max_answer_tokens: int,
    examples: Sequence[ChatMessage] = (),
    system: str = "",
) -> GroundedPrompt:
    """The best hits that fit beside the question and the longest answer.

    Raises WorkbenchError when not even one does.
    """
    room = engine.context_length - max_answer_tokens
    used: list[Hit] = []
    best: GroundedPrompt | None = None
    for hit in hits:
        candidate = [*used, hit]
        messages = grounded_messages(question, [passage(h) for h in candidate], examples=examples, system=system)
        if engine.count_tokens(messages) > room:
            continue  # a shorter one further down may still fit
        used = candidate
        best = GroundedPrompt(messages, tuple(used))
    if best is None and hits:
        raise WorkbenchError(
            f"The question and one passage do not fit into the model's context of {engine.context_length} tokens "
            f"beside an answer of {max_answer_tokens}.",
            hint="Use a model with a longer context, a shorter answer, or smaller chunks.",
            code="context_too_short",
        )
    return best or GroundedPrompt(grounded_messages(question, [], examples=examples, system=system), ())
