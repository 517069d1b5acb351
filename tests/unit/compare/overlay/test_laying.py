"""Two comparisons over each other: what is matched, what is counted, what is said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.compare.scripted import ScriptedTools, always_right, arm, asked_number, knows_with_passages, numbered
from workbench.compare.arm_types import Arm
from workbench.compare.overlay.laying import overlay
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.datasets.types import Example
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationConfig, GenerationRequest
from workbench.scoring.types import MetricChoice

Run = Callable[..., ComparisonReport]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs arms with a model that answers as it is told."""

    def do(
        answer: Callable[[GenerationRequest], str],
        *arms: Arm,
        examples: tuple[Example, ...] | None = None,
        seed: int = 0,
    ) -> ComparisonReport:
        request = CompareRequest(
            name="sums",
            examples=numbered(30) if examples is None else examples,
            metrics=(MetricChoice(name="exact_match"),),
            arms=arms or (arm("prompt"), arm("rag", collection=True)),
            seed=seed,
            folder=str(tmp_path / f"run-{len(list(tmp_path.iterdir()))}"),
        )
        return compare(RecordingContext(), request, ScriptedTools(answer))

    return do


def knows_even(request: GenerationRequest) -> str:
    n = asked_number(request)
    return str(n + 1) if n % 2 == 0 else "a guess"


def knows_small(request: GenerationRequest) -> str:
    n = asked_number(request)
    return str(n + 1) if n < 25 else "a guess"


def test_that_a_run_and_its_repetition_are_the_same(run: Run) -> None:
    found = overlay(run(knows_with_passages), run(knows_with_passages))
    assert found.is_same
    assert found.sentences == (
        "The same answers for 60 of 60, the same scores.",
        "The verdict is the same: rag wins.",
    )
    assert found.changes == ()


def test_that_gains_and_losses_are_counted_per_question(run: Run) -> None:
    found = overlay(run(knows_even, arm("prompt")), run(knows_small, arm("prompt")))
    (laid,) = found.arms
    assert (laid.mean_before, laid.mean_after) == (15 / 30, 25 / 30)
    assert laid.difference == pytest.approx(10 / 30)
    assert laid.low is not None and laid.high is not None
    assert laid.low < 10 / 30 < laid.high
    assert [question.example_id for question in laid.improved] == [f"q{n}" for n in range(1, 25, 2)]
    assert [question.example_id for question in laid.worsened] == ["q26", "q28"]
    assert (laid.improved[0].answer_before, laid.improved[0].answer_after) == ("a guess", "2")
    assert laid.same_answers == 13 + 3
    assert "prompt is better by 33 points (50 % → 83 %" in " ".join(found.sentences)
    assert not found.is_same


def test_that_turning_the_two_round_turns_the_sign(run: Run) -> None:
    old, new = run(knows_even, arm("prompt")), run(knows_small, arm("prompt"))
    there, back = overlay(old, new).arms[0], overlay(new, old).arms[0]
    assert there.difference is not None and there.low is not None and there.high is not None
    assert back.difference == pytest.approx(-there.difference)
    assert back.low == pytest.approx(-there.high)
    assert back.high == pytest.approx(-there.low)


def test_that_questions_are_matched_by_id_and_text(run: Run) -> None:
    first = numbered(6)
    second = (
        first[0],
        first[1].model_copy(update={"id": "another id"}),
        first[2].model_copy(update={"question": "What is 2 plus one, please?"}),
        Example(id="new", question="What is 90 plus one?", answers=("91",)),
    )
    found = overlay(run(always_right, examples=first), run(always_right, examples=second))
    assert (found.shared_questions, found.only_before, found.only_after) == (2, 4, 2)
    assert found.reworded == ("q2",)
    assert found.arms[0].questions == 2


def test_that_a_renamed_arm_is_found_by_what_it_is_made_of(run: Run) -> None:
    before = run(always_right, arm("prompt", system="Add."), arm("old", system="Think."))
    after = run(always_right, arm("terse", system="Add."), arm("new", system="Sing."))
    found = overlay(before, after)
    assert [(laid.before, laid.after) for laid in found.arms] == [("prompt", "terse")]
    assert (found.arms_only_before, found.arms_only_after) == (("old",), ("new",))


def test_that_what_was_set_up_differently_is_named(run: Run) -> None:
    before = run(always_right, arm("prompt", system="Add.\nBe brief."), seed=1)
    warm = GenerationConfig(temperature=0.7)
    after = run(always_right, arm("prompt", system="Add.\nBe kind.", generation=warm), seed=2)
    found = overlay(before, after)
    changes = {change.what: change for change in found.arms[0].changes}
    assert changes["system prompt"].is_text
    assert (changes["system prompt"].before, changes["system prompt"].after) == ("Add.\nBe brief.", "Add.\nBe kind.")
    assert (changes["generation: temperature"].before, changes["generation: temperature"].after) == ("0.0", "0.7")
    assert [(change.what, change.before, change.after) for change in found.changes] == [("seed", "1", "2")]


def test_that_two_that_share_nothing_say_so(run: Run) -> None:
    other = (Example(id="x", question="What is 77 plus one?", answers=("78",)),)
    found = overlay(run(always_right), run(always_right, examples=other))
    assert found.sentences == ("The two comparisons share no question: nothing can be compared.",)
    found = overlay(run(always_right, arm("a", system="A")), run(always_right, arm("b", system="B")))
    assert "share no arm" in found.sentences[0]
