"""How fast do files become searchable, how much memory does that take, and how fast is a second look?

The plain loop (read, split, SentenceTransformer.encode with its defaults, add, file by file) stands beside the program
on the same files; each runs in a process of its own, its network loaded before the clock runs. The plain loop splits
with semantic-text-splitter, the program as new collections are cut; both to the same length with the same overlap, so
that a chunk is about as much work for both. The program also writes texts and chunks into its database, flushes, and
reads every vector back. It computes in the precision that new indexes get on this computer, and in float32.
`--data FOLDER` names a collection in the BEIR layout, for the quality of both.
"""

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks._beir import read_beir
from benchmarks._processes import measure
from benchmarks._seeded import sentences
from benchmarks.report import Goal, Report
from workbench.embedding import Precision, fastest_precision

CHUNKS, QUICK_CHUNKS = 100_000, 10_000
CHUNKS_PER_FILE = 100
FILES = 1000
ROUNDS = 3
PARTS = ("speed", "memory", "recheck")


def run(quick: bool, data: Path | None = None, parts: Sequence[str] = PARTS) -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured: dict[str, Any] = {}
        goals: list[Goal] = []
        if "speed" in parts and data:
            goals += _speed(measured, folder, data, quick)
        elif "speed" in parts:
            measured["speed"] = "not measured: name a collection in the BEIR layout with --data FOLDER"
        if "memory" in parts:
            goals += _memory(measured, folder, quick)
        if "recheck" in parts:
            goals += _recheck(measured, folder)
    return Report("indexing", measured, tuple(goals))


def _speed(measured: dict[str, Any], folder: Path, data: Path, quick: bool) -> list[Goal]:
    files = folder / "files"
    files.mkdir()
    for number, (name, text) in enumerate(read_beir(data).documents.items()):
        if not quick or number < 200:
            (files / f"{name}.txt").write_text(text, encoding="utf-8")
    task = {"data": str(data), "folder": str(files)}
    ours = fastest_precision()
    precisions = list(dict.fromkeys((ours, Precision.FLOAT32)))
    runs: dict[str, list[dict[str, Any]]] = {"plain": [], **{precision: [] for precision in precisions}}
    for _ in range(1 if quick else 2):  # in turns: whatever else the machine does hits all of them
        runs["plain"].append(measure("_indexing_runs", "plain", task))
        for precision in precisions:
            runs[precision].append(measure("_indexing_runs", "ours", task | {"precision": precision.value}))
    seconds = {name: min(found["seconds"] for found in all_of) for name, all_of in runs.items()}
    speed = {name: all_of[0]["chunks"] / seconds[name] for name, all_of in runs.items()}
    ndcg = {name: all_of[0]["ndcg"] for name, all_of in runs.items()}
    measured["chunks_per_second"] = {str(name): round(value, 1) for name, value in speed.items()}
    measured["files_per_second"] = {str(name): round(len(list(files.iterdir())) / s, 2) for name, s in seconds.items()}
    measured["chunks"] = {str(name): all_of[0]["chunks"] for name, all_of in runs.items()}
    measured["ndcg_at_10"] = {str(name): round(value, 4) for name, value in ndcg.items()}
    return [
        Goal(
            f"speed in {ours.value}, as new indexes are here, times the plain loop",
            speed[ours] / speed["plain"],
            ">= 2",
        ),
        Goal("speed in float32, times the plain loop", speed[Precision.FLOAT32] / speed["plain"], ">= 1.2"),
        Goal("nDCG@10, less than the plain loop's by", ndcg["plain"] - ndcg[ours], "<= 0.005"),
    ]


def _memory(measured: dict[str, Any], folder: Path, quick: bool) -> list[Goal]:
    files = folder / "many"
    files.mkdir()
    for number in range((QUICK_CHUNKS if quick else CHUNKS) // CHUNKS_PER_FILE):
        texts = sentences(CHUNKS_PER_FILE, seed=number, words=24)
        (files / f"{number}.txt").write_text("\n\n".join(texts), encoding="utf-8")
    found = measure("_indexing_runs", "memory", {"folder": str(files)})
    measured["memory"] = found
    return [
        Goal("peak memory, times that after 30 % of the chunks", found["peak_bytes"] / found["early_bytes"], "<= 1.3")
    ]


def _recheck(measured: dict[str, Any], folder: Path) -> list[Goal]:
    files = folder / "unchanged"
    files.mkdir()
    for number in range(FILES):
        (files / f"{number}.txt").write_text(sentences(1, seed=number, words=20)[0], encoding="utf-8")
    found = measure("_indexing_runs", "recheck", {"folder": str(files), "rounds": ROUNDS})
    measured["recheck"] = found
    return [Goal(f"seconds to look again at {FILES} unchanged files", statistics.median(found["seconds"]), "<= 2")]
