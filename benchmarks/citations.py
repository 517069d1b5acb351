"""Do the passages that an answer marks contain the answer, and does every mark point to a place in a document?

The sample project *facts* with the starter model: its documents are indexed as the project does it and every question
that the sample makes from them (its test set and its training rows; those without an answer left out) is asked through
the task that the window and the command line use. A question is answered correctly when the answer without marks
contains the right one; then one of the marked passages must contain it too. Marks of all answers, wrong ones included,
must open their document at their page with just the text that the answer cites.
"""

import csv
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks._indexing_runs import NAME, Recording, collection_store
from benchmarks.report import Goal, Report
from workbench import resources
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.engines import close_engines
from workbench.llm.library import find_starter
from workbench.llm.types import LoadConfig
from workbench.rag.answer_parts import count_support
from workbench.rag.answer_types import Answer, AskRequest
from workbench.rag.indexing import index_spec
from workbench.rag.indexing_types import IndexRequest
from workbench.rag.search_types import Question, RetrievalConfig
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import ask, index
from workbench.rag.types import ChunkingConfig
from workbench.scoring.metrics.text import normalised, without_marks
from workbench.scoring.statistics import proportion_interval

TOP_K = 3
CHUNKING = ChunkingConfig(chunk_tokens=100, overlap=16)
"""As the sample project has them."""
QUICK_QUESTIONS = 60
SHOWN_MISSES = 10


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    answers: tuple[str, ...]
    """Each of them is right."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A correct answer whose marked passages do not contain it."""

    question: str
    answer: str
    right: str
    cited: tuple[str, ...]


def run(quick: bool) -> Report:
    asked = read_questions(resources.path("samples/facts"))
    asked = asked[:: max(1, len(asked) // QUICK_QUESTIONS)] if quick else asked
    with tempfile.TemporaryDirectory() as folder, collection_store(Path(folder)) as (store, _, _):
        answers = answer_all(store, asked)
        nowhere = [f"{a.id}: {mark}" for a in answers for mark in marks_to_nowhere(store, a)]
    correct = [(q, a) for q, a in zip(asked, answers, strict=True) if holds(without_marks(a.answer), q.answers)]
    missed = [(q, a) for q, a in correct if not any(holds(c.text, q.answers) for c in a.citations)]
    kept = len(correct) - len(missed)
    interval = proportion_interval(kept, len(correct))
    support = [count_support(answer) for answer in answers]
    measured: dict[str, Any] = {
        "questions": len(asked),
        "answered correctly": len(correct),
        "of these with the answer in a marked passage": kept,
        "share": interval.estimate,
        "95 % interval": [interval.low, interval.high],
        "marks": sum(len(answer.citations) + len(answer.dangling) for answer in answers),
        "marks to nowhere": nowhere[:SHOWN_MISSES],
        "correct answers without any mark": sum(not answer.citations for _, answer in correct),
        "cited statements": sum(counted.checked for counted in support),
        "of these supported": sum(counted.supported for counted in support),
        "refusals": sum(not answer.answerable for answer in answers),
        "misses": [asdict(as_miss(q, a)) for q, a in missed[:SHOWN_MISSES]],
    }
    goals = (
        Goal("questions", len(asked), ">= 200"),
        Goal("marked passages contain the answer, share of correct answers", interval.estimate, ">= 0.95"),
        Goal("marks that point to nothing", len(nowhere), "== 0"),
    )
    return Report("citations", measured, goals)


def read_questions(folder: Path) -> list[Asked]:
    """Those of the test set and of the training rows that have an answer."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    tests = [json.loads(line) for line in lines]
    found = [Asked(row["question"], right) for row in tests if (right := _right(row))]
    with (folder / "training.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] and "do not say" not in row["answer"]]
    return found + [Asked(row["question"], (row["answer"],)) for row in rows]


def _right(row: dict[str, Any]) -> tuple[str, ...]:
    return (row["answer"],) if "answer" in row else tuple(row["answers"])


def answer_all(store: CollectionStore, asked: Sequence[Asked]) -> list[Answer]:
    """In the order of the questions. Raises WorkbenchError when one was not answered at all."""
    model = find_starter()
    if model is None:
        raise WorkbenchError("There is no starter model in this checkout.", hint="Run `make starter` first.")
    store.create(NAME, starter_embedder(), CHUNKING)
    documents = resources.path("samples/facts/documents")
    index(Recording(store), IndexRequest.model_validate(index_spec(store, NAME, [documents]).params))
    request = AskRequest(
        collection=store.ref(NAME),
        questions=tuple(Question(id=str(number), text=one.question) for number, one in enumerate(asked)),
        model=model,
        load=LoadConfig(),
        retrieval=RetrievalConfig(top_k=TOP_K),
    )
    context = RecordingContext(threads=0)
    try:
        ask(context, request)
    finally:
        close_engines()
    answers = {item.id: item for item in context.produced if isinstance(item, Answer)}
    if problems := [answer.problem for answer in answers.values() if answer.problem]:
        raise WorkbenchError(f"{len(problems)} questions got no answer.", hint=problems[0])
    return [answers[str(number)] for number in range(len(asked))]


def marks_to_nowhere(store: CollectionStore, answer: Answer) -> list[str]:
    """Marks that open no passage: without one, or with one that does not stand there."""
    found = [f"[{number}] has no passage" for number in answer.dangling]
    for citation in answer.citations:
        try:
            page = store.texts.page(NAME, citation.document, citation.page)
        except WorkbenchError as problem:
            found.append(f"[{citation.number}] {problem}")
            continue
        if page[citation.start : citation.end] != citation.text or not citation.text.strip():
            found.append(f"[{citation.number}] does not stand in {citation.document}, page {citation.page}")
    return found


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the right answers stands in the text."""
    return any(contains(text, answer) for answer in answers)


def contains(text: str, answer: str) -> bool:
    """Whether the answer stands in the text as whole words; case, punctuation and articles apart."""
    return f" {normalised(answer)} " in f" {normalised(text)} "


def as_miss(asked: Asked, answer: Answer) -> Miss:
    return Miss(asked.question, answer.answer, asked.answers[0], tuple(c.text[:200] for c in answer.citations))
