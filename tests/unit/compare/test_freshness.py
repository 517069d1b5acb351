"""What staying fresh takes in a month."""

import pytest

from workbench.compare.arm_types import ArmResult
from workbench.compare.economy import Economy
from workbench.compare.freshness import describe_freshness, freshness

RAG = ArmResult(name="rag", collection="handbook", indexing_seconds=600)
TUNED = ArmResult(name="tuned", adapter="style", training_seconds=3600)
BOTH = ArmResult(name="both", adapter="style", training_seconds=3600, collection="handbook", indexing_seconds=600)
PROMPT = ArmResult(name="prompt")
WEEKLY = Economy(updates_per_month=4, changed_share=0.05)


def sentences(*arms: ArmResult, economy: Economy = WEEKLY) -> list[str]:
    return list(describe_freshness([freshness(arm, economy) for arm in arms], economy))


def test_that_only_changed_documents_are_indexed_but_training_takes_all_of_it() -> None:
    assert freshness(RAG, WEEKLY).seconds == pytest.approx(4 * 0.05 * 600)
    assert freshness(TUNED, WEEKLY).seconds == 4 * 3600


def test_that_a_tuned_arm_that_reads_the_documents_is_fresh_once_they_are_indexed() -> None:
    month = freshness(BOTH, WEEKLY)
    assert month.seconds == pytest.approx(120)
    assert month.retune_seconds == 4 * 3600


def test_that_an_arm_without_documents_or_training_cannot_be_kept_fresh() -> None:
    assert freshness(PROMPT, WEEKLY).seconds is None


def test_that_indexing_is_set_against_training_in_sentences() -> None:
    said = sentences(RAG, TUNED, PROMPT)
    assert said == [
        "Documents change 4 times a month, 5 % of them each time.",
        "rag stays fresh by indexing the changed ones: 2 min a month.",
        "tuned must be trained anew each time: 4.0 h a month.",
        "Staying fresh by training takes 120 times as long as by indexing.",
    ]


def test_that_an_hour_with_a_price_gives_a_month_in_money() -> None:
    said = sentences(RAG, TUNED, economy=WEEKLY.model_copy(update={"dollars_per_hour": 0.9}))
    assert "2 min ($0.030) a month" in said[1]
    assert "4.0 h ($3.60) a month" in said[2]


def test_that_times_which_nobody_knows_are_not_made_up() -> None:
    old = RAG.model_copy(update={"indexing_seconds": None})
    assert freshness(old, WEEKLY).seconds is None
    said = sentences(old, TUNED.model_copy(update={"training_seconds": 0.0}))
    assert "an unknown time" in said[1]
    assert "its training time is not known" in said[2]
    assert len(said) == 3


def test_that_documents_that_never_change_cost_nothing() -> None:
    still = WEEKLY.model_copy(update={"updates_per_month": 0.0})
    assert freshness(RAG, still).seconds == 0
    assert sentences(RAG, TUNED, economy=still) == []
