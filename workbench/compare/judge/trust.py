"""How far the scores can be trusted: their agreement with the user's own ratings, in numbers and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.compare.judge.rating_order import fair_order, fair_sample
from workbench.compare.judge.ratings import key_of_trial, ratings_in_force
from workbench.compare.judge.types import AnswerRating, ModelScoring, PairJudgement, PositionBias, TrialKey
from workbench.compare.scores import score_of
from workbench.compare.trial_types import Trial
from workbench.scoring.agreement import FEWEST_RATINGS, Agreement, agreement
from workbench.scoring.model_metrics import MODEL_METRICS, PAIRWISE, title_of
from workbench.scoring.statistics import Interval

_GOOD, _FAIR = 0.6, 0.4
"""Of kappa; where Landis & Koch 1977 call it "substantial" and "moderate"."""


@dataclass(frozen=True, slots=True)
class MetricTrust:
    """One metric against the user's ratings."""

    metric: str
    agreement: Agreement
    """Over the fair sample; of a judge of pairs over its pairs of answers that are both in it."""

    @property
    def title(self) -> str:
        return title_of(self.metric)

    @property
    def needs_model(self) -> bool:
        return self.metric in MODEL_METRICS

    @property
    def missing(self) -> int:
        """Ratings (or pairs) that are missing before anything can be said."""
        return max(0, FEWEST_RATINGS - self.agreement.count)

    @property
    def sentence(self) -> str:
        """What the numbers mean."""
        unit = "pairs" if self.metric == PAIRWISE else "answers"
        if self.missing:
            seen = f"{self.agreement.count} {unit} rated at random"
            return f"{seen}: too few to say how far {self.title} can be trusted. {self.missing} more are needed."
        kappa = self.agreement.kappa
        if kappa is None:
            return f"You or {self.title} said always the same: there is nothing to agree on."
        return _in_words(self.title, kappa)


@dataclass(frozen=True, slots=True)
class Trust:
    """All metrics against the user's ratings."""

    rated: int = 0
    """Answers with a rating."""
    fair: int = 0
    """Of these, the ones that make a random sample."""
    skipped: int = 0
    """Answers of the sample that the user could not rate."""
    metrics: tuple[MetricTrust, ...] = ()

    def of(self, metric: str) -> MetricTrust | None:
        return next((one for one in self.metrics if one.metric == metric), None)


def measure_trust(
    trials: Sequence[Trial],
    metrics: Sequence[str],
    ratings: Sequence[AnswerRating],
    scoring: ModelScoring | None = None,
) -> Trust:
    """The agreement of every metric with the ratings of the fair sample. Metrics without any score are left out."""
    known = ratings_in_force(ratings, trials)
    sample = fair_sample(fair_order(trials, by_question=PAIRWISE in metrics), known)
    values = {key: value for key in sample if (value := known[key].value) is not None}
    by_key = {key_of_trial(trial): trial for trial in trials}
    found = [
        _pair_trust(scoring.pairs if scoring else (), values)
        if metric == PAIRWISE
        else _metric_trust(metric, by_key, values)
        for metric in metrics
        if any(score_of(trial, metric) is not None for trial in trials)
    ]
    return Trust(
        rated=sum(rating.value is not None for rating in known.values()),
        fair=len(values),
        skipped=len(sample) - len(values),
        metrics=tuple(sorted(found, key=lambda one: not one.needs_model)),
    )


def _metric_trust(metric: str, trials: Mapping[TrialKey, Trial], ratings: Mapping[TrialKey, float]) -> MetricTrust:
    """Answers of one question are not independent: they are left out together."""
    both = [
        (key, rating, score) for key, rating in ratings.items() if (score := score_of(trials[key], metric)) is not None
    ]
    return MetricTrust(
        metric,
        agreement([rating for _, rating, _ in both], [score for _, _, score in both], [key[1] for key, _, _ in both]),
    )


def _pair_trust(pairs: Sequence[PairJudgement], ratings: Mapping[TrialKey, float]) -> MetricTrust:
    """The preferences that follow from the ratings against the judge's; each pair is read from both of its sides."""
    ours: list[float] = []
    theirs: list[float] = []
    questions: list[str] = []
    for pair in pairs:
        one = ratings.get((pair.one, pair.example_id, pair.repeat))
        other = ratings.get((pair.other, pair.example_id, pair.repeat))
        if one is not None and other is not None and pair.value is not None:
            wanted = 0.5 if one == other else float(one > other)
            ours += [wanted, 1 - wanted]
            theirs += [pair.value, 1 - pair.value]
            questions += [pair.example_id] * 2
    found = agreement(ours, theirs, questions)
    return MetricTrust(PAIRWISE, Agreement(found.count // 2, found.kappa, found.tau))


def _in_words(title: str, kappa: Interval) -> str:
    if kappa.low >= _GOOD:
        return f"{title} judges much as you do."
    if kappa.low >= _FAIR:
        return f"{title} agrees with you more often than not, at the least: read its close calls yourself."
    if kappa.high < _FAIR:
        return f"{title} does not judge as you do: change the rubric or the model, or decide by another metric."
    return f"It is not clear yet how well {title} agrees with you: its interval is wide. More ratings narrow it."


def say_interval(found: Interval | None) -> str:
    """ "0.72 (0.55 to 0.83)" or "–"."""
    return "–" if found is None else f"{found.estimate:.2f} ({found.low:.2f} to {found.high:.2f})"


def bias_in_words(bias: PositionBias | None) -> str:
    """What was measured of a judge of pairs and the places of the answers; empty where nothing was."""
    if bias is None or not bias.pairs or bias.consistency is None:
        return ""
    said = f"Judge, in pairs: the same outcome in both orders for {bias.same} of {bias.pairs} pairs"
    if bias.first_share is None:
        return f"{said}; it said tie every time."
    return f"{said}; of its choices {100 * bias.first_share:.0f} % were the answer that stood first (50 % is fair)."


def warnings_of(scoring: ModelScoring | None) -> tuple[str, ...]:
    """What must be said of a judge beside its scores: it judges itself, looks at places, or failed."""
    if scoring is None:
        return ()
    said = []
    if scoring.judges_itself:
        arms = ", ".join(scoring.judges_itself)
        said.append(
            f"The judge {scoring.judge} is the model that answers for {arms}: models tend to prefer their own answers."
        )
    bias = scoring.bias
    if bias is not None and bias.pairs and bias.consistency is not None and bias.consistency < 0.8:
        said.append(
            f"The judge of pairs changed its mind with the order of the answers in {bias.pairs - bias.same} of "
            f"{bias.pairs} pairs; these count as ties."
        )
    said += [f"{title_of(metric)}: {problem}" for metric, problem in scoring.problems.items()]
    return tuple(said)
