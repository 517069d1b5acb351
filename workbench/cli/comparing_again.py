"""`workbench compare --again NUMBER`: the same once more, and whether it came out the same."""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace

if TYPE_CHECKING:
    from workbench.compare.overlay.types import Overlay
    from workbench.compare.spec import ComparisonSpec
    from workbench.compare.types import CompareRequest, ComparisonReport


def request_again(number: int, place: Workplace, output: Output) -> "CompareRequest":
    """What comparison `number` asked for, placed; says what has changed since. Raises WorkbenchError."""
    from workbench.compare.store import ComparisonStore

    store = ComparisonStore(place.database)
    return prepared(store.get_without_trials(number), place, output, number=number, written=store.written(number))


def prepared(
    report: "ComparisonReport", place: Workplace, output: Output, *, number: int = 0, written: str = ""
) -> "CompareRequest":
    """What this report asked for, placed; says what has changed since. Raises WorkbenchError."""
    from workbench.compare.again.tasks import PREPARE_AGAIN, AgainPreparation, AgainRequest
    from workbench.compare.catalogue import read_catalogue
    from workbench.jobs.spec import JobSpec

    asked = AgainRequest(
        report=report,
        number=number,
        written=written,
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


def request_of_folder(
    spec_path: Path, spec: "ComparisonSpec", place: Workplace, output: Output
) -> "CompareRequest | None":
    """What an exported run folder asks for, exactly; None, said, when something in it was changed."""
    from workbench.compare.again.run_folder import read_exact
    from workbench.compare.written import to_yaml

    kept = read_exact(spec_path, Path(spec.exact))
    if kept is None:
        output.note(f"{spec_path.name} or a file beside it was changed: it is run as it stands there.")
        return None
    written = to_yaml(spec.model_copy(update={"exact": ""}))
    return prepared(kept.report, place, output, written=written)


def show_same_answers(spec_path: Path, spec: "ComparisonSpec", report: "ComparisonReport", output: Output) -> None:
    """How many answers are those of the run that the folder was exported from."""
    from workbench.compare.again.run_folder import answer_key, answer_mark, read_exact

    kept = read_exact(spec_path, Path(spec.exact))
    if kept is None or not kept.answers:
        return
    marks = {answer_key(t.arm, t.example_id, t.repeat): answer_mark(t.answer) for t in report.trials}
    same = sum(marks.get(place) == mark for place, mark in kept.answers.items())
    output.note(f"The same answers as in the exported run for {same} of {len(kept.answers)}.")
