"""How late an event loop is: a timer every five milliseconds, and how much later than that it came."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot

EVERY_MS = 5


class Ticks(QObject):
    """`seen` is (moment, lateness) in seconds; the moment is of the clock that all processes of this computer share."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[float, float]] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.seen.append((now, max(0.0, now - self._last - EVERY_MS / 1000)))
        self._last = now
