"""Everyday questions and answers that are mixed into a training, so that the model forgets less of the rest.

The set is `resources/general/rows.jsonl`; a file `general-rows.jsonl` in the data folder takes its place.
"""

import random
from collections.abc import Sequence
from pathlib import Path

from workbench import resources
from workbench.datasets.types import TrainingRow
from workbench.paths import WorkbenchPaths

OWN = "general-rows.jsonl"


def general_file(paths: WorkbenchPaths) -> Path:
    """The rows to mix in: the person's own file where there is one, else ours. JSON lines of `TrainingRow`."""
    own = paths.home / OWN
    return own if own.is_file() else resources.path("general/rows.jsonl")


def mixed_in(rows: Sequence[TrainingRow], share: float, seed: int, general: Sequence[TrainingRow]) -> list[TrainingRow]:
    """So many of `general`, chosen by the seed, that they are `share` of all rows; all of them where that is more.

    They get the number 0: they are no rows of the person's file.
    """
    wanted = min(len(general), round(share / (1 - share) * len(rows)))
    chosen = random.Random(f"general/{seed}").sample(list(general), wanted)
    return [row.model_copy(update={"number": 0}) for row in chosen]
