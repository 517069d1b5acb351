"""Is the answer the reference, apart from case, punctuation, articles and white space?"""

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.text import normalised, without_marks
from workbench.scoring.types import ScoreValue


def exact_match(case: Case) -> ScoreValue:
    """1 when the normalised answer equals any normalised reference. Option: `ignore_case` (default 1)."""
    ignores = bool(case.options.get("ignore_case", 1))
    answer = normalised(without_marks(case.answer), ignore_case=ignores)
    for reference in case.references:
        if normalised(reference, ignore_case=ignores) == answer:
            return ScoreValue(value=1.0, explanation=f"Equals “{shown(reference)}”.")
    return ScoreValue(value=0.0, explanation=f"Expected “{shown(case.references[0])}”.")


def shown(text: str, longest: int = 80) -> str:
    """A text short enough for a sentence."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
