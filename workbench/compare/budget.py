"""How long a comparison may go on beginning new blocks of questions."""

import time
from collections.abc import Callable


class Budget:
    """Seconds from now on. Each model gets the share of its arms, and what the models before it left."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """0 seconds: no end."""
        self._seconds, self._clock = seconds, clock
        self._started = clock()
        self._share = 1.0

    def allow(self, share: float) -> None:
        """From now on so much of the whole time, counted from the beginning, may be used up (0 to 1)."""
        self._share = share

    @property
    def is_used_up(self) -> bool:
        return self._seconds > 0 and self.spent >= self._seconds * self._share

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._started
