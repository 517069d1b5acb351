"""Reads a collection in the BEIR layout and says how high a ranking puts what is relevant."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts by document id, questions by id, and for each question the grade of each relevant document."""

    documents: Mapping[str, str]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]


def read_beir(folder: Path) -> Collection:
    """`corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`. Raises WorkbenchError when they are not there."""
    try:
        documents = {
            row["_id"]: f"{row.get('title', '')}\n\n{row['text']}".strip() for row in _rows(folder / "corpus.jsonl")
        }
        queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
        relevant: dict[str, dict[str, int]] = {}
        with (folder / "qrels/test.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                relevant.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    except (OSError, ValueError, KeyError) as error:
        raise WorkbenchError(
            f"{folder} is not a collection in the BEIR layout.",
            hint="Name a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv: --data FOLDER. "
            "https://github.com/beir-cellar/beir lists many that can be downloaded.",
            details=str(error),
        ) from error
    return Collection(
        {k: v for k, v in documents.items() if v}, {k: queries[k] for k in relevant if k in queries}, relevant
    )


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def ndcg_at_10(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain of the first ten, grades as gain (Järvelin and Kekäläinen 2002)."""
    gain = sum(grades.get(document, 0) / math.log2(rank + 1) for rank, document in enumerate(ranking[:10], 1))
    ideal = sorted(grades.values(), reverse=True)[:10]
    best = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(ideal, 1))
    return gain / best if best else 0.0
