"""Why an answer is wrong: one test per reason."""

from typing import Any

import pytest

from tests.unit.compare.scripted import arm
from workbench.compare.arm_types import Arm
from workbench.compare.judging import Judge
from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example
from workbench.llm.types import FinishReason
from workbench.rag.search_types import Hit
from workbench.scoring.types import MetricChoice

EXAMPLE = Example(id="q", question="What does it cost?", answers=("54 euros",), sources=("prices.pdf",))
RAG, PLAIN = arm("rag", collection=True), arm("plain")
RIGHT = "The kettle costs 54 euros."


def hit(document: str, text: str) -> Hit:
    return Hit(document=document, page=1, start=0, end=len(text), score=1.0, text=text)


def reason(answer: str, *hits: Hit, **more: Any) -> FailureReason | None:
    return judge(answer, *hits, **more).failure


def judge(
    answer: str,
    *hits: Hit,
    used: tuple[int, ...] | None = None,
    by: Arm = RAG,
    example: Example = EXAMPLE,
    metric: str = "exact_match",
    **more: object,
) -> Trial:
    values = {"arm": by.name, "example_id": "q", "answer": answer, "hits": hits, **more}
    values["used"] = tuple(range(len(hits))) if used is None else used
    judged = Judge((MetricChoice(name=metric),), (example,)).judge(Trial.model_validate(values), example, by)
    assert (judged.failure is None) == (judged.failure_evidence == "")
    return judged


def explained(answer: str, *hits: Hit, **more: Any) -> tuple[FailureReason | None, str]:
    judged = judge(answer, *hits, **more)
    return judged.failure, judged.failure_evidence


def test_that_a_right_answer_has_no_reason() -> None:
    assert reason("54 euros [1]", hit("prices.pdf", RIGHT)) is None


def test_that_a_missing_source_is_not_retrieved() -> None:
    assert reason("45 euros", hit("other.pdf", "Nothing.")) is FailureReason.NOT_RETRIEVED


def test_that_a_passage_without_the_answer_is_not_retrieved_although_its_document_is() -> None:
    assert reason("45 euros", hit("prices.pdf", "Prices change in May.")) is FailureReason.NOT_RETRIEVED


def test_that_a_source_that_did_not_fit_is_not_retrieved() -> None:
    hits = (hit("other.pdf", "Nothing."), hit("prices.pdf", RIGHT))
    assert reason("45 euros", *hits, used=(0,)) is FailureReason.NOT_RETRIEVED


def test_that_a_wrong_answer_beside_the_right_passage_ignores_it() -> None:
    assert reason("45 euros", hit("prices.pdf", RIGHT)) is FailureReason.IGNORED


def test_that_a_refusal_without_the_source_is_the_fault_of_retrieval() -> None:
    assert reason("The documents do not say.", hit("other.pdf", "Nothing.")) is FailureReason.NOT_RETRIEVED


def test_that_a_refusal_beside_the_right_passage_is_a_refusal() -> None:
    assert reason("The documents do not say.", hit("prices.pdf", RIGHT)) is FailureReason.REFUSED


def test_that_an_arm_without_documents_does_not_know() -> None:
    assert reason("45 euros", by=PLAIN) is FailureReason.NOT_KNOWN


def test_that_the_right_answer_among_other_words_is_the_wrong_format() -> None:
    assert reason("I think it costs 54 euros, roughly.", by=PLAIN) is FailureReason.WRONG_FORMAT


def test_that_missing_lines_are_the_wrong_format() -> None:
    example = Example(id="q", question="Late!", answers=("Category: delivery\nUrgency: high",))
    assert reason("It is late.", by=PLAIN, example=example, metric="format_fields") is FailureReason.WRONG_FORMAT
    right_lines = "Category: billing\nUrgency: high"
    assert reason(right_lines, by=PLAIN, example=example, metric="format_fields") is FailureReason.NOT_KNOWN


def test_that_an_answer_cut_at_its_limit_is_truncated() -> None:
    assert reason("It costs", by=PLAIN, finish_reason=FinishReason.LENGTH) is FailureReason.TRUNCATED


