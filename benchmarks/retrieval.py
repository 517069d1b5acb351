"""Does hybrid search find at least as much as the better of vector and text search, and is vector search exact?

`--data FOLDER` names a collection in the BEIR layout, or a folder of such. Documents are indexed as files with the
program's defaults; a document stands where its best chunk does. Hybrid is compared with whichever of the two is better
on that collection, question by question (paired bootstrap). The vectors' agreement is the share of the ten nearest
chunks that plain sentence-transformers with exact cosine finds too, both in the precision that belongs to the embedder.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._processes import measure
from benchmarks.report import Goal, Report
from workbench.embedding import Precision, fastest_precision
from workbench.errors import WorkbenchError

RESAMPLES = 10_000


def run(quick: bool, data: Path | None = None) -> Report:
    """`quick`: the smallest collection only, and no second index in float32."""
    folders = collections_in(data)
    measured: dict[str, Any] = {}
    leads, worse = [], 0
    ours = fastest_precision()
    overlaps: dict[Precision, list[float]] = {ours: [], Precision.FLOAT32: []}
    for folder in folders[:1] if quick else folders:
        found = measure("_retrieval_runs", "quality", {"data": str(folder)})
        if not quick and ours is not Precision.FLOAT32:
            full = measure("_retrieval_runs", "agreement", {"data": str(folder)})
            overlaps[Precision.FLOAT32].append(full["overlap_with_plain_float32"])
        overlaps[ours].append(found[f"overlap_with_plain_{ours.value}"])
        means = {mode: float(np.mean(values)) for mode, values in found["ndcg"].items()}
        better = max(("vector", "text"), key=lambda mode: means[mode])
        low, high = bootstrap(found["ndcg"][better], found["ndcg"]["hybrid"])
        leads.append(means["hybrid"] - means[better])
        worse += high < 0
        measured[folder.name] = {
            "questions": found["questions"],
            "chunks": found["chunks"],
            "ndcg_at_10": {mode: round(value, 4) for mode, value in means.items()},
            "better_alone": better,
            "hybrid_minus_better": [round(leads[-1], 4), round(low, 4), round(high, 4)],
            f"overlap_{ours.value}_with_plain_float32": round(found["overlap_with_plain_float32"], 4),
        } | {f"overlap_{precision.value}": round(shares[-1], 4) for precision, shares in overlaps.items() if shares}
    goals = [
        Goal("hybrid nDCG@10 minus that of the better of vector and text, mean", float(np.mean(leads)), ">= 0"),
        Goal("collections on which hybrid is significantly worse", float(worse), "== 0"),
    ]
    goals += [
        Goal(f"top-10 overlap with plain sentence-transformers, {precision.value}", float(np.mean(shares)), ">= 0.99")
        for precision, shares in overlaps.items()
        if shares
    ]
    return Report("retrieval", measured, tuple(goals))


def collections_in(data: Path | None) -> list[Path]:
    """BEIR folders, the smallest first. Raises WorkbenchError saying where to get one."""
    found = [data] if data and (data / "corpus.jsonl").is_file() else []
    if data and data.is_dir() and not found:
        found = [path for path in data.iterdir() if (path / "corpus.jsonl").is_file()]
    if not found:
        raise WorkbenchError(
            "No collection to measure on." if data is None else f"{data} holds no collection in the BEIR layout.",
            hint="Name a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv, or a folder of such: "
            "--data FOLDER. https://github.com/beir-cellar/beir lists many to download, such as SciFact and NFCorpus.",
        )
    return sorted(found, key=lambda path: ((path / "corpus.jsonl").stat().st_size, path.name))


def bootstrap(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """95 % interval of the mean of `second - first`, questions drawn with replacement (percentiles, seeded)."""
    differences = np.asarray(second) - np.asarray(first)
    drawn = np.random.default_rng(0).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
