"""Vectors of questions, remembered on disk by their text: a second comparison with the same rows embeds nothing."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.embedding import Embedder
from workbench.log import get_logger

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

_KEY_BYTES = 16
_LARGEST_BYTES = 200_000_000
"""A file above this is begun anew: a quarter of a million questions."""
_BATCH = 256
_log = get_logger("compare")


class RememberedVectors:
    """An embedder and a file of what it made. Half a record at the end of the file, left by a crash, is passed over."""

    def __init__(self, embedder: Embedder, folder: Path | None) -> None:
        """`folder`: where the file lies; None remembers nothing."""
        self._embedder = embedder
        self._file = folder / f"question-vectors-{embedder.content_hash[:16]}.bin" if folder else None

    def of(self, texts: Sequence[str], on_progress: Callable[[int, int], None] = lambda done, total: None) -> "Vectors":
        """Float32 of shape (len(texts), dimension), rows of length 1. `on_progress(done, total)`: embedded so far."""
        import numpy as np

        known = self._read(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        missing.sort(key=len)  # texts of one length together: nothing is padded
        for start in range(0, len(missing), _BATCH):
            on_progress(start, len(missing))
            batch = missing[start : start + _BATCH]
            made = self._embedder.embed_documents(batch)
            known.update(zip(batch, made, strict=True))
            self._append(batch, made)
        if not texts:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        return np.asarray([known[text] for text in texts], dtype=np.float32)

    def _read(self, texts: Sequence[str]) -> "dict[str, Vectors]":
        import numpy as np

        if self._file is None or not self._file.is_file():
            return {}
        size = self._record().itemsize
        try:
            records = np.fromfile(self._file, dtype=self._record(), count=self._file.stat().st_size // size)
        except OSError as problem:
            _log.info("%s cannot be read: %s", self._file, problem)
            return {}
        keys = records["key"].tobytes()
        places = {keys[at * _KEY_BYTES : (at + 1) * _KEY_BYTES]: at for at in range(len(records))}
        found = {}
        for text in dict.fromkeys(texts):
            place = places.get(_key(text))
            if place is not None:
                found[text] = records["vector"][place].astype(np.float32)
        return found

    def _append(self, texts: Sequence[str], vectors: "Vectors") -> None:
        import numpy as np

        if self._file is None:
            return
        records = np.zeros(len(texts), dtype=self._record())
        records["key"] = [_key(text) for text in texts]
        records["vector"] = vectors
        size = self._record().itemsize
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            before = self._file.stat().st_size if self._file.is_file() else 0
            whole = before <= _LARGEST_BYTES and before % size == 0
            with self._file.open("ab" if whole else "wb") as file:
                file.write(records.tobytes())
        except OSError as problem:  # a full disk: it works without, only slower next time
            _log.info("%s cannot be written: %s", self._file, problem)

    def _record(self) -> "np.dtype[np.void]":
        import numpy as np

        return np.dtype([("key", f"V{_KEY_BYTES}"), ("vector", np.float16, (self._embedder.dimension,))])


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]
