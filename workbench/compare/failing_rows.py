"""Questions that an arm got wrong as rows to train on: with their right answers, in a file that the Data tab reads.

They are test questions: whoever trains on them has tested with what was trained on. So it is said wherever they go.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example
from workbench.jobs.placing import plain_name

ORIGIN = "test questions that were answered wrong"
"""What the data set is made from, as its card says it ever after."""
WARNING = (
    "These are test questions. What is trained on them cannot be tested by them any more: the next comparison names "
    "them as seen, and gives its verdict without them too. Better train on other rows of the same kind, or take these "
    "questions out of the test."
)


def failing_examples(
    trials: Iterable[Trial], examples: Sequence[Example], arm: str, reason: FailureReason
) -> tuple[Example, ...]:
    """The questions that the arm got wrong for this reason and that have a right answer, in the order of the test."""
    failed = {trial.example_id for trial in trials if trial.arm == arm and trial.failure is reason}
    return tuple(example for example in examples if example.id in failed and example.answers)


def write_failing_rows(examples: Iterable[Example], folder: Path, arm: str, reason: FailureReason) -> Path:
    """A line for each question with its first right answer. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plain_name(f'{arm} {reason}', 'rows')}.jsonl"
    path.write_text("".join(json.dumps(_row(one), ensure_ascii=False) + "\n" for one in examples), encoding="utf-8")
    return path


def _row(example: Example) -> dict[str, str]:
    row = {"question": example.question, "answer": example.answers[0]}
    return {**row, "document": example.sources[0]} if example.sources else row
