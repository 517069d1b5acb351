"""The thread that owns a model's contexts: takes what askers hand in and steps lane after lane.

A context of llama.cpp is not safe to call from several threads, so one thread owns them all: a lane for the bare model,
one per adapter (an adapter belongs to a context; the weights are shared), and those of each list that must be
repeatable. Lists of small models are computed by several threads, a context each, while the scheduler waits
(`list_lanes.py`).
"""

import threading
import time
from dataclasses import dataclass, field, replace

from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash
from workbench.llm.decoding import Ask, Decoding
from workbench.llm.lane import Lane
from workbench.llm.lane_config import LaneConfig, for_list, of_share, shares_of_list
from workbench.llm.lane_context import ActiveAdapter
from workbench.llm.list_lanes import ListLanes, step
from workbench.llm.llama_native import Weights
from workbench.llm.types import FinishReason, MemoryUse
from workbench.llm.waiting import end_all
from workbench.memory import total_memory

IDLE_LANES = 8
"""Contexts kept at most for the bare model and the last adapters; fewer where they take too much memory."""
LANES_SHARE = 0.25
"""Share of all the memory that contexts may take together before idle ones are closed."""


@dataclass(slots=True)
class Batch:
    """A fixed list for one adapter, answered in lanes of its own."""

    decodings: list[Decoding]
    adapter: ActiveAdapter | None
    exact: bool
    """One after the other, each from nothing."""
    lanes: ListLanes | None = None


