"""Expectations held against what was measured."""

from collections.abc import Sequence

from workbench.compare.arm_types import ArmResult
from workbench.compare.expectations import Expectation, Measure, Outcome, Reflection, Relation
from workbench.compare.verdict_types import PairResult, Verdict

_LONGER = 1.1
"""A prompt is longer from a tenth more tokens on; counting has no error, but a few words are no difference."""


def reflect(expectations: Sequence[Expectation], verdict: Verdict, arms: Sequence[ArmResult]) -> tuple[Reflection, ...]:
    """Each expectation with what the measurement says of it, in their order."""
    return tuple(
        _about_quality(one, verdict) if one.measure is Measure.QUALITY else _about_length(one, arms)
        for one in expectations
    )


def summary(reflections: Sequence[Reflection]) -> str:
    """ "3 of 5 expectations agreed, 1 disagreed, 1 cannot be told." """
    counts = {outcome: sum(one.outcome is outcome for one in reflections) for outcome in Outcome}
    if not reflections:
        return ""
    parts = [f"{counts[Outcome.AGREED]} of {len(reflections)} expectations agreed"]
    parts += [f"{counts[outcome]} {outcome}" for outcome in list(Outcome)[1:] if counts[outcome]]
    return f"{', '.join(parts)}."


def _about_quality(expectation: Expectation, verdict: Verdict) -> Reflection:
    pair = _find_pair(verdict, expectation.arm, expectation.other)
    if pair is None:
        return Reflection(expectation=expectation, outcome=Outcome.NOT_MEASURED)
    low, high = _signed(100 * pair.low), _signed(100 * pair.high)
    measured = f"{_signed(100 * pair.difference)} points ({low} to {high}, {pair.questions} questions)"
    is_alike = -verdict.margin <= pair.low and pair.high <= verdict.margin
    outcome, remark = (
        _more(pair, is_alike=is_alike)
        if expectation.relation is Relation.MORE
        else _as_much(pair, is_alike=is_alike, margin=verdict.margin)
    )
    return Reflection(expectation=expectation, outcome=outcome, measured=measured, remark=remark)


def _more(pair: PairResult, *, is_alike: bool) -> tuple[Outcome, str]:
    if pair.is_separated:
        return (Outcome.AGREED, "") if pair.difference > 0 else (Outcome.DISAGREED, "It is the other way round.")
    if is_alike:
        return Outcome.DISAGREED, "There is no difference that matters."
    return Outcome.UNDECIDED, "Chance alone could make this difference: more questions would tell."


def _as_much(pair: PairResult, *, is_alike: bool, margin: float) -> tuple[Outcome, str]:
    if is_alike:
        return Outcome.AGREED, ""
    if pair.is_separated:
        return Outcome.DISAGREED, "The difference is more than chance explains."
    return (
        Outcome.UNDECIDED,
        f"Whether they differ by less than {100 * margin:.0f} points takes more questions to tell.",
    )


def _find_pair(verdict: Verdict, arm: str, other: str) -> PairResult | None:
    """The pair of both, its difference being that of `arm` minus `other`."""
    for pair in verdict.pairs:
        if (pair.second, pair.first) == (arm, other):
            return pair
        if (pair.first, pair.second) == (arm, other):
            turned = {"first": other, "second": arm, "difference": -pair.difference}
            return pair.model_copy(update=turned | {"low": -pair.high, "high": -pair.low})
    return None


def _about_length(expectation: Expectation, arms: Sequence[ArmResult]) -> Reflection:
    tokens = {arm.name: arm.prompt_tokens for arm in arms}
    one, other = tokens.get(expectation.arm), tokens.get(expectation.other)
    if not one or not other:
        return Reflection(expectation=expectation, outcome=Outcome.NOT_MEASURED)
    is_longer, is_shorter = one >= _LONGER * other, other >= _LONGER * one
    agrees = is_longer if expectation.relation is Relation.MORE else not (is_longer or is_shorter)
    return Reflection(
        expectation=expectation,
        outcome=Outcome.AGREED if agrees else Outcome.DISAGREED,
        measured=f"{one:,.0f} tokens against {other:,.0f}",
    )


def _signed(value: float) -> str:
    rounded = round(value)
    return f"{rounded:+d}" if rounded else "0"
