"""Do the citation marks point at the documents that hold the answer?"""

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.documents import is_any_of
from workbench.scoring.types import ScoreValue


def citation_precision(case: Case) -> ScoreValue:
    """Share of the marks that point at a relevant document; a mark that points nowhere is wrong."""
    if case.cited is None:
        return ScoreValue(explanation="There was nothing to cite: the arm has no collection.")
    if not case.relevant:
        return ScoreValue(explanation="The question names no sources.")
    if not case.cited:
        return ScoreValue(explanation="The answer cites nothing.")
    right = sum(is_any_of(document, case.relevant) for document in case.cited)
    return ScoreValue(
        value=right / len(case.cited), explanation=f"{right} of {len(case.cited)} marks point at a source."
    )
