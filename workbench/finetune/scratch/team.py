"""Several processes that train one model: each computes its own batch on its own core, the gradients are averaged.

Measured on two cores: half as many tokens again as one process with two threads, because a small model's threads wait
for each other at every one of its many small steps.
"""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_LEVEL_EVERY = 50
"""Steps after which all take the first one's weights: sums in another order let them drift apart."""


class Team:
    """One member's view of the others."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size

    def average(self, parameters: Sequence["torch.nn.Parameter"], numbers: Sequence[float]) -> list[float]:
        """Each gradient becomes the mean of all members'; returns the means of `numbers`. Waits for the others."""
        import torch
        from torch import distributed

        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([*(g.reshape(-1) for g in gradients), torch.tensor(list(numbers), dtype=torch.float32)])
        distributed.all_reduce(flat)
        flat /= self.size
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()
        return [float(number) for number in flat[start:]]

    def level(self, parameters: Sequence["torch.nn.Parameter"], step: int) -> None:
        """Now and then gives everybody the first one's weights."""
        from torch import distributed

        if step % _LEVEL_EVERY == 0:
            for parameter in parameters:
                distributed.broadcast(parameter.data, 0)


@contextmanager
def team(size: int, meeting_point: Path, start: Callable[[int], "subprocess.Popen[bytes]"]) -> Iterator[Team | None]:
    """Has `start(rank)` start `size` - 1 other processes and is the first member itself; None when alone.

    `meeting_point` is a file that does not exist yet, at which the others use `joined`.
    """
    if size == 1:
        yield None
        return
    meeting_point.unlink(missing_ok=True)
    others = [start(rank) for rank in range(1, size)]
    try:
        with joined(0, size, meeting_point) as first:
            yield first
        for process in others:
            process.wait()
    finally:
        for process in others:
            process.kill()
            process.wait()
        meeting_point.unlink(missing_ok=True)


@contextmanager
def joined(rank: int, size: int, meeting_point: Path) -> Iterator[Team]:
    """Meets the others at the file `meeting_point`."""
    from torch import distributed

    distributed.init_process_group("gloo", init_method=meeting_point.resolve().as_uri(), rank=rank, world_size=size)
    try:
        yield Team(rank, size)
    finally:
        distributed.destroy_process_group()
