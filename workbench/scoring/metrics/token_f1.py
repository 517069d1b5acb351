"""How much do answer and reference share, word by word?"""

from collections import Counter

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.text import normalised, without_marks
from workbench.scoring.types import ScoreValue


def token_f1(case: Case) -> ScoreValue:
    """Harmonic mean of word precision and recall, best over the references (SQuAD, Rajpurkar et al. 2016)."""
    answer = Counter(normalised(without_marks(case.answer)).split())
    value, shared, size = max(_f1(answer, Counter(normalised(r).split())) for r in case.references)
    return ScoreValue(value=value, explanation=f"Shares {shared} of the reference's {size} words.")


def _f1(answer: Counter[str], reference: Counter[str]) -> tuple[float, int, int]:
    shared, size = (answer & reference).total(), reference.total()
    if not answer or not reference:
        return float(answer == reference), shared, size
    return 2 * shared / (answer.total() + size), shared, size
