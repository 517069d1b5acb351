"""A moment later on the UI thread: what presenters call `Later`."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Timers(QObject):
    """One timer for each key; a second call under the key starts it anew."""

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self._timers: dict[str, QTimer] = {}
        self._actions: dict[str, Callable[[], None]] = {}

    def __call__(self, key: str, seconds: float, action: Callable[[], None]) -> None:
        self._actions[key] = action
        if key not in self._timers:
            timer = QTimer(self, singleShot=True)
            timer.timeout.connect(lambda: self._run(key))
            self._timers[key] = timer
        self._timers[key].start(round(seconds * 1000))

    def _run(self, key: str) -> None:
        self._actions.pop(key)()
