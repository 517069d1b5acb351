"""The score of a question: the mean over an arm's repeated answers to it. The one place that knows of repeats."""

from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from statistics import fmean

from workbench.compare.trial_types import Trial


def question_scores(trials: Iterable[Trial], metric: str) -> dict[str, dict[str, float | None]]:
    """Arm to question (example id) to its score; None where the metric could judge none of the answers.

    Answers that failed or could not be judged do not count into the mean of the others.
    """
    return {
        arm: {question: _mean(values) for question, values in questions.items()}
        for arm, questions in _values(trials, metric).items()
    }


def noise(trials: Iterable[Trial], metric: str) -> dict[str, float]:
    """Arm to the standard deviation of scores within a question, pooled over the questions with several answers.

    Arms without such a question are left out. It is the square root of the within-group mean square of a one-way
    analysis of variance: sum of squared deviations from the question's mean, by the sum of (answers - 1).
    """
    found = {}
    for arm, questions in _values(trials, metric).items():
        several = [values for values in questions.values() if len(values) > 1]
        if several:
            squares = sum((value - fmean(values)) ** 2 for values in several for value in values)
            found[arm] = sqrt(squares / sum(len(values) - 1 for values in several))
    return found


def score_of(trial: Trial, metric: str) -> float | None:
    """The score of one answer; None where there is none."""
    judged = trial.scores.get(metric)
    return judged.value if judged else None


def _mean(values: list[float]) -> float | None:
    """Most questions are answered once: comparisons of thousands of answers are summed up while they come in."""
    if len(values) == 1:
        return values[0]
    return fmean(values) if values else None


def _values(trials: Iterable[Trial], metric: str) -> dict[str, dict[str, list[float]]]:
    """Arm to question to the scores of its answers."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for trial in trials:
        values = found[trial.arm][trial.example_id]
        score = score_of(trial, metric)
        if score is not None:
            values.append(score)
    return found
