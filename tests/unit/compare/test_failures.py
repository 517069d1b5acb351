"""Why an answer is wrong: one test per reason."""

import pytest

from tests.unit.compare.scripted import arm
from workbench.compare.judging import Judge
from workbench.compare.types import Arm, FailureReason, Trial
from workbench.datasets.types import Example
from workbench.llm.types import FinishReason
from workbench.rag.types import Hit
from workbench.scoring.types import MetricChoice

EXAMPLE = Example(id="q", question="What does it cost?", answers=("54 euros",), sources=("prices.pdf",))
RAG, PLAIN = arm("rag", collection=True), arm("plain")
RIGHT = "The kettle costs 54 euros."


def hit(document: str, text: str) -> Hit:
    return Hit(document=document, page=1, start=0, end=len(text), score=1.0, text=text)


def reason(
    answer: str,
    *hits: Hit,
    used: tuple[int, ...] | None = None,
    by: Arm = RAG,
    example: Example = EXAMPLE,
    metric: str = "exact_match",
    **more: object,
) -> FailureReason | None:
    values = {"arm": by.name, "example_id": "q", "answer": answer, "hits": hits, **more}
    values["used"] = tuple(range(len(hits))) if used is None else used
    judged = Judge((MetricChoice(name=metric),), (example,)).judge(Trial.model_validate(values), example, by)
    assert (judged.failure is None) == (judged.failure_evidence == "")
    return judged.failure


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
