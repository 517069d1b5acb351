"""A file of many rows, searched for test questions by their words, in a process of its own: time and memory."""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks._leak_rows import other_rows, test_questions
from workbench.compare.leaks import search_place
from workbench.compare.seen import SeenKind, SeenRow, SeenRows
from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import TrainingRow
from workbench.llm.types import ChatMessage, Role


def words(rows: int) -> dict[str, float]:
    """Processor seconds, and how much more memory than before the search was in use at its height."""
    examples = test_questions()
    base = other_rows(examples)
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        path, digest = write_rows(_lines(base, rows), Path(folder))
        seen = SeenRows(kind=SeenKind.TRAINING, where="rows", arms=("a",), path=str(path), content_hash=digest)
        before, started, heights = process.memory_info().rss, time.process_time(), [0]
        done = threading.Event()

        def watch() -> None:
            while not done.wait(0.1):
                heights.append(process.memory_info().rss)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            search_place(examples, seen)
        finally:
            done.set()
            watcher.join()
        seconds = time.process_time() - started
    return {
        "rows": rows,
        "processor_seconds": round(seconds, 1),
        "more_memory_mb": round((max(heights) - before) / 1e6),
    }


def _lines(base: list[SeenRow], count: int) -> Iterator[TrainingRow]:
    for number in range(count):
        row = base[number % len(base)]
        said = ChatMessage(role=Role.USER, content=f"{row.question} Case {number} of shelf {number % 977}.")
        yield TrainingRow(messages=(said, ChatMessage(role=Role.ASSISTANT, content=row.answer)))


if __name__ == "__main__":
    print(json.dumps(words(**json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))))
