"""One answer on its way: what was asked, what is decoded so far, and how it reaches the one who waits for it."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from workbench.llm.text_assembly import TextAssembler
from workbench.llm.types import Completion, FinishReason, GenerationConfig, TokenLogprob, Usage

Outbox: TypeAlias = queue.SimpleQueue[tuple[int, str | Completion]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request made ready for the batch: tokens instead of messages."""

    id: str
    tokens: tuple[int, ...]
    final_prompt: str
    config: GenerationConfig
    adapter_hash: str = ""
    adapter_scale: float = 1.0


@dataclass(slots=True, eq=False)
class Decoding:
    """The changing state of one answer. Written by the scheduler's thread; `cancelled` by the one who waits."""

    ask: Ask
    assembler: TextAssembler
    number: int = 0
    """Tells the answers of one outbox apart."""
    outbox: Outbox = field(default_factory=queue.SimpleQueue)
    """Pieces of text, then the completion."""
    says_pieces: bool = True
    """False: only the completion is waited for; waking the asker for every token costs more than the token."""
    ended: threading.Event = field(default_factory=threading.Event)
    """Set once the completion is in the outbox."""
    cancelled: bool = False
    on_cancel: Callable[[], None] | None = None
    """Interrupts what is being computed; set by whoever computes."""
    sampler: Any = None
    generated: int = 0
    cached: int = 0
    logprobs: list[TokenLogprob] = field(default_factory=list)
    asked_at: float = field(default_factory=time.perf_counter)
    first_at: float = 0.0

    @classmethod
    def streaming(cls, ask: Ask) -> "Decoding":
        """For an asker who reads along."""
        return cls(ask, TextAssembler(ask.config.stop))

    @classmethod
    def listed(cls, ask: Ask, number: int, outbox: Outbox) -> "Decoding":
        """One of a list, whose completions arrive in one outbox."""
        return cls(ask, TextAssembler(ask.config.stop), number, outbox, says_pieces=False)

    def cancel(self) -> None:
        """No one needs the rest. From any thread."""
        self.cancelled = True
        if self.on_cancel is not None:
            self.on_cancel()

    def take(self, piece: bytes) -> None:
        """Add the bytes of the next token and hand over what is certain."""
        if not self.generated:
            self.first_at = time.perf_counter()
        self.generated += 1
        text = self.assembler.feed(piece)
        if text and self.says_pieces:
            self.outbox.put((self.number, text))

    def finish(self, reason: FinishReason, problem: str = "") -> None:
        """Say the last word: the rest of the text, then the completion."""
        rest = self.assembler.finish()
        if rest and self.says_pieces:
            self.outbox.put((self.number, rest))
        self.outbox.put((self.number, self._completion(reason, problem)))
        self.ended.set()
        if self.sampler is not None:
            self.sampler.free()
            self.sampler = None

    def _completion(self, reason: FinishReason, problem: str) -> Completion:
        now = time.perf_counter()
        return Completion(
            id=self.ask.id,
            text=self.assembler.text,
            finish_reason=reason,
            usage=Usage(prompt_tokens=len(self.ask.tokens), cached_tokens=self.cached, generated_tokens=self.generated),
            adapter_hash=self.ask.adapter_hash,
            adapter_scale=self.ask.adapter_scale,
            seconds_to_first_token=max(0.0, self.first_at - self.asked_at),
            seconds=now - self.asked_at,
            final_prompt=self.ask.final_prompt,
            problem=problem,
            logprobs=tuple(self.logprobs),
        )
