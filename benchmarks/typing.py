"""How long from a key press to the repaint, in a prompt of 20,000 characters with eight columns open?

In the real window, with real workers idle beside it; the same text and keys in a bare QPlainTextEdit in the same run.
Measured from just before the key event is sent to the end of the paint event of the field that shows its letter.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import Goal, Report
from workbench.errors import WorkbenchError

KEYS, QUICK_KEYS = 600, 150
ROOT = Path(__file__).parents[1]


def run(quick: bool) -> Report:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {**os.environ, "WORKBENCH_HOME": str(Path(folder) / "home")}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        typed = subprocess.run(
            [sys.executable, "-m", "benchmarks._window_typing", str(QUICK_KEYS if quick else KEYS)],
            env=environment, cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
    if typed.returncode != 0 or not typed.stdout.strip():
        raise WorkbenchError(
            "The window could not be typed into.", hint=typed.stderr.strip()[-400:], details=typed.stderr
        )
    told = json.loads(typed.stdout.splitlines()[-1])
    ours, bare = (sorted(told.pop(name)) for name in ("editor_ms", "bare_ms"))
    measured = {**told, "editor": _summary(ours), "bare": _summary(bare)}
    return Report("typing", measured, (Goal("99th percentile from key press to repaint, ms", _at(ours, 99), "<= 30"),))


def _summary(times: list[float]) -> dict[str, float]:
    """Of sorted milliseconds."""
    return {
        "keys": len(times),
        "p50_ms": round(_at(times, 50), 2),
        "p99_ms": round(_at(times, 99), 2),
        "worst_ms": round(times[-1], 2),
    }


def _at(times: list[float], percent: float) -> float:
    return times[min(len(times) - 1, int(len(times) * percent / 100))]
