"""Candidates and questions in words. No Qt."""

from workbench.playground.search.types import Origin
from workbench.playground.search.wording import percent
from workbench.ui.playground.search.state import Live, Questions, Row

_ORIGINS = {
    Origin.START: "Your starting prompt",
    Origin.OWN: "Your own instruction",
    Origin.TECHNIQUE: "The starting prompt with a technique of the catalogue",
    Origin.WRITTEN: "Written by the writer from examples of the task",
    Origin.REWRITTEN: "Rewritten by the writer after it saw mistakes",
}


def describe_questions(questions: Questions) -> str:
    count = len(questions.examples)
    parts = [f"{count} questions: about half choose the prompt, the other half say how good it is"]
    parts += [f"{len(questions.left_out)} rows left out"] if questions.left_out else []
    return " · ".join(parts)


def describe_origin(row: Row) -> str:
    return _ORIGINS[row.entered.origin]


def describe_candidate(row: Row) -> str:
    """Instruction, examples and format in one line."""
    entered = row.entered
    if entered.origin is Origin.START and not entered.examples and not entered.format:
        return "Your prompt as it is"
    return " · ".join(part for part in (entered.instruction, entered.examples, entered.format) if part)


def describe_place(row: Row) -> str:
    """Whether a candidate is in, and otherwise since when not and why."""
    standing = row.standing
    if standing.dropped:
        return f"out in round {standing.round}: {standing.dropped}"
    if row.is_final:
        return "the best in the search" if row.is_best else "in the race to the end"
    return "in the race" if standing.count else "waits"


def describe_state(row: Row) -> str:
    """The same in a word or two."""
    if row.is_best:
        return "best"
    if row.is_out:
        return f"out, round {row.standing.round}"
    if row.is_final:
        return "to the end"
    return "in" if row.standing.count else "waits"


def describe_score(row: Row) -> str:
    return unbroken(percent(row.standing.mean))


def unbroken(text: str) -> str:
    """Numbers stay on one line with their per cent sign."""
    return text.replace(" %", "\u00a0%")


def describe_spending(live: Live) -> str:
    """Generations and time, of what is allowed."""
    used = f"{live.used:,} of {live.generations:,}" if live.generations else f"{live.used:,}"
    minutes = f"{live.seconds / 60:.1f} of {live.minutes:.0f}" if live.minutes else f"{live.seconds / 60:.1f}"
    return f"{used} generations · {minutes} min"
