"""A large data file, and a process that reads it: `python -m benchmarks._large_files ours|pandas FILE.json`."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import workbench  # noqa: F401  (silences libraries before they are imported)

_WORDS = "the order of the customer was sent on Monday and arrived two days later without the second parcel ".split()
_GROUP = 5_000


def write_file(path: Path, size: int) -> int:
    """A file of about `size` bytes of questions and answers; returns its rows."""
    answer = " ".join(_WORDS * 15)
    rows = size // (len(answer) + 60)
    if path.suffix == ".parquet":
        _write_parquet(path, rows, answer)
        return rows
    with path.open("w", encoding="utf-8") as file:
        if path.suffix == ".csv":
            file.write("question,answer\n")
        for number in range(rows):
            question = f"What happened to order {number}?"
            line = (
                json.dumps({"question": question, "answer": f"{number}: {answer}"})
                if path.suffix == ".jsonl"
                else f'{question},"{number}: {answer}"'
            )
            file.write(line + "\n")
    return rows


def _write_parquet(path: Path, rows: int, answer: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("question", pa.string()), ("answer", pa.string())])
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, rows, _GROUP):
            numbers = range(start, min(rows, start + _GROUP))
            questions = [f"What happened to order {number}?" for number in numbers]
            answers = [f"{number}: {answer}" for number in numbers]
            writer.write_table(pa.table({"question": questions, "answer": answers}, schema=schema))


def ours(task: dict[str, Any]) -> dict[str, Any]:
    """Look through it and make a data set of it, as the Data tab does."""
    from workbench.datasets import tasks
    from workbench.datasets.tasks import InspectRequest, PrepareRequest
    from workbench.jobs.context import RecordingContext

    if task["path"].endswith(".parquet"):
        import pyarrow.parquet  # noqa: F401  (measured is what the file takes, not the library)
    before, began = _peak(), time.perf_counter()
    seen = tasks.inspect(RecordingContext(), InspectRequest(path=task["path"]))
    looked = time.perf_counter()
    request = PrepareRequest(name="large", path=task["path"], folder=f"{task['folder']}/rows")
    made = tasks.prepare(RecordingContext(), request)
    return {
        "grown": _peak() - before,
        "seen": seen.row_count,
        "made": made.dataset.row_count,
        "inspect_seconds": looked - began,
        "prepare_seconds": time.perf_counter() - looked,
    }


def pandas(task: dict[str, Any]) -> dict[str, Any]:
    """A tenth of the rows as a data frame."""
    import pandas as pd

    path, rows = task["path"], task["rows"]
    before = _peak()
    if path.endswith(".jsonl"):
        frame = pd.read_json(path, lines=True, nrows=rows)
    elif path.endswith(".csv"):
        frame = pd.read_csv(path, nrows=rows)
    else:
        frame = pd.read_parquet(path).head(rows)
    return {"grown": _peak() - before, "rows": len(frame)}


def _peak() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise KeyError("VmHWM")


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"ours": ours, "pandas": pandas}[what](task)), flush=True)


if __name__ == "__main__":
    main()
