"""What long runs are going to need: a training says at its start how much memory it will take at its worst.

A claim is a file in the run's folder and counts as long as the run's worker lives (it holds the run's lock). What its
process occupies already is gone from the free memory anyway, so only the rest still has to be kept for it.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.jobs.run_folder import RunFolder

_FILE = "memory.json"


class MemoryClaim(Boundary):
    """What a run hands over when it has claimed memory, and what its file holds."""

    title: str
    """What people call the run: "Fine-tune house-style"."""
    peak_bytes: int
    """Resident memory of its process at its worst, estimated."""
    card_bytes: int = 0
    """What it will still take of each graphics card beyond what it has; told anew while it grows."""


@dataclass(frozen=True, slots=True)
class UnmetClaim:
    title: str
    missing_bytes: int
    """Of the processor's memory: what the run does not occupy yet, but will."""
    missing_card_bytes: int = 0
    """The same of each graphics card."""


def claim_memory(run_folder: Path, claim: MemoryClaim) -> None:
    """Written beside and renamed: who looks sees all of it or nothing."""
    beside = run_folder / f"{_FILE}.new"
    beside.write_text(claim.model_dump_json(), encoding="utf-8")
    beside.replace(run_folder / _FILE)


def unmet_claims(runs_folder: Path) -> list[UnmetClaim]:
    """Of the runs that are alive, other than this process, and do not have all of it yet."""
    return [found for path in runs_folder.glob(f"*/{_FILE}") for found in _unmet(path)]


def _unmet(path: Path) -> Iterator[UnmetClaim]:
    import psutil

    pid = RunFolder(path.parent).worker_pid()
    if pid is None or pid == os.getpid():
        return
    # Gone meanwhile, or written by another version: nothing has to be kept for it.
    with contextlib.suppress(OSError, ValidationError, psutil.Error):
        claim = MemoryClaim.model_validate_json(path.read_bytes())
        missing = max(0, claim.peak_bytes - int(psutil.Process(pid).memory_info().rss))
        if missing or claim.card_bytes:
            yield UnmetClaim(claim.title, missing, claim.card_bytes)
