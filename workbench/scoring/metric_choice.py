"""Which metric fits the answers of a set: judged by the right answers alone, never by what a model said."""

import json
from collections.abc import Callable, Sequence

from workbench.scoring.metrics.format_fields import fields_in
from workbench.scoring.metrics.numeric import numbers_in
from workbench.scoring.metrics.text import plain
from workbench.scoring.types import MetricChoice

MOST_LABELS = 30
LABEL_WORDS = 5
SHORT_WORDS = 6
_SHARE = 0.9
"""Of the answers that must be of a kind: a few odd rows do not change what a set is about."""
LONGEST_NUMBER = 24
UNIT_WORDS = 2
"""Characters, and words beside the number, up to which an answer is a number with its unit ("about 54 euros"), and no
sentence with a number in it ("Order 12 is shipped": the number would be right whatever became of the order)."""


def metrics_for(references: Sequence[str]) -> tuple[MetricChoice, ...]:
    """The metrics for a set with these right answers; the first is the one to judge by."""
    first, *others = _names(references) if references else ("exact_match",)
    labels = sorted({reference.strip() for reference in references})
    options = {"labels": tuple(labels)} if first == "label_accuracy" else {}
    return (MetricChoice(name=first, options=dict(options)), *(MetricChoice(name=name) for name in others))


def _names(references: Sequence[str]) -> tuple[str, ...]:
    if _mostly(references, _is_json):
        return ("json_fields", "json_valid", "exact_match")
    if _mostly(references, _has_format_lines):
        return ("format_fields", "exact_match", "token_f1")
    if _mostly(references, _is_number) and not _are_labels(references):
        return ("numeric", "exact_match")
    if _are_labels(references):
        return ("label_accuracy", "exact_match")
    if _mostly(references, lambda text: len(text.split()) <= SHORT_WORDS):
        return ("exact_match", "token_f1")
    return ("token_f1", "rouge_l", "exact_match")


def _mostly(references: Sequence[str], holds: Callable[[str], bool]) -> bool:
    found = sum(holds(reference) for reference in references)
    return bool(references) and found >= _SHARE * len(references)


def _is_json(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list) and bool(value)


def _has_format_lines(text: str) -> bool:
    """At least two lines "Key: value", and hardly any other."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(fields_in(text)) >= 2 and len(fields_in(text)) >= _SHARE * len(lines)


def _is_number(text: str) -> bool:
    beside = [word for word in text.split() if not numbers_in(word)]
    return len(text.strip()) <= LONGEST_NUMBER and len(beside) <= UNIT_WORDS and len(numbers_in(text)) == 1


def _are_labels(references: Sequence[str]) -> bool:
    """Few different short answers, most of which come again."""
    different = {plain(reference) for reference in references}
    short = all(len(label.split()) <= LABEL_WORDS for label in different)
    return short and 2 <= len(different) <= min(MOST_LABELS, len(references) // 3)
