"""The verdict with its reasons, and the same without the questions that leaked."""

from workbench.compare.choice_sentences import WORDS
from workbench.compare.report.section import Section
from workbench.compare.report.texts import safe
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import Verdict, VerdictKind
from workbench.compare.wording import percent

_HEADLINES = {
    VerdictKind.WINNER: "A winner",
    VerdictKind.EQUIVALENT: "Equally good",
    VerdictKind.UNDECIDED: "Undecided",
}


def verdict_section(report: ComparisonReport) -> Section:
    return Section("verdict", "Verdict", _card(report.verdict))


def without_leaks_section(report: ComparisonReport) -> Section:
    other = report.verdict_without_leaks
    return Section("verdict-without-leaks", "Verdict without leaked questions", _card(other) if other else "")


def headline(verdict: Verdict) -> str:
    """The verdict in two or three words."""
    if verdict.is_on_nothing:
        return "No verdict"
    if verdict.is_never_right:
        return "No arm is ever right"
    return f"{verdict.winner} wins" if verdict.winner else _HEADLINES[verdict.kind]


def _card(verdict: Verdict) -> str:
    chosen = f"<p>Recommended: <strong>{safe(verdict.recommended)}</strong></p>" if verdict.recommended else ""
    reasons = "".join(f"<li>{safe(reason)}</li>" for reason in verdict.reasons)
    flips = "".join(
        f"<li>{safe(point.arm)} takes over when {WORDS[point.measure]} weighs {'more' if point.is_above else 'less'} "
        f"than {percent(point.weight)}.</li>"
        for point in verdict.flip_points
    )
    return (
        f'<div class="card {verdict.kind}"><p class="headline"><bdi>{safe(headline(verdict))}</bdi></p>'
        f"{chosen}{f'<ul>{reasons}</ul>' if reasons else ''}"
        f"{f'<h3>Where the choice flips</h3><ul>{flips}</ul>' if flips else ''}</div>"
    )
