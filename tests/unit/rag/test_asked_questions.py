"""Questions that a model writes into a test set, and questions that go from a test set to a retrieval set and back."""

import contextlib
from typing import Any

import pytest

from tests.openai_server import serving
from workbench.database import Database
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import Origin, Provenance, Review, SetQuestion
from workbench.embedding import EmbedderRef
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Produced
from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import Completion, FinishReason, GenerationRequest, ModelRef
from workbench.rag import asked_questions as module
from workbench.rag.asked_questions import (
    WriteQuestionsRequest,
    from_retrieval_set,
    to_retrieval_set,
    write_questions,
    write_questions_job,
    written_question,
)
from workbench.rag.evaluation.importing import DocumentFinder
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.row_writing import WrittenRow
from workbench.rag.rows import StoredChunk
from workbench.rag.types import CollectionRef
from workbench.recording import recorder

ROW = WrittenRow(
    question="How long is it guaranteed?",
    answer="18 months",
    document="maple.pdf",
    page=2,
    start=10,
    end=60,
    passage="A warranty of 18 months.",
)
REQUEST = WriteQuestionsRequest(
    collection=CollectionRef(name="c", folder="c", embedder=EmbedderRef(name="e", path="", content_hash="")),
    test_set="facts",
    model=ModelRef(name="writer", path="/m/w.gguf"),
)
PASSAGE = (
    "The Maple toaster has a warranty of 18 months from the day of delivery, and spare parts are kept for ten years "
    "after the last one was sold by the company."
)


def test_that_a_written_question_waits_with_its_passage() -> None:
    question = written_question(ROW, "handbook", "writer")
    assert (question.answers, question.sources) == (("18 months",), ("maple.pdf",))
    assert (question.origin, question.review, question.remark) == (
        Origin.GENERATED,
        Review.WAITING,
        "Written by writer.",
    )
    assert question.where.in_words() == "maple.pdf, page 2"
    assert (question.where.passage, question.where.collection) == ("A warranty of 18 months.", "handbook")
    assert not question.counts


def test_that_what_the_passage_does_not_hold_is_rejected_with_the_reason() -> None:
    row = ROW.model_copy(update={"problem": "The passage does not hold the answer: “24” is not in it."})
    question = written_question(row, "handbook", "writer")
    assert (question.review, question.remark) == (Review.REJECTED, row.problem)


def test_that_every_question_is_kept_as_it_comes(database: Database) -> None:
    record = recorder(database, write_questions_job(REQUEST))
    question = written_question(ROW, "c", "writer")
    for _ in range(2):
        record(Produced(job_id="j", kind="SetQuestion", item=question.model_dump(mode="json")))
    [kept] = TestSetStore(database).questions("facts")
    assert (kept.question, kept.review) == (ROW.question, Review.WAITING)


def test_that_a_retrieval_set_gives_questions_without_answers() -> None:
    asked = [
        EvaluationQuestion(
            text="How long?",
            relevant=(
                RelevantPlace(document="b.pdf"),
                RelevantPlace(document="a.pdf", page=3, start=2, end=7),
            ),
            review=Review.WAITING,
            remark="Written by m.",
        ),
        EvaluationQuestion(text="Nothing answers this?"),
    ]
    [question] = from_retrieval_set(asked, "handbook", lambda document, page: f"{document} {page} text")
    assert question.sources == ("b.pdf", "a.pdf")
    assert question.answers_unknown and question.review is Review.WAITING
    assert (question.where.document, question.where.page, question.where.passage) == ("a.pdf", 3, "pdf 3")


def test_that_a_test_set_gives_places_where_its_sources_are_documents() -> None:
    where = Provenance(collection="handbook", document="a.pdf", page=3, start=2, end=7)
    asked = [
        SetQuestion(id="1", question="A?", answers=("x",), sources=("a.pdf", "b"), where=where),
        SetQuestion(id="2", question="B?", answers=("x",), sources=("z.pdf",)),
        SetQuestion(id="3", question="C?", answers=("x",)),
        SetQuestion(id="4", question="D?", answers=("x",), sources=("a.pdf",), review=Review.WAITING),
    ]
    found = to_retrieval_set(asked, "handbook", DocumentFinder(["docs/a.pdf", "a.pdf", "b.txt"]))
    [question] = found.questions
    assert question.relevant == (
        RelevantPlace(document="a.pdf", page=3, start=2, end=7),
        RelevantPlace(document="b.txt"),
    )
    assert found.problems == ("2: the collection has no document 'z.pdf'.", "3: it names no source.")


def test_that_questions_are_written_from_an_index_and_what_is_made_up_is_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chunks = [
        StoredChunk(chunk_id=str(n), document=f"{n}.md", doc_hash=str(n), page=2, start=5, end=5 + len(PASSAGE),
                    title="", text=PASSAGE.replace("Maple", name))
        for n, name in enumerate(("Maple", "Alder", "Cedar"))
    ]  # fmt: skip

    class Index:
        def all_chunks(self) -> list[StoredChunk]:
            return chunks

    class Writer:
        """Asks about the toaster of each passage; makes up the answer about one of them."""

        def complete_all(self, requests: Any, on_done: Any, is_cancelled: Any) -> list[Completion]:
            return [Completion(id=r.id, text=self._answer(r), finish_reason=FinishReason.STOP) for r in requests]

        def _answer(self, request: GenerationRequest) -> str:
            text = request.messages[-1].content
            name = next(name for name in ("Maple", "Alder", "Cedar") if name in text)
            if "[1]" not in text:
                return f"For how long is a toaster of {name} guaranteed?"
            assert "as few words as possible" in request.messages[0].content
            return "24 months" if name == "Cedar" else "18 months [1]"

    monkeypatch.setattr(module, "open_retriever", lambda *_args, **_more: Index())
    monkeypatch.setattr(module, "borrowed", lambda *_args: contextlib.nullcontext(Writer()))
    context = RecordingContext()
    report = write_questions(context, REQUEST)
    assert (report.written, report.rejected, report.is_complete) == (2, 1, False)
    made = [item for item in context.produced if isinstance(item, SetQuestion)]
    good = [question for question in made if question.review is Review.WAITING]
    assert {question.answers for question in good} == {("18 months",)}
    assert good[0].where.passage in {chunk.text for chunk in chunks}
    assert (good[0].where.page, good[0].where.start) == (2, 5)
    [bad] = [question for question in made if question.review is Review.REJECTED]
    assert bad.remark == "The passage does not hold the answer: “24” is not in it."


def test_that_a_model_on_a_server_can_write_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    chunk = StoredChunk(
        chunk_id="1", document="1.md", doc_hash="1", page=2, start=5, end=5 + len(PASSAGE), title="", text=PASSAGE
    )

    class Index:
        def all_chunks(self) -> list[StoredChunk]:
            return [chunk]

    def written(body: dict[str, Any]) -> str:
        is_answer = "[1]" in body["messages"][-1]["content"]
        return "18 months [1]" if is_answer else "For how long is a toaster of Maple guaranteed?"

    monkeypatch.setattr(module, "open_retriever", lambda *_args, **_more: Index())
    context = RecordingContext()
    with serving() as server:
        server.answer = written
        model = as_model(Endpoint(name="far", base_url=server.url, model="large"))
        report = write_questions(context, REQUEST.model_copy(update={"model": model}))
    assert (report.written, report.rejected) == (1, 0)
    [made] = [item for item in context.produced if isinstance(item, SetQuestion)]
    assert (made.answers, made.review, made.remark) == (("18 months",), Review.WAITING, "Written by far.")
    assert {asked.body["model"] for asked in server.answered} == {"large"}
