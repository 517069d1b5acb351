"""Test questions and documents: written by a model out of passages, and carried between test sets and retrieval sets.

A question of a test set has right answers and names the documents that hold them; one of a retrieval set knows the
places that answer it. Each can become the other as far as it knows what that needs.
"""

from collections.abc import Callable, Sequence

from pydantic import Field

from workbench import resources
from workbench.boundary import Boundary
from workbench.datasets.test_sets.types import LONGEST_PASSAGE, Origin, Provenance, Review, SetQuestion
from workbench.jobs.context import JobContext
from workbench.jobs.spec import JobSpec
from workbench.llm.engines import borrowed
from workbench.llm.grounded_prompt import grounded_system
from workbench.llm.types import LoadConfig, ModelRef
from workbench.rag.evaluation.generating import GenerateReport
from workbench.rag.evaluation.importing import DocumentFinder, Imported
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.retrieval import open_retriever
from workbench.rag.row_writing import RowWriter, Wanted, WrittenRow
from workbench.rag.types import CollectionRef

WRITE_QUESTIONS = "workbench.rag.asked_questions:write_questions"


class WriteQuestionsRequest(Boundary):
    """Have a model write questions with answers into a test set."""

    collection: CollectionRef
    test_set: str
    model: ModelRef
    load: LoadConfig = LoadConfig()
    count: int = Field(20, ge=1, le=2000)
    """Questions of use that are wanted."""
    seed: int = 0
    known: tuple[str, ...] = ()
    """Questions that the set has already."""


def write_questions_job(request: WriteQuestionsRequest) -> JobSpec:
    """The job that writes; every question is kept as soon as it comes, so that nothing is lost by a stop or a crash."""
    return JobSpec(
        task=WRITE_QUESTIONS,
        params=request.model_dump(mode="json"),
        title=f"Write questions about {request.collection.name}",
        worker="llm",
        background=True,
    )


def write_questions(context: JobContext, request: WriteQuestionsRequest) -> GenerateReport:
    """Produces a SetQuestion for every answered question; where the passage does not hold the answer it is rejected.

    Raises WorkbenchError when the collection has nothing to ask about.
    """
    context.progress(0, request.count, "Opening the index")
    chunks = open_retriever(request.collection, threads=context.threads).all_chunks()
    system = f"{grounded_system()} {resources.text('prompts/test_answer.md').strip()}"
    wanted = Wanted(request.model.name, request.count, request.seed, request.known, system)

    def produce(row: WrittenRow) -> None:
        context.produce(written_question(row, request.collection.name, request.model.name))

    with borrowed(request.model, request.load, context.produce) as engine:
        made = RowWriter(context, wanted, engine, produce).run(chunks)
    written = len(made.rows)
    return GenerateReport(written=written, rejected=made.rejected, read=made.read, is_complete=written >= request.count)


def written_question(row: WrittenRow, collection: str, model: str) -> SetQuestion:
    """What a model wrote, for somebody to look at."""
    where = Provenance(
        collection=collection,
        document=row.document,
        page=row.page,
        start=row.start,
        end=row.end,
        passage=row.passage[:LONGEST_PASSAGE],
    )
    return SetQuestion(
        question=row.question,
        answers=(row.answer,) if row.answer else (),
        answers_unknown=not row.answer,
        sources=(row.document,),
        origin=Origin.GENERATED,
        review=Review.REJECTED if row.problem else Review.WAITING,
        remark=row.problem or f"Written by {model}.",
        where=where,
    )


def from_retrieval_set(
    questions: Sequence[EvaluationQuestion], collection: str, page_text: Callable[[str, int], str]
) -> tuple[SetQuestion, ...]:
    """Questions with their places as sources; nobody said what the right answers are. Those without a place are left.

    `page_text` gives the text of a document's page, for the passage that is shown beside the question.
    """
    return tuple(_from_places(question, collection, page_text) for question in questions if question.relevant)


def _from_places(question: EvaluationQuestion, collection: str, page_text: Callable[[str, int], str]) -> SetQuestion:
    first = next((place for place in question.relevant if place.page), question.relevant[0])
    passage = page_text(first.document, first.page)[first.start : first.end] if first.page else ""
    return SetQuestion(
        question=question.text,
        answers_unknown=True,
        sources=tuple(dict.fromkeys(place.document for place in question.relevant)),
        origin=question.origin,
        review=question.review,
        remark=question.remark,
        where=Provenance(
            collection=collection,
            document=first.document,
            page=first.page,
            start=first.start,
            end=first.end,
            passage=passage[:LONGEST_PASSAGE],
        ),
    )


def to_retrieval_set(questions: Sequence[SetQuestion], collection: str, finder: DocumentFinder) -> Imported:
    """Accepted questions whose sources are documents of the collection, with the passage where it is known."""
    found: list[EvaluationQuestion] = []
    problems: list[str] = []
    for question in questions:
        if not question.counts:
            continue
        documents = [finder.find(source) for source in question.sources]
        if not question.sources or "" in documents:
            gone = f"has no document {question.sources[documents.index('')]!r}" if question.sources else ""
            problems.append(f"{question.id}: {f'the collection {gone}' if gone else 'it names no source'}.")
            continue
        relevant = tuple(dict.fromkeys(_place(question, document, collection) for document in documents))
        found.append(EvaluationQuestion(text=question.question, relevant=relevant, origin=question.origin))
    return Imported(tuple(found), tuple(problems))


def _place(question: SetQuestion, document: str, collection: str) -> RelevantPlace:
    where = question.where
    if where.collection == collection and where.document == document and where.page and where.end > where.start:
        return RelevantPlace(document=document, page=where.page, start=where.start, end=where.end)
    return RelevantPlace(document=document)
