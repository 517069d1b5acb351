"""From pairs to the best arms and the kind of a verdict."""

from collections.abc import Sequence

from workbench.compare.verdict_types import PairResult, VerdictKind


def find_best(ranked: Sequence[str], pairs: Sequence[PairResult]) -> list[str]:
    """The arms that the best mean does not beat; none where there is nobody to beat."""
    if len(ranked) < 2:
        return []
    beaten = {pair.first for pair in pairs if ranked and pair.second == ranked[0] and pair.is_separated}
    return [arm for arm in ranked if arm not in beaten]


def find_kind(ranked: Sequence[str], best: Sequence[str], pairs: Sequence[PairResult], margin: float) -> VerdictKind:
    """One arm beats all others, or the best differ by less than the margin, or the questions do not tell."""
    if len(ranked) < 2:
        return VerdictKind.UNDECIDED
    if len(best) == 1:
        return VerdictKind.WINNER
    among = [pair for pair in pairs if pair.first in best and pair.second in best]
    alike = all(-margin <= pair.low and pair.high <= margin for pair in among)
    whole = len(among) == len(best) * (len(best) - 1) // 2
    return VerdictKind.EQUIVALENT if whole and alike else VerdictKind.UNDECIDED
