"""The report says what the recommendation goes by."""

from tests.unit.compare.weighable import report_of
from workbench.compare.economy import Economy
from workbench.compare.report import to_html
from workbench.compare.weighing import weighed, with_margin
from workbench.compare.weights import Weights


def test_that_weights_costs_and_freshness_are_in_the_report() -> None:
    report = weighed(report_of(), Weights(quality=1, latency=1), Economy(dollars_per_hour=3.6))
    html = to_html(report)
    assert "What counts: quality 50 % and speed 50 %." in html
    assert "tuned</bdi> <strong>recommended</strong>" in html
    assert "spread over 12,000 answers; an hour of it costs $3.60" in html
    assert "tuned must be trained anew each time: 2.7 h ($9.60) a month." in html


def test_that_other_weights_change_the_recommendation_but_nothing_that_was_measured() -> None:
    before = report_of()
    after = weighed(before, Weights(quality=1, latency=1), Economy())
    assert (before.verdict.recommended, after.verdict.recommended) == ("tuned + rag", "tuned")
    assert after.verdict.winner == before.verdict.winner == "tuned + rag"
    assert after.verdict.pairs == before.verdict.pairs
    assert after.arms == before.arms
    back = weighed(after, Weights(), Economy())
    assert back == before


def test_that_another_margin_decides_anew_from_the_same_answers() -> None:
    before = report_of(30)
    wide, narrow = with_margin(before, 0.4), with_margin(before, 0.02)
    assert wide.verdict.means == before.verdict.means
    if narrow.verdict.questions_needed is not None and wide.verdict.questions_needed is not None:
        assert narrow.verdict.questions_needed > wide.verdict.questions_needed
    assert (wide.verdict.margin, wide.request.margin if wide.request else None) == (0.4, 0.4)


def test_that_a_tag_says_what_was_found() -> None:
    assert "tuned + rag and tuned cannot be told apart" in to_html(report_of())


def test_that_a_verdict_of_an_earlier_version_can_be_weighed() -> None:
    new = report_of()
    old = new.model_copy(update={"verdict": new.verdict.model_copy(update={"means": {}, "scored": {}})})
    assert "What counts: quality 100 %." in to_html(old)
    assert weighed(old, Weights(quality=1, latency=1), Economy()).verdict.recommended == "tuned"
