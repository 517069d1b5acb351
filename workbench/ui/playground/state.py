"""What the Playground tab shows. No Qt."""

from dataclasses import dataclass, field
from typing import Protocol

from workbench.compare.wording import dollars
from workbench.llm.too_long import Offer
from workbench.llm.types import Completion, FinishReason, GenerationConfig, ModelRef
from workbench.playground.types import Exchange


class AdapterChoice(Protocol):
    """What the playground needs of a trained adapter (`finetune.types.Adapter`)."""

    @property
    def name(self) -> str: ...
    @property
    def gguf_path(self) -> str: ...
    @property
    def base_name(self) -> str: ...
    @property
    def base_path(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem, said inline where it happened."""

    message: str
    hint: str = ""
    details: str = ""
    offers: tuple[Offer, ...] = ()
    """Ways out, each of them a button."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer; `completion` is None while it is being answered."""

    id: str
    question: str
    model_name: str
    adapter_name: str = ""
    completion: Completion | None = None
    text: str = ""
    """The answer so far, where no completion will ever come (the engine stopped)."""
    trouble: Trouble | None = None
    is_left_out: bool = False
    """No longer sent along with later questions."""

    @property
    def answer(self) -> str:
        return self.completion.text if self.completion is not None else self.text

    @property
    def is_running(self) -> bool:
        return self.completion is None and self.trouble is None


@dataclass(frozen=True, slots=True)
class PlaygroundState:
    models: tuple[ModelRef, ...] = ()
    is_scanning: bool = False
    was_scanned: bool = False
    model_name: str = ""
    adapters: tuple[str, ...] = ()
    """Names of the adapters of the chosen model."""
    adapter_name: str = ""
    system: str = ""
    prompt: str = ""
    config: GenerationConfig = field(default_factory=GenerationConfig)
    turns: tuple[Turn, ...] = ()
    context_length: int = 0
    """What prompt and answer together may have; known after the first answer."""
    history: tuple[Exchange, ...] = ()
    waits_for: str = ""
    """Why a running answer has not begun: "Loading starter"..."""

    @property
    def running(self) -> Turn | None:
        return self.turns[-1] if self.turns and self.turns[-1].is_running else None

    @property
    def can_run(self) -> bool:
        return bool(self.model_name and self.prompt.strip() and self.running is None)

    @property
    def has_no_model(self) -> bool:
        return self.was_scanned and not self.is_scanning and not self.models

    @property
    def used_tokens(self) -> int:
        """Tokens of the last prompt with its answer."""
        done = [turn.completion for turn in self.turns if turn.completion is not None]
        return done[-1].usage.prompt_tokens + done[-1].usage.generated_tokens if done else 0


def tokens_per_second(completion: Completion) -> float:
    """Speed of decoding after the first token; 0 when there was too little to measure."""
    seconds = completion.seconds - completion.seconds_to_first_token
    count = completion.usage.generated_tokens - 1
    return count / seconds if count > 0 and seconds > 0 else 0.0


def measured_in_words(completion: Completion) -> str:
    """ "stopped by you · 34 tokens · 52 tokens/s · first after 0.12 s · prompt 20 tokens (12 shared)"."""
    usage = completion.usage
    parts = [_ENDS[completion.finish_reason]] if completion.finish_reason in _ENDS else []
    parts.append(f"{'about ' if usage.is_estimate else ''}{usage.generated_tokens:,} tokens")
    if speed := tokens_per_second(completion):
        parts.append(f"{speed:,.0f} tokens/s" if speed >= 10 else f"{speed:.1f} tokens/s")
    if usage.generated_tokens:
        parts.append(f"first after {completion.seconds_to_first_token:.2f} s")
    shared = f" ({usage.cached_tokens:,} kept from before)" if usage.cached_tokens else ""
    parts.append(f"prompt {usage.prompt_tokens:,} tokens{shared}")
    if completion.cost is not None:
        parts.append(dollars(completion.cost))
    return "  ·  ".join(parts)


def adapter_in_words(turn: Turn) -> str:
    """Which adapter really answered, by its hash."""
    if turn.completion is None or not turn.completion.adapter_hash:
        return ""
    return f"adapter {turn.adapter_name or 'file'}  {turn.completion.adapter_hash[:12]}"


_ENDS = {FinishReason.CANCELLED: "stopped by you", FinishReason.LENGTH: "cut off at the longest answer"}
