"""Questions written by a model: which ones are of use, and what is kept of them."""

import random

import pytest

from workbench.datasets.test_sets.types import Origin, Review
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.scripted_engine import ScriptedEngine
from workbench.llm.types import GenerationRequest, ModelRef
from workbench.rag.evaluation.generating import GenerateRequest, generate, spread
from workbench.rag.evaluation.question_filters import longest_run, problem_with, question_in
from workbench.rag.evaluation.types import EvaluationQuestion
from workbench.rag.rows import StoredChunk
from workbench.rag.types import CollectionRef

PASSAGE = (
    "The Maple toaster has a warranty of 18 months from the day of delivery, and spare parts are kept for ten years "
    "after the last one was sold by the company."
)
GOOD = "For how long is a Maple toaster guaranteed?"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (GOOD, ""),
        ("The Maple toaster.", "no question"),
        ("Why?", "1 words"),
        ("What does the passage say about the warranty?", "speaks of the passage"),
        ("How long is the warranty described above?", "speaks of the passage"),
        ("How long does it have that?", "no word"),
        ("How long is its warranty?", "without naming"),
        ("What is the capital of France?", "no word"),
        ("Has the Maple toaster a warranty of 18 months from the day of delivery?", "copies"),
        ("is a warranty of 18 months from the day?", "copies"),
    ],
)
def test_that_useless_questions_are_named_by_their_fault(question: str, reason: str) -> None:
    problem = problem_with(question, PASSAGE)
    assert reason in problem and bool(reason) == bool(problem)


def test_that_a_question_is_not_asked_twice() -> None:
    assert "already" in problem_with(GOOD, PASSAGE, known=["for how long is a maple toaster guaranteed"])


def test_that_scripts_without_spaces_are_not_counted_in_words() -> None:
    assert (
        problem_with("メープルトースターの保証期間はどのくらいですか？", "メープルトースターの保証期間は18か月です。")
        == ""
    )


def test_that_the_question_is_found_in_what_a_model_writes() -> None:
    assert question_in("Sure!\n1. “How long   is it?”\nBecause it says so.") == "How long is it?"
    assert question_in("Question: Who pays?") == "Who pays?"
    assert question_in("\n\n") == ""
    assert longest_run("a b c d".split(), "x b c a b c d y".split()) == 4


def chunk(document: str, number: int, text: str = PASSAGE) -> StoredChunk:
    return StoredChunk(
        chunk_id=f"{document}-{number}", document=document, doc_hash=document, page=1, start=10 * number,
        end=10 * number + len(text), title="", text=text,
    )  # fmt: skip


def test_that_chunks_are_taken_from_every_document_before_any_gets_a_second() -> None:
    chunks = [chunk("big", n) for n in range(9)] + [chunk("small", 0), chunk("tiny", 0, "Too short.")]
    order = list(spread(chunks, random.Random(1)))
    assert {one.document for one in order[:2]} == {"big", "small"} and len(order) == 10
    assert [c.chunk_id for c in spread(chunks, random.Random(1))] == [c.chunk_id for c in order]


def request(count: int) -> GenerateRequest:
    embedder = EmbedderRef(name="e", path="/e", content_hash="0" * 64)
    return GenerateRequest(
        collection=CollectionRef(name="docs", folder="/x", embedder=embedder),
        test_set="mine",
        model=ModelRef(name="starter", path="/m.gguf"),
        count=count,
    )


def test_that_questions_wait_for_a_look_and_useless_ones_are_kept_with_their_reason() -> None:
    said = iter([GOOD, "What does the text say?", "Until when can parts of a toaster be bought?", GOOD])

    def script(asked: GenerationRequest) -> str:
        assert PASSAGE in asked.messages[-1].content
        return next(said)

    context = RecordingContext()
    report = generate(context, request(2), [chunk("a", n) for n in range(4)], ScriptedEngine(script))
    assert (report.written, report.rejected, report.is_complete) == (2, 1, True)
    first, second, third = (item for item in context.produced if isinstance(item, EvaluationQuestion))
    assert (first.review, second.review, third.review) == (Review.WAITING, Review.REJECTED, Review.WAITING)
    assert first.origin is Origin.GENERATED and first.remark == "Written by starter."
    place = first.relevant[0]
    assert (place.document, place.page) == ("a", 1) and place.end - place.start == len(PASSAGE)


def test_that_a_model_that_cannot_ask_is_named_and_fills_no_set() -> None:
    context = RecordingContext()
    report = generate(context, request(2), [chunk("a", n) for n in range(4)], ScriptedEngine(lambda _: "3 years"))
    assert (report.written, report.rejected, context.produced) == (0, 4, [])
    assert "tiny wrote no question that is of use" in report.in_words("tiny")


def test_that_a_stop_keeps_what_was_written() -> None:
    context = RecordingContext()

    def script(asked: GenerationRequest) -> str:
        context.cancelled.set()
        return GOOD

    report = generate(context, request(20), [chunk("a", n) for n in range(20)], ScriptedEngine(script))
    assert not report.is_complete and report.read < 20


def test_that_nothing_to_ask_about_is_said() -> None:
    with pytest.raises(WorkbenchError, match="long enough"):
        generate(RecordingContext(), request(2), [chunk("a", 1, "Short.")], ScriptedEngine([]))
