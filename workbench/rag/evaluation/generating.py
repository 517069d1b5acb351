"""Questions that a local model writes from the chunks of a collection, for somebody to look at."""

import random
import re
from collections.abc import Iterator, Sequence

from pydantic import Field

from workbench import resources
from workbench.boundary import Boundary
from workbench.datasets.test_sets.types import Origin, Review
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.types import (
    AdapterRef,
    ChatEngine,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    LoadConfig,
    ModelRef,
    Role,
)
from workbench.rag.evaluation.question_filters import NO_QUESTION, problem_with, question_in
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.rows import StoredChunk
from workbench.rag.types import CollectionRef

BATCH = 8
"""Chunks that the model reads at once; after each batch it can be stopped."""
SHORTEST = 80
"""Letters of a chunk: shorter ones say too little to ask about."""
TRIES = 3
"""So many chunks are read for each question that is wanted, at most: some questions are of no use."""


class GenerateRequest(Boundary):
    """Write questions into a test set."""

    collection: CollectionRef
    test_set: str
    model: ModelRef
    load: LoadConfig = LoadConfig()
    adapter: AdapterRef | None = None
    config: GenerationConfig = GenerationConfig(max_tokens=64)
    count: int = Field(20, ge=1, le=2000)
    """Questions wanted, those that a filter rejects not counted."""
    seed: int = 0
    known: tuple[str, ...] = ()
    """Questions that the set has already."""


class GenerateReport(Boundary):
    """What came out."""

    written: int
    """Questions that wait for a look."""
    rejected: int
    read: int
    """Chunks."""
    is_complete: bool
    """False when it was stopped, or the collection had too few chunks."""

    def in_words(self, model: str) -> str:
        """What a person is told."""
        if not self.written and self.read:
            return f"{model} wrote no question that is of use ({self.read} passages were read). Choose a larger model."
        return f"{self.written} questions wait for a look; {self.rejected} were of no use."


def generate(
    context: JobContext, request: GenerateRequest, chunks: Sequence[StoredChunk], engine: ChatEngine
) -> GenerateReport:
    """Produces an EvaluationQuestion for each chunk that was asked about, the useless ones rejected with their reason;
    what is no question at all is only counted.

    Raises WorkbenchError when the collection has no chunk to ask about, or the model answers nothing at all.
    """
    chosen = list(spread(chunks, random.Random(request.seed)))[: TRIES * request.count]
    if not chosen:
        raise WorkbenchError(
            "The collection holds no text that is long enough to ask about.", hint="Add documents.", code="no_chunks"
        )
    known, written, rejected, read, failed = list(request.known), 0, 0, 0, 0
    for start in range(0, len(chosen), BATCH):
        if context.is_cancelled() or written >= request.count:
            break
        batch = chosen[start : start + BATCH]
        for chunk, completion in _ask(engine, request, batch, context):
            read += 1
            failed += completion.finish_reason is FinishReason.ERROR
            question = question_of(chunk, completion, request.model.name, known)
            if question is None or written >= request.count:
                continue
            if question.remark == NO_QUESTION:  # nothing that anybody could mend
                rejected += 1
                continue
            context.produce(question)
            known.append(question.text)
            written += question.review is Review.WAITING
            rejected += question.review is Review.REJECTED
        if not context.is_cancelled():
            context.progress(written, request.count, f"{written} questions, {rejected} of no use")
    if read and failed == read:
        raise WorkbenchError(
            f"{request.model.name} could not read a single passage.",
            hint="Choose a longer context or another model.",
            code="nothing_written",
        )
    return GenerateReport(written=written, rejected=rejected, read=read, is_complete=written >= request.count)


def spread(chunks: Sequence[StoredChunk], draw: random.Random) -> Iterator[StoredChunk]:
    """Chunks that say enough, one of each document in turn, drawn by chance."""
    by_document: dict[str, list[StoredChunk]] = {}
    for chunk in chunks:
        if len(re.findall(r"\w", chunk.text)) >= SHORTEST:
            by_document.setdefault(chunk.document, []).append(chunk)
    waiting = [by_document[name] for name in sorted(by_document)]
    for one in waiting:
        draw.shuffle(one)
    draw.shuffle(waiting)
    while waiting:
        for one in waiting:
            yield one.pop()
        waiting = [one for one in waiting if one]


def _ask(
    engine: ChatEngine, request: GenerateRequest, batch: Sequence[StoredChunk], context: JobContext
) -> list[tuple[StoredChunk, Completion]]:
    requests = [
        GenerationRequest(id=str(number), messages=messages_for(chunk), config=request.config, adapter=request.adapter)
        for number, chunk in enumerate(batch)
    ]
    done = engine.complete_all(requests, lambda _: None, context.is_cancelled)
    return [(batch[int(one.id)], one) for one in done if one.finish_reason is not FinishReason.CANCELLED]


def messages_for(chunk: StoredChunk) -> tuple[ChatMessage, ...]:
    """How a question about a passage is asked for."""
    passage = "\n".join(filter(None, [chunk.title, chunk.text.strip()]))
    return (
        ChatMessage(role=Role.SYSTEM, content=resources.text("prompts/test_question.md").strip()),
        ChatMessage(role=Role.USER, content=f"Passage:\n\n{passage}\n\nQuestion:"),
    )


def question_of(
    chunk: StoredChunk, completion: Completion, model: str, known: Sequence[str]
) -> EvaluationQuestion | None:
    """The question, rejected with the reason where it is of no use; None where the model wrote nothing."""
    text = question_in(completion.text)[:2000]
    if not text or completion.finish_reason is FinishReason.ERROR:
        return None
    problem = problem_with(text, chunk.text, chunk.title, known)
    return EvaluationQuestion(
        text=text,
        relevant=(RelevantPlace(document=chunk.document, page=chunk.page, start=chunk.start, end=chunk.end),),
        origin=Origin.GENERATED,
        review=Review.REJECTED if problem else Review.WAITING,
        remark=problem or f"Written by {model}.",
    )
