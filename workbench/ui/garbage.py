"""Python's garbage of widgets is collected on the UI thread alone.

Python runs its collector on whatever thread happens to allocate. A dead cycle that holds a QObject is then destroyed by
a job's thread while the UI thread walks over all widgets (a new style sheet does that): a crash in native code, seen a
few times in thousands of tests.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 500


class UiGarbage(QObject):
    """Collects what Python's own rules would, every half second, and nowhere else. Create it on the UI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def collect(self) -> None:
        """The oldest generation that is due."""
        due = [count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if due[0]:
            gc.collect(2 if due[2] else 1 if due[1] else 0)
