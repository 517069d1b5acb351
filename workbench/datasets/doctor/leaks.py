"""Training rows whose question is asked elsewhere too: a score on those would prove nothing."""

from collections.abc import Sequence

from workbench.datasets.doctor.keys import counted, normalise
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow


def find_leaks(
    training: Sequence[TrainingRow], questions: Sequence[str], *, what: str = "test questions"
) -> list[Finding]:
    """Training rows whose question is also asked elsewhere, ignoring case, spaces and punctuation."""
    asked = {normalise(question) for question in questions} - {""}
    leaked = [row.number for row in training if normalise(row.question) in asked]
    if not leaked:
        return []
    message = f"Also among the {what}, so that a score on those would prove nothing: {counted(len(leaked))}."
    hint = "Remove them from the training rows."
    return [Finding(kind=FindingKind.LEAK, severity=Severity.WARNING, message=message, hint=hint, rows=tuple(leaked))]
