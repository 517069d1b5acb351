"""Means with intervals, and answers judged by several metrics."""

from workbench.scoring.judging import Scorer
from workbench.scoring.summarizing import summarize_values, summarize_values_live
from workbench.scoring.types import MetricChoice, MetricSummary


def test_that_answers_without_a_judgement_are_counted_and_left_out() -> None:
    summary = summarize_values([1.0, 0.0, None, 1.0, 1.0])
    assert (summary.mean, summary.count, summary.unscored) == (0.75, 4, 1)
    assert summary.low is not None and summary.high is not None
    assert summary.low < 0.75 < summary.high
    assert summarize_values([None, None]) == summarize_values_live([None, None]) == MetricSummary(unscored=2)


def test_that_the_quick_interval_is_never_narrower() -> None:
    values = [0.2, 0.9, 0.5, 1.0, 0.0, 0.4, 0.6, 0.7]
    slow, quick = summarize_values(values), summarize_values_live(values)
    assert slow.mean == quick.mean
    assert (quick.low or 0) <= (slow.low or 0) <= (slow.high or 0) <= (quick.high or 0)


def test_that_labels_are_those_of_all_right_answers() -> None:
    scorer = Scorer([MetricChoice(name="label_accuracy")], [("yes",), ("no",)])
    assert scorer.score("Well, no.", ["no"])["label_accuracy"].value == 1.0
    assert scorer.score("yes or no", ["no"])["label_accuracy"].value == 0.0
