"""Training and held-out rows, the same for the same seed, with equal inputs on the same side."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.datasets.checks import input_key
from workbench.datasets.types import TrainingRow


@dataclass(frozen=True, slots=True)
class Split:
    training: tuple[TrainingRow, ...]
    validation: tuple[TrainingRow, ...]


def split_rows(rows: Sequence[TrainingRow], validation_share: float, seed: int = 0) -> Split:
    """Hold out about `validation_share` of the rows; at least one row is always left to train.

    The order of rows within each side stays. Rows with the same input go together, so that nothing leaks across.
    """
    wanted = round(validation_share * len(rows))
    keys = sorted({input_key(row) for row in rows}, key=lambda key: _rank(key, seed))
    counts = dict.fromkeys(keys, 0)
    for row in rows:
        counts[input_key(row)] += 1
    held: set[str] = set()
    taken = 0
    for key in keys[:-1]:
        if taken + counts[key] > wanted:
            continue
        held.add(key)
        taken += counts[key]
    training = tuple(row for row in rows if input_key(row) not in held)
    return Split(training, tuple(row for row in rows if input_key(row) in held))


def _rank(key: str, seed: int) -> bytes:
    """A shuffle that does not change when other rows come or go."""
    return hashlib.sha256(f"{seed}\0{key}".encode()).digest()
