"""One llama.cpp context that decodes many answers together: continuous batching, shared prefixes, one adapter set.

Each `step` is one call of `llama_decode`: either every answer under way gets its next token, or prompts get on by a
chunk small enough that a stop or a new question never waits long. Only the scheduler calls in here.
"""

import itertools
import time
from collections import deque
from dataclasses import dataclass, field

from workbench.errors import WorkbenchError
from workbench.llm.decoding import Decoding
from workbench.llm.lane_config import WORTH_SHARING, LaneConfig, common_length
from workbench.llm.lane_context import ActiveAdapter, LaneContext
from workbench.llm.llama_native import Sampler, Weights
from workbench.llm.token_batch import TokenBatch
from workbench.llm.types import FinishReason, TokenLogprob

STEP_SECONDS = 0.08
"""A call of prompts takes about as long where others wait for their next token."""
ALONE_SECONDS = 0.5
"""And where nobody does: longer calls are faster, and a wish to stop interrupts them."""
PARAMETERS_PER_SECOND = 1e11
"""The first guess of how fast prompts are computed, in parameters times tokens."""
ENOUGH_ROWS = 64
"""Prompt tokens in a call from which on another prompt waits for the next call: more would not make it cheaper where
somebody reads along, or without flash attention. Lists with it fill each call."""

LOOK_AHEAD = 32
"""Waiting answers that are considered for a free slot in one step."""


@dataclass(slots=True)
class Slot:
    """One sequence of the context. `tokens[:computed]` are in the KV cache, kept while idle for the next prompt."""

    number: int
    tokens: list[int] = field(default_factory=list)
    computed: int = 0
    decoding: Decoding | None = None
    used_at: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """What one slot puts into a batch: `count` tokens from `computed` on."""

    slot: Slot
    count: int
    wants_next: bool


