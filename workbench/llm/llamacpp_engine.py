"""The engine that answers with llama.cpp: one scheduler thread per loaded model, any number of askers.

llama.cpp is not safe to call from several threads, so one thread owns all its contexts: a lane for the bare model, one
per adapter (an adapter belongs to a context; the weights are shared), and one for each list that must be repeatable.
"""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash, check_adapter
from workbench.llm.chat_template import ChatTemplate, TemplateRenderer
from workbench.llm.decoding import Ask, Decoding, Outbox
from workbench.llm.fit import sequences_for, total_memory
from workbench.llm.gguf_header import check_complete, check_loadable, read_header, shards
from workbench.llm.lane import ActiveAdapter, Lane, LaneConfig
from workbench.llm.llama_native import Weights
from workbench.llm.plain_text import plain_parts
from workbench.llm.types import (
    AdapterRef,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationRequest,
    LoadConfig,
    MemoryUse,
    ModelRef,
    Role,
)
from workbench.llm.waiting import collect, end_all, wait_for
from workbench.log import get_logger

IDLE_LANES = 8
"""Contexts kept at most for the bare model and the last adapters; fewer where they take too much memory."""
LANES_SHARE = 0.25
"""Share of all the memory that contexts may take together before idle ones are closed."""

_log = get_logger("llm")


@dataclass(slots=True)
class _Batch:
    """A fixed list for one adapter, answered in a lane of its own."""

    decodings: list[Decoding]
    adapter: ActiveAdapter | None
    exact: bool
    """One after the other, each from nothing."""
    lane: Lane | None = None


