"""The data doctor: what is wrong with training rows, said with row numbers before hours are spent on them."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

FEW_ROWS = 20
_PLACEHOLDER = re.compile(r"\{\{\s*[\w. ]{1,60}\}\}")
_MOJIBAKE = re.compile("\ufffd|\u00c3[\u0080-\u00bf]|\u00e2\u20ac[\u0080-\u2122]")
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bsk-[A-Za-z0-9_-]{20,}|\bgh[pousr]_[A-Za-z0-9]{30,}"
)


def check_rows(
    rows: Sequence[TrainingRow], *, count_tokens: Callable[[TrainingRow], int] | None = None, max_tokens: int = 0
) -> list[Finding]:
    """Everything found in one set of rows, errors first. `count_tokens`, `max_tokens` find rows that would be cut."""
    findings = [
        *_empty_answers(rows),
        *_short_answers(rows),
        *_repetitions(rows),
        *_texts_matching(rows, _MOJIBAKE, FindingKind.BROKEN_TEXT, "Broken characters, from a wrong encoding: {n}."),
        *_texts_matching(rows, _PLACEHOLDER, FindingKind.PLACEHOLDER, "An unfilled {{{{placeholder}}}}: {n}."),
        *_texts_matching(rows, _SECRET, FindingKind.SECRET, "What looks like a password or key: {n}."),
        *_same_answer(rows),
    ]
    if count_tokens is not None and max_tokens:
        findings += _too_long(rows, count_tokens, max_tokens)
    if 0 < len(rows) < FEW_ROWS:
        findings.append(
            Finding(
                kind=FindingKind.FEW_ROWS,
                severity=Severity.WARNING,
                message=f"Only {_count(len(rows))}: a model learns little from fewer than {FEW_ROWS}.",
            )
        )
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def find_leaks(
    training: Sequence[TrainingRow], questions: Sequence[str], *, what: str = "test questions"
) -> list[Finding]:
    """Training rows whose question is also asked elsewhere, ignoring case, spaces and punctuation."""
    asked = {normalise(question) for question in questions} - {""}
    leaked = [row.number for row in training if normalise(row.question) in asked]
    if not leaked:
        return []
    message = f"Also among the {what}, so that a score on those would prove nothing: {_count(len(leaked))}."
    hint = "Remove them from the training rows."
    return [Finding(kind=FindingKind.LEAK, severity=Severity.WARNING, message=message, hint=hint, rows=tuple(leaked))]


def without(rows: Sequence[TrainingRow], findings: Iterable[Finding]) -> list[TrainingRow]:
    """The rows that none of the findings names."""
    named = {number for finding in findings for number in finding.rows}
    return [row for row in rows if row.number not in named]


def normalise(text: str) -> str:
    """Letters and digits only, lower case, single spaces: what makes two questions the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def input_key(row: TrainingRow) -> str:
    """All that the model sees before the answer."""
    return "\0".join(f"{m.role}:{' '.join(m.content.split())}" for m in row.messages[:-1])


def _empty_answers(rows: Sequence[TrainingRow]) -> list[Finding]:
    empty = [row.number for row in rows if not row.answer.strip()]
    unasked = [row.number for row in rows if row.answer.strip() and not row.question.strip()]
    findings = []
    if empty:
        message = f"Without an answer, so that nothing can be learned: {_count(len(empty))}."
        findings.append(Finding(kind=FindingKind.EMPTY, severity=Severity.ERROR, message=message, rows=tuple(empty)))
    if unasked:
        message = f"Without a question: {_count(len(unasked))}."
        findings.append(
            Finding(kind=FindingKind.EMPTY, severity=Severity.WARNING, message=message, rows=tuple(unasked))
        )
    return findings


def _short_answers(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Answers of one or two characters in a set whose answers are otherwise sentences."""
    lengths = sorted(len(row.answer.strip()) for row in rows)
    if not lengths or lengths[len(lengths) // 2] < 20:
        return []
    short = tuple(row.number for row in rows if 0 < len(row.answer.strip()) <= 2)
    if not short:
        return []
    message = f"An answer of one or two characters among much longer ones: {_count(len(short))}."
    return [Finding(kind=FindingKind.SHORT_ANSWER, severity=Severity.WARNING, message=message, rows=short)]


def _repetitions(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Exact duplicates, and rows that answer the same input differently."""
    by_input: dict[str, list[TrainingRow]] = defaultdict(list)
    for row in rows:
        by_input[input_key(row)].append(row)
    duplicates: list[int] = []
    contradicting: list[int] = []
    for same in by_input.values():
        seen: set[str] = set()
        for row in same:
            if row.answer.strip() in seen:
                duplicates.append(row.number)
            seen.add(row.answer.strip())
        if len(seen) > 1:
            contradicting += [row.number for row in same]
    findings = []
    if duplicates:
        message = f"Exact repetitions of an earlier row: {_count(len(duplicates))}."
        hint = "Repeated rows weigh more in training; remove them unless that is meant."
        rows_found = tuple(sorted(duplicates))
        findings.append(
            Finding(kind=FindingKind.DUPLICATE, severity=Severity.WARNING, message=message, hint=hint, rows=rows_found)
        )
    if contradicting:
        message = f"Different answers to the same input: {_count(len(contradicting))}."
        rows_found = tuple(sorted(contradicting))
        findings.append(
            Finding(
                kind=FindingKind.CONTRADICTION,
                severity=Severity.WARNING,
                message=message,
                hint="Decide for one answer, or the model learns to guess between them.",
                rows=rows_found,
            )
        )
    return findings


def _texts_matching(
    rows: Sequence[TrainingRow], pattern: re.Pattern[str], kind: FindingKind, message: str
) -> list[Finding]:
    found = tuple(row.number for row in rows if any(pattern.search(m.content) for m in row.messages))
    if not found:
        return []
    return [Finding(kind=kind, severity=Severity.WARNING, message=message.format(n=_count(len(found))), rows=found)]


def _same_answer(rows: Sequence[TrainingRow]) -> list[Finding]:
    """One answer for nearly everything: the model would learn to say just that."""
    if len(rows) < FEW_ROWS:
        return []
    answer, count = Counter(row.answer.strip() for row in rows).most_common(1)[0]
    if count < 0.9 * len(rows):
        return []
    shown = answer if len(answer) <= 40 else answer[:39] + "…"
    message = f"{count} of {len(rows)} rows have the same answer, “{shown}”: the model would learn to say only that."
    numbers = tuple(row.number for row in rows if row.answer.strip() == answer)
    return [Finding(kind=FindingKind.SAME_ANSWER, severity=Severity.WARNING, message=message, rows=numbers)]


def _too_long(
    rows: Sequence[TrainingRow], count_tokens: Callable[[TrainingRow], int], max_tokens: int
) -> list[Finding]:
    long = tuple(row.number for row in rows if count_tokens(row) > max_tokens)
    if not long:
        return []
    message = f"Longer than {max_tokens} tokens, so that their beginning would be cut off: {_count(len(long))}."
    return [Finding(kind=FindingKind.TOO_LONG, severity=Severity.WARNING, message=message, rows=long)]


def _count(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
