"""Ctrl-C in the terminal, a logout, `kill`: the window closes as if the user had closed it."""

import contextlib
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QWidget

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


def close_on_signals(window: QWidget) -> Callable[[], None]:
    """Close `window` at the first signal, end at once at the second; call the result to stop listening.

    Python runs its signal handlers between two byte codes, and an idle event loop runs none: the wake-up socket makes
    Qt come back to Python.
    """
    if sys.platform == "win32":
        return _nothing  # closing the console ends the process; Ctrl-C reaches it through Qt's own handler
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    wake_before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    numbers = [getattr(signal, name) for name in _NAMES]
    before = {number: signal.getsignal(number) for number in numbers}

    def close(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        window.close()

    for number in numbers:
        signal.signal(number, close)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read, window)
    notifier.activated.connect(lambda: _drain(reader))

    def stop() -> None:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(wake_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()

    return stop


def _drain(reader: socket.socket) -> None:
    with contextlib.suppress(OSError):  # empty already, or closed while this call was on its way
        reader.recv(64)


def _nothing() -> None:
    """Nothing was changed, so nothing is to be undone."""
