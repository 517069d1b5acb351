"""How many test questions stand among rows that examples are drawn from. Reads a file: not for the window's thread."""

from collections.abc import Iterable
from pathlib import Path

from workbench.compare.leaks.words import asked, key
from workbench.errors import WorkbenchError
from workbench.playground.few_shot import read_shots

LARGEST_BYTES = 50_000_000
"""Of a file that is looked through beforehand; the run itself finds leaks in files of any size."""


def count_overlap(rows: Path, questions: Iterable[str]) -> int:
    """Test questions that are asked in the rows too, but for case and punctuation; 0 where the file cannot be read."""
    try:
        if rows.stat().st_size > LARGEST_BYTES:
            return 0
        known = {key(asked(shot.question)) for shot in read_shots(rows)}
    except (OSError, WorkbenchError):
        return 0  # what is wrong with the file is said when the comparison is prepared
    return sum(key(question) in known for question in questions)
