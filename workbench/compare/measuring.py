"""What an answer costs: time alone and warm, memory by part. In a batch they would belong to the neighbours too."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from workbench.compare.answering import ArmPreparer
from workbench.compare.types import Arm, MemoryParts, Timing
from workbench.datasets.types import Example
from workbench.llm.types import ChatEngine, Completion, FinishReason


def pick_timed(examples: Sequence[Example], count: int) -> list[Example]:
    """Evenly spread over the list, so that every kind of question is among them; the same in every run."""
    count = min(count, len(examples))
    return [examples[index * len(examples) // count] for index in range(count)] if count else []


def measure_timing(
    preparer: ArmPreparer,
    engine: ChatEngine,
    examples: Sequence[Example],
    is_cancelled: Callable[[], bool],
    on_done: Callable[[int], None],
) -> Timing:
    """Medians over the examples, one at a time; the first is asked once before, so that everything is warm."""
    if not examples:
        return Timing()
    latencies: list[float] = []
    first_tokens: list[float] = []
    for number, example in enumerate([examples[0], *examples]):
        if is_cancelled():
            break
        latency, first_token, completion = _ask(preparer, engine, example, is_cancelled)
        if number > 0 and completion.finish_reason in (FinishReason.STOP, FinishReason.LENGTH):
            latencies.append(latency)
            first_tokens.append(first_token)
        on_done(number)
    if not latencies:
        return Timing(problem="No question was answered.")
    return Timing(questions=len(latencies), latency_seconds=median(latencies), first_token_seconds=median(first_tokens))


def _ask(
    preparer: ArmPreparer, engine: ChatEngine, example: Example, is_cancelled: Callable[[], bool]
) -> tuple[float, float, Completion]:
    """Seconds to the end and to the first text, from the question on: retrieval and prompt building belong to it."""
    first: list[float] = []
    start = time.perf_counter()
    prepared = preparer.prepare(example)
    completion = engine.stream(prepared.request, lambda _: first.append(time.perf_counter()), is_cancelled)
    end = time.perf_counter()
    return end - start, (first[0] if first else end) - start, completion


class MemoryMeter:
    """Bytes per arm on an engine that several arms share: a context that an adapter opened stays for its other arms."""

    def __init__(self, engine: ChatEngine) -> None:
        self._engine = engine
        self._contexts: dict[str, tuple[int, int]] = {}
        self._before = (0, 0)

    def start(self) -> None:
        """Call before an arm answers alone."""
        used = self._engine.memory()
        self._before = used.kv_cache, used.compute

    def read(self, arm: Arm) -> MemoryParts:
        """Call after an arm answered alone."""
        used = self._engine.memory()
        kv_cache, compute = used.kv_cache - self._before[0], used.compute - self._before[1]
        adapter = arm.adapter.path if arm.adapter else ""
        if kv_cache > 0 or adapter not in self._contexts:
            self._contexts[adapter] = (kv_cache, compute) if kv_cache > 0 else (used.kv_cache, used.compute)
        kv_cache, compute = self._contexts[adapter]
        return MemoryParts(
            weights=used.weights,
            kv_cache=kv_cache,
            compute=compute,
            adapter=arm.adapter_bytes,
            embedder=_embedder_bytes(arm),
        )


def _embedder_bytes(arm: Arm) -> int:
    if arm.collection is None:
        return 0
    folders = {Path(ref.embedder.path) for ref in (arm.collection, *arm.others)}
    return sum(p.stat().st_size for folder in folders for p in folder.glob("*.safetensors") if p.is_file())
