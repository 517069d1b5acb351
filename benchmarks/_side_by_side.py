"""The real window in a process of its own, at work, and beside it a bare one that only ticks."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks._stalls import Seen
from workbench.errors import WorkbenchError

ROOT = Path(__file__).parents[1]
LONGEST_SECONDS = 600


def watch(
    module: str, *arguments: str, home: Path, more: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], Seen]:
    """What `python -m benchmarks.<module>` told last, and the ticks of the bare window meanwhile.

    `home` becomes the data folder, `more` further variables of the environment. Raises WorkbenchError when the window
    failed.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **(more or {}), "WORKBENCH_HOME": str(home), "PYTHONPATH": os.pathsep.join(paths)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    bare = subprocess.Popen(
        [sys.executable, "-m", "benchmarks._bare_window"],
        env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    ours = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    printed, _ = bare.communicate()
    if ours.returncode != 0 or not ours.stdout.strip():
        raise WorkbenchError(f"{module} failed.", hint=ours.stderr.strip()[-400:], details=ours.stderr)
    return json.loads(ours.stdout.splitlines()[-1]), json.loads(printed)
