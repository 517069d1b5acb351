"""How long the window works between two looks at its user's events."""

import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication


class Heart:
    """Measures the longest time that the UI thread worked without looking at the user's events."""

    def __init__(self) -> None:
        self.longest = 0.0

    def watch(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        """Serve the window until something is so."""
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            self.beat(QApplication.processEvents)
        assert until()

    def beat(self, action: Callable[[], object]) -> None:
        """One thing that the window does."""
        before = time.thread_time()
        action()
        self.longest = max(self.longest, time.thread_time() - before)
