"""Rows that say the same again, and rows that answer the same input differently."""

from collections import defaultdict
from collections.abc import Sequence

from workbench.datasets.doctor.keys import counted, input_key
from workbench.datasets.doctor.likeness import near_duplicates
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

_WEIGH_MORE = "Repeated rows weigh more in training; leave them out unless that is meant."


def repetitions(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Exact and near duplicates of an earlier row, and contradictions."""
    by_input: dict[str, list[TrainingRow]] = defaultdict(list)
    for row in rows:
        by_input[input_key(row)].append(row)
    duplicates, contradicting = _exact(list(by_input.values()))
    known = set(duplicates) | set(contradicting)
    near = [row.number for row in near_duplicates([row for row in rows if row.number not in known])]
    findings = []
    if duplicates:
        findings.append(
            _warning(FindingKind.DUPLICATE, "Exact repetitions of an earlier row", duplicates, hint=_WEIGH_MORE)
        )
    if near:
        findings.append(
            _warning(FindingKind.NEAR_DUPLICATE, "Nearly the same words as an earlier row", near, hint=_WEIGH_MORE)
        )
    if contradicting:
        hint = "Decide for one answer, or the model learns to guess between them."
        findings.append(
            _warning(FindingKind.CONTRADICTION, "Different answers to the same input", contradicting, hint=hint)
        )
    return findings


def _exact(groups: Sequence[Sequence[TrainingRow]]) -> tuple[list[int], list[int]]:
    """Numbers of repeated rows, and of all rows whose inputs are answered in more than one way."""
    duplicates: list[int] = []
    contradicting: list[int] = []
    for same in groups:
        seen: set[str] = set()
        for row in same:
            if row.answer.strip() in seen:
                duplicates.append(row.number)
            seen.add(row.answer.strip())
        if len(seen) > 1:
            contradicting += [row.number for row in same]
    return sorted(duplicates), contradicting


def _warning(kind: FindingKind, what: str, numbers: Sequence[int], *, hint: str) -> Finding:
    message = f"{what}: {counted(len(numbers))}."
    return Finding(kind=kind, severity=Severity.WARNING, message=message, hint=hint, rows=tuple(numbers))
