"""Training and held-out rows, the same for the same seed, with rows that belong together on the same side."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.datasets.doctor.keys import input_key
from workbench.datasets.doctor.likeness import alike_groups
from workbench.datasets.types import TrainingRow


@dataclass(frozen=True, slots=True)
class Split:
    training: tuple[TrainingRow, ...]
    validation: tuple[TrainingRow, ...]


def split_rows(rows: Sequence[TrainingRow], validation_share: float, seed: int = 0) -> Split:
    """Hold out about `validation_share` of the rows; at least one row is always left to train.

    The order of rows within each side stays. Rows of one group, of the same input, or with nearly the same words go
    together, so that nothing leaks across.
    """
    if validation_share <= 0:
        return Split(tuple(rows), ())
    wanted = round(validation_share * len(rows))
    key_of = _keys(rows)
    keys = sorted(set(key_of), key=lambda key: _rank(key, seed))
    counts = Counter(key_of)
    held: set[str] = set()
    taken = 0
    for key in keys[:-1]:
        if taken + counts[key] > wanted:
            continue
        held.add(key)
        taken += counts[key]
    sides = [key in held for key in key_of]
    training = tuple(row for row, is_held in zip(rows, sides, strict=True) if not is_held)
    return Split(training, tuple(row for row, is_held in zip(rows, sides, strict=True) if is_held))


def _keys(rows: Sequence[TrainingRow]) -> list[str]:
    """For each row the name of what must not be torn apart: rows tied by group, input or likeness share it."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    names = []
    for row, alike in zip(rows, alike_groups(rows), strict=True):
        ties = [f"input {input_key(row)}", f"alike {input_key(rows[alike])}"]
        ties += [f"group {row.group}"] if row.group else []
        first, *others = sorted({root(tie) for tie in ties})
        for other in others:
            parent[other] = first
        names.append(ties[0])
    return [root(name) for name in names]


def _rank(key: str, seed: int) -> bytes:
    """A shuffle that does not change when other rows come or go."""
    return hashlib.sha256(f"{seed}\0{key}".encode()).digest()
