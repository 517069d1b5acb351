"""Hits into a prompt: as many passages as the model's context holds, best first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from workbench.errors import WorkbenchError
from workbench.llm.grounded_prompt import Passage, grounded_messages
from workbench.llm.too_long import PartKind, PromptPart, ShortenAnswer, TooLong
from workbench.llm.types import ChatEngine, ChatMessage
from workbench.rag.answer_types import AnswerPrompt, AskRequest, PassageInPrompt, PassageOrder
from workbench.rag.search_types import Hit, Question

SHORTEST_ANSWER = 16
"""Tokens; with less an answer is not worth asking for."""


@dataclass(frozen=True, slots=True)
class GroundedPrompt:
    """What goes to the model; mark [n] of its answer means `used_hits[n - 1]`."""

    messages: tuple[ChatMessage, ...]
    used_hits: tuple[Hit, ...]
    lengths: tuple[tuple[Hit, int], ...] = ()
    """Every hit, best first, with the length of the prompt in tokens after it was tried; those that were left out
    were tried beside the ones before them."""
    passage_tokens: int = 0
    """What the passages were allowed to take; 0 where the model's context was the limit."""


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
    order: PassageOrder = PassageOrder.BEST_FIRST,
    passage_tokens: int = 0,
) -> GroundedPrompt:
    """The best hits that fit beside the question and the longest answer, in the wanted order.

    `passage_tokens` above 0 is what they may take together. Raises WorkbenchError when not even one fits.
    """

    def compose(passages: Sequence[Passage]) -> tuple[ChatMessage, ...]:
        return grounded_messages(question, passages, examples=examples, system=system)

    return fit_passages(
        compose, hits, engine, max_answer_tokens=max_answer_tokens, order=order, passage_tokens=passage_tokens
    )


def fit_passages(
    compose: Callable[[Sequence[Passage]], tuple[ChatMessage, ...]],
    hits: Sequence[Hit],
    engine: ChatEngine,
    *,
    max_answer_tokens: int,
    order: PassageOrder = PassageOrder.BEST_FIRST,
    passage_tokens: int = 0,
) -> GroundedPrompt:
    """As `build_messages`, with messages that `compose` makes of the passages."""
    room = engine.context_length - max_answer_tokens
    limit = 0
    if passage_tokens and (wanted := engine.count_tokens(compose([])) + passage_tokens) < room:
        room, limit = wanted, passage_tokens
    used: list[Hit] = []
    best: GroundedPrompt | None = None
    shortest = 0
    lengths: list[tuple[Hit, int]] = []
    for hit in hits:
        candidate = [*used, hit]
        shown = arranged(candidate, order)
        messages = compose([passage(h) for h in shown])
        count = engine.count_tokens(messages)
        lengths.append((hit, count))
        if count > room:
            shortest = min(count, shortest or count)
            continue  # a shorter one further down may still fit
        used = candidate
        best = GroundedPrompt(messages, tuple(shown), tuple(lengths))
    if best is None and hits:
        bare = engine.count_tokens(compose([]))
        if limit:
            raise _no_room(limit, shortest - bare)
        raise _too_long(engine.context_length, shortest, bare, max_answer_tokens).problem()
    if best is None:
        return GroundedPrompt(compose([]), ())
    return replace(best, lengths=tuple(lengths), passage_tokens=limit)


def describe_prompt(
    prompt: GroundedPrompt, engine: ChatEngine, request: AskRequest, question: Question
) -> AnswerPrompt:
    """What goes to the model, part by part."""
    bare = grounded_messages(question.text, [], examples=request.examples, system=request.system)
    length = frame = engine.count_tokens(bare)
    numbers = {id(hit): number for number, hit in enumerate(prompt.used_hits, 1)}
    passages: list[PassageInPrompt] = []
    left_out: list[PassageInPrompt] = []
    for hit, longer in prompt.lengths:
        number = numbers.get(id(hit), 0)
        part = PassageInPrompt(
            number=number, collection=hit.collection, document=hit.document, page=hit.page, tokens=longer - length
        )
        (passages if number else left_out).append(part)
        length = longer if number else length
    instruction = engine.count_text_tokens("\n".join(message.content for message in bare[:-1]))
    return AnswerPrompt(
        id=question.id,
        messages=prompt.messages,
        tokens=length,
        instruction_tokens=instruction,
        question_tokens=max(0, frame - instruction),
        passages=tuple(sorted(passages, key=lambda part: part.number)),
        left_out=tuple(left_out),
        context_length=engine.context_length,
        answer_tokens=request.config.max_tokens,
        passage_tokens=request.passage_tokens,
    )


def arranged(hits: Sequence[Hit], order: PassageOrder) -> list[Hit]:
    """Hits, best first, in the order in which the model shall see them."""
    match order:
        case PassageOrder.BEST_FIRST:
            return list(hits)
        case PassageOrder.BEST_LAST:
            return list(reversed(hits))
        case PassageOrder.EDGES:
            return [*hits[::2], *reversed(hits[1::2])]


def _no_room(limit: int, shortest: int) -> WorkbenchError:
    return WorkbenchError(
        f"No passage fits into the {limit} tokens that passages may take; the shortest needs {shortest}.",
        hint="Let passages take more tokens.",
        code="passages_too_long",
    )


def _too_long(context_length: int, shortest: int, bare: int, answer_tokens: int) -> TooLong:
    """`shortest` are the tokens with the shortest passage, `bare` those without any."""
    left = context_length - shortest
    return TooLong(
        model="the model",
        tokens=shortest,
        context_length=context_length,
        answer_tokens=answer_tokens,
        parts=(
            PromptPart(kind=PartKind.FRAME, tokens=bare),
            PromptPart(kind=PartKind.PASSAGES, tokens=shortest - bare),
        ),
        offers=(ShortenAnswer(max_tokens=left),) if left >= SHORTEST_ANSWER else (),
    )
