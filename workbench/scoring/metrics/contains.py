"""Does the reference appear inside the answer?"""

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.exact_match import shown
from workbench.scoring.metrics.text import normalised, without_marks
from workbench.scoring.types import ScoreValue


def contains(case: Case) -> ScoreValue:
    """1 when any normalised reference stands in the normalised answer as whole words. Option: `ignore_case` (1)."""
    ignores = bool(case.options.get("ignore_case", 1))
    answer = f" {normalised(without_marks(case.answer), ignore_case=ignores)} "
    for reference in case.references:
        if f" {normalised(reference, ignore_case=ignores)} " in answer:
            return ScoreValue(value=1.0, explanation=f"Contains “{shown(reference)}”.")
    return ScoreValue(value=0.0, explanation=f"“{shown(case.references[0])}” is not in the answer.")
