"""Which passages of a collection can have to do with a question? A cheap filter before a model reads them one by one.

It looks for the words of the question (or words that the user names) and for a meaning near it.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.rag.matching import WordForms, sign_pairs, wanted_words
from workbench.rag.retrieval import Retriever
from workbench.rag.rows import StoredChunk
from workbench.rag.types import CollectionRef

LIKELY = 0.25
"""Cosine similarity to the question from which on a passage is read although it shares no word with it."""
_STEPS = 100


class FilterKind(StrEnum):
    """What lets a passage through."""

    WORDS_OR_MEANING = "words or meaning"
    WORDS = "words"
    NONE = "none"
    """The model reads every passage. Slow, and nothing can be missed by the filter."""


class PassageFilter(Boundary):
    """Which passages the model is asked about."""

    kind: FilterKind = FilterKind.WORDS_OR_MEANING
    words: str = ""
    """What to look for; empty: the words of the question."""
    likeness: float = Field(LIKELY, ge=0, le=1)
    """Cosine similarity to the question that is enough without the words."""


class PassingRequest(Boundary):
    """How many passages would the filters let through?"""

    collection: CollectionRef
    question: str = Field(min_length=1)
    words: str = ""


class PassingReport(Boundary):
    """Enough to tell for every filter how many passages it lets through."""

    chunks: int
    """All of the collection that are searched."""
    with_words: int
    """Those that hold one of the words."""
    more_by_likeness: tuple[int, ...]
    """Of the others, at n: how many have a likeness of n hundredths or more; 101 numbers."""

    def passing(self, chosen: PassageFilter) -> int:
        """How many passages a filter lets through (its words being those that were counted)."""
        match chosen.kind:
            case FilterKind.NONE:
                return self.chunks
            case FilterKind.WORDS:
                return self.with_words
            case FilterKind.WORDS_OR_MEANING:
                return self.with_words + self.more_by_likeness[round(chosen.likeness * _STEPS)]


def passing(
    chosen: PassageFilter, question: str, chunks: Sequence[StoredChunk], retriever: Retriever
) -> list[StoredChunk]:
    """The passages that a filter lets through, in their order."""
    if chosen.kind is FilterKind.NONE:
        return list(chunks)
    words = _Words(question, chosen.words)
    near = {} if chosen.kind is FilterKind.WORDS else retriever.all_by_meaning(question)
    least = round(chosen.likeness * _STEPS) / _STEPS
    return [c for c in chunks if words.are_in(c) or near.get(c.chunk_id, -1.0) >= least]


def count(request: PassingRequest, retriever: Retriever) -> PassingReport:
    """For every filter at once."""
    chunks = retriever.all_chunks()
    words = _Words(request.question, request.words)
    near = retriever.all_by_meaning(request.question)
    others = [near.get(chunk.chunk_id, -1.0) for chunk in chunks if not words.are_in(chunk)]
    counts = tuple(sum(value >= step / _STEPS for value in others) for step in range(_STEPS + 1))
    return PassingReport(chunks=len(chunks), with_words=len(chunks) - len(others), more_by_likeness=counts)


class _Words:
    """What is looked for: the words that the user names, or those of the question that say what it is about."""

    def __init__(self, question: str, named: str) -> None:
        words = WordForms(re.findall(r"\w+", named.casefold()))
        self._forms = words if named.strip() else wanted_words(question)
        self._pairs = sign_pairs(named if named.strip() else question)

    def are_in(self, chunk: StoredChunk) -> bool:
        """Whether one of them is."""
        text = f"{chunk.title} {chunk.text}"
        return any(word in self._forms for word in re.findall(r"\w+", text.casefold())) or any(
            pair in text for pair in self._pairs
        )
