"""Answers that are missing, far shorter or far longer than the rest."""

import math
import re
from collections.abc import Sequence

from workbench.datasets.doctor.keys import counted
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

FEW_ROWS = 20
FAR = 4.0
"""Robust standard deviations of the logarithm of the length from which on an answer is far off."""
_LEAST_SPREAD = 0.35
"""Of the logarithm: answers that are all of one length make no answer of twice that length suspicious."""

MOST_NEAR_EMPTY = 0.2
"""Share of the rows up to which an answer like "-" is a gap, and no label."""
_NOTHING = frozenset({"n/a", "n.a", "na", "tbd", "tba", "todo", "xxx"})
_WORD = re.compile(r"\w")


def empty_rows(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Rows without an answer, and without a question."""
    empty = [row.number for row in rows if not row.answer.strip()]
    unasked = [row.number for row in rows if row.answer.strip() and not row.question.strip()]
    findings = []
    if empty:
        message = f"Without an answer, so that nothing can be learned: {counted(len(empty))}."
        findings.append(Finding(kind=FindingKind.EMPTY, severity=Severity.ERROR, message=message, rows=tuple(empty)))
    if unasked:
        message = f"Without a question: {counted(len(unasked))}."
        findings.append(
            Finding(kind=FindingKind.EMPTY, severity=Severity.WARNING, message=message, rows=tuple(unasked))
        )
    return findings


def nearly_empty(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Answers that stand for none ("-", "…", "n/a"); where many rows answer like that, they are taken for labels."""
    found = tuple(row.number for row in rows if row.answer.strip() and _says_nothing(row.answer))
    if not found or len(found) > MOST_NEAR_EMPTY * len(rows):
        return []
    message = f"An answer that says nothing, like “-” or “n/a”: {counted(len(found))}."
    hint = "Leave them out: the model would learn to answer like that."
    return [Finding(kind=FindingKind.NEAR_EMPTY, severity=Severity.WARNING, message=message, hint=hint, rows=found)]


def odd_lengths(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Answers far shorter or longer than the others of the set.

    Measured on the logarithm of the length by the median and the median absolute deviation, which the odd ones
    themselves do not move (Iglewicz and Hoaglin, "How to detect and handle outliers", 1993).
    """
    lengths = {row.number: len(row.answer.strip()) for row in rows if row.answer.strip()}
    if len(lengths) < FEW_ROWS:
        return []
    logs = {number: math.log(length) for number, length in lengths.items()}
    middle = _median(list(logs.values()))
    spread = max(_LEAST_SPREAD, 1.4826 * _median([abs(log - middle) for log in logs.values()]))
    short = tuple(number for number, log in logs.items() if log < middle - FAR * spread)
    long = tuple(number for number, log in logs.items() if log > middle + FAR * spread)
    usual = f"{round(math.exp(middle)):,} characters"
    findings = []
    if short:
        message = f"An answer far shorter than the others, which have about {usual}: {counted(len(short))}."
        findings.append(_odd(FindingKind.SHORT_ANSWER, message, short))
    if long:
        message = f"An answer far longer than the others, which have about {usual}: {counted(len(long))}."
        findings.append(_odd(FindingKind.LONG_ANSWER, message, long))
    return findings


def few_rows(rows: Sequence[TrainingRow]) -> list[Finding]:
    if not 0 < len(rows) < FEW_ROWS:
        return []
    message = f"Only {counted(len(rows))}: a model learns little from fewer than {FEW_ROWS}."
    return [Finding(kind=FindingKind.FEW_ROWS, severity=Severity.WARNING, message=message)]


def _says_nothing(answer: str) -> bool:
    said = answer.strip().casefold().rstrip(".")
    return said in _NOTHING or not _WORD.search(said)


def _odd(kind: FindingKind, message: str, rows: tuple[int, ...]) -> Finding:
    hint = "Often a cut-off or pasted text: look at them."
    return Finding(kind=kind, severity=Severity.WARNING, message=message, hint=hint, rows=rows)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