@dataclass(slots=True)
class _Desk:
    """What askers hand to the scheduler; guarded by `changed`."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    single: list[tuple[Decoding, ActiveAdapter | None]] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    closing: bool = False
    """Nothing is taken any more: closed by its owner, or its thread ended by a mistake."""
    is_closed: bool = False


class Scheduler:
    """Decodes what is submitted, from any thread, until it is closed. Raises WorkbenchError when no context opens."""

    def __init__(self, weights: Weights, config: LaneConfig) -> None:
        self._weights, self._config = weights, config
        self._desk = _Desk()
        self._batches: list[Batch] = []
        """Lists under way, one after the other; changed by the scheduler's thread."""
        self._lanes: dict[tuple[str, float], Lane] = {}
        self._lane(None)  # the bare model's context: shows at once whether memory and weights are good
        self._thread = threading.Thread(target=self._run, name=f"llm-{weights.name}", daemon=True)
        self._thread.start()

    # -- any thread ---------------------------------------------------------------------------------------------------

    def submit(self, decoding: Decoding, adapter: ActiveAdapter | None) -> None:
        """Let it join what is being decoded. Raises WorkbenchError when the model was unloaded."""
        with self._desk.changed:
            self._refuse_when_closed()
            self._desk.single.append((decoding, adapter))
            self._desk.changed.notify()

    def submit_batches(self, batches: list[Batch]) -> None:
        """Lists that nothing else joins. Raises WorkbenchError when the model was unloaded."""
        with self._desk.changed:
            self._refuse_when_closed()
            self._desk.batches.extend(batches)
            self._desk.changed.notify()

    def has_lane(self, adapter: ActiveAdapter) -> bool:
        return adapter_key(adapter) in self._lanes

    def memory(self) -> MemoryUse:
        """As llama.cpp reported the buffers of the contexts that are open now."""
        lanes = list(self._lanes.values())
        files = {lane.adapter.path for lane in lanes if lane.adapter}
        return MemoryUse(
            weights=self._weights.size_bytes,
            kv_cache=sum(lane.kv_bytes for lane in lanes),
            compute=sum(lane.compute_bytes for lane in lanes),
            adapters=sum(path.stat().st_size for path in files if path.exists()),
            on_devices=self._weights.device_bytes + sum(lane.device_bytes for lane in lanes),
        )

    @property
    def is_idle(self) -> bool:
        with self._desk.changed:
            return (
                not self._desk.single
                and not self._desk.batches
                and not self._batches
                and all(lane.is_idle for lane in list(self._lanes.values()))
            )

    def close(self) -> bool:
        """End what is under way (its askers get CANCELLED with the text so far); False when it was closed before."""
        with self._desk.changed:
            was_closed, self._desk.is_closed = self._desk.is_closed, True
            self._desk.closing = True
            self._desk.changed.notify()
        self._thread.join()
        return not was_closed

    def _refuse_when_closed(self) -> None:
        if self._desk.closing:
            raise WorkbenchError(f"{self._weights.name} was unloaded.", hint="Ask again.", code="engine_closed")

    # -- the scheduler's thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._receive():
                self._step_all()
        finally:  # also when it ends by a mistake of ours: nobody may wait for an answer that never comes
            self._end_everything()

    def _step_all(self) -> None:
        """A list as far as nobody else asks, at least a step; then as much time for those who read along."""
        began = time.perf_counter()
        if self._batches and self._step_batch(self._batches[0]):
            self._batches.pop(0)
        until = 2 * time.perf_counter() - began
        self._step_lanes()
        while self._batches and time.perf_counter() < until and not self._only_lists:
            self._step_lanes()

    @property
    def _only_lists(self) -> bool:
        return all(lane.is_idle for lane in self._lanes.values())

    def _step_lanes(self) -> None:
        alone = not self._batches and sum(not lane.is_idle for lane in self._lanes.values()) == 1
        for key, lane in list(self._lanes.items()):
            if not lane.is_idle and not step(lane, alone=alone):
                self._lanes.pop(key).close()

    def _end_everything(self) -> None:
        with self._desk.changed:
            self._desk.closing = True
            waiting = [decoding for decoding, _ in self._desk.single]
            self._batches.extend(self._desk.batches)
        end_all(waiting, FinishReason.CANCELLED)
        for batch in self._batches:
            if batch.lanes is not None:
                batch.lanes.close()  # ends its answers
            else:
                end_all(batch.decodings, FinishReason.CANCELLED)
        self._batches.clear()
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()

    def _receive(self) -> bool:
        """Take what was handed in, sleeping while there is nothing to do; False when the engine closes."""
        desk = self._desk
        with desk.changed:
            idle = not self._batches and self._only_lists
            while idle and not (desk.single or desk.batches or desk.closing):
                desk.changed.wait()
            single, desk.single = desk.single, []
            self._batches.extend(desk.batches)
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
        key = adapter_key(adapter)
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

    def _open_lane(self, adapter: ActiveAdapter | None) -> Lane:
        """A context for whoever asks."""
        return _unchanged(Lane(self._weights, self._config, adapter=adapter), adapter)

    def _open_list(self, batch: Batch) -> ListLanes:
        """The contexts for one list. Raises WorkbenchError when there is too little memory."""
        asks = [decoding.ask for decoding in batch.decodings]
        shares = [range(len(asks))] if batch.exact else self._shares(asks)
        chunk = fixed_chunk(self._weights.parameters)
        lanes: list[Lane] = []
        try:
            for share in shares:
                config = self._config_for([asks[index] for index in share], len(shares), exact=batch.exact)
                lane = Lane(self._weights, config, adapter=batch.adapter, fixed_chunk=chunk, keeps=not batch.exact)
                lanes.append(_unchanged(lane, batch.adapter))
        except WorkbenchError:
            for lane in lanes:
                lane.close()
            raise
        return ListLanes(lanes, [[batch.decodings[index] for index in share] for share in shares])

    def _shares(self, asks: list[Ask]) -> list[range]:
        return (
            [range(len(asks))] if self._weights.on_gpu else shares_of_list(self._config, asks, self._weights.parameters)
        )

    def _config_for(self, asks: list[Ask], shares: int, *, exact: bool) -> LaneConfig:
        if exact:
            return replace(self._config, sequences=1)
        config = of_share(self._config, shares)
        return for_list(config, asks, self._weights.parameters, may_share=self._weights.keeps_all_cells)

    def _step_batch(self, batch: Batch) -> bool:
        """Get a fixed list on; True when it is answered."""
        if batch.lanes is None:
            try:
                batch.lanes = self._open_list(batch)
            except WorkbenchError as problem:
                end_all(batch.decodings, FinishReason.ERROR, str(problem))
                return True
        batch.lanes.run(self._nobody_asks)
        if not batch.lanes.is_idle:
            return False
        batch.lanes.close()
        batch.lanes = None
        return True

    def _nobody_asks(self) -> bool:
        """From the threads of a list, while the scheduler's own waits for them."""
        return self._only_lists and not self._desk.single and not self._desk.closing


def _unchanged(lane: Lane, adapter: ActiveAdapter | None) -> Lane:
    """The lane, if its adapter's file still has the bytes that were checked. Raises WorkbenchError otherwise."""
    if adapter is not None and adapter_hash(adapter.path) != adapter.digest:
        lane.close()
        raise WorkbenchError(f"The adapter {adapter.path.name} changed while it was loaded.", hint="Ask again.")
    return lane


def fixed_chunk(parameters: int) -> int:
    """Prompt tokens per step of a fixed list: from the model alone, never from the clock, so that it repeats."""
    return max(32, min(512, 15_000_000_000 // max(1, parameters) // 32 * 32))


def adapter_key(adapter: ActiveAdapter | None) -> tuple[str, float]:
    """What tells lanes apart: the adapter's bytes and its scale."""
    return (adapter.digest, adapter.scale) if adapter else ("", 1.0)
