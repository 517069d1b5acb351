"""How long answers took in earlier runs, so that a new one can say beforehand about how long it will take.

A rough measure: seconds per answer by model and by whether passages are read. What a run took over it did not time.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean

from pydantic import Field, ValidationError

from workbench.boundary import Boundary
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.arm_types import Arm
from workbench.jobs.journal_file import read_object, write_whole

FILE = "pace.json"
"""Beside the folders of the runs."""
_FEWEST = 8
"""Answers from which on their time says something."""


class Pace(Boundary):
    """Of one kind of arm."""

    answer_seconds: float = Field(ge=0.0)
    """Per answer, in batches, searching included."""
    alone_seconds: float = Field(0.0, ge=0.0)
    """Per answer that is measured alone; 0: never measured."""


class Stopwatch:
    """Counts answers and the seconds that they took, by arm."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._seconds: dict[str, float] = {}

    def add(self, arm: str, answers: int, seconds: float) -> None:
        self._counts[arm] = self._counts.get(arm, 0) + answers
        self._seconds[arm] = self._seconds.get(arm, 0.0) + seconds

    def seconds_per_answer(self, arm: str) -> float | None:
        """None where too few were timed."""
        count = self._counts.get(arm, 0)
        return self._seconds[arm] / count if count >= _FEWEST else None


def keep_paces(runs: Path, arms: Iterable[Arm], watch: Stopwatch, latencies: Mapping[str, float | None]) -> None:
    """Remember what this run took, a mean over its arms of a kind; the last run counts. `latencies` by arm, alone."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for arm in arms:
        seconds = watch.seconds_per_answer(arm.name)
        if seconds is not None:
            kind = _kind(arm.model.name, is_grounded=arm.collection is not None)
            found[kind].append((seconds, latencies.get(arm.name) or 0.0))
    values = read_object(runs / FILE)
    for kind, timed in found.items():
        together, alone = (fmean(each) for each in zip(*timed, strict=True))
        values[kind] = Pace(answer_seconds=together, alone_seconds=alone).model_dump()
    write_whole(runs / FILE, json.dumps(values))


def read_paces(runs: Path) -> dict[str, Pace]:
    """By kind of arm, as `estimate` reads them; what cannot be read is left out."""
    found = {}
    for kind, value in read_object(runs / FILE).items():
        try:
            found[kind] = Pace.model_validate(value)
        except ValidationError:
            continue
    return found


def estimate(arms: Iterable[ArmSpec], questions: int, repeats: int, timed: int, paces: dict[str, Pace]) -> float | None:
    """Seconds that asking everything will take, loading not counted; None where a kind of arm was never timed."""
    total = 0.0
    for arm in arms:
        pace = paces.get(_kind(arm.model, is_grounded=bool(arm.collection)))
        if pace is None:
            return None
        often = repeats if arm.generation.temperature > 0 else 1
        alone = pace.alone_seconds * (min(timed, questions) + 1) if timed else 0.0
        total += pace.answer_seconds * questions * often + alone
    return total


def _kind(model: str, *, is_grounded: bool) -> str:
    return f"{model} {'with passages' if is_grounded else 'alone'}"
