"""Does the answer match a regular expression?"""

import time

import regex as patterns  # Python's own matcher has no time limit

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.exact_match import shown
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue

LIMIT_SECONDS = 1.0
"""For all references of an answer together: some patterns would go on for longer than the universe."""


def regex(case: Case) -> ScoreValue:
    """1 when any reference, read as a regular expression, is found in the answer.

    Options: `pattern` (one for all answers, instead of the references), `ignore_case` (default 1).

    No score where that cannot be told: a reference is no pattern, or searching takes longer than `LIMIT_SECONDS`.
    """
    answer = without_marks(case.answer)
    own = str(case.options.get("pattern", ""))
    flags = patterns.IGNORECASE if case.options.get("ignore_case", 1) else 0
    wanted = (own,) if own else case.references
    deadline = time.monotonic() + LIMIT_SECONDS
    for reference in wanted:
        try:
            left = max(deadline - time.monotonic(), 0.001)
            found = patterns.search(reference, answer, flags, timeout=left)
        except patterns.error as error:
            return ScoreValue(explanation=f"“{shown(reference)}” is not a regular expression: {error}.")
        except TimeoutError:
            return ScoreValue(
                explanation=f"“{shown(reference)}” takes too long to search in this answer (more than "
                f"{LIMIT_SECONDS:.0f} s): write it with fewer nested repetitions."
            )
        if found:
            return ScoreValue(value=1.0, explanation=f"“{shown(found[0])}” matches.")
    return ScoreValue(value=0.0, explanation=f"Nothing matches “{shown(wanted[0])}”.")
