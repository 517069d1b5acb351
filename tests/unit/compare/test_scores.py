"""Repeats: a question's score is the mean of its answers, and what chance does within a question is told."""

from math import sqrt

import pytest

from workbench.compare.scores import noise, question_scores
from workbench.compare.trial_types import Trial
from workbench.scoring.types import ScoreValue


def answered(question: str, repeat: int, value: float | None, arm: str = "a") -> Trial:
    scores = {"exact_match": ScoreValue(value=value, explanation="" if value is not None else "Not to be judged.")}
    return Trial(arm=arm, example_id=question, repeat=repeat, scores=scores)


def test_that_a_question_counts_once_with_the_mean_of_its_answers() -> None:
    trials = [answered("q1", 0, 1.0), answered("q1", 1, 0.0), answered("q2", 0, 1.0), answered("q1", 0, 0.5, arm="b")]
    assert question_scores(trials, "exact_match") == {"a": {"q1": 0.5, "q2": 1.0}, "b": {"q1": 0.5}}


def test_that_an_answer_that_could_not_be_judged_does_not_count_as_wrong() -> None:
    failed = Trial(arm="a", example_id="q1", repeat=2, problem="The server was gone.")
    trials = [answered("q1", 0, 1.0), answered("q1", 1, None), failed, answered("q2", 0, None)]
    assert question_scores(trials, "exact_match") == {"a": {"q1": 1.0, "q2": None}}
    assert question_scores(trials, "token_f1") == {"a": {"q1": None, "q2": None}}


def test_that_noise_is_pooled_within_questions_and_needs_repeats() -> None:
    trials = [answered("q1", 0, 1.0), answered("q1", 1, 0.0), answered("q2", 0, 0.4), answered("q2", 1, 0.4)]
    once = [answered("q1", 0, 1.0, arm="b"), answered("q2", 0, 0.0, arm="b")]
    assert noise([*trials, *once], "exact_match") == {"a": pytest.approx(sqrt(0.5 / 2))}
