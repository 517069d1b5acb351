"""All questions by all arms: what is shown, in which order."""

import pytest

from tests.unit.compare.scripted import numbered
from workbench.compare.matrix import (
    MatrixChoice,
    QuestionRow,
    RowFilter,
    SortBy,
    choose_rows,
    make_rows,
    reasons_of,
    tags_of,
)
from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example
from workbench.llm.types import Usage
from workbench.scoring.types import ScoreValue

ARMS = ("prompt", "rag", "tuned")
# What every arm scored on each question; None: no answer came about; "?": not judged; "": not asked yet.
SCORES: dict[str, tuple[object, object, object]] = {
    "all right": (1.0, 1.0, 1.0),
    "only rag": (0.0, 1.0, 0.0),
    "all wrong": (0.0, 0.0, None),
    "partly": (0.2, 0.9, 0.4),
    "half asked": (1.0, 1.0, ""),
    "not judged": ("?", "?", "?"),
}


def example(name: str) -> Example:
    return Example(
        id=name, question=f"What about {name}?", answers=(f"It is {name}.",), tags=("odd",) if " " in name else ()
    )


def trial(arm: str, name: str, score: object) -> Trial:
    failed = score is None
    wrong = isinstance(score, float) and score < 1.0
    reason = FailureReason.CRASHED if failed else FailureReason.NOT_KNOWN if wrong else None
    scores = {"m": ScoreValue(value=score)} if isinstance(score, float) else {"m": ScoreValue(explanation="unclear")}
    return Trial(
        arm=arm, example_id=name, problem="stopped" if failed else "", scores={} if failed else scores, failure=reason
    )


EXAMPLES = tuple(example(name) for name in SCORES)
TRIALS = [
    trial(arm, name, score)
    for name, scores in SCORES.items()
    for arm, score in zip(ARMS, scores, strict=True)
    if score != ""
]
ROWS = make_rows(ARMS, EXAMPLES, TRIALS, "m", frozenset({"partly"}))


def names(choice: MatrixChoice, rows: tuple[QuestionRow, ...] = ROWS) -> list[str]:
    return [row.example.id for row in choose_rows(rows, choice, ARMS)]


def test_that_signs_tell_what_became_of_every_answer() -> None:
    signs = {row.example.id: [row.sign(place) for place in range(3)] for row in ROWS}
    assert signs["all right"] == ["✓", "✓", "✓"]
    assert signs["all wrong"] == ["✗", "✗", "!"]
    assert signs["partly"] == ["20", "90", "40"]
    assert signs["half asked"] == ["✓", "✓", ""]
    assert signs["not judged"] == ["–", "–", "–"]


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        (RowFilter.ALL, list(SCORES)),
        (RowFilter.DIFFERENT, ["only rag", "all wrong", "partly"]),
        (RowFilter.WRONG, ["only rag", "all wrong", "partly"]),
        (RowFilter.ALL_WRONG, ["all wrong"]),
        (RowFilter.ALL_RIGHT, ["all right"]),
        (RowFilter.NO_ANSWER, ["all wrong"]),
        (RowFilter.LEAKED, ["partly"]),
    ],
)
def test_that_questions_are_filtered_by_what_the_arms_made_of_them(outcome: RowFilter, wanted: list[str]) -> None:
    found = names(MatrixChoice(outcome=outcome))
    assert [name for name in found if name != "not judged"] == [name for name in wanted if name != "not judged"]


def test_that_what_could_not_be_judged_is_neither_right_nor_wrong() -> None:
    for outcome in (RowFilter.WRONG, RowFilter.ALL_WRONG, RowFilter.ALL_RIGHT, RowFilter.DIFFERENT):
        assert "not judged" not in names(MatrixChoice(outcome=outcome)), outcome


def test_that_questions_of_which_one_arm_alone_knows_the_answer_are_found() -> None:
    assert names(MatrixChoice(outcome=RowFilter.ONLY, only="rag")) == ["only rag"]
    assert names(MatrixChoice(outcome=RowFilter.ONLY, only="prompt")) == []
    assert names(MatrixChoice(outcome=RowFilter.ONLY, only="gone")) == []


def test_that_a_search_looks_into_questions_ids_and_right_answers() -> None:
    assert names(MatrixChoice(text="  ABOUT PARTLY ")) == ["partly"]
    assert names(MatrixChoice(text="it is only")) == ["only rag"]
    assert names(MatrixChoice(text="nowhere")) == []


def test_that_tags_reasons_and_the_rest_narrow_together() -> None:
    assert names(MatrixChoice(tag="odd", reason=FailureReason.NOT_KNOWN)) == ["only rag", "all wrong"]
    assert names(MatrixChoice(tag="odd", reason=FailureReason.CRASHED, text="wrong")) == ["all wrong"]
    assert tags_of(EXAMPLES) == ("odd",)
    assert reasons_of(ROWS) == (FailureReason.NOT_KNOWN, FailureReason.CRASHED)


def test_that_sorting_puts_what_has_no_value_last_in_both_directions() -> None:
    for descending in (False, True):
        assert names(MatrixChoice(sort=SortBy.MEAN, descending=descending))[-1] == "not judged"
        assert names(MatrixChoice(sort=SortBy.ARM, arm="tuned", descending=descending))[-3:] == [
            "all wrong",
            "half asked",
            "not judged",
        ]


def test_that_the_hardest_and_the_most_disputed_come_first() -> None:
    assert names(MatrixChoice(sort=SortBy.MEAN))[:3] == ["all wrong", "only rag", "partly"]
    assert names(MatrixChoice(sort=SortBy.SPREAD, descending=True))[:2] == ["only rag", "partly"]
    assert names(MatrixChoice(sort=SortBy.QUESTION))[0] == "all right"
    assert names(MatrixChoice(sort=SortBy.TAG))[-1] == "partly"


def test_that_equal_questions_keep_the_order_of_the_test_set() -> None:
    found = names(MatrixChoice(sort=SortBy.ARM, arm="prompt", descending=True))
    assert found[:2] == ["all right", "half asked"]
    assert names(MatrixChoice(descending=True)) == list(reversed(SCORES))


def test_that_repeated_answers_count_with_their_mean() -> None:
    trials = [
        trial("prompt", "all right", score).model_copy(update={"repeat": n}) for n, score in enumerate((1.0, 0.5))
    ]
    trials.append(trial("prompt", "all right", None).model_copy(update={"repeat": 2}))
    (row,) = make_rows(("prompt",), EXAMPLES[:1], trials, "m")
    assert row.scores == (0.75,)
    assert row.failed == (False,)


def test_that_the_longest_answers_come_first() -> None:
    lengths = {"q0": 7, "q1": 90, "q2": None, "q3": 12}
    trials = [
        Trial(
            arm="prompt",
            example_id=question,
            usage=Usage(generated_tokens=tokens or 0),
            problem="" if tokens else "It crashed.",
        )
        for question, tokens in lengths.items()
    ]
    rows = make_rows(("prompt",), numbered(4), trials, "exact_match")
    found = choose_rows(rows, MatrixChoice(sort=SortBy.LENGTH, descending=True), ("prompt",))
    assert [row.example.id for row in found] == ["q1", "q3", "q0", "q2"]
