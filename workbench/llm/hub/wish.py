"""What the person wants of a running download, heard at once even while the network is silent."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.jobs.context import JobContext

if TYPE_CHECKING:
    import httpx2

_LOOK_SECONDS = 0.05


class PauseRequested(Exception):
    """Keep what is there and end."""


class DiscardRequested(Exception):
    """End and forget what is there."""


class Wish:
    """Listens to "pause" and "discard" and to a cancel; ends a read that waits for bytes when one of them comes."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._heard = ""
        context.on_command(self._hear)

    def check(self) -> None:
        """Raise PauseRequested, DiscardRequested or JobCancelled when that is wanted."""
        match self._heard:
            case "pause":
                raise PauseRequested
            case "discard":
                raise DiscardRequested
        self._context.check_cancelled()

    def wait(self, seconds: float) -> None:
        """Sleep, but not longer than the person wants to go on."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.check()
            time.sleep(min(_LOOK_SECONDS, left))

    @contextlib.contextmanager
    def guarding(self, response: "httpx2.Response") -> Iterator[None]:
        """While the block reads from `response`, a wish to end closes its connection, so that the read returns."""
        stream = response.extensions.get("network_stream")
        wire = stream.get_extra_info("socket") if stream is not None else None
        if wire is None:  # a transport without a socket: the read ends with its own timeout
            yield
            return
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(wire, over), name="download-wish", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, wire: socket.socket, over: threading.Event) -> None:
        while not over.wait(_LOOK_SECONDS):
            if self._heard or self._context.is_cancelled():
                with contextlib.suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)
                return

    def _hear(self, name: str, _arguments: dict[str, Any]) -> None:
        if name in {"pause", "discard"}:
            self._heard = name
