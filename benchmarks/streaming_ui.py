"""Does the window stay quick while eight columns stream 100 tokens a second each?

A bare Qt window and the real one run at the same time, under the same load. The answers come from a scripted task at a
fixed pace, through the real worker, job bridge and columns; all eight columns are on the screen. Measured from the
question until the last answer stands there formatted. "Busy" is all processor time of the window's thread, of which
painting is a part.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks._scripted_stream import TOKENS_PER_SECOND
from benchmarks._side_by_side import watch
from benchmarks._stalls import Seen, between, percentile, summary, worst
from benchmarks.report import Goal, Report
from workbench.errors import WorkbenchError

SECONDS, QUICK_SECONDS = 20.0, 8.0
COLUMNS = 8


def run(quick: bool) -> Report:
    seconds = QUICK_SECONDS if quick else SECONDS
    told, bare = _measure(seconds)
    start, end = told["phase"]
    ours, theirs = between(told["ticks"], start, end), between(bare, start, end)
    busy = 100 * told["busy_seconds"] / (end - start)
    return Report(
        "streaming_ui",
        {
            "columns": COLUMNS,
            "seconds": round(end - start, 1),
            "tokens": told["tokens"],
            "shown_characters": told["shown_characters"],
            "window": summary(ours),
            "bare": summary(theirs),
            "worst_excess_ms": round(1000 * (worst(ours) - worst(theirs)), 1),
        },
        (
            Goal("tokens a second in each column", told["tokens"] / told["streamed_seconds"] / COLUMNS, ">= 95"),
            Goal("99th percentile of stalls, ms more than a bare loop",
                 1000 * (percentile(ours, 99) - percentile(theirs, 99)), "<= 16"),
            Goal("the window's thread busy, % of one core", busy, "<= 35"),
        ),
    )  # fmt: skip


def _measure(seconds: float) -> tuple[dict[str, Any], Seen]:
    """What the window tells, and what the bare loop saw."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        told, bare = watch("_window_streaming", str(seconds), home=Path(folder) / "home")
    if told["tokens"] < 0.9 * seconds * TOKENS_PER_SECOND * COLUMNS:
        raise WorkbenchError(f"Only {told['tokens']} tokens came in {seconds} s.")
    return told, bare
