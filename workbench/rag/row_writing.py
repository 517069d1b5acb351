"""Questions with answers that a local model writes from the passages of a collection: rows to train on, after a look.

The question is written as for a test set (`evaluation.generating`); then the model answers it from that passage alone.
A row is kept when the passage holds the answer: what a model made up is told with its reason, not taken.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field

from workbench.boundary import Boundary
from workbench.datasets.test_sets.types import Review
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.jobs.spec import JobSpec
from workbench.llm.engines import borrowed
from workbench.llm.grounded_prompt import Passage, grounded_messages, is_refusal
from workbench.llm.types import (
    ChatEngine,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    LoadConfig,
    ModelRef,
)
from workbench.rag.evaluation.generating import BATCH, TRIES, messages_for, question_of, spread
from workbench.rag.evaluation.types import EvaluationQuestion
from workbench.rag.retrieval import open_retriever
from workbench.rag.rows import StoredChunk
from workbench.rag.training_row_types import FactRow
from workbench.rag.training_rows import missing_words, supports
from workbench.rag.types import CollectionRef
from workbench.scoring.metrics.text import without_marks

T = TypeVar("T")
WRITE_ROWS = "workbench.rag.row_writing:write_rows"


class WriteRowsRequest(Boundary):
    collection: CollectionRef
    model: ModelRef
    load: LoadConfig = LoadConfig()
    count: int = Field(20, ge=1, le=2000)
    """Rows wanted."""
    seed: int = 0
    known: tuple[str, ...] = ()
    """Questions that there are already."""


class WrittenRow(Boundary):
    """A question with its answer, and the passage that holds it."""

    question: str
    answer: str
    document: str
    page: int = 1
    start: int = 0
    """Where the passage begins in the page's text, in characters."""
    end: int = 0
    passage: str
    problem: str = ""
    """Why it is of no use; empty for one that waits for a look."""

    def fact(self, number: int) -> FactRow:
        return FactRow(question=self.question, answer=self.answer, source=self.document, number=number)


class WriteRowsReport(Boundary):
    rows: tuple[WrittenRow, ...]
    """Those of use first come, also when it was stopped early."""
    rejected: int
    read: int
    """Passages."""


def write_rows_spec(request: WriteRowsRequest) -> JobSpec:
    """The job in which a model writes: result is a `WriteRowsReport`, each row is produced as it comes."""
    return JobSpec(
        task=WRITE_ROWS,
        params=request.model_dump(mode="json"),
        title=f"Write rows from {request.collection.name}",
        worker="llm",
        background=True,
    )


def write_rows(context: JobContext, request: WriteRowsRequest) -> WriteRowsReport:
    """Read passages until there are enough rows. Raises WorkbenchError when nothing can be asked."""
    context.progress(0, request.count, "Opening the index")
    chunks = open_retriever(request.collection, threads=context.threads).all_chunks()
    with borrowed(request.model, request.load, context.produce) as engine:
        wanted = Wanted(request.model.name, request.count, request.seed, request.known)
        return RowWriter(context, wanted, engine, context.produce).run(chunks)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written."""

    model: str
    """The name of the model that writes."""
    count: int
    seed: int = 0
    known: tuple[str, ...] = ()
    """Questions that there are already."""
    system: str = ""
    """The instruction for answers; empty: the usual one."""


class RowWriter:
    """Has a model ask about passages and answer from each of them alone; every row is handed over as it comes."""

    def __init__(
        self, context: JobContext, wanted: Wanted, engine: ChatEngine, produce: Callable[[WrittenRow], None]
    ) -> None:
        self._context, self._wanted, self._engine, self._produce = context, wanted, engine, produce
        self._known = list(wanted.known)
        self._rows: list[WrittenRow] = []
        self._rejected, self._read = 0, 0

    def run(self, chunks: Sequence[StoredChunk]) -> WriteRowsReport:
        """Until there are enough of use, or all passages were read. Raises WorkbenchError when nothing can be asked."""
        wanted = self._wanted.count
        chosen = list(spread(chunks, random.Random(self._wanted.seed)))[: TRIES * wanted]
        if not chosen:
            raise WorkbenchError(
                "The collection holds no text that is long enough to ask about.",
                hint="Add documents.",
                code="no_chunks",
            )
        for start in range(0, len(chosen), BATCH):
            if len(self._rows) >= wanted:
                break
            self._write(chosen[start : start + BATCH])
            self._context.check_cancelled()
            self._context.progress(min(len(self._rows), wanted), wanted, f"{len(self._rows)} rows written")
        rows = tuple(self._rows[:wanted])
        return WriteRowsReport(rows=rows, rejected=self._rejected, read=self._read)

    def _write(self, batch: Sequence[StoredChunk]) -> None:
        asked = [_question_request(str(place), chunk) for place, chunk in enumerate(batch)]
        questions: list[tuple[StoredChunk, EvaluationQuestion]] = []
        for chunk, completion in self._complete(asked, batch):
            self._read += 1
            question = question_of(chunk, completion, self._wanted.model, self._known)
            if question is None or question.review is Review.REJECTED:
                self._rejected += 1
                continue
            self._known.append(question.text)
            questions.append((chunk, question))
        answering = [self._answer_request(str(place), chunk, q) for place, (chunk, q) in enumerate(questions)]
        for (chunk, question), completion in self._complete(answering, questions):
            row = _row(chunk, question, completion)
            self._rejected += bool(row.problem)
            if not row.problem:
                self._rows.append(row)
            if row.problem or len(self._rows) <= self._wanted.count:
                self._produce(row)

    def _complete(self, requests: Sequence[GenerationRequest], of: Sequence[T]) -> list[tuple[T, Completion]]:
        """Each completion with what it was asked about."""
        if not requests:
            return []
        done = self._engine.complete_all(requests, lambda _: None, self._context.is_cancelled)
        return [(of[int(one.id)], one) for one in done if one.finish_reason is not FinishReason.CANCELLED]

    def _answer_request(self, name: str, chunk: StoredChunk, question: EvaluationQuestion) -> GenerationRequest:
        passages = [Passage(chunk.title, chunk.text)]
        messages = grounded_messages(question.text, passages, system=self._wanted.system)
        return GenerationRequest(id=name, messages=messages, config=GenerationConfig(max_tokens=128))


def _question_request(name: str, chunk: StoredChunk) -> GenerationRequest:
    return GenerationRequest(id=name, messages=messages_for(chunk), config=GenerationConfig(max_tokens=64))


def _row(chunk: StoredChunk, question: EvaluationQuestion, completion: Completion) -> WrittenRow:
    answer = without_marks(completion.text)
    row = WrittenRow(
        question=question.text,
        answer=answer,
        document=chunk.document,
        page=chunk.page,
        start=chunk.start,
        end=chunk.end,
        passage=chunk.text,
    )
    return row.model_copy(update={"problem": _problem(row, completion)})


def _problem(row: WrittenRow, completion: Completion) -> str:
    if completion.finish_reason is FinishReason.ERROR:
        return completion.problem
    if not row.answer:
        return "The model wrote no answer."
    if completion.finish_reason is FinishReason.LENGTH:
        return "The answer did not come to its end."
    if is_refusal(row.answer):
        return "The model could not answer its own question from the passage."
    if not supports(row.fact(0), row.passage):
        made_up = ", ".join(missing_words(row.fact(0), row.passage)[:5])
        return "The passage does not hold the answer" + (f": “{made_up}” is not in it." if made_up else ".")
    return ""
