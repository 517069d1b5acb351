"""The rows that one call of llama.cpp computes, written as whole arrays instead of number by number through ctypes."""

import ctypes
from collections.abc import Sequence
from typing import Any


class TokenBatch:
    """A `llama_batch` of at most `size` rows in memory of its own; each row belongs to one sequence."""

    def __init__(self, native: Any, size: int) -> None:
        import numpy as np

        self._tokens, self._positions, self._sequences = (np.zeros(size, np.int32) for _ in range(3))
        self._counts = np.ones(size, np.int32)
        self._wanted = np.zeros(size, np.int8)
        first = self._sequences.ctypes.data
        self._pointers = np.arange(first, first + 4 * size, 4).astype(np.uintp)  # llama.cpp wants a pointer per row

        def at(array: Any, kind: Any) -> Any:
            return array.ctypes.data_as(ctypes.POINTER(kind))

        self.native = native.llama_batch(
            n_tokens=0,
            token=at(self._tokens, native.llama_token),
            pos=at(self._positions, native.llama_pos),
            n_seq_id=at(self._counts, ctypes.c_int32),
            seq_id=at(self._pointers, ctypes.POINTER(native.llama_seq_id)),
            logits=at(self._wanted, ctypes.c_int8),
        )

    def clear(self) -> None:
        self.native.n_tokens = 0

    def add(self, tokens: Sequence[int], position: int, sequence: int, *, wants_last: bool) -> int:
        """Append `tokens` of one sequence from `position` on; returns the row of the last one, whose logits may be
        wanted."""
        begin = int(self.native.n_tokens)
        end = begin + len(tokens)
        self._tokens[begin:end] = tokens
        self._positions[begin:end] = range(position, position + len(tokens))
        self._sequences[begin:end] = sequence
        self._wanted[begin:end] = 0
        self._wanted[end - 1] = wants_last
        self.native.n_tokens = end
        return end - 1
