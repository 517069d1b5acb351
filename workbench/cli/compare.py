"""`workbench compare SPEC.yaml`: the arms of a written comparison, measured, and the verdict."""

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.comparing_again import (
    compared_with_before,
    request_again,
    request_of_folder,
    show_agreement,
    show_same_answers,
)
from workbench.cli.numbers import check_minutes, whole_number
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.naming import counted

if TYPE_CHECKING:
    from workbench.compare.overlay.types import Overlay
    from workbench.compare.types import CompareRequest, ComparisonReport

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN_PROBLEMS = 5


def register(commands: "Commands") -> None:
    """Add `compare`."""
    parser = commands.add_parser("compare", help="answer the same questions in several ways and say which is best")
    parser.add_argument(
        "spec", metavar="SPEC.yaml", type=Path, nargs="?", help="the comparison: questions, metrics, arms"
    )
    parser.add_argument("--again", type=whole_number, metavar="NUMBER", help="run a comparison of the history again")
    parser.add_argument("--limit", type=whole_number, default=0, metavar="N", help="only the first N questions")
    parser.add_argument("--fresh", action="store_true", help="ask everything anew, whatever earlier runs answered")
    parser.add_argument(
        "--retry-failed", action="store_true", help="ask what failed in the last run again, and what was not asked yet"
    )
    parser.add_argument("--minutes", type=float, metavar="M", help="begin no further questions after so many minutes")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the report as one HTML file")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every answer as CSV")
    parser.add_argument("--jsonl", type=Path, metavar="FILE", help="write every trial as JSON lines")
    parser.set_defaults(run=compare)


