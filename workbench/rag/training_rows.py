"""Training rows whose question carries retrieved chunks: what "tuned + RAG" learns from.

The prompt is the one that retrieval answers with (llm/grounded_prompt.py), distractors and marks included.
"""

import random
import re
from collections.abc import Sequence
from pathlib import Path, PurePath

from workbench.datasets.types import RowProblem, TrainingRow
from workbench.jobs.context import JobContext
from workbench.llm.grounded_prompt import REFUSAL, grounded_messages, is_refusal
from workbench.llm.types import ChatMessage, Role
from workbench.rag.grounding import passage
from workbench.rag.retrieval import Retriever, content_words
from workbench.rag.search_types import Hit
from workbench.rag.training_row_types import FactRow, GroundReport, GroundRequest
from workbench.rag.vector_store import StoredChunk

_WORD = re.compile(r"\w+", re.UNICODE)
# An answer that is no quotation counts as found where a chunk holds this share of its words and all its numbers.
_ENOUGH_WORDS = 0.8


class RowGrounder:
    """Makes rows for one request; the index is read once."""

    def __init__(self, context: JobContext, request: GroundRequest, retriever: Retriever) -> None:
        self._context = context
        self._request = request
        self._retriever = retriever
        self._chunks = retriever.all_chunks()
        self._lacking: frozenset[int] = frozenset()
        self._without_answer = 0

    def run(self) -> GroundReport:
        """Write the rows as JSON lines of {"messages": [...]}; rows without a place in the documents are left out."""
        problems: list[RowProblem] = []
        self._lacking = _share(len(self._request.rows), self._request.without_answer, self._request.seed)
        out = Path(self._request.out)
        written = 0
        with out.open("w", encoding="utf-8") as file:
            for position, row in enumerate(self._request.rows):
                self._context.progress(position, len(self._request.rows), "Putting passages to the questions")
                made = self._ground(row, position)
                if isinstance(made, RowProblem):
                    problems.append(made)
                    continue
                file.write(made.model_dump_json(include={"messages"}) + "\n")
                written += 1
        return GroundReport(path=str(out), rows=written, without_answer=self._without_answer, problems=tuple(problems))

    def _ground(self, row: FactRow, position: int) -> TrainingRow | RowProblem:
        wanted = self._request.retrieval
        # More than asked for: chunks that would make the mark ambiguous are passed over.
        more = wanted.model_copy(update={"top_k": wanted.top_k + 5})
        hits = self._retriever.search(row.question, more)
        shuffler = random.Random(f"{self._request.seed} {position}")
        if is_refusal(row.answer):
            shown = hits[: wanted.top_k]
            shuffler.shuffle(shown)
            return _row(row, shown, REFUSAL)
        if not self._request.answers_are_quoted:
            return _row(row, hits[: wanted.top_k], row.answer.strip())
        gold = self._gold(row, hits)
        if gold is None:
            where = f"in any chunk of {row.source}" if row.source else "in any chunk"
            return RowProblem(row=row.number, message=f"The answer {row.answer!r} was not found {where}.")
        others = [hit for hit in hits if hit.chunk_id != gold.chunk_id and not supports(row, hit.text)]
        if position in self._lacking and others:
            shown = others[: wanted.top_k]
            shuffler.shuffle(shown)
            self._without_answer += 1
            return _row(row, shown, REFUSAL)
        shown = [gold, *others[: wanted.top_k - 1]]
        shuffler.shuffle(shown)
        return _row(row, shown, f"{row.answer.strip()} [{shown.index(gold) + 1}]")

    def _gold(self, row: FactRow, hits: Sequence[Hit]) -> Hit | None:
        """The best retrieved chunk that holds the answer, else the first one of the source that does."""
        for hit in hits:
            if _is_of(hit.document, row.source) and supports(row, hit.text):
                return hit
        candidates = (chunk for chunk in self._chunks if _is_of(chunk.document, row.source))
        best = max(
            (chunk for chunk in candidates if supports(row, chunk.text)),
            key=lambda chunk: _shared(content_words(row.question), f"{chunk.title} {chunk.text}"),
            default=None,
        )
        return None if best is None else _as_hit(best)


def _share(count: int, share: float, seed: int) -> frozenset[int]:
    """Which of so many rows get passages without their answer: the same for the same seed."""
    places = list(range(count))
    random.Random(f"{seed} without answer").shuffle(places)
    return frozenset(places[: round(share * count)])


def _row(row: FactRow, hits: Sequence[Hit], answer: str) -> TrainingRow:
    asked = grounded_messages(row.question, [passage(hit) for hit in hits])
    messages = (*asked, ChatMessage(role=Role.ASSISTANT, content=answer))
    return TrainingRow(messages=messages, source=row.source, number=row.number)


def _as_hit(chunk: StoredChunk) -> Hit:
    return Hit(
        document=chunk.document,
        title=chunk.title,
        page=chunk.page,
        start=chunk.start,
        end=chunk.end,
        score=0.0,
        text=chunk.text,
        chunk_id=chunk.chunk_id,
    )


def _is_of(document: str, source: str) -> bool:
    """Whether a document is a named source; no source means any."""
    names = [name.strip() for name in source.split(";") if name.strip()]
    return not names or any(document == name or PurePath(document).name == PurePath(name).name for name in names)


def supports(row: FactRow, text: str) -> bool:
    """Whether a chunk holds the answer: word for word, or nearly all of its words and every number."""
    words, answer = _words(text), _words(row.answer)
    if not answer:
        return False
    if f" {' '.join(answer)} " in f" {' '.join(words)} ":
        return True
    new = set(answer) - set(_words(row.question)) or set(answer)
    held = set(words)
    numbers = {word for word in answer if any(letter.isdigit() for letter in word)}
    return len(answer) > 2 and numbers <= held and len(new & held) >= _ENOUGH_WORDS * len(new)


def missing_words(row: FactRow, text: str) -> list[str]:
    """Words of the answer that stand neither in the text nor in the question, each once."""
    held = {*_words(text), *_words(row.question)}
    return list(dict.fromkeys(word for word in _words(row.answer) if word not in held))


def _shared(question: str, text: str) -> int:
    return len(set(_words(question)) & set(_words(text)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
