"""Ask, then insist: a cancel in words, after the grace `terminate`, three seconds later `kill`."""

import time
from collections.abc import Callable

KILL_AFTER_SECONDS = 3.0
"""Between asking the system to terminate a deaf worker and killing it."""


class Insistence:
    """The steps of one cancel; its owner calls `look` whenever something happened or `patience` is over."""

    def __init__(
        self, ask: Callable[[], None], terminate: Callable[[], None], kill: Callable[[], None], grace_seconds: float
    ) -> None:
        self._ask = ask
        self._harder = [terminate, kill]
        self._grace = grace_seconds
        self._asked = False
        self._deadline: float | None = None

    def hurry(self, grace_seconds: float) -> None:
        """Less patience from now on: the app is closing."""
        self._grace = min(self._grace, grace_seconds)
        if self._deadline is not None:
            self._deadline = min(self._deadline, time.monotonic() + self._grace)

    def patience(self) -> float | None:
        """Seconds until the next step is due, None when none is."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def look(self, *, is_cancel_requested: bool) -> None:
        """Do what is due."""
        now = time.monotonic()
        if not self._asked:
            if is_cancel_requested:
                self._asked = True
                self._deadline = now + self._grace
                self._ask()
        elif self._deadline is not None and now >= self._deadline:
            self._harder.pop(0)()
            self._deadline = now + KILL_AFTER_SECONDS if self._harder else None