def test_that_an_answer_to_an_unanswerable_question_should_have_been_a_refusal() -> None:
    assert reason("54", by=PLAIN, example=Example(id="q", question="How loud?")) is FailureReason.NOT_REFUSED


def test_that_no_answer_is_a_crash_with_its_problem() -> None:
    assert reason("", by=PLAIN, problem="The model stopped.") is FailureReason.CRASHED


@pytest.mark.parametrize("metric", ["mrr", "citation_precision"])
def test_that_an_answer_nobody_could_judge_has_no_reason(metric: str) -> None:
    assert reason("45 euros", by=PLAIN, metric=metric) is None


# -- where the answer comes from --------------------------------------------------------------------------------------

FAN = hit("fans.pdf", "The fan costs 88 euros.")
KETTLE = hit("prices.pdf", RIGHT)


@pytest.mark.parametrize("answer", ["88 euros", "It costs 88 euros [2].", "88 euros [1]"])
def test_that_an_answer_out_of_another_passage_mixes_up_the_sources(answer: str) -> None:
    assert reason(answer, KETTLE, FAN) is FailureReason.MIXED_UP


def test_that_citing_another_source_than_the_right_one_mixes_them_up() -> None:
    assert reason("60 euros [2]", KETTLE, FAN) is FailureReason.MIXED_UP
    assert reason("60 euros [1]", KETTLE, FAN) is FailureReason.IGNORED
    assert reason("60 euros [1][2]", KETTLE, FAN) is FailureReason.IGNORED


def test_that_another_figure_of_the_right_passage_is_not_mixed_up() -> None:
    both = hit("prices.pdf", f"{RIGHT} The fan costs 88 euros.")
    assert reason("88 euros", both, FAN) is FailureReason.IGNORED


def test_that_words_of_the_question_or_a_plain_no_come_from_nowhere() -> None:
    named = hit("fans.pdf", "No. What does the kettle cost?")
    assert reason(
        "the kettle", KETTLE, named, example=EXAMPLE.model_copy(update={"question": "What of the kettle?"})
    ) is (FailureReason.IGNORED)
    assert reason("No.", KETTLE, named) is FailureReason.IGNORED


def test_that_an_answer_from_an_unread_passage_is_not_mixed_up() -> None:
    assert reason("88 euros", KETTLE, FAN, used=(0,)) is FailureReason.IGNORED


def test_that_without_the_right_passage_retrieval_is_to_blame_whatever_was_used_instead() -> None:
    assert explained("88 euros", FAN)[0] is FailureReason.NOT_RETRIEVED
    assert "The answer is that of [1] fans.pdf." in explained("88 euros", FAN)[1]


def test_that_nothing_retrieved_is_not_retrieved() -> None:
    assert reason("88 euros") is FailureReason.NOT_RETRIEVED


def test_that_a_name_from_another_passage_is_mixed_up() -> None:
    example = Example(id="q", question="Who runs the plant in Karsby?", answers=("Adela Quist",))
    right, other = hit("a.md", "Karsby is run by Adela Quist."), hit("b.md", "Ostrick is run by Jonas Petrell.")
    assert reason("That is Jonas Petrell.", right, other, example=example) is FailureReason.MIXED_UP
    assert reason("That is Jonas Quill.", right, other, example=example) is FailureReason.IGNORED


# -- which passages are the right ones --------------------------------------------------------------------------------


def test_that_without_named_sources_the_passage_that_holds_the_answer_is_the_right_one() -> None:
    example = EXAMPLE.model_copy(update={"sources": ()})
    assert reason("45 euros", hit("any.pdf", RIGHT), example=example) is FailureReason.IGNORED
    assert reason("45 euros", hit("any.pdf", "It costs 99 euros."), example=example) is FailureReason.NOT_RETRIEVED


def test_that_numbers_in_words_are_the_numbers() -> None:
    example = Example(id="q", question="How long?", answers=("3 years",), sources=("a.md",))
    assert reason("5 years", hit("a.md", "It lasts three years."), example=example) is FailureReason.IGNORED


def test_that_one_of_several_sources_is_enough_where_it_speaks_of_the_same_thing() -> None:
    example = EXAMPLE.model_copy(update={"sources": ("list.pdf", "prices.pdf")})
    assert reason("45 euros", KETTLE, example=example) is FailureReason.IGNORED


