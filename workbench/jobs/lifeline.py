"""Ends a worker whose app is gone even if native code never lets Python run again (a regular expression gone wild).

Usually a worker sees the end of its stdin and leaves by itself; that needs the interpreter. On Linux the kernel can do
without: the app holds the writing end of a pipe, its death closes it, the kernel sends SIGHUP to the worker, and the
handler is the C library's own `alarm`. A handler is called with the number of its signal, SIGHUP is 1, so the kernel
ends the worker one second later. This watches the app; what watches only the thread that started the worker is
forbidden: never PR_SET_PDEATHSIG.
"""

import os
import select
import signal
import sys


def hold_on_to(descriptor: int) -> None:
    """In the worker: `descriptor` is the reading end of the app's pipe."""
    if sys.platform != "linux":
        return
    import ctypes
    import fcntl

    os.set_inheritable(descriptor, False)
    library = ctypes.CDLL(None)
    library.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
    library.signal.restype = ctypes.c_void_p
    library.signal(signal.SIGHUP, ctypes.cast(library.alarm, ctypes.c_void_p))
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGHUP)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([descriptor], [], [], 0)[0]:
        signal.raise_signal(signal.SIGHUP)  # the app died before we were ready


class Lifeline:
    """In the app: one per worker; closed when the worker has ended, or by the kernel when the app dies."""

    def __init__(self) -> None:
        self._ends = os.pipe() if sys.platform == "linux" else None

    @property
    def arguments(self) -> list[str]:
        return [] if self._ends is None else ["--lifeline", str(self._ends[0])]

    @property
    def inherited(self) -> tuple[int, ...]:
        return () if self._ends is None else self._ends[:1]

    def hand_over(self) -> None:
        """The worker has its end now."""
        if self._ends is not None:
            os.close(self._ends[0])

    def close(self) -> None:
        if self._ends is not None:
            os.close(self._ends[1])
            self._ends = None
