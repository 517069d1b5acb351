"""Python's garbage of widgets is collected on the UI thread alone.

Python runs its collector on whatever thread happens to allocate. A dead cycle that holds a QObject is then destroyed by
a job's thread while the UI thread walks over all widgets (a new style sheet does that): a crash in native code, seen a
few times in thousands of tests.
"""

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

EVERY_MS = 40
"""Often, so that each time there is little to look at: twice a second cost 15 ms each time while jobs spoke."""
WHOLE_EVERY_SECONDS = 120.0
"""How often everything is looked at, which takes 100 ms and more, while nobody looks at the window."""
WHOLE_AT_LAST_SECONDS = 900.0
"""And when somebody always does."""


class UiGarbage(QObject):
    """Collects what Python's own rules would, and nowhere else. Create it on the UI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.freeze()  # what is there now stays, and need not be looked at again
        self._whole_at = time.monotonic()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def collect(self) -> None:
        """What is due."""
        young, middle, _ = gc.get_count()
        limits = gc.get_threshold()
        if young <= limits[0]:
            return
        is_used = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
        if time.monotonic() - self._whole_at > (WHOLE_AT_LAST_SECONDS if is_used else WHOLE_EVERY_SECONDS):
            self._whole_at = time.monotonic()
            gc.collect()
        else:
            gc.collect(1 if middle > limits[1] else 0)
