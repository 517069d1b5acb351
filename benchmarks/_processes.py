"""Runs a part of a benchmark in a process of its own, so that no part warms or slows another."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError

ROOT = Path(__file__).parents[1]


def measure(
    module: str, what: str, task: dict[str, Any], environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What `python -m benchmarks.<module> <what> <file with task>` prints; `environment` adds variables.

    Raises WorkbenchError when it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.json"
        path.write_text(json.dumps(task), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", what, str(path)],
            cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True,
        )  # fmt: skip
    if done.returncode != 0 or not done.stdout.strip():
        raise WorkbenchError(f"{module} {what} failed.", hint=done.stderr.strip()[-400:], details=done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
