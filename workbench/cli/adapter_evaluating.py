"""`workbench adapters evaluate`: before and after, also after a training that was asked to be evaluated."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.finetune.evaluation.types import EvaluatedRow, EvaluationReport
    from workbench.finetune.types import Adapter
    from workbench.llm.types import ModelRef

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN_TEXT = 60


def register(actions: "Commands") -> None:
    """Add to the actions of `adapters`."""
    parser = actions.add_parser("evaluate", help="before and after: the base and the adapter answer the same questions")
    parser.add_argument("adapter", metavar="ADAPTER", help="name or folder")
    parser.add_argument("--data", metavar="FILE", help="saved data set or file of questions; default: held-out rows")
    parser.add_argument("--no-test", action="store_true", help="ask the general abilities only")
    parser.add_argument("--metric", metavar="NAME", default="", help="judge by this; default: what fits the answers")
    parser.add_argument("--limit", type=whole_number, default=200, metavar="N", help="test questions at most")
    parser.add_argument("--general", metavar="FILE", default="", help="a set of general abilities of your own")
    parser.add_argument("--no-general", action="store_true", help="do not ask general abilities")
    parser.add_argument("--model", metavar="M", help="the base, where it does not lie any more where it did")
    parser.add_argument("--rows", action="store_true", help="show every question with both answers")
    parser.set_defaults(run=evaluate)


def evaluate(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Run it to its end and show it; an interrupted one goes on where it was."""
    from workbench.finetune.evaluation.running import evaluation_request, evaluation_spec, load_report
    from workbench.finetune.store import AdapterStore

    adapter = AdapterStore(place.database).get(arguments.adapter)
    dataset, file = None, None
    if arguments.data:
        from workbench.datasets.store import DatasetStore

        dataset = DatasetStore(place.database).find(arguments.data)
        file = Path(arguments.data).expanduser().absolute() if dataset is None else None
        if file is not None and not file.is_file():
            raise WorkbenchError(
                f"There is neither a data set nor a file “{arguments.data}”.",
                hint="`workbench data list` shows the data sets.",
                code="no_file",
            )
    with place.writing(f"evaluating {adapter.name}"):
        request = evaluation_request(
            place.paths,
            adapter,
            dataset=dataset,
            file=file,
            base=_base(arguments.model, place),
            is_test_wanted=not arguments.no_test,
            metric=arguments.metric,
            limit=arguments.limit,
            general=not arguments.no_general,
            general_path=str(Path(arguments.general).expanduser().absolute()) if arguments.general else "",
        )
        place.run(evaluation_spec(request))
    report = load_report(request.folder)
    if output.json:
        output.object(report if arguments.rows else report.without_rows())
    else:
        _show_evaluation(report, output, with_rows=arguments.rows)


def evaluate_new(adapter: "Adapter", place: Workplace, output: Output) -> None:
    """Right after its training: held-out rows where there are some, and the general abilities."""
    from workbench.finetune.evaluation.running import (
        can_test_held_out,
        evaluation_request,
        evaluation_spec,
        load_report,
    )

    request = evaluation_request(
        place.paths,
        adapter,
        is_test_wanted=can_test_held_out(adapter, place.paths),
        general_path=place.settings.finetune.general_abilities,
    )
    with place.writing(f"evaluating {adapter.name}"):
        place.run(evaluation_spec(request))
    report = load_report(request.folder)
    if output.json:
        output.object(report.without_rows())
    else:
        output.text("")
        _show_evaluation(report, output, with_rows=False)


def _base(name: str | None, place: Workplace) -> "ModelRef | None":
    from workbench.cli.choices import choose_model

    return choose_model(place, name) if name else None


def _show_evaluation(report: "EvaluationReport", output: Output, *, with_rows: bool) -> None:
    from workbench.finetune.evaluation.wording import (
        gain_in_words,
        headline,
        metric_in_words,
        points,
        proof_in_words,
        share,
    )

    output.text(headline(report))
    output.text("")
    for gain in report.gains:
        output.text(f"{metric_in_words(gain.metric)}: {gain_in_words(gain)}")
    if report.abilities:
        output.text("")
        columns = ("ability", "before", "after", "points", "95 % interval", "")
        output.table(
            columns,
            [
                (
                    each.ability,
                    share(each.gain.base.mean),
                    share(each.gain.tuned.mean),
                    points(each.gain.difference),
                    f"{points(each.gain.low)} to {points(each.gain.high)}",
                    "" if each.can_show else "the base hardly has it: cannot show forgetting",
                )
                for each in report.abilities
            ],
        )
    output.text("")
    output.text(proof_in_words(report))
    for note in report.notes:
        output.note(note)
    if with_rows:
        output.text("")
        output.table(("question", "before", "", "after", ""), [_row_cells(row) for row in report.rows])


def _row_cells(row: "EvaluatedRow") -> tuple[str, ...]:
    name = row.question.metric.name
    scores = (row.base_scores[name].value, row.tuned_scores[name].value)
    marks = ["–" if score is None else f"{score:.2f}" for score in scores]
    return (_short(row.question.text), _short(row.base.text), marks[0], _short(row.tuned.text), marks[1])


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN_TEXT else flat[: _SHOWN_TEXT - 1] + "…"
