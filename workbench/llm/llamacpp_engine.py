"""The engine that answers with llama.cpp: any number of askers, one scheduler thread per loaded model."""

import os
import queue
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash, check_adapter
from workbench.llm.chat_template import ChatTemplate
from workbench.llm.decoding import Ask, Decoding, Outbox
from workbench.llm.devices import find_devices
from workbench.llm.fit import available_memory, batch_for, estimate, head_size, sequences_for, uses_flash_attention
from workbench.llm.gguf_header import check_complete, check_loadable, read_header, shards
from workbench.llm.lane_config import LaneConfig
from workbench.llm.lane_context import ActiveAdapter
from workbench.llm.llama_native import Weights, summed_at_once
from workbench.llm.placement import gpu_layers_for
from workbench.llm.prompt_form import PromptForm, context_length
from workbench.llm.scheduler import Batch, Scheduler, adapter_key
from workbench.llm.too_long import PartKind, PromptPart, TooLong, longer_context, offers_for_chat
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
from workbench.llm.waiting import collect, wait_for


class LlamaCppEngine:
    """A ChatEngine on a GGUF file. Raises WorkbenchError when the file cannot be used; close it when done."""

    def __init__(self, model: ModelRef, load: LoadConfig) -> None:
        self.model, self.load = model, load
        path = Path(model.path)
        for part in shards(path):
            check_complete(read_header(part))
        header = read_header(path)
        check_loadable(header)
        devices = find_devices()
        layers = gpu_layers_for(model, load, estimate(model, load, on_gpu=bool(devices)), devices)
        self._weights = Weights(path, model.name, layers, mmap=load.mmap)
        self._context_length = context_length(header, load)
        self._form = PromptForm.of(self._weights, header, model.name)
        try:
            self._scheduler = Scheduler(self._weights, self._lane_config())
        except WorkbenchError:
            self._weights.free()
            raise

    # -- asking (any thread) ------------------------------------------------------------------------------------------

    @property
    def context_length(self) -> int:
        return self._context_length

    @property
    def template(self) -> ChatTemplate:
        return self._form.template

    def stream(
        self, request: GenerationRequest, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]
    ) -> Completion:
        adapter = self._checked(request.adapter)
        decoding = Decoding.streaming(self._prepare(request, adapter))
        self._scheduler.submit(decoding, adapter)
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
        batches: dict[tuple[str, float], Batch] = {}
        waiting: dict[int, Decoding] = {}
        outbox: Outbox = queue.SimpleQueue()
        for index, request in enumerate(requests):
            try:
                adapter = self._checked(request.adapter)
                decoding = Decoding.listed(self._prepare(request, adapter), index, outbox)
            except WorkbenchError as problem:
                completions[index] = _failed(request, problem)
                on_done(completions[index])
                continue
            waiting[index] = decoding
            batches.setdefault(adapter_key(adapter), Batch([], adapter, exact)).decodings.append(decoding)
        self._scheduler.submit_batches(list(batches.values()))
        collect(waiting, outbox, completions, on_done, is_cancelled)
        return [completions[index] for index in range(len(requests))]

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return self._form.count(messages)

    def count_text_tokens(self, text: str) -> int:
        return self._form.count_text(text)

    def memory(self) -> MemoryUse:
        return self._scheduler.memory()

    @property
    def is_idle(self) -> bool:
        return self._scheduler.is_idle

    def close(self) -> None:
        """End what is under way (its askers get CANCELLED with the text so far) and give the memory back."""
        if self._scheduler.close():
            self._form.close()
            self._weights.free()

    def _lane_config(self) -> LaneConfig:
        flash = uses_flash_attention(self.model, self.load, on_gpu=self._weights.on_gpu)
        return LaneConfig(
            context_length=self._context_length,
            sequences=sequences_for(self.model, self.load),
            threads=self.load.threads or physical_cores(),
            batch=batch_for(self.load, flash=flash),
            kv_type=self.load.kv_type,
            flash_attention=flash,
            slow_rows=head_size(self.model) % summed_at_once() != 0,
        )

    # -- preparing ----------------------------------------------------------------------------------------------------

    def _prepare(self, request: GenerationRequest, adapter: ActiveAdapter | None) -> Ask:
        if not request.messages and not request.prompt:
            raise WorkbenchError("There is nothing to answer: the prompt is empty.", code="prompt_empty")
        if request.config.json_schema and request.config.grammar:
            raise WorkbenchError(
                "The answer shall follow a JSON schema and a grammar; it can follow only one.",
                hint="Leave one of them out.",
                code="bad_schema",
            )
        if request.prefix and (request.config.json_schema or request.config.grammar):
            raise WorkbenchError(
                "An answer that must follow a schema or a grammar cannot be gone on with from its middle.",
                hint="Ask again with a longer longest answer, or without the constraint.",
                code="continue_constrained",
            )
        text, tokens = self._form.tokens_of(request)
        if len(tokens) >= self._context_length:
            raise self._too_long(len(tokens), request)
        if not tokens:
            raise WorkbenchError("There is nothing to answer: the prompt is empty.", code="prompt_empty")
        digest, scale = (adapter.digest, adapter.scale) if adapter else ("", 1.0)
        return Ask(request.id, tuple(tokens), text, request.config, digest, scale)

    def _too_long(self, count: int, request: GenerationRequest) -> WorkbenchError:
        """The counts, and what would make it fit: told before anything is computed."""
        room = min(request.config.max_tokens, self._context_length // 4)
        longer = longer_context(self.model, self.load, count + room, available_memory(), self.memory().total)
        turns = [sum(map(self.count_text_tokens, texts)) for texts in _earlier_turns(request.messages)]
        system = sum(self.count_text_tokens(m.content) for m in request.messages if m.role is Role.SYSTEM)
        question = self.count_text_tokens(request.messages[-1].content) if request.messages else count
        sizes = (
            (PartKind.SYSTEM, system),
            (PartKind.EARLIER, sum(turns)),
            (PartKind.QUESTION, question),
            (PartKind.BEGUN, self.count_text_tokens(request.prefix)),
        )
        return TooLong(
            model=self.model.name,
            tokens=count,
            context_length=self._context_length,
            parts=tuple(PromptPart(kind=kind, tokens=size) for kind, size in sizes if size),
            offers=offers_for_chat(count, system, turns, self._context_length - room, longer),
        ).problem()

    def _checked(self, adapter: AdapterRef | None) -> ActiveAdapter | None:
        if adapter is None:
            return None
        path = Path(adapter.path)
        digest = adapter_hash(path)
        active = ActiveAdapter(path, digest, adapter.scale)
        if not self._scheduler.has_lane(active):
            check_adapter(path, self.model)
        return active


def _earlier_turns(messages: Sequence[ChatMessage]) -> list[list[str]]:
    """The texts before the question, by turn: each begins with something that the user said."""
    turns: list[list[str]] = []
    for message in messages[:-1]:
        if message.role is Role.USER:
            turns.append([message.content])
        elif message.role is Role.ASSISTANT:
            turns[-1:] = [[*(turns[-1] if turns else []), message.content]]
    return turns


def physical_cores() -> int:
    """Cores that this process may use; two threads on one core only get into each other's way."""
    import psutil

    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def _failed(request: GenerationRequest, problem: WorkbenchError) -> Completion:
    return Completion(id=request.id, text="", finish_reason=FinishReason.ERROR, problem=str(problem))
