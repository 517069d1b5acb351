"""How late an event loop is: a timer every five milliseconds, and how much later than that it came."""

import sys
import threading
import time
import traceback
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot

EVERY_MS = 5


class Ticks(QObject):
    """`seen` is (moment, lateness) in seconds; the moment is of the clock that all processes of this computer share."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[float, float]] = []
        self.last = time.perf_counter()
        self._timer = QTimer(self, interval=EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        self.last = time.perf_counter()
        self._timer.start()

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.seen.append((now, max(0.0, now - self.last - EVERY_MS / 1000)))
        self.last = now


def explain_stalls(ticks: Ticks, longer_than_seconds: float = 0.06) -> None:
    """Print, from a thread, what the main thread does while its ticks do not come: to find the cause of a stall."""
    main = threading.main_thread().ident
    assert main is not None

    def watch() -> None:
        while True:
            time.sleep(0.01)
            late = time.perf_counter() - ticks.last
            if late > longer_than_seconds and (frame := sys._current_frames().get(main)):
                stack = [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in traceback.extract_stack(frame)]
                print(f"{ticks.last:.2f} {late * 1000:4.0f} ms: {' < '.join(stack[:-9:-1])}", file=sys.stderr)

    threading.Thread(target=watch, name="explain-stalls", daemon=True).start()
