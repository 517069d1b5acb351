"""Every pair of arms on the questions that both have a score for: difference, interval, p-value, Holm's correction."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from workbench.compare.score_table import ScoreTable
from workbench.compare.verdict_types import PairResult
from workbench.scoring.permutation import sign_flip_tests
from workbench.scoring.statistics import (
    Interval,
    graded_difference_interval,
    holm,
    is_binary,
    mcnemar_mid_p,
    paired_proportions_interval,
)

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vector = NDArray[float64]
    Matrix = NDArray[float64]

RAW_P_VALUE = 1.0
"""What stands in `corrected_p_value` until `correct` was called: nothing is separated by accident."""


def compare_pairs(table: ScoreTable, *, seed: int = 0) -> list[PairResult]:
    """Pairs of the table's arms, of which earlier ones are the better: each as `second`. Not corrected yet."""
    import numpy as np

    binary = [is_binary(row[~np.isnan(row)]) for row in table.values]
    found: list[PairResult] = []
    graded: list[tuple[int, Vector]] = []
    for better, worse in combinations(range(len(table.arms)), 2):
        differences = table.values[better] - table.values[worse]
        common = differences[~np.isnan(differences)]
        if not len(common):
            continue
        if binary[better] and binary[worse]:
            gained, lost = int((common > 0).sum()), int((common < 0).sum())
            interval = paired_proportions_interval(gained, lost, len(common))
            p_value = mcnemar_mid_p(gained, lost)
        else:
            interval, p_value = graded_difference_interval(common), 1.0
            graded.append((len(found), np.nan_to_num(differences)))
        found.append(_pair(table.arms[worse], table.arms[better], interval, p_value, len(common)))
    for (place, _), p_value in zip(graded, _test_graded([each for _, each in graded], seed), strict=True):
        found[place] = found[place].model_copy(update={"p_value": p_value})
    return found


def _test_graded(differences: "Sequence[Vector]", seed: int) -> list[float]:
    """All at once, which is faster than one by one."""
    import numpy as np

    return sign_flip_tests(np.column_stack(differences), seed=seed) if differences else []


def _pair(first: str, second: str, interval: Interval, p_value: float, questions: int) -> PairResult:
    return PairResult(
        first=first,
        second=second,
        difference=interval.estimate,
        low=interval.low,
        high=interval.high,
        p_value=p_value,
        corrected_p_value=RAW_P_VALUE,
        questions=questions,
    )


def correct(groups: Sequence[Sequence[PairResult]]) -> list[list[PairResult]]:
    """Holm's correction over all pairs of all groups together."""
    corrected: Iterator[float] = iter(holm([pair.p_value for group in groups for pair in group]))
    return [[pair.model_copy(update={"corrected_p_value": next(corrected)}) for pair in group] for group in groups]


def paired_differences(table: ScoreTable, arm: str, rivals: Sequence[str]) -> "Matrix":
    """The arm's scores less each rival's on the questions that all of them have; a column for each rival."""
    import numpy as np

    own = table.values[table.arms.index(arm)]
    columns = np.column_stack([own - table.values[table.arms.index(rival)] for rival in rivals])
    whole: Matrix = columns[~np.isnan(columns).any(axis=1)]
    return whole
