"""Did retrieval find the documents that hold the answer, and how high do they stand?

A document's rank is the rank of its first chunk. Järvelin & Kekäläinen 2002 for nDCG (binary gain, log2 discount, as in
trec_eval's ndcg_cut); Voorhees 1999 for the reciprocal rank.
"""

from math import log2

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.documents import is_any_of, same_document
from workbench.scoring.types import ScoreValue


def recall_at_k(case: Case) -> ScoreValue:
    """Share of the relevant documents among the first k retrieved; `options["k"]`, all when absent."""
    if problem := _unscorable(case):
        return ScoreValue(explanation=problem)
    ranked = _ranked(case)
    found = [source for source in case.relevant if is_any_of(source, ranked)]
    return ScoreValue(
        value=len(found) / len(case.relevant),
        explanation=f"{len(found)} of {len(case.relevant)} sources were retrieved.",
    )


def mrr(case: Case) -> ScoreValue:
    """1 divided by the rank of the first relevant document; 0 when none was retrieved."""
    if problem := _unscorable(case):
        return ScoreValue(explanation=problem)
    for rank, document in enumerate(_ranked(case), 1):
        if is_any_of(document, case.relevant):
            return ScoreValue(value=1 / rank, explanation=f"The first source stands at rank {rank}.")
    return ScoreValue(value=0.0, explanation="No source was retrieved.")


def ndcg(case: Case) -> ScoreValue:
    """Discounted gain of the relevant documents, divided by that of a perfect order; `options["k"]` or all."""
    if problem := _unscorable(case):
        return ScoreValue(explanation=problem)
    ranked = _ranked(case)
    gain = sum(1 / log2(rank + 1) for rank, document in enumerate(ranked, 1) if is_any_of(document, case.relevant))
    places = min(len(case.relevant), _cutoff(case) or len(case.relevant))
    ideal = sum(1 / log2(rank + 1) for rank in range(1, places + 1))
    return ScoreValue(value=min(gain / ideal, 1.0), explanation=f"Gain {gain:.2f} of {ideal:.2f}.")


def _unscorable(case: Case) -> str:
    if case.retrieved is None:
        return "Nothing was retrieved: the arm has no collection."
    return "" if case.relevant else "The question names no sources."


def _cutoff(case: Case) -> int | None:
    k = case.options.get("k")
    return int(k) if k else None


def _ranked(case: Case) -> list[str]:
    """The retrieved documents, each once, best first, cut at k."""
    ranked: list[str] = []
    for document in case.retrieved or ():
        if not any(same_document(document, seen) for seen in ranked):
            ranked.append(document)
    return ranked[: _cutoff(case)]
