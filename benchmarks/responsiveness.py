"""Does the window stand still while a model generates, a folder is indexed and a LoRA trains?

A bare Qt window and the real one run at the same time, under the same load: what the real one makes its workers do.
Both count how late a 5 ms timer comes. The goals are about the excess of the real one over the bare one.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks._side_by_side import watch
from benchmarks._stalls import Seen, between, percentile, summary, worst
from benchmarks.report import Goal, Report
from workbench.errors import WorkbenchError

SECONDS, QUICK_SECONDS = 20.0, 10.0


def run(quick: bool) -> Report:
    _check_starter()
    measured: dict[str, Any] = {}
    phases: dict[str, tuple[Seen, Seen]] = {}
    for together in (True,) if quick else (True, False):
        found, said = _measure(QUICK_SECONDS if quick else SECONDS, together)
        phases.update(found)
        measured.update({f"said_{'together' if together else 'alone'}": said})
    for name, (ours, bare) in phases.items():
        measured[name] = {"window": summary(ours), "bare": summary(bare)}
    p99 = max(percentile(ours, 99) - percentile(bare, 99) for ours, bare in phases.values())
    longest = max(worst(ours) - worst(bare) for ours, bare in phases.values())
    return Report(
        "responsiveness",
        measured,
        (
            Goal("99th percentile of stalls, ms more than a bare loop", p99 * 1000, "<= 8"),
            Goal("worst stall, ms more than a bare loop", longest * 1000, "<= 80"),
        ),
    )


def _measure(seconds: float, together: bool) -> tuple[dict[str, tuple[Seen, Seen]], dict[str, int]]:
    """Per phase what the window and the bare loop saw, and what the workers produced."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        more = ["--together"] if together else []
        told, bare = watch("_window_under_load", str(seconds), *more, home=Path(folder) / "home")
    return (
        {
            name: (between(told["ticks"], start, end), between(bare, start, end))
            for name, (start, end) in told["phases"].items()
        },
        told["said"],
    )


def _check_starter() -> None:
    from workbench.llm.library import find_starter

    if find_starter() is None:
        raise WorkbenchError("There is no starter model to put the window under load.")
