"""What a training needs, told before it starts; one that does not fit is not started unasked."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.finetune.preflight import Preflight
    from workbench.finetune.types import RunNote, TrainRequest


def add_estimate_options(parser: argparse.ArgumentParser) -> None:
    """`--estimate`, `--anyway`."""
    parser.add_argument("--estimate", action="store_true", help="only tell memory, time (measured) and disk")
    parser.add_argument("--anyway", action="store_true", help="start it even if it is estimated not to fit")


def show_estimate(request: "TrainRequest", place: Workplace, output: Output, trainings: int = 1) -> None:
    """Only the estimate, the time measured with a few batches; nothing is started."""
    found = _estimate(request, place, is_timed=True)
    if output.json:
        output.object(found)
        return
    for line in _lines(found, trainings):
        output.text(line)


def check_it_fits(
    request: "TrainRequest", place: Workplace, output: Output, *, anyway: bool, trainings: int = 1
) -> "tuple[RunNote, ...]":
    """Tell the estimate, reckoned only: the training itself soon knows its time better.

    `trainings`: of a sweep. Returns the notes that were told. Raises WorkbenchError for one that does not fit, unless
    it shall start `anyway`.
    """
    found = _estimate(request, place, is_timed=False)
    for line in _lines(found, trainings):
        output.note(line)
    if not found.fits and not anyway:
        raise WorkbenchError(
            f"“{request.name}” does not fit, so it was not started.",
            hint=f"{found.advice} Or start it with --anyway.".lstrip(),
            code="does_not_fit",
        )
    return found.notes


def _estimate(request: "TrainRequest", place: Workplace, *, is_timed: bool) -> "Preflight":
    from workbench.finetune.preflight import Preflight
    from workbench.finetune.running import estimate_spec

    return Preflight.model_validate(place.run(estimate_spec(request, is_timed=is_timed)))


def _lines(found: "Preflight", trainings: int) -> list[str]:
    from workbench.finetune.preflight_wording import preflight_in_words

    notes = [f"  {note}" for note in found.notes]
    each = f"Each of {trainings} trainings: " if trainings > 1 else ""
    verdict = [] if found.fits else [f"This does not fit. {found.advice}".rstrip()]
    return [each + preflight_in_words(found), *notes, *verdict]
