"""The data doctor and the split."""

from collections.abc import Sequence

import pytest

from workbench.datasets.checks import check_rows, find_leaks, without
from workbench.datasets.splits import split_rows
from workbench.datasets.types import Finding, FindingKind, TrainingRow
from workbench.llm.types import ChatMessage, Role


def rows_of(*pairs: tuple[str, str]) -> list[TrainingRow]:
    return [
        TrainingRow(
            messages=(ChatMessage(role=Role.USER, content=q), ChatMessage(role=Role.ASSISTANT, content=a)), number=n
        )
        for n, (q, a) in enumerate(pairs, 2)
    ]


def many(count: int = 30) -> list[tuple[str, str]]:
    return [(f"question {n}", f"an answer that is long enough, number {n}") for n in range(count)]


def found(findings: Sequence[Finding], kind: FindingKind) -> Finding:
    (finding,) = [finding for finding in findings if finding.kind is kind]
    return finding


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        (("q", " "), FindingKind.EMPTY),
        (("", "an answer"), FindingKind.EMPTY),
        (("q", "ok"), FindingKind.SHORT_ANSWER),
        (("question 3", "an answer that is long enough, number 3"), FindingKind.DUPLICATE),
        (("caf\ufffd", "an answer to that question"), FindingKind.BROKEN_TEXT),
        (("cafÃ©", "an answer to that question"), FindingKind.BROKEN_TEXT),
        (("who are you?", "I am {{name}}, your assistant."), FindingKind.PLACEHOLDER),
        (("my key", "It is AKIAABCDEFGHIJKLMNOP, keep it."), FindingKind.SECRET),
    ],
)
def test_that_a_bad_row_is_found_with_its_number(pair: tuple[str, str], kind: FindingKind) -> None:
    assert found(check_rows(rows_of(*many(), pair)), kind).rows == (32,)


def test_that_good_rows_give_no_finding() -> None:
    assert check_rows(rows_of(*many())) == []


def test_that_two_answers_to_one_question_contradict_each_other() -> None:
    findings = check_rows(rows_of(*many(), ("question 3", "another answer to the same question")))
    assert found(findings, FindingKind.CONTRADICTION).rows == (5, 32)


def test_that_one_answer_for_everything_is_pointed_out() -> None:
    findings = check_rows(rows_of(*[(f"q{n}", "yes, of course it is") for n in range(30)]))
    assert len(found(findings, FindingKind.SAME_ANSWER).rows) == 30


def test_that_long_rows_are_counted_with_the_models_own_tokens() -> None:
    rows = rows_of(*many(), ("long " * 50, "an answer that is long enough"))
    findings = check_rows(rows, count_tokens=lambda row: len(row.question.split()), max_tokens=40)
    assert found(findings, FindingKind.TOO_LONG).rows == (32,)


def test_that_a_leak_is_found_despite_case_and_punctuation_and_can_be_removed() -> None:
    rows = rows_of(*many(25), ("What is  the PRICE?", "an answer that is long enough"))
    findings = find_leaks(rows, ["what is the price"])
    assert findings[0].rows == (27,)
    assert len(without(rows, findings)) == 25


def test_that_a_split_is_the_same_for_the_same_seed_and_keeps_equal_inputs_together() -> None:
    rows = rows_of(*many(40), ("question 1", "a second answer"), ("question 2", "a third answer"))
    split = split_rows(rows, 0.25, seed=7)
    assert split == split_rows(rows, 0.25, seed=7)
    assert split != split_rows(rows, 0.25, seed=8)
    assert 8 <= len(split.validation) <= 10
    assert not {row.question for row in split.training} & {row.question for row in split.validation}
    assert sorted([*split.training, *split.validation], key=lambda row: row.number) == rows


def test_that_a_split_never_takes_the_last_row() -> None:
    assert len(split_rows(rows_of(("q", "a")), 0.5).training) == 1
