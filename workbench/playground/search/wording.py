"""A finished search in words: the same sentences in the window and on the command line."""

from workbench.playground.search.types import HeldOutScore, Outcome, SearchCost, SearchReport


def percent(value: float | None) -> str:
    """A score as "72 %"; "–" for none."""
    return "–" if value is None else f"{value:.0%}".replace("%", " %")


def points(value: float) -> str:
    """A difference of scores: "+12 points"; small ones with a decimal."""
    if 0 < abs(value) < 0.0095:
        return f"{100 * value:+.1f} points"
    rounded = round(100 * value)
    return f"{rounded:+d} point{'' if abs(rounded) == 1 else 's'}"


def headline(report: SearchReport) -> str:
    if report.outcome is Outcome.BETTER and report.held_out is not None:
        return f"A better prompt was found: {points(report.held_out.difference)}"
    return "No better prompt found"


def explanation(report: SearchReport) -> str:
    """What the headline rests on, in two or three sentences."""
    tried = len(report.candidates) or "All"
    match report.outcome:
        case Outcome.START_IS_BEST:
            return (
                f"{tried} candidates were tried on up to {report.search_questions} questions, and none of them did "
                "better than the starting prompt."
            )
        case Outcome.UNPROVEN if report.held_out is None:
            return (
                "One candidate led in the search, but the budget ended before it could be compared with the starting "
                "prompt on questions that it was not chosen on."
            )
        case Outcome.UNPROVEN:
            assert report.held_out is not None
            return f"{_comparison(report.held_out)} {_why_unproven(report.held_out)}"
        case Outcome.BETTER:
            assert report.held_out is not None
            return _comparison(report.held_out)


def _comparison(held: HeldOutScore) -> str:
    return (
        f"On {held.questions} held-out questions, on which no candidate was chosen, the best one scores "
        f"{percent(held.winner.mean)} and the starting prompt {percent(held.start.mean)}: {points(held.difference)} "
        f"(95 % interval {_signed(held.low)} to {_signed(held.high)})."
    )


def _why_unproven(held: HeldOutScore) -> str:
    if held.difference <= 0:
        return "What looked better in the search is not."
    more = f" About {held.more_questions_needed} more questions would tell." if held.more_questions_needed else ""
    return f"With so few questions such a lead may be chance.{more}"


def cost_sentence(cost: SearchCost) -> str:
    """Generations, tokens and time of a search."""
    parts = [f"{cost.racing:,} answers in the search", f"{cost.held_out:,} on held-out questions"]
    if cost.writing:
        parts.append(f"{cost.writing:,} texts of the writer")
    price = f", {cost.dollars:.2f} $" if cost.dollars is not None else ""
    return (
        f"{cost.generations:,} generations ({', '.join(parts)}); {cost.prompt_tokens:,} tokens read, "
        f"{cost.generated_tokens:,} written; {_duration(cost.seconds)}{price}"
    )


def _signed(value: float) -> str:
    return f"{round(100 * value):+d}"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
