"""How long something still takes, from what it has done so far. No Qt."""

import time
from collections import deque
from collections.abc import Callable

_WINDOW = 60
"""Progress reports looked back at: a recent pace, not the average since the start."""


class Pace:
    """Learns from `(done, total)` and answers in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque(maxlen=_WINDOW)
        self._total = 0.0

    def report(self, done: float, total: float) -> None:
        """Note how far it is; going backwards (a new phase) starts afresh."""
        if self._seen and (done < self._seen[-1][1] or total != self._total):
            self._seen.clear()
        self._total = total
        self._seen.append((self._clock(), done))

    def seconds_left(self) -> float | None:
        """None while it cannot be known: no total, or too little seen."""
        if len(self._seen) < 2 or self._total <= 0:
            return None
        (start, first), (_, last) = self._seen[0], self._seen[-1]
        elapsed = self._clock() - start
        if last <= first or elapsed < 1.0:
            return None
        return max(0.0, (self._total - last) * elapsed / (last - first))