def test_that_an_answer_of_two_steps_needs_both_sources() -> None:
    question = "Who runs the plant that makes the Alder kettle?"
    example = Example(id="q", question=question, answers=("Mira Hollen",), sources=("plants.md", "kettles.md"))
    last, first = (
        hit("plants.md", "Velmora is run by Mira Hollen."),
        hit("kettles.md", "Velmora makes the Alder kettle."),
    )
    assert reason("Jonas Petrell", last, example=example) is FailureReason.NOT_RETRIEVED
    assert reason("Jonas Petrell", last, first, example=example) is FailureReason.IGNORED


def test_that_of_a_long_answer_most_of_its_words_are_looked_for() -> None:
    right = "Broken goods are picked up free of charge by the carrier within four working days."
    example = Example(id="q", question="What about broken goods?", answers=(right,))
    said = hit(
        "a.md", "When goods are broken, the carrier picked them up within four working days, free of any charge."
    )
    assert reason("We do nothing.", said, example=example, metric="token_f1") is FailureReason.IGNORED
    assert reason("We do nothing.", FAN, example=example, metric="token_f1") is FailureReason.NOT_RETRIEVED


# -- metrics ----------------------------------------------------------------------------------------------------------


def test_that_a_graded_score_counts_as_right_before_it_is_perfect() -> None:
    example = Example(id="q", question="How?", answers=("slowly over a small flame with a lid on",))
    assert reason("slowly over a small flame with a lid", by=PLAIN, example=example, metric="token_f1") is None
    assert reason("slowly", by=PLAIN, example=example, metric="token_f1") is FailureReason.NOT_KNOWN


def test_that_where_retrieval_decides_a_low_rank_is_its_failure() -> None:
    found = explained("54 euros", FAN, KETTLE, metric="mrr")
    assert found == (FailureReason.NOT_RETRIEVED, "The first source stands at rank 2 of 2.")


def test_that_where_citations_decide_none_is_the_wrong_format_and_a_wrong_one_is_mixed_up() -> None:
    assert reason("54 euros [2]", KETTLE, FAN, metric="citation_precision") is FailureReason.MIXED_UP


def test_that_an_answer_of_another_form_is_so_also_without_its_source() -> None:
    example = Example(id="q", question="Late!", answers=("Category: delivery\nUrgency: high",), sources=("guide.md",))
    assert reason("It is late.", FAN, example=example, metric="exact_match") is FailureReason.WRONG_FORMAT
    wrong = "Category: billing\nUrgency: high"
    assert reason(wrong, FAN, example=example, metric="exact_match") is FailureReason.NOT_RETRIEVED


# -- cut off, rules, refusals -----------------------------------------------------------------------------------------


def test_that_what_was_right_before_it_was_cut_off_is_the_wrong_format() -> None:
    cut = "It costs 54 euros. By the way, the fan"
    assert reason(cut, by=PLAIN, finish_reason=FinishReason.LENGTH) is FailureReason.WRONG_FORMAT


def test_that_an_endless_repetition_is_not_cut_off() -> None:
    endless = "I think so. " * 12
    assert explained(endless, by=PLAIN, finish_reason=FinishReason.LENGTH)[0] is FailureReason.NOT_KNOWN
    assert "repeats itself" in explained(endless, by=PLAIN, finish_reason=FinishReason.LENGTH)[1]


def test_that_thoughts_that_came_to_no_answer_are_truncated_or_have_the_wrong_format() -> None:
    thoughts = "Let me think about the price of kettles in general"
    assert reason("", by=PLAIN, text=thoughts, finish_reason=FinishReason.LENGTH) is FailureReason.TRUNCATED
    assert reason("", by=PLAIN, text=thoughts) is FailureReason.WRONG_FORMAT


def test_that_a_model_without_documents_that_says_so_does_not_know() -> None:
    assert reason("I don't know.", by=PLAIN) is FailureReason.NOT_KNOWN


def test_that_an_empty_answer_says_so() -> None:
    assert "empty" in explained("", KETTLE)[1]
