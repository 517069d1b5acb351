"""Does a metric judge as a person does? Kappa and tau with intervals that hold for few ratings.

Which interval, and how well it covers: docs/decisions/0020-how-far-a-judge-is-trusted.md.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING

from workbench.scoring.statistics import Interval

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    Vector = NDArray[float64]

FEWEST_RATINGS = 30
"""Below this number the interval of kappa is so wide (about 0.5 at a kappa of 0.6) that it tells nothing."""
_NEARLY_ONE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two judgements of the same answers go together."""

    count: int
    kappa: Interval | None
    """Cohen's kappa with quadratic weights; None where either side says always the same."""
    tau: Interval | None
    """Kendall's tau-b; None where either side says always the same."""


def agreement(ours: Sequence[float], theirs: Sequence[float], groups: Sequence[Hashable] | None = None) -> Agreement:
    """Kappa and tau of paired judgements in 0..1. `groups` tells which belong together (answers to one question)."""
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} judgements against {len(theirs)}")
    return Agreement(
        len(ours), _with_interval(_kappa, ours, theirs, groups), _with_interval(_tau, ours, theirs, groups)
    )


def weighted_kappa(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968, "Weighted kappa"); None where it is not defined.

    One minus the mean squared difference, divided by the one that chance would give: the mean over all pairs of a
    judgement of ours with one of theirs. Of right / wrong judgements this is Cohen's plain kappa; it needs no
    categories, so grades of 1 to 5, three steps and shares can be held against each other.
    """
    return _kappa(_vector(ours), _vector(theirs))


def tau_b(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Kendall's tau-b (Kendall 1945, "The treatment of ties in ranking problems"); None where it is not defined."""
    return _tau(_vector(ours), _vector(theirs))


def _vector(values: Sequence[float]) -> "Vector":
    import numpy as np

    return np.asarray(values, dtype=float)


def _kappa(x: "Vector", y: "Vector") -> float | None:
    if len(x) == 0:
        return None
    observed = float(((x - y) ** 2).mean())
    chance = float((x**2).mean() + (y**2).mean() - 2 * x.mean() * y.mean())
    if chance < 1e-12 or x.std() < 1e-12 or y.std() < 1e-12:
        return None
    return 1 - observed / chance


def _tau(x: "Vector", y: "Vector") -> float | None:
    import numpy as np

    signs_x, signs_y = np.sign(x[:, None] - x[None, :]), np.sign(y[:, None] - y[None, :])
    untied = float((signs_x**2).sum() * (signs_y**2).sum())
    return float((signs_x * signs_y).sum() / sqrt(untied)) if untied else None


def _with_interval(
    statistic: Callable[["Vector", "Vector"], float | None],
    ours: Sequence[float],
    theirs: Sequence[float],
    groups: Sequence[Hashable] | None,
) -> Interval | None:
    x, y = _vector(ours), _vector(theirs)
    estimate = statistic(x, y) if len(x) > 1 else None
    if estimate is None:
        return None
    low, high = _ends(statistic, x, y, list(groups if groups is not None else range(len(x))))
    return Interval(estimate, min(low, estimate), max(high, estimate))


def _ends(
    statistic: Callable[["Vector", "Vector"], float | None], x: "Vector", y: "Vector", groups: Sequence[Hashable]
) -> tuple[float, float]:
    """Delete-one-group jackknife of Fisher's z with Student's t, after two imaginary judgements that disagree."""
    import numpy as np
    from scipy.stats import t

    ends = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
    x, y = np.append(x, ends), np.append(y, ends[::-1])
    numbers = np.unique([repr(group) for group in groups], return_inverse=True)[1]
    owners = np.append(numbers, [numbers.max() + 1, numbers.max() + 2])
    count = int(owners.max()) + 1
    whole = _z(statistic(x, y))
    without = [_z(statistic(x[owners != group], y[owners != group])) for group in range(count)]
    known = np.asarray([z for z in without if z is not None])
    if whole is None or len(known) < 3:
        return -1.0, 1.0
    error = sqrt((len(known) - 1) / len(known) * float(((known - known.mean()) ** 2).sum()))
    half = float(t.ppf(0.975, len(known) - 1)) * error
    return tanh(whole - half), tanh(whole + half)


def _z(value: float | None) -> float | None:
    return None if value is None else atanh(max(-_NEARLY_ONE, min(_NEARLY_ONE, value)))
