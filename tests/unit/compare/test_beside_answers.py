"""What was measured beside the answers is said plainly: unknown is not nothing."""

from workbench.compare.arm_types import ArmResult, GeneralResult
from workbench.compare.beside_answers import beside_answers, general_in_words


def test_that_what_is_not_known_is_said_and_what_was_not_measured_is_left_out() -> None:
    assert beside_answers(ArmResult(name="a")) == []
    found = beside_answers(ArmResult(name="a", collection="handbook", indexing_seconds=None))
    assert found == ["Indexing: not known"]
    assert beside_answers(ArmResult(name="a", collection="handbook", indexing_seconds=90.0)) == ["Indexing: 2 min"]


def test_that_loss_stands_with_its_interval_and_where_it_is_worst() -> None:
    lost = GeneralResult(
        questions=120, before=0.62, after=0.31, difference=-0.31, low=-0.44, high=-0.18, weakest=("Arithmetic",)
    )
    said = "62 % before, 31 % after (-31 points, -44 to -18; 120 questions); clearly worse: Arithmetic"
    assert general_in_words(lost) == said
    assert general_in_words(GeneralResult(problem="The time was used up before.")) == "The time was used up before."


def test_that_noise_and_peak_are_told() -> None:
    arm = ArmResult(name="a", noise={"exact_match": 0.25}, peak_bytes=300_000_000, missing=7, prompt="sums v2")
    assert beside_answers(arm) == [
        "Prompt: sums v2",
        "Noise of Exact match: 25 points within a question",
        "Most memory in fact: 300 MB",
        "Not asked: 7 answers",
    ]
