"""From questions to training pairs: passages that answer, and hard negatives that look as if they did.

A mined negative that in truth answers would teach the wrong thing, so candidates are passed over that overlap a
relevant place or stand on its page, that say nearly the same as a passage that answers, or that are as near to the
question as that passage: at most 95 % of its cosine (Moreira et al., "NV-Retriever", 2024, TopK-PercPos).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.embedding import Embedder
from workbench.jobs.context import JobContext
from workbench.rag.chunk_writing import embedded_text
from workbench.rag.embedding_tuning.types import TrainingPair, TuningConfig
from workbench.rag.evaluation.measures import holds
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.retrieval import NEARLY_THE_SAME
from workbench.rag.rows import StoredChunk

if TYPE_CHECKING:
    from workbench.embedding import Vectors

AS_NEAR = 0.95
"""Share of the answering passage's cosine from which on a candidate may answer as well."""
_LOOKED_AT = 60
"""So many of the nearest chunks are candidates."""


class Miner:
    """Makes pairs with the embedder that is to be tuned; its vectors of all chunks are computed by the caller."""

    def __init__(
        self, chunks: Sequence[StoredChunk], vectors: "Vectors", embedder: Embedder, config: TuningConfig
    ) -> None:
        """`vectors`: float32 of shape (len(chunks), dimension), rows of length 1."""
        self._chunks = chunks
        self._vectors = vectors
        self._embedder = embedder
        self._config = config
        self._words = [frozenset(re.findall(r"\w+", chunk.text.casefold())) for chunk in chunks]

    def pairs(
        self,
        context: JobContext,
        questions: Sequence[EvaluationQuestion],
        irrelevant: Mapping[str, Sequence[RelevantPlace]],
    ) -> tuple[list[TrainingPair], int]:
        """The pairs, and how many questions have none because no chunk holds their places."""
        found: list[TrainingPair] = []
        without = 0
        for number, question in enumerate(questions):
            context.progress(number, len(questions), "Looking for passages that are easily mistaken")
            made = list(self._of(question, irrelevant.get(question.text, ())))
            found += made
            without += not made
        return found, without

    def _of(self, question: EvaluationQuestion, useless: Sequence[RelevantPlace]) -> Iterator[TrainingPair]:
        likeness = self._vectors @ self._embedder.embed_query(question.text)
        answering = self._answering(question, likeness)
        if not answering:
            return
        bound = AS_NEAR * min(float(likeness[number]) for number in answering)
        said = [number for number, chunk in enumerate(self._chunks) if any(holds(chunk, place) for place in useless)]
        mined = self._negatives(question, likeness, answering, bound, said)
        negatives = tuple(self._text(number) for number in mined)
        for number in answering:
            yield TrainingPair(
                question=question.text,
                positive=self._text(number),
                positive_id=self._chunks[number].chunk_id,
                negatives=negatives,
            )

    def _answering(self, question: EvaluationQuestion, likeness: "Vectors") -> list[int]:
        """Chunks to be found: those that hold a passage; of a whole document the chunk that is nearest already."""
        numbers: dict[int, None] = {}
        for place in question.relevant:
            held = [n for n, chunk in enumerate(self._chunks) if holds(chunk, place)]
            if place.is_whole_document:
                held = sorted(held, key=lambda n: -float(likeness[n]))[:1]
            numbers.update(dict.fromkeys(held))
        return sorted(numbers, key=lambda n: -float(likeness[n]))[: self._config.positives]

    def _negatives(
        self,
        question: EvaluationQuestion,
        likeness: "Vectors",
        answering: Sequence[int],
        bound: float,
        said: Sequence[int],
    ) -> list[int]:
        """What the user called useless first, then the nearest that pass the guard."""
        chosen = [number for number in said if number not in answering][: self._config.negatives]
        nearest = sorted(range(len(self._chunks)), key=lambda n: -float(likeness[n]))[:_LOOKED_AT]
        for number in nearest:
            if len(chosen) >= self._config.negatives:
                break
            if number not in chosen and float(likeness[number]) <= bound and self._is_safe(question, number, answering):
                chosen.append(number)
        return chosen

    def _is_safe(self, question: EvaluationQuestion, number: int, answering: Sequence[int]) -> bool:
        chunk = self._chunks[number]
        for place in question.relevant:
            if chunk.document == place.document and (place.is_whole_document or chunk.page == place.page):
                return False
        own = self._words[number]
        return all(_jaccard(own, self._words[other]) < NEARLY_THE_SAME for other in answering)

    def _text(self, number: int) -> str:
        """As the index embeds it: below its headings."""
        return embedded_text(self._chunks[number], self._embedder)


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    return len(first & second) / len(first | second) if first or second else 0.0
