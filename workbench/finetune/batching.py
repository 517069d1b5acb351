"""Which rows go through the model together, decided once for the whole training: nothing random happens later."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.finetune.encoding import EncodedRow
from workbench.finetune.packing import padded

if TYPE_CHECKING:
    import torch

IGNORED = -100
"""The label of a token that carries no loss (torch's convention)."""
_POOL = 16
"""Batches whose rows are sorted by length together: less padding, still shuffled."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """All batches of a training in order; `steps` optimizer steps of `accumulation` batches each."""

    batches: tuple[tuple[int, ...], ...]
    steps_per_epoch: int
    accumulation: int

    @property
    def steps(self) -> int:
        return len(self.batches) // self.accumulation


def build_schedule(lengths: Sequence[int], *, batch_size: int, accumulation: int, epochs: int, seed: int) -> Schedule:
    """Row indices per batch for all epochs. Every row is used once an epoch.

    An epoch is filled up with empty batches so that each of its steps has `accumulation` of them.
    """
    batches: list[tuple[int, ...]] = []
    for epoch in range(epochs):
        chosen = _epoch(lengths, batch_size, random.Random(f"{seed}/{epoch}"))
        while len(chosen) % accumulation:
            chosen.append(())
        batches += chosen
    return Schedule(tuple(batches), len(batches) // epochs // accumulation, accumulation)


def length_batches(lengths: Sequence[int], batch_size: int) -> list[tuple[int, ...]]:
    """Every row once, in batches of similar length, for measuring."""
    order = sorted(range(len(lengths)), key=lambda index: (lengths[index], index))
    return [tuple(order[start : start + batch_size]) for start in range(0, len(order), batch_size)]


def collate(rows: Sequence[EncodedRow]) -> "dict[str, torch.Tensor]":
    """`input_ids` and `labels` of shape (rows, longest), padded on the right: a causal model never looks there.

    Where rows share a line, they are a little wider (`packing.padded`), and there are `position_ids` too: positions
    that begin anew tell transformers where a row ends, and it lets none look into another.
    """
    import torch

    share_lines = any(len(row.starts) > 1 for row in rows)
    width = max((len(row.ids) for row in rows), default=1)
    width = padded(width) if share_lines else width
    ids = torch.zeros((max(1, len(rows)), width), dtype=torch.long)
    labels = torch.full((max(1, len(rows)), width), IGNORED, dtype=torch.long)
    for index, row in enumerate(rows):
        length = len(row.ids)
        ids[index, :length] = torch.frombuffer(row.ids, dtype=torch.int32)
        learned = torch.frombuffer(row.trained, dtype=torch.int8).bool()
        learned[list(row.starts)] = False  # nothing before them could predict them
        labels[index, :length][learned] = ids[index, :length][learned]
    batch = {"input_ids": ids, "labels": labels}
    if share_lines:
        batch["position_ids"] = _positions(rows, width)
    return batch


def _positions(rows: Sequence[EncodedRow], width: int) -> "torch.Tensor":
    import torch

    positions = torch.empty((len(rows), width), dtype=torch.long)
    for line, row in enumerate(rows):
        for start, end in zip(row.starts, (*row.starts[1:], width), strict=True):  # padding goes on with the last one
            positions[line, start:end] = torch.arange(end - start)
    return positions


def in_parts(batch: "dict[str, torch.Tensor]", parts: int) -> "list[dict[str, torch.Tensor]]":
    """A batch in at most `parts` smaller ones of whole rows."""
    rows = len(batch["input_ids"])
    size = -(-rows // parts)
    return [{name: values[start : start + size] for name, values in batch.items()} for start in range(0, rows, size)]


def _epoch(lengths: Sequence[int], batch_size: int, chance: random.Random) -> list[tuple[int, ...]]:
    order = list(range(len(lengths)))
    chance.shuffle(order)
    batches: list[tuple[int, ...]] = []
    pool = batch_size * _POOL
    for start in range(0, len(order), pool):
        near = sorted(order[start : start + pool], key=lambda index: lengths[index])
        batches += [tuple(near[i : i + batch_size]) for i in range(0, len(near), batch_size)]
    chance.shuffle(batches)
    return batches
