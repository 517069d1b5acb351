"""A prompt that does not fit into the context: how long its parts are, and what would make it fit.

Refused before anything is computed. The refusal carries a `TooLong`, from which a window makes buttons.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed
from workbench.llm.fit import Fit, estimate, verdict
from workbench.llm.in_words import size_in_words
from workbench.llm.types import LoadConfig, ModelRef

CODE = "prompt_too_long"
_LONGER_BY = 256
"""Contexts are offered in multiples of so many tokens."""


class PartKind(StrEnum):
    """What a prompt consists of."""

    SYSTEM = "the system prompt"
    EARLIER = "earlier turns"
    PASSAGES = "the shortest passage"
    QUESTION = "the question"
    BEGUN = "the answer so far"
    FRAME = "the question with its instruction"


class PromptPart(Boundary):
    kind: PartKind
    tokens: int


class LeaveOutTurns(Boundary):
    """Forget the earliest questions with their answers."""

    offer: Literal["leave_out_turns"] = "leave_out_turns"
    turns: int
    tokens: int


class LeaveOutSystem(Boundary):
    offer: Literal["leave_out_system"] = "leave_out_system"
    tokens: int


class ShortenAnswer(Boundary):
    offer: Literal["shorten_answer"] = "shorten_answer"
    max_tokens: int


class RaiseContext(Boundary):
    """Load the model with a longer context."""

    offer: Literal["raise_context"] = "raise_context"
    context_length: int
    more_bytes: int
    """Of memory; 0 where it takes no more, because fewer answers are decoded at once."""


Offer: TypeAlias = LeaveOutTurns | LeaveOutSystem | ShortenAnswer | RaiseContext


class TooLong(Boundary):
    """Why a prompt was refused."""

    model: str
    tokens: int
    context_length: int
    """What prompt and answer together may have."""
    answer_tokens: int = 0
    """Room that was kept for the answer; 0 where the prompt alone is too long."""
    parts: tuple[PromptPart, ...] = ()
    """Without the marks that the chat template adds."""
    offers: tuple[Annotated[Offer, Field(discriminator="offer")], ...] = ()
    """Each alone makes it fit."""

    @property
    def sentence(self) -> str:
        if self.answer_tokens:
            return (
                f"The question and one passage have {self.tokens:,} tokens, and an answer may have "
                f"{self.answer_tokens:,}, but {self.model} sees {self.context_length:,} at once."
            )
        return (
            f"The prompt has {self.tokens:,} tokens, but {self.model} sees {self.context_length:,} at once, "
            "prompt and answer together."
        )

    @property
    def parts_in_words(self) -> str:
        """ "Earlier turns: 200 tokens, the question: 30 tokens."; longest first."""
        parts = sorted(self.parts, key=lambda part: -part.tokens)
        said = ", ".join(f"{part.kind}: {part.tokens:,} tokens" for part in parts)
        return f"{said[:1].upper()}{said[1:]}." if said else ""

    @property
    def advice(self) -> str:
        """The offers in a sentence, for those who cannot press a button."""
        if not self.offers:
            return "Shorten it, or use a model with a longer context."
        return " Or: ".join(f"{_typed(offer, self.model)}." for offer in self.offers)

    def problem(self) -> WorkbenchError:
        """The refusal."""
        return WorkbenchError(
            self.sentence,
            hint=f"{self.parts_in_words} {self.advice}".strip(),
            code=CODE,
            facts=self.model_dump(mode="json"),
        )


def too_long_of(problem: Failed | Crashed | WorkbenchError) -> TooLong | None:
    """What a refusal carries; None for any other problem, and for a server's, which tells no counts."""
    if isinstance(problem, Crashed) or problem.code != CODE or not problem.facts:
        return None
    return TooLong.model_validate(problem.facts)


def offers_for_chat(
    tokens: int, system: int, turns: Sequence[int], room: int, longer: RaiseContext | None
) -> tuple[Offer, ...]:
    """What can be cut of a conversation of `tokens` so that no more than `room` are left.

    `system` and `turns` (earliest first) are tokens of the texts alone; their marks go with them.
    """
    over = tokens - room
    offers: list[Offer] = []
    cut = 0
    for number, turn in enumerate(turns, 1):
        cut += turn
        if cut >= over:
            offers.append(LeaveOutTurns(turns=number, tokens=cut))
            break
    if system >= over:
        offers.append(LeaveOutSystem(tokens=system))
    return (*offers, longer) if longer else tuple(offers)


def longer_context(
    model: ModelRef, load: LoadConfig, needed: int, free_bytes: int, already: int = 0
) -> RaiseContext | None:
    """The next longer context with room for `needed` tokens; None beyond what the model or the memory can do.

    `already` are bytes that the loaded model gives back before it is loaded anew.
    """
    now = min(load.context_length, model.context_length or load.context_length)
    wanted = max(now + _LONGER_BY, -(-needed // _LONGER_BY) * _LONGER_BY)
    wanted = min(wanted, model.context_length)
    if wanted < needed or model.endpoint is not None:
        return None
    changed = load.model_copy(update={"context_length": wanted})
    if verdict(model, changed, free_bytes + already).fit is Fit.WONT:
        return None
    more = estimate(model, changed).total - estimate(model, load).total
    return RaiseContext(context_length=wanted, more_bytes=max(0, more))


def offer_in_words(offer: Offer) -> str:
    """What a button says; it does just that."""
    match offer:
        case LeaveOutTurns(turns=turns, tokens=tokens):
            what = f"the earliest {turns} turns" if turns > 1 else "the earliest turn"
            return f"Leave out {what} (−{tokens:,} tokens)"
        case LeaveOutSystem(tokens=tokens):
            return f"Leave out the system prompt (−{tokens:,} tokens)"
        case ShortenAnswer(max_tokens=tokens):
            return f"Answer in at most {tokens:,} tokens"
        case RaiseContext(context_length=length, more_bytes=more):
            needs = f"needs {size_in_words(more)} more" if more else "needs no more memory"
            return f"Raise the context length to {length:,} ({needs})"


def _typed(offer: Offer, model: str) -> str:
    """The same with what to type, for the command line."""
    match offer:
        case ShortenAnswer(max_tokens=tokens):
            return f"{offer_in_words(offer)}: --max-tokens {tokens}"
        case RaiseContext(context_length=length):
            return f"{offer_in_words(offer)}: workbench models settings '{model}' --context-length {length}"
        case _:
            return offer_in_words(offer)
