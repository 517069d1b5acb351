"""How much memory an arm takes in fact: what the process has resident at most while the arm answers alone.

Arms of a comparison share a process: the weights, the contexts of an adapter and the embedder of a collection are there
from the first arm that needs them on. What grew when such a thing came is remembered and counted for every arm that
has it; on top comes what the arm itself takes while it answers. Memory that the C library keeps for itself after it
was given back can be used again without growing, so that a small arm after a large one may be told too small.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

SAMPLE_SECONDS = 0.01

ReadResident = Callable[[], int]


def resident_bytes() -> int:
    """Of this process, now; pages of mapped files that were read are counted."""
    import psutil

    return int(psutil.Process().memory_info().rss)


class ResidentMeter:
    """Bytes by what they are for."""

    def __init__(self, read: ReadResident = resident_bytes, sample_seconds: float = SAMPLE_SECONDS) -> None:
        self._read, self._every = read, sample_seconds
        self._shared: dict[str, int] = {}
        self._peak = 0

    @contextmanager
    def growing(self, what: str) -> Iterator[None]:
        """For the time in which `what` (weights, a context, an embedder) may come into memory; counted once."""
        before = self._read()
        try:
            yield
        finally:
            self._shared.setdefault(what, max(0, self._read() - before))

    def forget(self, what: str) -> None:
        """It was unloaded."""
        self._shared.pop(what, None)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """For the time in which an arm answers alone and warm: `peak` then knows what it took at most."""
        before = self._read()
        highest, over = [before], threading.Event()

        def sample() -> None:
            while not over.wait(self._every):
                highest[0] = max(highest[0], self._read())

        sampler = threading.Thread(target=sample, name="resident-memory", daemon=True)
        sampler.start()
        try:
            yield
        finally:
            over.set()
            sampler.join()
            self._peak = max(highest[0], self._read()) - before

    def peak(self, parts: Iterable[str]) -> int:
        """What these parts take, and at most the arm that answered last."""
        return sum(self._shared.get(part, 0) for part in parts) + self._peak
