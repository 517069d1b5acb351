"""Expectations held against a measurement."""

import pytest

from workbench.compare.arm_types import ArmResult
from workbench.compare.expectations import Expectation, Measure, Outcome, Relation
from workbench.compare.guide.reflecting import reflect, summary
from workbench.compare.report import to_html
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import PairResult, Verdict


def pair(first: str, second: str, difference: float, low: float, high: float, p: float) -> PairResult:
    return PairResult(
        first=first, second=second, difference=difference, low=low, high=high, p_value=p, corrected_p_value=p,
        questions=100,
    )  # fmt: skip


VERDICT = Verdict(
    pairs=(
        pair("prompt", "rag", 0.38, 0.30, 0.45, 0.001),
        pair("prompt", "few-shot", 0.03, -0.05, 0.11, 0.4),
        pair("tuned", "prompt", 0.01, -0.02, 0.04, 0.6),
    )
)
ARMS = (ArmResult(name="prompt", prompt_tokens=48.0), ArmResult(name="rag", prompt_tokens=612.0))


@pytest.mark.parametrize(
    ("arm", "other", "relation", "outcome"),
    [
        ("rag", "prompt", Relation.MORE, Outcome.AGREED),
        ("prompt", "rag", Relation.MORE, Outcome.DISAGREED),
        ("few-shot", "prompt", Relation.MORE, Outcome.UNDECIDED),
        ("few-shot", "prompt", Relation.AS_MUCH, Outcome.UNDECIDED),
        ("tuned", "prompt", Relation.MORE, Outcome.DISAGREED),
        ("tuned", "prompt", Relation.AS_MUCH, Outcome.AGREED),
        ("rag", "prompt", Relation.AS_MUCH, Outcome.DISAGREED),
        ("rag", "somebody", Relation.MORE, Outcome.NOT_MEASURED),
    ],
)
def test_that_an_expectation_meets_its_measurement(arm: str, other: str, relation: Relation, outcome: Outcome) -> None:
    [found] = reflect([Expectation(arm=arm, other=other, relation=relation)], VERDICT, ARMS)
    assert found.outcome is outcome


def test_that_the_numbers_are_those_of_the_expected_direction() -> None:
    one, turned = reflect(
        [Expectation(arm="rag", other="prompt"), Expectation(arm="prompt", other="rag")], VERDICT, ARMS
    )
    assert one.measured == "+38 points (+30 to +45, 100 questions)"
    assert turned.measured == "-38 points (-45 to -30, 100 questions)"
    assert one.sentence() == (
        "Expected: rag is better than prompt. Measured: +38 points (+30 to +45, 100 questions). Agreed."
    )


def test_that_lengths_of_prompts_are_counted() -> None:
    longer = Expectation(arm="rag", other="prompt", measure=Measure.PROMPT_LENGTH)
    shorter = Expectation(arm="prompt", other="rag", measure=Measure.PROMPT_LENGTH)
    unknown = Expectation(arm="rag", other="tuned", measure=Measure.PROMPT_LENGTH)
    found = reflect([longer, shorter, unknown], VERDICT, ARMS)
    assert [one.outcome for one in found] == [Outcome.AGREED, Outcome.DISAGREED, Outcome.NOT_MEASURED]
    assert found[0].measured == "612 tokens against 48"


def test_that_the_summary_counts_every_outcome() -> None:
    expectations = [
        Expectation(arm="rag", other="prompt"),
        Expectation(arm="few-shot", other="prompt"),
        Expectation(arm="tuned", other="prompt"),
    ]
    assert summary(reflect(expectations, VERDICT, ARMS)) == (
        "1 of 3 expectations agreed, 1 disagreed, 1 cannot be told."
    )
    assert summary([]) == ""


def test_that_the_report_says_where_measurement_agreed() -> None:
    expectations = (Expectation(arm="rag", other="prompt", because="facts stand in <documents>"),)
    report = ComparisonReport(name="x", arms=ARMS, verdict=VERDICT, expectations=expectations)
    page = to_html(report)
    assert "What was expected" in page
    assert "1 of 1 expectations agreed." in page
    assert "facts stand in &lt;documents&gt;" in page
    assert "What was expected" not in to_html(report.model_copy(update={"expectations": ()}))