@dataclass(slots=True)
class _Desk:
    """What askers hand to the scheduler; guarded by `changed`."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    single: list[tuple[Decoding, ActiveAdapter | None]] = field(default_factory=list)
    batches: list[_Batch] = field(default_factory=list)
    closing: bool = False


class LlamaCppEngine:
    """A ChatEngine on a GGUF file. Raises WorkbenchError when the file cannot be used; close it when done."""

    def __init__(self, model: ModelRef, load: LoadConfig) -> None:
        self.model, self.load = model, load
        path = Path(model.path)
        for part in shards(path):
            check_complete(read_header(part))
        header = read_header(path)
        check_loadable(header)
        self._weights = Weights(path, model.name, load.gpu_layers, mmap=load.mmap)
        self._threads = load.threads or physical_cores()
        self._sequences = sequences_for(model, load)
        trained = header.size("context_length")
        self._context_length = min(load.context_length, trained) if trained else load.context_length
        template = ChatTemplate(
            header.text("tokenizer.chat_template"), model.name, self._weights.bos_text(), self._weights.eos_text()
        )
        self._renderer = TemplateRenderer(template)
        self._desk = _Desk()
        self._lanes: dict[tuple[str, float], Lane] = {}
        try:
            self._lane(None)  # the bare model's context: shows at once whether memory and weights are good
        except WorkbenchError:
            self._weights.free()
            raise
        self._thread = threading.Thread(target=self._run, name=f"llm-{model.name}", daemon=True)
        self._thread.start()

    # -- asking (any thread) ------------------------------------------------------------------------------------------

    @property
    def context_length(self) -> int:
        return self._context_length

    @property
    def template(self) -> ChatTemplate:
        return self._renderer.template

    def stream(
        self, request: GenerationRequest, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> Completion:
        adapter = self._checked(request.adapter)
        decoding = Decoding.of(self._prepare(request, adapter))
        with self._desk.changed:
            self._refuse_when_closed()
            self._desk.single.append((decoding, adapter))
            self._desk.changed.notify()
        return wait_for(decoding, on_text, is_cancelled)

    def complete_all(
        self,
        requests: Sequence[GenerationRequest],
        on_done: Callable[[Completion], None],
        is_cancelled: Callable[[], bool],
        *,
        exact: bool = False,
    ) -> list[Completion]:
        completions: dict[int, Completion] = {}
        batches: dict[tuple[str, float], _Batch] = {}
        waiting: dict[int, Decoding] = {}
        outbox: Outbox = queue.SimpleQueue()
        for index, request in enumerate(requests):
            try:
                adapter = self._checked(request.adapter)
                decoding = Decoding.of(self._prepare(request, adapter), index, outbox)
            except WorkbenchError as problem:
                completions[index] = _failed(request, problem)
                on_done(completions[index])
                continue
            waiting[index] = decoding
            batches.setdefault(_key(adapter), _Batch([], adapter, exact)).decodings.append(decoding)
        with self._desk.changed:
            self._refuse_when_closed()
            self._desk.batches.extend(batches.values())
            self._desk.changed.notify()
        collect(waiting, outbox, completions, on_done, is_cancelled)
        return [completions[index] for index in range(len(requests))]

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return len(self._tokens(self._renderer.render(messages), messages))

    def count_text_tokens(self, text: str) -> int:
        return len(self._weights.tokenize(text, add_special=False, parse_special=False))

    def memory(self) -> MemoryUse:
        """As llama.cpp reported the buffers of the contexts that are open now."""
        lanes = list(self._lanes.values())
        files = {lane.adapter.path for lane in lanes if lane.adapter}
        return MemoryUse(
            weights=self._weights.size_bytes,
            kv_cache=sum(lane.kv_bytes for lane in lanes),
            compute=sum(lane.compute_bytes for lane in lanes),
            adapters=sum(path.stat().st_size for path in files if path.exists()),
        )

    @property
    def is_idle(self) -> bool:
        with self._desk.changed:
            return (
                not self._desk.single
                and not self._desk.batches
                and all(lane.is_idle for lane in list(self._lanes.values()))
            )

    def close(self) -> None:
        """End what is under way (its askers get CANCELLED with the text so far) and give the memory back."""
        with self._desk.changed:
            if self._desk.closing:
                return
            self._desk.closing = True
            self._desk.changed.notify()
        self._thread.join()
        self._renderer.close()
        self._weights.free()

    # -- preparing ----------------------------------------------------------------------------------------------------

    def _prepare(self, request: GenerationRequest, adapter: ActiveAdapter | None) -> Ask:
        if not request.messages and not request.prompt:
            raise WorkbenchError("There is nothing to answer: the prompt is empty.", code="prompt_empty")
        text = self._renderer.render(request.messages) if request.messages else request.prompt
        tokens = self._tokens(text, request.messages)
        if len(tokens) >= self._context_length:
            raise self._too_long(len(tokens), request.messages)
        if not tokens:
            raise WorkbenchError("There is nothing to answer: the prompt is empty.", code="prompt_empty")
        return Ask(request.id, tuple(tokens), text, request.config, adapter.digest if adapter else "")

    def _too_long(self, count: int, messages: Sequence[ChatMessage]) -> WorkbenchError:
        """Says the counts, and what could be cut: told before anything is computed."""
        systems = [m.content for m in messages if m.role is Role.SYSTEM]
        earlier = [m.content for m in messages[:-1] if m.role is not Role.SYSTEM]
        parts = (
            [("the system prompt", systems), ("earlier turns", earlier), ("the question", [messages[-1].content])]
            if messages
            else []
        )
        sizes = [(name, sum(self.count_text_tokens(text) for text in texts)) for name, texts in parts if texts]
        cut = ", ".join(f"{name} ({size} tokens)" for name, size in sorted(sizes, key=lambda part: -part[1]))
        longer = self.model.context_length > self._context_length
        raise_ = (
            f" or raise the context length (this model was trained for {self.model.context_length})" if longer else ""
        )
        return WorkbenchError(
            f"The prompt has {count} tokens, but {self.model.name} sees {self._context_length} at once, "
            "prompt and answer together.",
            hint=f"Shorten {cut or 'the prompt'}{raise_}.",
            code="prompt_too_long",
        )

    def _tokens(self, text: str, messages: Sequence[ChatMessage] = ()) -> list[int]:
        """Tokens of a final prompt; the model's begin mark goes in front once, also when the template wrote it.

        A control token that stands in a message, like `<|im_end|>` in a document, stays the plain text that it is.
        """
        bos = self.template.bos
        add_special = not (bos and text.startswith(bos))
        tokens: list[int] = []
        for part, is_plain in plain_parts(text, [m.content for m in messages], self._weights.control_texts):
            tokens += self._weights.tokenize(part, add_special=add_special, parse_special=not is_plain)
            add_special = False
        return tokens

    def _checked(self, adapter: AdapterRef | None) -> ActiveAdapter | None:
        if adapter is None:
            return None
        path = Path(adapter.path)
        digest = adapter_hash(path)
        if (digest, adapter.scale) not in self._lanes:
            check_adapter(path, self.model)
        return ActiveAdapter(path, digest, adapter.scale)

    def _refuse_when_closed(self) -> None:
        if self._desk.closing:
            raise WorkbenchError(f"{self.model.name} was unloaded.", hint="Ask again.", code="engine_closed")

    # -- the scheduler's thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        batches: list[_Batch] = []
        while self._receive(batches):
            for key, lane in list(self._lanes.items()):
                if not lane.is_idle and not _step(lane):
                    self._lanes.pop(key).close()
            if batches and self._step_batch(batches[0]):
                batches.pop(0)
        for batch in batches:
            if batch.lane is not None:
                batch.lane.close()
            end_all(batch.decodings, FinishReason.CANCELLED)
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()

    def _receive(self, batches: list[_Batch]) -> bool:
        """Take what was handed in, sleeping while there is nothing to do; False when the engine closes."""
        desk = self._desk
        with desk.changed:
            idle = not batches and all(lane.is_idle for lane in self._lanes.values())
            while idle and not (desk.single or desk.batches or desk.closing):
                desk.changed.wait()
            single, desk.single = desk.single, []
            batches.extend(desk.batches)
            desk.batches.clear()
            closing = desk.closing
        for decoding, adapter in single:
            if closing:
                decoding.finish(FinishReason.CANCELLED)
            else:
                self._seat(decoding, adapter)
        return not closing

    def _seat(self, decoding: Decoding, adapter: ActiveAdapter | None) -> None:
        try:
            self._lane(adapter).submit(decoding)
        except WorkbenchError as problem:
            decoding.finish(FinishReason.ERROR, str(problem))

    def _lane(self, adapter: ActiveAdapter | None) -> Lane:
        key = _key(adapter)
        lane = self._lanes.pop(key, None)
        if lane is None:
            self._make_room()
            lane = self._open_lane(adapter)
        self._lanes[key] = lane
        return lane

    def _make_room(self) -> None:
        """Close the least recently used idle lanes until one more of their kind fits."""
        idle = [key for key, lane in self._lanes.items() if lane.is_idle]
        while idle and not self._has_room():
            self._lanes.pop(idle.pop(0)).close()

    def _has_room(self) -> bool:
        each = [lane.kv_bytes + lane.compute_bytes for lane in self._lanes.values()]
        return len(each) < IDLE_LANES and sum(each) + max(each, default=0) <= LANES_SHARE * total_memory()

    def _open_lane(self, adapter: ActiveAdapter | None, *, fixed_chunk: int = 0, exact: bool = False) -> Lane:
        lane = Lane(
            self._weights,
            self._lane_config(1 if exact else self._sequences),
            adapter=adapter,
            fixed_chunk=fixed_chunk,
            keeps=not exact,
        )
        if adapter is not None and adapter_hash(adapter.path) != adapter.digest:
            lane.close()
            raise WorkbenchError(f"The adapter {adapter.path.name} changed while it was loaded.", hint="Ask again.")
        return lane

    def _lane_config(self, sequences: int) -> LaneConfig:
        return LaneConfig(
            context_length=self._context_length,
            sequences=sequences,
            threads=self._threads,
            batch=self.load.batch,
            kv_type=self.load.kv_type,
            flash_attention=self.load.flash_attention,
        )

    def _step_batch(self, batch: _Batch) -> bool:
        """One step of a fixed list; True when it is answered. Its lane sees the whole list before the first step."""
        if batch.lane is None:
            try:
                chunk = fixed_chunk(self._weights.parameters)
                batch.lane = self._open_lane(batch.adapter, fixed_chunk=chunk, exact=batch.exact)
            except WorkbenchError as problem:
                end_all(batch.decodings, FinishReason.ERROR, str(problem))
                return True
            for decoding in batch.decodings:
                batch.lane.submit(decoding)
        if _step(batch.lane) and not batch.lane.is_idle:
            return False
        batch.lane.close()
        batch.lane = None
        return True


def physical_cores() -> int:
    """Cores that this process may use; two threads on one core only get into each other's way."""
    import psutil

    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def fixed_chunk(parameters: int) -> int:
    """Prompt tokens per step of a fixed list: from the model alone, never from the clock, so that it repeats."""
    return max(32, min(512, 10_000_000_000 // max(1, parameters)))


def _step(lane: Lane) -> bool:
    """One step; a failure ends the answers of this lane, not the engine."""
    try:
        lane.step()
    except WorkbenchError as problem:
        _log.error("%s", problem)
        lane.end_all(FinishReason.ERROR, str(problem))
        return False
    return True


def _failed(request: GenerationRequest, problem: WorkbenchError) -> Completion:
    return Completion(id=request.id, text="", finish_reason=FinishReason.ERROR, problem=str(problem))


def _key(adapter: ActiveAdapter | None) -> tuple[str, float]:
    return (adapter.digest, adapter.scale) if adapter else ("", 1.0)
