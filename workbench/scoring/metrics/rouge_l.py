"""ROUGE-L: the longest common subsequence of words."""

import re

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue

_WORDS = re.compile(r"[a-z0-9]+")
_OTHER_WORDS = re.compile(r"\w+")


def rouge_l(case: Case) -> ScoreValue:
    """F-measure (beta 1) of the longest common subsequence, best over the references.

    Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries", section 3; words are runs of ASCII letters and
    digits in lower case without stemming, as in the usual implementation. Texts without any such run (other scripts)
    are split at word boundaries instead.
    """
    return max((_rouge_l(without_marks(case.answer), reference) for reference in case.references), key=_value)


def _value(score: ScoreValue) -> float:
    return score.value or 0.0


def _rouge_l(answer: str, reference: str) -> ScoreValue:
    given, expected = _words(answer), _words(reference)
    if not given or not expected:
        return ScoreValue(value=0.0, explanation="No words to compare.")
    common = longest_common_subsequence(given, expected)
    value = 2 * common / (len(given) + len(expected))
    return ScoreValue(value=value, explanation=f"{common} words in the order of the reference's {len(expected)}.")


def _words(text: str) -> list[str]:
    text = text.lower()
    return _WORDS.findall(text) or _OTHER_WORDS.findall(text)


def longest_common_subsequence(first: list[str], second: list[str]) -> int:
    """Its length, with one machine-word operation per 64 table cells.

    Hyyrö 2004, "Bit-parallel LCS-length computation revisited": memory stays linear, so that a reference of megabytes
    costs seconds, not a table of its square.
    """
    if len(first) > len(second):
        first, second = second, first
    places: dict[str, int] = {}
    for position, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << position
    full = (1 << len(first)) - 1
    row = full
    for word in second:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(first) - row.bit_count()
