"""Why a passage was found, in words: its place and score in every stage. No Qt."""

from dataclasses import dataclass

from workbench.rag.search_types import Hit, RetrievalMode


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the search and what it gave a hit."""

    name: str
    """In plain words."""
    term: str
    """What the field calls it."""
    rank: str
    score: str


_STAGES = (
    ("vector", "Meaning", "vector search, cosine similarity", "{:.3f}"),
    ("text", "Words", "full-text search, BM25", "{:.2f}"),
    ("hybrid", "Both together", "reciprocal rank fusion", "{:.4f}"),
    ("rerank", "Read again", "cross-encoder", "{:.3f}"),
    ("collections", "All collections together", "reciprocal rank fusion", "{:.4f}"),
)


def stages(hit: Hit, mode: RetrievalMode) -> tuple[Stage, ...]:
    """The stages that the hit went through; of a search by both also the one that did not find it."""
    found = []
    for key, name, term, form in _STAGES:
        if key in hit.scores or key in hit.ranks:
            score = form.format(hit.scores[key]) if key in hit.scores else ""
            found.append(Stage(name, term, ordinal(hit.ranks[key]) if key in hit.ranks else "", score))
        elif mode is RetrievalMode.HYBRID and key in {"vector", "text"}:
            found.append(Stage(name, term, "not among the first", ""))
    return tuple(found)


def in_one_line(hit: Hit) -> str:
    """ "meaning 3rd, words 1st": for a glance."""
    words = {"vector": "meaning", "text": "words", "rerank": "read again"}
    parts = [f"{word} {ordinal(hit.ranks[key])}" for key, word in words.items() if key in hit.ranks]
    return ", ".join(parts)


def ordinal(number: int) -> str:
    """ "1st", "2nd", "13th"."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
