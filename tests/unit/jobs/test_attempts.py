"""Which part of a long job killed its process."""

import subprocess
import sys
from pathlib import Path

from workbench.jobs.attempts import Attempts


def test_that_a_part_that_killed_the_process_twice_is_known_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / "attempts.json"
    dies = f"""
import os, pathlib
from workbench.jobs.attempts import Attempts
with Attempts(pathlib.Path({str(path)!r})).at_work("killer"):
    os._exit(1)
"""
    for _ in range(2):
        assert not Attempts(path).has_crashed("killer")
        assert subprocess.run([sys.executable, "-c", dies]).returncode == 1
    attempts = Attempts(path)
    assert attempts.has_crashed("killer")
    assert not attempts.has_crashed("another")
    attempts.forget()
    assert not Attempts(path).has_crashed("killer")
