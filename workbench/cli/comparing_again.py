"""`workbench compare --again NUMBER`: the same once more, and whether it came out the same."""

from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace

if TYPE_CHECKING:
    from workbench.compare.overlay.types import Overlay
    from workbench.compare.types import CompareRequest, ComparisonReport


def request_again(number: int, place: Workplace, output: Output) -> "CompareRequest":
    """What comparison `number` asked for, placed; says what has changed since. Raises WorkbenchError."""
    from workbench.compare.again.tasks import PREPARE_AGAIN, AgainPreparation, AgainRequest
    from workbench.compare.catalogue import read_catalogue
    from workbench.compare.store import ComparisonStore
    from workbench.jobs.spec import JobSpec

    store = ComparisonStore(place.database)
    asked = AgainRequest(
        report=store.get_without_trials(number),
        number=number,
        written=store.written(number),
        catalogue=read_catalogue(place.database, place.paths, place.own_model_folders),
        home=str(place.paths.home),
    )
    job = JobSpec(task=PREPARE_AGAIN, params=asked.model_dump(mode="json"), title="Prepare the comparison")
    found = AgainPreparation.model_validate(place.run(job))
    for change in found.changes:
        output.note(f"{change} Answers may differ.")
    return found.request


def compared_with_before(number: int, report: "ComparisonReport", place: Workplace) -> "Overlay":
    """The new report over the one that it repeats."""
    from workbench.compare.overlay.laying import overlay, side_of
    from workbench.compare.store import ComparisonStore

    before = ComparisonStore(place.database).get(number)
    return overlay(before, report, side_before=side_of(before, number=number))


def show_agreement(found: "Overlay", output: Output) -> None:
    """Sentences for people."""
    output.text(f"\nAgainst comparison {found.before.id}:")
    for sentence in found.sentences:
        output.text(f"  {sentence}")
