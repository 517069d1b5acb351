"""Are test questions found among 5,000 training rows, in whatever dress, and are no others imagined?

Test questions of the sample projects and of the general rows stand among rows of the same patterns about other things
(`_leak_rows`). Every dress is planted and searched by itself: found is what is exact, near or suspected, in the row
that was planted. False alarms are counted on rows without any plant. The paraphrases are written by hand, and the
thresholds were chosen with all of them in view: what is reached on others' paraphrases may be less. `--data FOLDER`
names a folder with a train.csv and a test.csv (text, category): then also with these, whose rows share a few labels.
"""

import csv
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks._leak_rows import ROWS, dressed, other_rows, paraphrases, test_questions
from benchmarks._processes import measure
from benchmarks.report import Goal, Report
from workbench.compare.leak_types import Leak
from workbench.compare.leaks import search_place
from workbench.compare.leaks.vectors import RememberedVectors
from workbench.compare.seen import SeenKind, SeenRow, SeenRows
from workbench.datasets.types import Example
from workbench.embedding import load_embedder, starter_embedder
from workbench.errors import WorkbenchError

MANY = 200_000
CERTAIN = ("exact", "re-cased", "re-punctuated")
DRESSES = (*CERTAIN, "reordered", "paraphrased")


def run(quick: bool, data: Path | None = None) -> Report:
    """`quick`: without the 200,000 rows."""
    with tempfile.TemporaryDirectory() as folder:
        vectors = RememberedVectors(load_embedder(starter_embedder()), Path(folder))
        examples = test_questions()
        rows = other_rows(examples)
        started = time.monotonic()
        alarms = search_place(examples, placed(rows), vectors)
        first = time.monotonic() - started
        started = time.process_time()
        search_place(examples, placed(rows), vectors)
        again = time.process_time() - started
        found = {dress: recall(dress, examples, rows, vectors) for dress in DRESSES}
        measured: dict[str, Any] = {
            "rows": len(rows),
            "test_questions": len(examples),
            "planted": {dress: result["planted"] for dress, result in found.items()},
            "found_as": {dress: result["kinds"] for dress, result in found.items()},
            "paraphrases_even_and_odd": halves(found["paraphrased"]["found"]),
            "missed": {dress: result["missed"][:40] for dress, result in found.items() if result["missed"]},
            "false_alarms": [shown(leak, examples) for leak in alarms][:40],
            "first_search_seconds": round(first, 1),
            "second_search_processor_seconds": round(again, 1),
        }
        if data is not None:
            measured["labels"] = with_labels(data, vectors)
        if not quick:
            measured["many_rows"] = measure("_leak_many", "words", {"rows": MANY})
    goals = [Goal(f"recall of {dress} leaks", found[dress]["recall"], ">= 1") for dress in CERTAIN]
    goals += [Goal(f"recall of {dress} leaks", found[dress]["recall"], ">= 0.9") for dress in DRESSES[3:]]
    goals.append(
        Goal(
            "false alarms, share of the test questions", len({a.example_id for a in alarms}) / len(examples), "<= 0.01"
        )
    )
    goals.append(Goal("processor seconds of a search with remembered vectors", again, "<= 10"))
    return Report("leaks", measured, tuple(goals))


def placed(rows: Sequence[SeenRow]) -> SeenRows:
    return SeenRows(kind=SeenKind.TRAINING, where="training rows", arms=("tuned",), rows=tuple(rows))


def recall(
    dress: str, examples: Sequence[Example], rows: Sequence[SeenRow], vectors: RememberedVectors
) -> dict[str, Any]:
    """All questions in this dress planted among the rows, in place of as many others."""
    plants = [(example, text) for kind, example, text in dressed(examples) if kind == dress]
    planted = [
        SeenRow(question=text, answer=example.answers[0] if example.answers else "The documents do not say.")
        for example, text in plants
    ]
    leaks = {
        leak.example_id: leak for leak in search_place(examples, placed([*rows[len(planted) :], *planted]), vectors)
    }
    texts = {example.id: text for example, text in plants}
    found = [example.id for example, text in plants if _is_plant(leaks.get(example.id), text)]
    return {
        "planted": len(plants),
        "recall": len(found) / len(plants),
        "kinds": dict(Counter(str(leaks[example_id].kind) for example_id in found)),
        "found": found,
        "missed": [texts[example.id] for example, _ in plants if example.id not in found],
    }


def _is_plant(leak: Leak | None, text: str) -> bool:
    return leak is not None and text.startswith(leak.text.rstrip("…"))


def halves(found: Sequence[str]) -> list[float]:
    """Recall of every second paraphrase, and of the others: how much chance there is in it."""
    known = set(found)
    ids = list(paraphrases())
    return [round(sum(i in known for i in part) / len(part), 3) for part in (ids[::2], ids[1::2])]


def shown(leak: Leak, examples: Sequence[Example]) -> str:
    question = next(example.question for example in examples if example.id == leak.example_id)
    return f"{leak.kind} {leak.similarity:.2f}: {question} | {leak.text} | {leak.answer}"


def with_labels(data: Path, vectors: RememberedVectors) -> dict[str, Any]:
    """Rows that share a few labels: 5,000 of train.csv, and of test.csv 400 that are not planted and 100 that are."""
    try:
        train, test = (list(csv.DictReader((data / name).open(encoding="utf-8"))) for name in ("train.csv", "test.csv"))
        rows = [SeenRow(question=row["text"], answer=row["category"]) for row in train[:: max(1, len(train) // ROWS)]]
        examples = [
            Example(id=str(n), question=row["text"], answers=(row["category"],))
            for n, row in enumerate(test[:: max(1, len(test) // 500)])
        ][:500]
    except (OSError, KeyError) as error:
        raise WorkbenchError(
            f"{data} has no train.csv and test.csv with text and category.", details=str(error)
        ) from error
    alarms = search_place(examples, placed(rows[:ROWS]), vectors)
    return {
        "rows": len(rows[:ROWS]),
        "test_questions": len(examples),
        "flagged": dict(Counter(str(leak.kind) for leak in alarms)),
        "flagged_share": round(len(alarms) / len(examples), 4),
        "examples": [shown(leak, examples) for leak in alarms][:40],
        "recall": {
            dress: round(recall(dress, examples[:100], rows[:ROWS], vectors)["recall"], 3) for dress in DRESSES[:4]
        },
    }
