"""Questions about all documents ("every contract that mentions X"): the whole collection is gone through, not the top.

Every chunk is considered. Those that share no word with what was asked and mean something else are passed over by a
cheap filter; the model is asked about each of the rest alone, many at once, and says whether that passage answers.
"""

import re
import time
from collections.abc import Iterator, Sequence

from pydantic import Field

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.engines import borrowed
from workbench.llm.grounded_prompt import Passage, grounded_messages, is_refusal
from workbench.llm.types import (
    AdapterRef,
    ChatEngine,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    LoadConfig,
    ModelRef,
)
from workbench.rag.citations import without_marks
from workbench.rag.retrieval import Retriever, content_words
from workbench.rag.rows import StoredChunk
from workbench.rag.types import Citation, CollectionRef

BATCH = 32
"""Passages that are read at once; after each it can be stopped and keeps what it has."""
LIKELY = 0.25
"""Cosine similarity to the question from which on a passage is read although it shares no word with it."""


class ExhaustiveRequest(Boundary):
    """A question to every passage of a collection."""

    collection: CollectionRef
    question: str = Field(min_length=1)
    model: ModelRef
    load: LoadConfig = LoadConfig()
    config: GenerationConfig = GenerationConfig(max_tokens=96)
    adapter: AdapterRef | None = None
    reads_everything: bool = False
    """No filter: the model reads every passage. Slow, and nothing can be missed by the filter."""


class Finding(Boundary):
    """What one passage answered."""

    answer: str
    citation: Citation


class ExhaustiveProgress(Boundary):
    """How far it is."""

    chunks: int
    """All of the collection."""
    likely: int
    """Those that the model reads."""
    read: int
    found: int


class Group(Boundary):
    """Passages that gave the same answer."""

    answer: str
    citations: tuple[Citation, ...]


class ExhaustiveReport(Boundary):
    """What came out, counted."""

    chunks: int
    likely: int
    read: int
    groups: tuple[Group, ...]
    """Different answers, those with the most documents first."""
    documents: int
    """Documents with at least one finding."""
    problems: int = 0
    """Passages that the model could not be asked about (too long for its context)."""
    is_complete: bool
    """False when it was stopped: the rest was not read."""
    seconds: float


def go_through(context: JobContext, request: ExhaustiveRequest, retriever: Retriever) -> ExhaustiveReport:
    """Read the likely passages batch by batch; a cancel ends it after the batch and keeps what was found."""
    began = time.monotonic()
    chunks = retriever.all_chunks()
    context.progress(0, len(chunks), "Looking for passages that may answer")
    likely = chunks if request.reads_everything else _likely(request.question, chunks, retriever)
    findings: list[Finding] = []
    read = problems = 0
    with borrowed(request.model, request.load) as engine:
        for batch in _batches(likely):
            if context.is_cancelled():
                break
            answered = _read(engine, request, batch, context)
            problems += sum(completion.finish_reason is FinishReason.ERROR for _, completion in answered)
            read += len(batch)
            for finding in _findings(answered, len(findings)):
                findings.append(finding)
                context.produce(finding)
            context.produce(ExhaustiveProgress(chunks=len(chunks), likely=len(likely), read=read, found=len(findings)))
            if not context.is_cancelled():
                context.progress(read, len(likely), f"Read {read:,} of {len(likely):,} passages, {len(findings)} found")
    if likely and problems == read:
        raise WorkbenchError(
            "No passage could be read by this model.",
            hint="Choose a longer context or another model.",
            code="nothing_read",
        )
    return ExhaustiveReport(
        chunks=len(chunks),
        likely=len(likely),
        read=read,
        groups=_grouped(findings),
        documents=len({finding.citation.document for finding in findings}),
        problems=problems,
        is_complete=read == len(likely),
        seconds=time.monotonic() - began,
    )


def _likely(question: str, chunks: Sequence[StoredChunk], retriever: Retriever) -> list[StoredChunk]:
    """Passages that share a word with what is asked, or mean something near it; in reading order."""
    wanted = {_stem(word) for word in re.findall(r"\w{3,}", content_words(question).casefold())}
    near = retriever.likely_by_meaning(question, LIKELY)
    return [
        chunk
        for chunk in chunks
        if chunk.chunk_id in near
        or any(_stem(word) in wanted for word in re.findall(r"\w{3,}", f"{chunk.title} {chunk.text}".casefold()))
    ]


def _stem(word: str) -> str:
    """Long words by their beginning: forms of a word count as the word."""
    return word[: max(4, len(word) - 2)]


def _batches(chunks: Sequence[StoredChunk]) -> Iterator[Sequence[StoredChunk]]:
    for start in range(0, len(chunks), BATCH):
        yield chunks[start : start + BATCH]


def _read(
    engine: ChatEngine, request: ExhaustiveRequest, batch: Sequence[StoredChunk], context: JobContext
) -> list[tuple[StoredChunk, Completion]]:
    requests = [
        GenerationRequest(
            id=str(number),
            messages=grounded_messages(request.question, [Passage(title=chunk.title, text=chunk.text)]),
            config=request.config,
            adapter=request.adapter,
        )
        for number, chunk in enumerate(batch)
    ]
    completions = engine.complete_all(requests, lambda _: None, context.is_cancelled)
    done = [c for c in completions if c.finish_reason is not FinishReason.CANCELLED]
    return [(batch[int(completion.id)], completion) for completion in done]


def _findings(answered: Sequence[tuple[StoredChunk, Completion]], before: int) -> Iterator[Finding]:
    number = before
    for chunk, completion in answered:
        said = without_marks(completion.text).strip()
        if not said or is_refusal(said) or completion.finish_reason is FinishReason.ERROR:
            continue
        number += 1
        place = Citation(
            number=number, document=chunk.document, page=chunk.page, start=chunk.start, end=chunk.end, text=chunk.text
        )
        yield Finding(answer=said, citation=place)


def _grouped(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Answers that differ only in case and punctuation are one."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(" ".join(re.findall(r"\w+", finding.answer.casefold())), []).append(finding)
    ordered = sorted(groups.values(), key=lambda group: (-len({f.citation.document for f in group}), group[0].answer))
    return tuple(Group(answer=group[0].answer, citations=tuple(f.citation for f in group)) for group in ordered)
