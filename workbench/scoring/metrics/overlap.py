"""BLEU and chrF of one answer, by the reference implementation (sacrebleu)."""

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue


def bleu(case: Case) -> ScoreValue:
    """Sentence BLEU with effective n-gram order (Papineni et al. 2002; Post 2018), from 0 to 1."""
    import sacrebleu

    found = sacrebleu.sentence_bleu(without_marks(case.answer), list(case.references))
    return ScoreValue(value=_share(found.score), explanation=f"BLEU {found.score:.1f}.")


def chrf(case: Case) -> ScoreValue:
    """chrF2, F-score of character n-grams up to 6 (Popović 2015), from 0 to 1."""
    import sacrebleu

    found = sacrebleu.sentence_chrf(without_marks(case.answer), list(case.references))
    return ScoreValue(value=_share(found.score), explanation=f"chrF {found.score:.1f}.")


def _share(score: float) -> float:
    return min(max(score / 100, 0.0), 1.0)
