"""The contexts that answer one list, each decoded by a thread of its own where there are several."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from workbench.errors import WorkbenchError
from workbench.llm.decoding import Decoding
from workbench.llm.lane import Lane
from workbench.llm.types import FinishReason
from workbench.log import get_logger

_log = get_logger("llm")


class ListLanes:
    """Each lane answers a share of the list, known whole before the first step. Only the scheduler calls in here.

    llama.cpp's contexts share nothing that changes, so each may be used by another thread; between two calls of `run`
    none of them computes.
    """

    def __init__(self, lanes: Sequence[Lane], shares: Sequence[Sequence[Decoding]]) -> None:
        self._lanes = lanes
        self._threads = ThreadPoolExecutor(len(lanes), "llm-list") if len(lanes) > 1 else None
        for lane, decodings in zip(lanes, shares, strict=True):
            for decoding in decodings:
                lane.submit(decoding)

    @property
    def is_idle(self) -> bool:
        return all(lane.is_idle for lane in self._lanes)

    def run(self, may_go_on: Callable[[], bool]) -> None:
        """Decode until everything is answered, at least one step each, and no further than others allow."""

        def decode(lane: Lane) -> None:
            while not lane.is_idle and step(lane) and may_go_on():
                pass

        if self._threads is None:
            decode(self._lanes[0])
            return
        running = [self._threads.submit(decode, lane) for lane in self._lanes]
        wait(running)  # all, also where one ends by a mistake of ours: their contexts may be freed then
        for each in running:
            each.result()

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown()
        for lane in self._lanes:
            lane.close()


def step(lane: Lane, *, alone: bool = False) -> bool:
    """One step; a failure ends the answers of this lane, not the engine."""
    try:
        lane.step(alone=alone)
    except WorkbenchError as problem:
        _log.error("%s", problem)
        lane.end_all(FinishReason.ERROR, str(problem))
        return False
    return True
