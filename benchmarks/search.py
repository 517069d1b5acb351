"""How fast is a search in a big collection, and does the index for vectors find what an exact search finds?

100,000 chunks by meaning and words together, the embedding of the question included; a million vectors by the index for
vectors against the cosine with every one of them. Vectors and texts come from a seed. Warm: the first fifth of the
searches does not count.
"""

from collections.abc import Sequence
from typing import Any

from benchmarks._processes import measure
from benchmarks.report import Goal, Report

CHUNKS, QUICK_CHUNKS = 100_000, 20_000
VECTORS, QUICK_VECTORS = 1_000_000, 210_000
QUERIES = 250


PARTS = ("hybrid", "vectors")


def run(quick: bool, parts: Sequence[str] = PARTS) -> Report:
    measured: dict[str, Any] = {}
    goals: list[Goal] = []
    if "hybrid" in parts:
        rows = QUICK_CHUNKS if quick else CHUNKS
        found = measured["hybrid"] = measure("_search_runs", "hybrid", {"rows": rows, "queries": QUERIES})
        goals.append(Goal("hybrid, 95th percentile in ms", found["p95_ms"], "<= 100"))
    if "vectors" in parts:
        rows = QUICK_VECTORS if quick else VECTORS
        found = measured["vectors"] = measure("_search_runs", "vectors", {"rows": rows, "queries": QUERIES})
        goals.append(Goal("recall@10 against exact search", found["recall_at_10"], ">= 0.95"))
        goals.append(Goal("vectors, 95th percentile in ms", found["p95_ms"], "<= 150"))
    return Report("search", measured, tuple(goals))
