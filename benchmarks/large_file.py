"""How much memory does a data file of 2 GB take to be looked at and made into a data set?

JSON lines, CSV and Parquet with rows of the same content, each read by the program's own tasks in a process of its own;
measured is the peak of its resident memory less what it held before. The comparison is pandas, which loads the file; it
is no part of the program, and left out where it is not installed.
"""

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._large_files import write_file
from benchmarks._processes import measure
from benchmarks.report import Goal, Report

SIZE, QUICK_SIZE = 2_000_000_000, 200_000_000
LIMIT = 150_000_000


def run(quick: bool) -> Report:
    size = QUICK_SIZE if quick else SIZE
    found: dict[str, Any] = {}
    for suffix in ("jsonl", "csv", "parquet"):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / f"large.{suffix}"
            rows = write_file(path, size)
            task = {"path": str(path), "folder": name}
            ours = measure("_large_files", "ours", task)
            found[suffix] = {"bytes": path.stat().st_size, "rows": rows, **ours}
            if importlib.util.find_spec("pandas") is not None:
                found[suffix]["pandas_tenth"] = measure("_large_files", "pandas", {**task, "rows": rows // 10})["grown"]
            if ours["made"] != rows:
                found[suffix]["lost"] = rows - ours["made"]
    return Report(
        "large_file",
        found,
        (
            Goal("most memory, in bytes", max(each["grown"] for each in found.values()), f"<= {LIMIT}"),
            Goal("rows lost", sum(each.get("lost", 0) for each in found.values()), "== 0"),
        ),
    )
