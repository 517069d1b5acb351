"""Questions about all documents ("every contract that mentions X"): the whole collection is gone through, not the top.

Every chunk is considered. Those that share no word with what was asked and mean something else are passed over by a
cheap filter (`exhaustive_filter.py`); the model is asked about each of the rest alone, many at once, and says whether
that passage answers.
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
from workbench.rag.answer_types import Citation
from workbench.rag.citations import without_marks
from workbench.rag.exhaustive_filter import PassageFilter, passing
from workbench.rag.retrieval import Retriever
from workbench.rag.rows import StoredChunk
from workbench.rag.types import CollectionRef

BATCH = 32
"""Passages that are read at once; after each it can be stopped and keeps what it has."""


class Reached(Boundary):
    """The last passage of a batch that was read whole, in the order of documents and pages."""

    document: str
    page: int
    start: int


class ExhaustiveRequest(Boundary):
    """A question to every passage of a collection."""

    collection: CollectionRef
    question: str = Field(min_length=1)
    model: ModelRef
    load: LoadConfig = LoadConfig()
    config: GenerationConfig = GenerationConfig(max_tokens=96)
    adapter: AdapterRef | None = None
    passes: PassageFilter = PassageFilter()
    """Which passages the model reads."""
    after: Reached | None = None
    """Go on behind this place, where an earlier run was stopped."""
    found_before: int = Field(0, ge=0)
    """Findings of that run: the numbers go on."""


class Finding(Boundary):
    """What one passage answered."""

    answer: str
    citation: Citation


class ExhaustiveProgress(Boundary):
    """How far it is."""

    chunks: int
    """All of the collection."""
    likely: int
    """Those that the model reads; of a run that goes on those of the earlier one too."""
    read: int
    found: int
    reached: Reached | None = None
    """None before the first batch was read whole."""


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
    """Read the likely passages batch by batch; a cancel ends it within the batch and keeps what was found."""
    began = time.monotonic()
    chunks = retriever.all_chunks()
    context.progress(0, len(chunks), "Looking for passages that may answer")
    likely = passing(request.passes, request.question, chunks, retriever)
    behind = [chunk for chunk in likely if request.after is None or _place(chunk) > _key(request.after)]
    reading = _Reading(context, request, chunks=len(chunks), likely=len(likely), read=len(likely) - len(behind))
    with borrowed(request.model, request.load, context.produce) as engine:
        for batch in _batches(behind):
            if context.is_cancelled():
                break
            reading.take(engine, batch)
    if behind and reading.problems == len(behind):
        raise WorkbenchError(
            "No passage could be read by this model.",
            hint="Choose a longer context or another model.",
            code="nothing_read",
        )
    return ExhaustiveReport(
        chunks=len(chunks),
        likely=len(likely),
        read=reading.read,
        groups=grouped(reading.findings),
        documents=len({finding.citation.document for finding in reading.findings}),
        problems=reading.problems,
        is_complete=reading.read == len(likely),
        seconds=time.monotonic() - began,
    )


class _Reading:
    """How far the reading is, and what was found."""

    def __init__(self, context: JobContext, request: ExhaustiveRequest, *, chunks: int, likely: int, read: int) -> None:
        self._context = context
        self._request = request
        self._chunks = chunks
        self._likely = likely
        self._reached = request.after
        self.read = read
        self.problems = 0
        self.findings: list[Finding] = []

    def take(self, engine: ChatEngine, batch: Sequence[StoredChunk]) -> None:
        """Have a batch read; of one that is cancelled halfway what was read counts."""
        answered = _read(engine, self._request, batch, self._context)
        self.problems += sum(completion.finish_reason is FinishReason.ERROR for _, completion in answered)
        self.read += len(answered)
        for finding in _findings(answered, self._request.found_before + len(self.findings)):
            self.findings.append(finding)
            self._context.produce(finding)
        if len(answered) == len(batch):
            self._reached = Reached(document=batch[-1].document, page=batch[-1].page, start=batch[-1].start)
        found = self._request.found_before + len(self.findings)
        self._context.produce(
            ExhaustiveProgress(
                chunks=self._chunks, likely=self._likely, read=self.read, found=found, reached=self._reached
            )
        )
        if not self._context.is_cancelled():
            label = f"Read {self.read:,} of {self._likely:,} passages, {found} found"
            self._context.progress(self.read, self._likely, label)


def _place(chunk: StoredChunk) -> tuple[str, int, int]:
    return chunk.document, chunk.page, chunk.start


def _key(reached: Reached) -> tuple[str, int, int]:
    return reached.document, reached.page, reached.start


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


def grouped(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Answers that differ only in case and punctuation are one."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(" ".join(re.findall(r"\w+", finding.answer.casefold())), []).append(finding)
    ordered = sorted(groups.values(), key=lambda group: (-len({f.citation.document for f in group}), group[0].answer))
    return tuple(Group(answer=group[0].answer, citations=tuple(f.citation for f in group)) for group in ordered)
