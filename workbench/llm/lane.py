"""One llama.cpp context that decodes many answers together: continuous batching, shared prefixes, one adapter set.

Each `step` is one call of `llama_decode`: either every answer under way gets its next token, or prompts get on by a
chunk small enough that a stop or a new question never waits long. Only the scheduler calls in here.
"""

import itertools
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.llm.decoding import Decoding
from workbench.llm.lane_config import WORTH_SHARING, LaneConfig, common_length
from workbench.llm.llama_native import Sampler, Weights, buffer_bytes, listening
from workbench.llm.token_batch import TokenBatch
from workbench.llm.types import FinishReason, KvType, TokenLogprob

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

STEP_SECONDS = 0.08
ENOUGH_ROWS = 64
"""Prompt tokens in a call from which on another prompt waits for the next call: more would not make it cheaper."""

LOOK_AHEAD = 32
"""Waiting answers that are considered for a free slot in one step."""


@dataclass(frozen=True, slots=True)
class ActiveAdapter:
    """A checked adapter file with the hash of the bytes that were loaded."""

    path: Path
    digest: str
    scale: float


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
        self._chunk = self._fixed_chunk or min(64, config.batch)
        self._keeps = keeps and weights.shares_prefixes
        self.waiting: deque[Decoding] = deque()
        self._clock = 0
        self._context, self.kv_bytes, self.compute_bytes = self._open()
        self._memory = self._native.llama_get_memory(self._context)
        self._batch = TokenBatch(self._native, config.batch)
        self._prompts_next = True
        self.slots = [Slot(number) for number in range(config.sequences)]
        try:
            self._apply_adapter()
            self._probe()
        except WorkbenchError:
            self.close()
            raise

    @property
    def is_idle(self) -> bool:
        return not self.waiting and all(slot.decoding is None for slot in self.slots)

    def submit(self, decoding: Decoding) -> None:
        self.waiting.append(decoding)

    def step(self) -> None:
        """One decode for everything that is under way."""
        self._end_cancelled()
        self._admit()
        pieces = self._plan()
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
        if self._context:
            self._native.llama_free(self._context)
            self._context = None

    # -- opening ------------------------------------------------------------------------------------------------------

    def _open(self) -> tuple[Any, int, int]:
        config, native = self._config, self._native
        params = native.llama_context_default_params()
        params.n_ctx = config.size
        params.n_batch = params.n_ubatch = config.batch
        params.n_seq_max = params.n_outputs_max = config.sequences
        params.n_threads = params.n_threads_batch = config.threads
        params.type_k = params.type_v = getattr(native, f"GGML_TYPE_{config.kv_type.name}")
        if config.flash_attention is not None:
            enabled, disabled = native.LLAMA_FLASH_ATTN_TYPE_ENABLED, native.LLAMA_FLASH_ATTN_TYPE_DISABLED
            params.flash_attn_type = enabled if config.flash_attention else disabled
        params.kv_unified = config.common_buffer
        with listening() as said:
            context = native.llama_init_from_model(self._weights.model, params)
        if not context:
            raise _no_context(self._weights.name, config, said)
        return context, buffer_bytes(said, "KV"), buffer_bytes(said, "compute")

    def _apply_adapter(self) -> None:
        if self.adapter is None:
            return
        loaded = self._weights.adapter(self.adapter.path, self.adapter.digest)
        adapters = (self._native.llama_adapter_lora_p_ctypes * 1)(loaded)
        scales = (self._native.ctypes.c_float * 1)(self.adapter.scale)
        if self._native.llama_set_adapters_lora(self._context, adapters, 1, scales) != 0:
            raise WorkbenchError(f"The adapter {self.adapter.path.name} cannot be activated.", code="adapter_load")

    def _probe(self) -> None:
        """One token through the whole network: NaN weights load without a word and would answer nonsense."""
        import numpy as np

        token = max(0, self._native.llama_vocab_bos(self._weights.vocab))
        self._batch.add([token], 0, 0, wants_last=True)
        if self._native.llama_decode(self._context, self._batch.native) != 0:
            raise WorkbenchError(f"{self._weights.name} cannot compute a single token.", code="model_load")
        finite = bool(np.isfinite(self._logits(0)).all())
        self._native.llama_memory_clear(self._memory, False)
        if not finite:
            culprit = f"The adapter {self.adapter.path.name}" if self.adapter else self._weights.name
            raise WorkbenchError(
                f"{culprit} produces invalid numbers (NaN).",
                hint="The file is damaged: download it again or choose another.",
                code="invalid_numbers",
            )

    # -- admitting ----------------------------------------------------------------------------------------------------

    def _end_cancelled(self) -> None:
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

    def _plan(self) -> list[Piece]:
        """Either prompts or next tokens: a call of both takes two passes where each answer has its own buffer.

        In a list prompts come first, so that then all answers go on together; elsewhere they take turns, so that
        running answers go on.
        """
        active = [slot for slot in self.slots if slot.decoding is not None]
        prompts = self._prompt_pieces(sorted(active, key=lambda slot: slot.used_at))
        ready = [Piece(slot, 1, True) for slot in active if len(slot.tokens) - slot.computed == 1]
        if not (prompts and ready):
            return prompts or ready
        self._prompts_next = bool(self._fixed_chunk) or not self._prompts_next
        return prompts if self._prompts_next else ready

    def _prompt_pieces(self, oldest_first: list[Slot]) -> list[Piece]:
        pieces: list[Piece] = []
        rows = 0
        for slot in oldest_first:
            left = len(slot.tokens) - slot.computed
            count = min(left, self._chunk - rows)
            if left > 1 and count > 0 and rows < ENOUGH_ROWS:
                pieces.append(Piece(slot, count, count == left))
                rows += count
        return pieces

    def _decode(self, pieces: list[Piece]) -> None:
        self._batch.clear()
        last_rows = [self._add(piece) for piece in pieces]
        began = time.perf_counter()
        status = self._native.llama_decode(self._context, self._batch.native)
        if status != 0:
            raise WorkbenchError(
                f"llama.cpp could not go on with {self._weights.name} (status {status}).",
                hint="Try a shorter context or fewer answers at once.",
                code="decode_failed",
            )
        self._adapt(last_rows[-1] + 1, time.perf_counter() - began)
        for piece, row in zip(pieces, last_rows, strict=True):
            piece.slot.computed += piece.count
            if piece.wants_next:
                self._next_token(piece.slot, row)

    def _add(self, piece: Piece) -> int:
        """Put a piece into the batch; returns the row of its last token."""
        slot, begin = piece.slot, piece.slot.computed
        tokens = slot.tokens[begin : begin + piece.count]
        return self._batch.add(tokens, begin, slot.number, wants_last=piece.wants_next)

    def _next_token(self, slot: Slot, index: int) -> None:
        decoding = slot.decoding
        assert decoding is not None
        token = decoding.sampler.sample(self._context, index)
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

        logits = self._logits(index).astype(np.float64)
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

    def _logits(self, index: int) -> "npt.NDArray[np.float32]":
        """The row of the batch entry `index`, (vocabulary,): a view that the next decode overwrites."""
        import numpy as np

        row = self._native.llama_get_logits_ith(self._context, index)
        return np.ctypeslib.as_array(row, shape=(self._weights.vocabulary_size,))

    def _end(self, slot: Slot, reason: FinishReason, problem: str = "") -> None:
        decoding, slot.decoding = slot.decoding, None
        slot.tokens = slot.tokens[: slot.computed]
        if decoding is not None:
            decoding.finish(reason, problem)

    def _adapt(self, tokens: int, seconds: float) -> None:
        """Aim at the chunk of prompt that takes STEP_SECONDS."""
        if self._fixed_chunk or tokens < 16:
            return
        wanted = int(tokens * STEP_SECONDS / max(seconds, 1e-4))
        self._chunk = max(16, min(self._config.batch, (self._chunk + wanted) // 2))


def _no_context(name: str, config: LaneConfig, said: list[str]) -> WorkbenchError:
    if config.kv_type is not KvType.F16 and not any("alloc" in line for line in said):
        return WorkbenchError(
            f"{name} cannot keep its context as {config.kv_type}.",
            hint="Choose f16 for this model. Quantised types need flash attention and heads of a multiple of 32.",
            details="\n".join(said[-20:]),
            code="kv_type",
        )
    return WorkbenchError(
        f"There is not enough memory for {config.sequences} answers of {config.context_length} tokens with {name}.",
        hint="Choose a shorter context or fewer answers at once in the preferences.",
        details="\n".join(said[-20:]),
        code="out_of_memory",
    )
