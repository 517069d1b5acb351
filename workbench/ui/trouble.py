"""A problem that belongs to a place on a page, in words for people. No Qt."""

from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed
from workbench.llm.too_long import Offer, too_long_of

CRASHED = "The worker process stopped unexpectedly."
TRY_AGAIN = "Everything else is untouched. Try again."


@dataclass(frozen=True, slots=True)
class Trouble:
    text: str
    hint: str = ""
    details: str = ""
    offers: tuple[Offer, ...] = ()
    """Ways out, each of them a button."""


def trouble_of(problem: Failed | Crashed | WorkbenchError, *, after_crash: str = TRY_AGAIN) -> Trouble:
    """A bad end in words for people; `after_crash` says what to do when the process just went away."""
    match problem:
        case Crashed(message=message, stderr_tail=tail):
            return Trouble(message or CRASHED, after_crash, tail)
        case Failed() | WorkbenchError():
            if (found := too_long_of(problem)) is not None and found.offers:
                return Trouble(problem.message, found.parts_in_words, problem.details, found.offers)
            return Trouble(problem.message, problem.hint, problem.details)
