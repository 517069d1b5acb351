"""How high retrieval puts what answers a question: recall, reciprocal rank, nDCG.

Definitions: recall@k is the share of the relevant places among the first k; the reciprocal rank is 1 / rank of the
first relevant one (Voorhees 1999); nDCG@k is sum of gain / log2(rank + 1) over the first k, divided by that of a
perfect order (Järvelin & Kekäläinen 2002, with the grade as gain, as trec_eval's ndcg_cut). All on a ranking in which
nothing stands twice, so that trec_eval's values are reached exactly.

How a list of chunks becomes such a ranking: a chunk that holds relevant places stands for those of them that no better
chunk held; one that holds only places that a better chunk held is passed over; any other chunk stands for itself, or
for its document where only whole documents are relevant. So cutting the text differently changes neither what is
relevant nor how much of it there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Protocol

from workbench.rag.evaluation.types import RelevantPlace
from workbench.rag.members import is_in

DEPTH = 100
"""So many chunks are retrieved: places below them count as missed."""


class Span(Protocol):
    """A passage of a document, such as a hit."""

    @property
    def document(self) -> str: ...
    @property
    def page(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Scores:
    recall: float
    mrr: float
    ndcg: float


def holds(span: Span, place: RelevantPlace) -> bool:
    """Whether a chunk holds a relevant place: of its document, or inside it; overlapping where that is a passage."""
    if place.is_whole_document:
        return is_in(span.document, place.document)
    if span.document != place.document:
        return False
    return span.page == place.page and span.start < place.end and place.start < span.end


def ranking_of(spans: Sequence[Span], relevant: Sequence[RelevantPlace]) -> list[str]:
    """The ranking that the chunks stand for: "place N" for the N-th relevant place, other names for the rest."""
    by_document = all(place.is_whole_document for place in relevant)
    ranking: dict[str, None] = {}
    for span in spans:
        held = [number for number, place in enumerate(relevant) if holds(span, place)]
        held.sort(key=lambda number: -relevant[number].grade)
        other = span.document if by_document else f"{span.document} {span.page} {span.start} {span.end}"
        ranking.update(dict.fromkeys([place_name(n) for n in held] or [f"other {other}"]))
    return list(ranking)


def place_name(number: int) -> str:
    """What the ranking calls a relevant place."""
    return f"place {number}"


def scores_of(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> Scores:
    """The three measures of one ranking; `grades` names everything relevant with its gain, all above 0."""
    first = [name for name in ranking[:k] if name in grades]
    return Scores(
        recall=len(first) / len(grades) if grades else 0.0,
        mrr=next((1 / rank for rank, name in enumerate(ranking, 1) if name in grades), 0.0),
        ndcg=ndcg(ranking, grades, k),
    )


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain of the first k."""
    gain = sum(grades.get(name, 0) / log2(rank + 1) for rank, name in enumerate(ranking[:k], 1))
    ideal = sorted(grades.values(), reverse=True)[:k]
    best = sum(grade / log2(rank + 1) for rank, grade in enumerate(ideal, 1))
    return min(1.0, gain / best) if best else 0.0


def judge(spans: Sequence[Span], relevant: Sequence[RelevantPlace], k: int) -> Scores:
    """The three measures of retrieved chunks, best first."""
    grades = {place_name(number): place.grade for number, place in enumerate(relevant)}
    return scores_of(ranking_of(spans, relevant), grades, k)


def ranks_of(spans: Sequence[Span], relevant: Sequence[RelevantPlace]) -> tuple[int, ...]:
    """For each relevant place the rank of the first chunk that holds it, from 1; 0 where none does."""
    return tuple(next((rank for rank, span in enumerate(spans, 1) if holds(span, place)), 0) for place in relevant)
