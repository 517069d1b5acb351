"""Answers and measurements of earlier runs: what was made with exactly the same key is taken over, not made again.

Runs lie beside each other, a folder each. Only their lists of keys are read; a trial is read where it is wanted.
"""

import contextlib
import hashlib
import itertools
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from workbench.compare.blocks import continued
from workbench.compare.fingerprints import examples_print
from workbench.compare.journal import ALONE, KEYS, PLAN, TRIALS, Alone, Plan, read_alone
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest
from workbench.jobs.journal_file import read_object, read_record_at

_LOOKED_AT = 200
"""The newest runs; older ones are not looked through."""


class EarlierRuns:
    """The runs in a folder, the newest first."""

    def __init__(self, runs: str, *, without: Path) -> None:
        """`without` is the run that looks; with empty `runs` nothing is found."""
        self._runs, self._without = runs, without

    def find(self, key: str) -> Trial | None:
        """An answer with this key; a failure where there is only one of those; None where it was never asked."""
        failed = None
        for path, place in self._places.get(key, ()):
            with contextlib.suppress(OSError, ValidationError):
                trial = read_record_at(path, place, Trial)
                if trial.purged:
                    continue
                if trial.key == key and not trial.has_failed:
                    return trial
                failed = failed or (trial if trial.key == key else None)
        return failed

    def find_alone(self, key: str) -> Alone | None:
        """What was measured of an arm with this key."""
        return next((found for values in self._alone if (found := read_alone(values, key)) is not None), None)

    @cached_property
    def _folders(self) -> list[Path]:
        return _newest_first(Path(self._runs), self._without) if self._runs else []

    @cached_property
    def _places(self) -> dict[str, list[tuple[Path, int]]]:
        found: dict[str, list[tuple[Path, int]]] = {}
        for folder in self._folders:
            own = [(key, (folder / TRIALS, place)) for key, place in _keys(folder / KEYS)]
            for key, place in reversed(own):  # the last word on a question comes first
                found.setdefault(key, []).append(place)
        return found

    @cached_property
    def _alone(self) -> list[dict[str, object]]:
        return [read_object(folder / ALONE) for folder in self._folders]


def plan_of(request: CompareRequest) -> Plan:
    """What later runs are to know of this one. Names of arms, and what they cost to make, do not matter."""
    unimportant = {"name", "training_seconds", "indexing_seconds"}
    arms = (arm.model_dump_json(exclude=unimportant).encode() for arm in request.arms)
    return Plan(
        examples=examples_print(request.examples),
        waves=request.waves,
        arms=tuple(hashlib.sha256(arm).hexdigest()[:16] for arm in arms),
    )


def waves_after(runs: Path, plan: Plan) -> tuple[int, ...]:
    """The waves for the questions of `plan`, so that as many blocks as can be are those of an earlier run with one of
    its arms. Empty: no run gives a reason to split them."""
    best: tuple[int, tuple[int, ...]] = (0, ())
    for folder in _newest_first(runs):
        earlier = _read_plan(folder)
        if earlier is None or not set(earlier.arms) & set(plan.arms):
            continue
        waves = continued(earlier.examples, earlier.waves, plan.examples)
        kept = _common(earlier.examples, plan.examples) if waves else 0
        if kept > best[0]:
            best = (kept, waves)
    return best[1]


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many they begin with in common."""
    return len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def _read_plan(folder: Path) -> Plan | None:
    try:
        return Plan.model_validate_json((folder / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None


def _keys(path: Path) -> Iterator[tuple[str, int]]:
    with contextlib.suppress(OSError), path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            key, _, place = line.strip().partition(" ")
            if place.isdecimal():
                yield key, int(place)


def _newest_first(runs: Path, without: Path | None = None) -> list[Path]:
    """Run folders by when something was last added to them."""
    found = []
    for folder in runs.iterdir() if runs.is_dir() else ():
        with contextlib.suppress(OSError):
            if folder != without:
                found.append(((folder / PLAN).stat().st_mtime_ns, folder))
    return [folder for _, folder in sorted(found, reverse=True)][:_LOOKED_AT]
