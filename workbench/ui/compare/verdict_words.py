"""A verdict in a few words. No Qt."""

from workbench.compare.verdict_types import Verdict, VerdictKind
from workbench.compare.wording import listed


def say_verdict(verdict: Verdict) -> str:
    if verdict.is_on_nothing:
        return "Nothing to decide"
    if verdict.is_never_right:
        return "No arm is ever right"
    match verdict.kind:
        case VerdictKind.WINNER:
            return f"{verdict.winner} answers best"
        case VerdictKind.EQUIVALENT:
            return f"{listed(verdict.best)} are equally good"
        case VerdictKind.UNDECIDED if len(verdict.best) > 1:
            return f"{', '.join(verdict.best)} cannot be told apart"
        case _:
            return "Nothing to decide"
