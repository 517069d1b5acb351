"""Does the answer match a regular expression?"""

import re

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.exact_match import shown
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue

_LONGEST = 10_000
"""Characters of an answer that are searched: Python's matcher has no time limit."""


def regex(case: Case) -> ScoreValue:
    """1 when any reference, read as a regular expression (case ignored), is found in the answer."""
    answer = without_marks(case.answer)[:_LONGEST]
    for reference in case.references:
        try:
            found = re.search(reference, answer, re.IGNORECASE)
        except re.error as error:
            return ScoreValue(explanation=f"“{shown(reference)}” is not a regular expression: {error}.")
        if found:
            return ScoreValue(value=1.0, explanation=f"“{shown(found[0])}” matches.")
    return ScoreValue(value=0.0, explanation=f"Nothing matches “{shown(case.references[0])}”.")