class Lane:
    """Answers that share a context.

    `fixed_chunk` makes the batches depend on the requests alone, not on the clock. Without `keeps` every prompt is
    computed from its first token, as if nothing had been asked before.
    """

    def __init__(
        self,
        weights: Weights,
        config: LaneConfig,
        *,
        adapter: ActiveAdapter | None = None,
        fixed_chunk: int = 0,
        keeps: bool = True,
    ) -> None:
        self._weights, self._native = weights, weights.native
        self.adapter = adapter
        self._config = config
        self._context_length = config.context_length
        self._fixed_chunk = min(fixed_chunk, config.batch)
        self._rate = PARAMETERS_PER_SECOND / max(1, weights.parameters)
        self._enough_rows = ENOUGH_ROWS if config.flash_attention is False or not fixed_chunk else self._fixed_chunk
        self._keeps = keeps and weights.shares_prefixes
        self.waiting: deque[Decoding] = deque()
        self._clock = 0
        self._prompts_next = True
        self._batch = TokenBatch(self._native, config.batch)
        self._context = LaneContext(weights, config, adapter, self._batch)
        self._memory = self._context.memory
        self.slots = [Slot(number) for number in range(config.sequences)]

    @property
    def kv_bytes(self) -> int:
        return self._context.kv_bytes

    @property
    def compute_bytes(self) -> int:
        return self._context.compute_bytes

    @property
    def device_bytes(self) -> int:
        """Of its buffers, those on graphics cards."""
        return self._context.device_bytes

    @property
    def is_idle(self) -> bool:
        return not self.waiting and all(slot.decoding is None for slot in self.slots)

    def submit(self, decoding: Decoding) -> None:
        decoding.on_cancel = self._context.interrupt
        self.waiting.append(decoding)

    def step(self, *, alone: bool = False) -> None:
        """One decode for everything that is under way; `alone`: no other lane has anything to do."""
        self._end_cancelled()
        self._admit()
        pieces = self._plan(alone)
        if pieces:
            self._decode(pieces)

    def end_all(self, reason: FinishReason, problem: str = "") -> None:
        """Give every answer its last word, for a lane that closes or broke."""
        while self.waiting:
            self.waiting.popleft().finish(reason, problem)
        for slot in self.slots:
            self._end(slot, reason, problem)

    def close(self) -> None:
        self.end_all(FinishReason.CANCELLED)
        self._context.free()

    # -- admitting ----------------------------------------------------------------------------------------------------

    def _end_cancelled(self) -> None:
        self._context.resume()  # first: whoever cancels after this interrupts the call that now comes
        for decoding in [d for d in self.waiting if d.cancelled]:
            self.waiting.remove(decoding)
            decoding.finish(FinishReason.CANCELLED)
        for slot in self.slots:
            if slot.decoding is not None and slot.decoding.cancelled:
                self._end(slot, FinishReason.CANCELLED)

    def _admit(self) -> None:
        for decoding in list(itertools.islice(self.waiting, LOOK_AHEAD)):
            idle = [slot for slot in self.slots if slot.decoding is None]
            if not idle:
                return
            if self._prefix_is_coming(decoding.ask.tokens):
                continue
            self.waiting.remove(decoding)
            try:
                decoding.sampler = Sampler(self._weights, decoding.ask.config, decoding.ask.tokens)
            except WorkbenchError as problem:
                decoding.finish(FinishReason.ERROR, str(problem))
                continue
            self._seat(decoding, idle)

    def _prefix_is_coming(self, tokens: tuple[int, ...]) -> bool:
        """Whether a prompt under way will soon have computed clearly more of this one's beginning than is there now."""
        if not self._keeps:
            return False
        there = max(common_length(slot.tokens, tokens, slot.computed) for slot in self.slots)
        coming = max((common_length(s.tokens, tokens) for s in self.slots if s.decoding is not None), default=0)
        if there < self._config.common <= coming:
            return True  # the cells of a list suffice only if all share its beginning to the last token
        return min(coming, len(tokens) - 1) >= there + WORTH_SHARING

    def _seat(self, decoding: Decoding, idle: list[Slot]) -> None:
        tokens = decoding.ask.tokens
        limit = len(tokens) - 1  # the last token is always computed: its logits are wanted
        limit = limit if self._keeps else 0
        shared = {s.number: min(common_length(s.tokens, tokens, s.computed), limit) for s in self.slots}
        source = max(self.slots, key=lambda s: (shared[s.number], s.decoding is None, -s.number))
        seat = source if source.decoding is None else min(idle, key=lambda s: (s.used_at, s.number))
        if seat is source and shared[seat.number] < len(seat.tokens) // 2:
            fresh = min(idle, key=lambda s: (s.used_at, s.number))  # keep the longer history for its own conversation
            seat = fresh if fresh.used_at < seat.used_at else seat
        kept = self._share(source, seat, shared[source.number])
        self._clock += 1
        seat.used_at = self._clock
        seat.tokens, seat.computed = list(tokens), kept
        seat.decoding = decoding
        decoding.cached = kept

    def _share(self, source: Slot, seat: Slot, count: int) -> int:
        """Make the cache of `seat` hold the first `count` tokens of `source`; returns how many it holds."""
        native, memory = self._native, self._memory
        if seat is source and count and native.llama_memory_seq_rm(memory, seat.number, count, -1):
            return count
        native.llama_memory_seq_rm(memory, seat.number, -1, -1)
        if seat is source or count < WORTH_SHARING or native.llama_memory_seq_pos_min(memory, source.number) != 0:
            return 0
        if self._config.common_buffer:  # both have the same cells then
            native.llama_memory_seq_cp(memory, source.number, seat.number, 0, count)
            return count
        native.llama_memory_seq_cp(memory, source.number, seat.number, -1, -1)  # whole: each has a buffer of its own
        if native.llama_memory_seq_rm(memory, seat.number, count, -1):
            return count
        native.llama_memory_seq_rm(memory, seat.number, -1, -1)
        return 0

    # -- decoding -----------------------------------------------------------------------------------------------------

    def _plan(self, alone: bool) -> list[Piece]:
        """Either prompts or next tokens: a call of both takes two passes where each answer has its own buffer.

        In a list prompts come first, so that then all answers go on together; elsewhere they take turns, so that
        running answers go on.
        """
        active = [slot for slot in self.slots if slot.decoding is not None]
        rows = self._rows_of_prompts(ALONE_SECONDS if alone and len(active) == 1 else STEP_SECONDS)
        prompts = self._prompt_pieces(sorted(active, key=lambda slot: slot.used_at), rows)
        ready = [Piece(slot, 1, True) for slot in active if len(slot.tokens) - slot.computed == 1]
        if not (prompts and ready):
            return prompts or ready
        self._prompts_next = bool(self._fixed_chunk) or not self._prompts_next
        return prompts if self._prompts_next else ready

    def _rows_of_prompts(self, seconds: float) -> int:
        return self._fixed_chunk or max(16, min(self._config.batch, int(self._rate * seconds)))

    def _prompt_pieces(self, oldest_first: list[Slot], most: int) -> list[Piece]:
        pieces: list[Piece] = []
        rows = 0
        for slot in oldest_first:
            left = len(slot.tokens) - slot.computed
            count = min(left, most - rows)
            if left > 1 and count > 0 and rows < self._enough_rows:
                pieces.append(Piece(slot, count, count == left))
                rows += count
        return pieces

    def _decode(self, pieces: list[Piece]) -> None:
        self._batch.clear()
        last_rows = [self._add(piece) for piece in pieces]
        began = time.perf_counter()
        if not self._context.decode(self._batch):
            self._forget(pieces)
            return
        self._learn(last_rows[-1] + 1, time.perf_counter() - began)
        for piece, row in zip(pieces, last_rows, strict=True):
            piece.slot.computed += piece.count
            if piece.wants_next:
                self._next_token(piece.slot, row)

    def _forget(self, pieces: list[Piece]) -> None:
        """After an interrupted call: what it did compute would stand in the way of the next one."""
        for slot in (piece.slot for piece in pieces):
            if not self._native.llama_memory_seq_rm(self._memory, slot.number, slot.computed, -1):
                self._native.llama_memory_seq_rm(self._memory, slot.number, -1, -1)  # a state that cannot be cut
                slot.computed = 0

    def _add(self, piece: Piece) -> int:
        """Put a piece into the batch; returns the row of its last token."""
        slot, begin = piece.slot, piece.slot.computed
        tokens = slot.tokens[begin : begin + piece.count]
        return self._batch.add(tokens, begin, slot.number, wants_last=piece.wants_next)

    def _next_token(self, slot: Slot, index: int) -> None:
        decoding = slot.decoding
        assert decoding is not None
        if self._context.is_invalid(index):
            self._end(slot, FinishReason.ERROR, str(self._context.invalid_numbers()))
            return
        token = decoding.sampler.sample(self._context.native, index)
        if decoding.ask.config.logprobs:
            decoding.logprobs.append(self._logprob(token, index, decoding.ask.config.logprobs))
        if self._weights.ends(token):
            self._end(slot, FinishReason.STOP)
            return
        decoding.take(self._weights.piece(token))
        if decoding.assembler.stopped:
            self._end(slot, FinishReason.STOP)
        elif decoding.generated >= decoding.ask.config.max_tokens or len(slot.tokens) >= self._context_length:
            self._end(slot, FinishReason.LENGTH)
        else:
            slot.tokens.append(token)

    def _logprob(self, token: int, index: int, count: int) -> TokenLogprob:
        """Of the model's own distribution, before any sampling setting: log-softmax of the logits."""
        import numpy as np

        logits = self._context.logits(index).astype(np.float64)
        logprobs = logits - logits.max()
        logprobs -= np.log(np.exp(logprobs).sum())
        best = np.argsort(logprobs)[::-1][:count]
        return TokenLogprob(
            text=self._text_of(token),
            logprob=float(logprobs[token]),
            top=tuple((self._text_of(int(other)), float(logprobs[other])) for other in best),
        )

    def _text_of(self, token: int) -> str:
        return self._weights.piece_with_marks(token).decode("utf-8", "replace")

    def _end(self, slot: Slot, reason: FinishReason, problem: str = "") -> None:
        decoding, slot.decoding = slot.decoding, None
        slot.tokens = slot.tokens[: slot.computed]
        if decoding is not None:
            decoding.finish(reason, problem)

    def _learn(self, tokens: int, seconds: float) -> None:
        """Learn how many rows of prompts a second takes."""
        if tokens >= 16:
            self._rate = (self._rate + tokens / max(seconds, 1e-4)) / 2
