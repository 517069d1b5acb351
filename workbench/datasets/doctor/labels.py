"""One answer for nearly everything, and labels of which some hardly occur."""

from collections import Counter
from collections.abc import Sequence

from workbench.datasets.doctor.keys import counted
from workbench.datasets.doctor.lengths import FEW_ROWS
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

MOST_LABELS_PER_ROW = 0.2
"""Different answers per row up to which the answers are labels."""
LABEL_CHARACTERS = 60
RARE = 5
"""A label with fewer rows than this can hardly be learned."""
SKEW = 20
"""Rows of the commonest label per row of the median label from which on the labels are out of balance."""


def label_balance(rows: Sequence[TrainingRow]) -> list[Finding]:
    """What the distribution of the answers says, where the answers are few and short: labels."""
    if len(rows) < FEW_ROWS:
        return []
    answers = Counter(row.answer.strip() for row in rows)
    answer, count = answers.most_common(1)[0]
    if count >= 0.9 * len(rows):
        said = f"{count} of {len(rows)} rows have the same answer, “{_short(answer)}”"
        message = f"{said}: the model would learn to say only that."
        numbers = tuple(row.number for row in rows if row.answer.strip() == answer)
        return [Finding(kind=FindingKind.SAME_ANSWER, severity=Severity.WARNING, message=message, rows=numbers)]
    if len(answers) > MOST_LABELS_PER_ROW * len(rows) or max(map(len, answers)) > LABEL_CHARACTERS:
        return []
    return [*_skew(answers), *_rare(rows, answers)]


def _skew(answers: Counter[str]) -> list[Finding]:
    ordered = answers.most_common()
    common, middle = ordered[0], ordered[len(ordered) // 2]
    if common[1] < SKEW * middle[1]:
        return []
    message = f"The label “{_short(common[0])}” has {counted(common[1])}, half of the labels have at most {middle[1]}."
    hint = "The model will prefer it: add rows of the others, or judge it label by label."
    return [Finding(kind=FindingKind.IMBALANCE, severity=Severity.WARNING, message=message, hint=hint)]


def _rare(rows: Sequence[TrainingRow], answers: Counter[str]) -> list[Finding]:
    rare = {answer for answer, count in answers.items() if count < RARE}
    if not rare or len(rare) == len(answers):
        return []
    names = ", ".join(f"“{_short(answer)}”" for answer in sorted(rare)[:4])
    message = (
        f"Labels with fewer than {RARE} rows ({names}{', …' if len(rare) > 4 else ''}): {len(rare)} of {len(answers)}."
    )
    hint = "Too few to learn from: add rows, join labels, or leave them out."
    numbers = tuple(row.number for row in rows if row.answer.strip() in rare)
    return [Finding(kind=FindingKind.RARE_LABEL, severity=Severity.WARNING, message=message, hint=hint, rows=numbers)]


def _short(answer: str) -> str:
    return answer if len(answer) <= 40 else answer[:39] + "…"
