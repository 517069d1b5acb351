"""What an evaluation found, in sentences: the same in the window and on the command line."""

from workbench.finetune.evaluation.abilities import VERBATIM
from workbench.finetune.evaluation.types import Change, EvaluationReport, Gain, TestSource
from workbench.scoring.metrics import METRICS


def headline(report: EvaluationReport) -> str:
    """ "Gained 22 points on the held-out rows; lost 3 ± 5 points on general abilities." """
    parts = []
    if report.gain is not None:
        parts.append(f"{_verb(report.gain)} on {tested_in_words(report)}")
    if report.general is not None:
        parts.append(f"{_verb(report.general)} on general abilities")
    elif report.abilities:
        parts.append("forgetting cannot be shown: the base has hardly any of the general abilities that are asked")
    text = "; ".join(parts) or "nothing was measured"
    return text[:1].upper() + text[1:] + "."


def gain_in_words(gain: Gain) -> str:
    """ "31 % before, 53 % after: +22 points (95 % interval +12 to +31) in 120 questions." """
    before, after = share(gain.base.mean), share(gain.tuned.mean)
    return (
        f"{before} before, {after} after: {points(gain.difference)} points (95 % interval {points(gain.low)} to "
        f"{points(gain.high)}) in {questions(gain.count)}. {verdict_in_words(gain)}"
    )


def verdict_in_words(gain: Gain) -> str:
    """One sentence: better, worse, or not to be told apart, and what would tell."""
    match gain.change:
        case Change.BETTER:
            return "Better than before."
        case Change.WORSE:
            return "Worse than before."
        case Change.UNDECIDED:
            more = f"; about {questions(gain.needed)} would show a difference of 5 points" if gain.needed else ""
            return f"Before and after cannot be told apart with these questions{more}."


def tested_in_words(report: EvaluationReport) -> str:
    """What was asked: "the held-out rows of house"."""
    match report.source:
        case TestSource.HELD_OUT:
            return f"the held-out rows of “{report.data_name}”" if report.data_name else "the held-out rows"
        case _:
            return f"“{report.data_name}”"


def proof_in_words(report: EvaluationReport) -> str:
    """Who answered, proved by the engine's own word on each answer."""
    return (
        f"Before: {report.base_name} alone, no adapter in any answer. "
        f"After: the same file with the adapter {report.adapter_hash[:12]}."
    )


def metric_in_words(name: str) -> str:
    """A metric's name for people."""
    if name == VERBATIM:
        return "Letter for letter"
    return METRICS[name].title if name in METRICS else name


def share(value: float | None) -> str:
    """ "53 %"; a dash where nothing was scored."""
    return "–" if value is None else f"{value:.0%}".replace("%", " %")


def points(difference: float) -> str:
    """ "+22", "-3", "0"."""
    rounded = round(100 * difference)
    return f"{rounded:+d}" if rounded else "0"


def questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count:,} questions"


def _verb(gain: Gain) -> str:
    """ "gained 22 ± 9 points", or that it cannot be told."""
    size = f"{abs(round(100 * gain.difference))} ± {max(1, round(50 * (gain.high - gain.low)))}"
    match gain.change:
        case Change.BETTER:
            return f"gained {size} points"
        case Change.WORSE:
            return f"lost {size} points"
        case Change.UNDECIDED:
            sign = "" if round(100 * gain.difference) == 0 else ("+" if gain.difference > 0 else "-")
            return f"no change can be told ({sign}{size} points)"