def compare(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Run the comparison to its end, keep it in the history, print it."""
    from workbench.compare.export import write_csv, write_jsonl
    from workbench.compare.report import write_html
    from workbench.compare.store import ComparisonStore

    _check(arguments)
    before: Overlay | None = None
    if arguments.again is None:
        report = _new(arguments, place, output)
    else:
        report, before = _again(arguments.again, place, output)
    for path, write in ((arguments.html, write_html), (arguments.csv, write_csv), (arguments.jsonl, write_jsonl)):
        if path is not None:
            write(report, path)
    kept = ComparisonStore(place.database).find_run(report.request.folder) if report.request else None
    if output.json:
        more = {"number": kept.id if kept else None} | ({"overlay": before.model_dump(mode="json")} if before else {})
        output.object(report.model_dump(mode="json") | more)
        return
    show(report, output)
    if before is not None:
        show_agreement(before, output)
    if kept is not None:
        output.text(f"\nKept as comparison {kept.id}.")


def _check(arguments: argparse.Namespace) -> None:
    if (arguments.spec is None) == (arguments.again is None):
        raise WorkbenchError(
            "Nothing was said to compare." if arguments.spec is None else "A file and --again are too much.",
            hint="Give a SPEC.yaml, or --again with a number that `workbench comparisons list` shows.",
        )
    if arguments.limit < 0:
        raise WorkbenchError("--limit must not be negative.", hint="Leave it out to ask all questions.")
    if arguments.limit and arguments.again is not None:
        raise WorkbenchError("--again asks the same questions; --limit would change them.", hint="Leave one out.")
    if arguments.minutes is not None:
        check_minutes(arguments.minutes)
    if arguments.fresh and arguments.retry_failed:
        raise WorkbenchError("--fresh asks everything, --retry-failed only what failed.", hint="Leave one out.")


def _new(arguments: argparse.Namespace, place: Workplace, output: Output) -> "ComparisonReport":
    from workbench.compare.spec import load_spec

    spec = load_spec(arguments.spec)
    with place.writing(f"comparing {spec.name}"):
        return run(
            arguments.spec,
            place,
            output,
            limit=arguments.limit,
            fresh=arguments.fresh,
            minutes=arguments.minutes,
            retries=arguments.retry_failed,
        )


def _again(number: int, place: Workplace, output: Output) -> "tuple[ComparisonReport, Overlay]":
    with place.writing(f"repeating comparison {number}"):
        report = _run_to_the_end(request_again(number, place, output), place, output)
    return report, compared_with_before(number, report, place)


def run(
    spec_path: Path,
    place: Workplace,
    output: Output,
    *,
    limit: int = 0,
    fresh: bool = False,
    minutes: float | None = None,
    retries: bool = False,
) -> "ComparisonReport":
    """Resolve, run (or continue) and save a comparison; the caller holds the writer's lock."""
    from workbench.cli.choices import load_config
    from workbench.compare.catalogue import read_catalogue, resolve_from, with_documents, with_test_set
    from workbench.compare.running import place_run
    from workbench.compare.spec import load_spec
    from workbench.compare.written import written_of
    from workbench.llm.json_schema import about_unheld
    from workbench.rag.store import CollectionStore

    spec = load_spec(spec_path)
    if spec.exact and not limit and minutes is None and not retries:
        repeated = request_of_folder(spec_path, spec, place, output)
        if repeated is not None:
            report = _run_to_the_end(repeated, place, output)
            show_same_answers(spec_path, spec, report, output)
            return report
    catalogue = read_catalogue(place.database, place.paths, place.own_model_folders)
    if minutes is not None:
        spec = spec.model_copy(update={"budget_seconds": 60 * minutes})
    catalogue = with_test_set(catalogue, place.database, spec.questions)
    catalogue = with_documents(catalogue, CollectionStore(place.database, place.paths), spec)
    resolved = resolve_from(catalogue, spec, load=load_config(place), limit=limit)
    for problem in resolved.problems[:_SHOWN_PROBLEMS]:
        output.note(f"{spec_path.name}: left out: {problem}")
    if len(resolved.problems) > _SHOWN_PROBLEMS:
        output.note(f"... and {len(resolved.problems) - _SHOWN_PROBLEMS} more rows.")
    for arm in resolved.request.arms:
        if arm.model.endpoint is None and (said := about_unheld(arm.generation.json_schema)):
            output.note(f"{arm.name}: {said}")
    request = place_run(resolved.request, place.paths, fresh=fresh)
    request = request.model_copy(update={"written": written_of(spec, request)})
    if retries and (before := _nothing_to_retry(request)) is not None:
        output.note("Nothing failed in the last run, and nothing is missing: this is its report.")
        return before
    return _run_to_the_end(request, place, output)


def _nothing_to_retry(request: "CompareRequest") -> "ComparisonReport | None":
    """The last run of this comparison, where all of it is there. WorkbenchError where it was not run yet."""
    from workbench.compare.placing import last_finished
    from workbench.compare.running import load_report

    if Path(request.folder).exists():
        return None  # it was stopped: going on asks the failed ones too
    before = last_finished(request)
    if before is None:
        raise WorkbenchError(
            "This comparison has not been run yet, so that nothing has failed.",
            hint="Leave --retry-failed out. Questions or settings that were changed make it another one.",
            code="nothing_failed",
        )
    report = load_report(before)
    return None if report.missing or any(arm.failed for arm in report.arms) else report


def _run_to_the_end(request: "CompareRequest", place: Workplace, output: Output) -> "ComparisonReport":
    """A process that is killed (out of memory, a crash in native code) costs one arm at most: start again."""
    from workbench.compare.running import attempts_for, comparison_job, load_report

    left = attempts_for(request.arms)
    while True:
        try:
            place.run(comparison_job(request))
            return load_report(request.folder)
        except WorkbenchError as problem:
            left -= 1
            if problem.code != "crashed" or left <= 0:
                _show_what_there_is(request, output)
                raise
            output.note("The process stopped unexpectedly; the comparison goes on with what is left.")


def _show_what_there_is(request: "CompareRequest", output: Output) -> None:
    """A run that did not come to its end has measured something all the same."""
    from workbench.compare.stopped_runs import sum_up_folder

    if output.json:
        return  # one object is promised, and the problem is it
    with contextlib.suppress(WorkbenchError):
        show(sum_up_folder(Path(request.folder)), output)


def show(report: "ComparisonReport", output: Output) -> None:
    """Table and verdict for people."""
    from workbench.compare.report import has_prices, summary_text
    from workbench.compare.wording import dollars, size, time_of

    best, costs = set(report.verdict.best_to_mark), has_prices(report.arms)
    rows = [
        (
            f"{result.name}{' *' if result.name in best else ''}",
            *(summary_text(result.metrics.get(metric)) for metric in report.metrics),
            time_of(result.timing.latency_seconds, result.timing),
            time_of(result.timing.first_token_seconds, result.timing),
            _whole(result.prompt_tokens),
            _whole(result.generated_tokens),
            size(result.memory_bytes),
            *([dollars(result.cost)] if costs else []),
            str(result.failed or "-"),
        )
        for result in report.arms
    ]
    price = ["costs"] if costs else []
    columns = ("arm", *report.metrics, "answer in", "first in", "tokens in", "out", "memory", *price, "failed")
    output.text(f"{report.name}: {counted(len(report.examples), 'question')}; mean and 95 % interval; * = best\n")
    output.table(columns, rows)
    _show_judge(report, output)
    _show_verdict(report, output)


def _show_judge(report: "ComparisonReport", output: Output) -> None:
    """What must be known of scores that a model gave."""
    from workbench.compare.judge.trust import bias_in_words, measure_trust, warnings_of

    scoring = report.model_scoring
    said = [*warnings_of(scoring), *([bias] if scoring and (bias := bias_in_words(scoring.bias)) else [])]
    if scoring is not None:
        trust = measure_trust(report.trials, report.metrics, report.ratings, scoring)
        said += [one.sentence for one in trust.metrics if one.needs_model]
    if said:
        output.text("\nThe judge:" if scoring and scoring.judge else "\nScores by models:")
    for sentence in said:
        output.text(f"  {sentence}")


def _show_verdict(report: "ComparisonReport", output: Output) -> None:
    from workbench.compare.beside_answers import general_in_words
    from workbench.compare.verdict_sentences import in_a_word
    from workbench.compare.wording import missing_in_words

    verdict = report.verdict
    chosen = f"; recommended: {verdict.recommended}" if verdict.recommended else ""
    output.text(f"\nVerdict: {in_a_word(verdict)}{chosen}")
    for reason in verdict.reasons:
        output.text(f"  {reason}")
    for sentence in missing_in_words(report):
        output.text(f"  {sentence}")
    for result in report.arms:
        if result.problem:
            output.text(f"  {result.name}: {result.problem}")
        if result.general is not None:
            output.text(f"  {result.name}: general abilities {general_in_words(result.general)}")
    if report.leaks and report.verdict_without_leaks is not None:
        other = report.verdict_without_leaks
        count = len(report.leaked_ids)
        seen = "1 question was" if count == 1 else f"{count} questions were"
        output.text(f"  {seen} seen before the test; without: {in_a_word(other)}.")
    suspected = {leak.example_id for leak in report.leaks} - report.leaked_ids
    if suspected:
        besides = " besides" if report.leaked_ids else ""
        output.text(f"  Suspected{besides}, by meaning only: {counted(len(suspected), 'question')}.")
    for note in report.leak_notes:
        output.text(f"  {note}")
    _show_expected(report, output)


def _show_expected(report: "ComparisonReport", output: Output) -> None:
    """What was expected beside what was measured."""
    from workbench.compare.guide.reflecting import reflect, summary

    if found := reflect(report.expectations, report.verdict, report.arms):
        output.text(f"\nExpected: {summary(found)}")
        for one in found:
            output.text(f"  {one.sentence().removeprefix('Expected: ')}{f' {one.remark}' if one.remark else ''}")


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
