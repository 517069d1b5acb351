"""Answers in a house format of lines "Key: value"."""

import re

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.text import plain, texts_of, without_marks
from workbench.scoring.types import ScoreValue

_LINE = re.compile(r"^\s*[-*]?\s*([^:\n]{1,60}?)\s*:\s*(.*?)\s*$")


def format_fields(case: Case) -> ScoreValue:
    """Share of the reference's lines "Key: value" that the answer has with the same key and value; best reference.

    Option: `fields`, the only keys that count.
    """
    only = {plain(name) for name in texts_of(case.options.get("fields", ()))}
    found = [fields_in(reference) for reference in case.references]
    expected = [chosen for fields in found if (chosen := {k: v for k, v in fields.items() if not only or k in only})]
    if not expected:
        return ScoreValue(explanation="The reference has no lines of the form “Key: value”.")
    given = fields_in(without_marks(case.answer))
    value, wrong = max((_share(given, fields) for fields in expected), key=lambda found: found[0])
    return ScoreValue(
        value=value, explanation=f"Wrong or missing: {', '.join(wrong[:5])}." if wrong else "All lines agree."
    )


def _share(given: dict[str, str], expected: dict[str, str]) -> tuple[float, list[str]]:
    wrong = [key for key, value in expected.items() if given.get(key) != value]
    return 1 - len(wrong) / len(expected), wrong


def fields_in(text: str) -> dict[str, str]:
    """Key (case ignored) to value (case and closing punctuation ignored); the first line of a key counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if match := _LINE.match(line):
            found.setdefault(plain(match[1]), plain(match[2]))
    return found
