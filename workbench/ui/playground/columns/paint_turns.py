"""The columns take turns at painting: never two in one turn of the event loop, however many of them get text.

Eight answers of a hundred words a second are eight hundred pieces a second; the window stays quick because what came is
put on the screen a few times a second, one column after the other, and takes a fixed share of the time at most.
"""

import time
from collections.abc import Callable, Hashable

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

LEAST_MS = 25
"""Between two paints, whichever column: 40 a second in all, five of each where eight columns stream."""
_REST = 4.0
"""Times as long as the last paint took: long answers are painted less often."""


class PaintTurns(QObject):
    """A round of painters; each stands in it once, whatever it still has to paint."""

    emptied = Signal()
    """Everything that was to be painted is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._since = QElapsedTimer()
        self._since.start()
        self._pause_ms = 0.0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_turn)

    def want(self, who: Hashable, paint: Callable[[], None]) -> None:
        """Have `paint` called when it is the turn of `who`; a later wish replaces what it does, not its place."""
        self._waiting[who] = paint
        if not self._timer.isActive():
            self._timer.start(max(0, round(self._pause_ms - self._since.elapsed())))

    def forget(self, who: Hashable) -> None:
        """It has nothing to paint any more."""
        self._waiting.pop(who, None)

    @Slot()
    def _on_turn(self) -> None:
        if self._waiting:
            who = next(iter(self._waiting))
            paint = self._waiting.pop(who)
            began = time.perf_counter()
            paint()
            self._pause_ms = max(LEAST_MS, 1000 * _REST * (time.perf_counter() - began))
            self._since.restart()
        if self._waiting:
            self._timer.start(round(self._pause_ms))
        else:
            self.emptied.emit()
