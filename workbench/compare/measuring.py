"""What an answer costs: time alone and warm, memory by part. In a batch they would belong to the neighbours too."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from workbench.compare.answering import ArmPreparer
from workbench.compare.arm_types import Arm, MemoryParts, Timing
from workbench.compare.journal import Alone
from workbench.compare.resident_memory import ResidentMeter
from workbench.datasets.types import Example
from workbench.llm.types import ChatEngine, Completion, FinishReason
from workbench.scoring.medians import median_interval


def pick_timed(examples: Sequence[Example], count: int) -> list[Example]:
    """Evenly spread over the list, so that every kind of question is among them; the same in every run."""
    count = min(count, len(examples))
    return [examples[index * len(examples) // count] for index in range(count)] if count else []


def measure_alone(
    arm: Arm,
    preparer: ArmPreparer,
    engine: ChatEngine,
    examples: Sequence[Example],
    meters: "Meters",
    is_cancelled: Callable[[], bool],
    on_done: Callable[[int], None],
) -> Alone:
    """The arm answers alone: one question to be warm, then the examples one by one. Raises what the engine raises."""
    meters.memory.start()
    if not examples:
        return Alone(memory=meters.memory.read(arm))
    with meters.resident.growing(context_of(arm)):
        _ask(preparer, engine, examples[0], is_cancelled)
    with meters.resident.answering():
        timing = measure_timing(preparer, engine, examples, is_cancelled, on_done)
    return Alone(timing=timing, memory=meters.memory.read(arm), peak_bytes=_peak(arm, engine, meters.resident))


def _peak(arm: Arm, engine: ChatEngine, resident: ResidentMeter) -> int | None:
    """What was resident at most, and beside it what llama.cpp has on graphics cards."""
    if arm.model.endpoint is not None:
        return None  # what a server needs, nobody here knows
    return resident.peak((weights_of(arm), context_of(arm), searching_of(arm))) + engine.memory().on_devices


def weights_of(arm: Arm) -> str:
    """How the meter of resident memory calls the arm's model ..."""
    return f"weights {arm.model.path}"


def context_of(arm: Arm) -> str:
    """... the context that it answers in ..."""
    return f"context {arm.model.path} {_applied(arm)}"


def _applied(arm: Arm) -> str:
    """Each scale of an adapter has a context of its own."""
    return f"{arm.adapter.path} {arm.adapter.scale:g}" if arm.adapter else ""


def searching_of(arm: Arm) -> str:
    """... and what searches for it."""
    return f"searching {arm.collection.folder} {arm.reranker}" if arm.collection else ""


def measure_timing(
    preparer: ArmPreparer,
    engine: ChatEngine,
    examples: Sequence[Example],
    is_cancelled: Callable[[], bool],
    on_done: Callable[[int], None],
) -> Timing:
    """Medians over the examples, one at a time, in a context that is warm."""
    latencies: list[float] = []
    first_tokens: list[float] = []
    for number, example in enumerate(examples, 1):
        if is_cancelled():
            break
        latency, first_token, completion = _ask(preparer, engine, example, is_cancelled)
        if completion.finish_reason in (FinishReason.STOP, FinishReason.LENGTH):
            latencies.append(latency)
            first_tokens.append(first_token)
        on_done(number)
    if not latencies:
        return Timing(problem="No question was answered.")
    low, high = median_interval(latencies) or (None, None)
    return Timing(
        questions=len(latencies),
        latency_seconds=median(latencies),
        latency_low=low,
        latency_high=high,
        first_token_seconds=median(first_tokens),
        measured_on=datetime.now(UTC).isoformat(timespec="minutes"),
    )


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
        adapter = _applied(arm)
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


@dataclass(frozen=True, slots=True)
class Meters:
    """Of one model: what its arms need by the parts that are known, and what is resident in fact."""

    memory: MemoryMeter
    resident: ResidentMeter


def _embedder_bytes(arm: Arm) -> int:
    if arm.collection is None:
        return 0
    folders = {Path(ref.embedder.path) for ref in (arm.collection, *arm.others)}
    return sum(p.stat().st_size for folder in folders for p in folder.glob("*.safetensors") if p.is_file())
