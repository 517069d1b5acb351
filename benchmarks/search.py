"""How fast is a search in a big collection, and does the index for vectors find what an exact search finds?

100,000 chunks by meaning and words together, the embedding of the question included; a million vectors by the index for
vectors against the cosine with every one of them. Vectors and texts come from a seed. Warm: the first fifth of the
searches does not count.
"""

from typing import Any

from benchmarks._processes import measure
from benchmarks.report import Goal, Report

CHUNKS, QUICK_CHUNKS = 100_000, 20_000
VECTORS, QUICK_VECTORS = 1_000_000, 210_000
QUERIES = 250


def run(quick: bool) -> Report:
    hybrid = measure("_search_runs", "hybrid", {"rows": QUICK_CHUNKS if quick else CHUNKS, "queries": QUERIES})
    vectors = measure("_search_runs", "vectors", {"rows": QUICK_VECTORS if quick else VECTORS, "queries": QUERIES})
    measured: dict[str, Any] = {"hybrid": hybrid, "vectors": vectors}
    goals = (
        Goal("hybrid, 95th percentile in ms", hybrid["p95_ms"], "<= 100"),
        Goal("recall@10 against exact search", vectors["recall_at_10"], ">= 0.95"),
        Goal("vectors, 95th percentile in ms", vectors["p95_ms"], "<= 150"),
    )
    return Report("search", measured, goals)
