"""`workbench retrieval tune | tunings | use-tuned`: an embedder that knows the user's documents."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.retrieving import collection_store
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.rag.search_types import RetrievalMode

if TYPE_CHECKING:
    from workbench.rag.embedding_tuning.types import TuningReport

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(actions: "Commands") -> None:
    """Add the actions to `workbench retrieval`."""
    parser = actions.add_parser("tune", help="tune the embedder on questions with known sources, and say if it helped")
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("test_sets", nargs="*", metavar="SET", help="test sets to learn from")
    parser.add_argument("--thumbs", action="store_true", help="learn from thumbs up and down on hits, too")
    parser.add_argument("--name", metavar="NAME", help="of the tuned embedder")
    parser.add_argument("--epochs", type=whole_number, metavar="N", help="how often each question is seen (3)")
    parser.add_argument("--batch-size", type=whole_number, metavar="N", help="questions per step (16)")
    parser.add_argument("--learning-rate", type=float, metavar="R", help="2e-5 unless given")
    parser.add_argument("--negatives", type=whole_number, metavar="N", help="hard negatives per question (2)")
    parser.add_argument("--seed", type=whole_number, metavar="N", help="of split, order and dropout")
    modes = [mode.value for mode in RetrievalMode]
    parser.add_argument("--mode", choices=modes, default="hybrid", help="how the collection is searched")
    parser.set_defaults(run=tune)
    history = actions.add_parser("tunings", help="earlier tunings of a collection")
    history.add_argument("collection", metavar="COLLECTION")
    history.set_defaults(run=list_tunings)
    use = actions.add_parser("use-tuned", help="let the index of a tuned embedder answer, if it was better")
    use.add_argument("collection", metavar="COLLECTION")
    use.add_argument("id", type=whole_number, metavar="TUNING")
    use.set_defaults(run=use_tuned)


def tune(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Run the tuning, or go on with a stopped one of the same questions and settings."""
    from pydantic import ValidationError

    from workbench.cli.output import in_words
    from workbench.rag.embedding_tuning.running import questions_to_tune_with, tune_job, tune_request
    from workbench.rag.embedding_tuning.tuning_store import TuningStore
    from workbench.rag.embedding_tuning.types import TuningConfig
    from workbench.rag.evaluation.set_store import QuestionSetStore
    from workbench.rag.judgement_store import JudgementStore

    store = collection_store(place)
    collection = store.get(arguments.collection)
    wishes = {name: getattr(arguments, name) for name in ("epochs", "batch_size", "learning_rate", "negatives", "seed")}
    try:
        config = TuningConfig(**{name: value for name, value in wishes.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        raise WorkbenchError(f"{option} {first['input']}: {in_words(first)}.", hint="Choose another value.") from error
    with place.writing(f"workbench retrieval tune {arguments.collection}"):
        questions, useless = questions_to_tune_with(
            QuestionSetStore(place.database),
            JudgementStore(place.database),
            arguments.collection,
            arguments.test_sets,
            thumbs=arguments.thumbs,
        )
        request = tune_request(
            store,
            arguments.collection,
            questions,
            name=arguments.name or f"{collection.embedder.name} for {arguments.collection}"[:80],
            irrelevant=useless,
            config=config,
            mode=RetrievalMode(arguments.mode),
        )
        place.run(tune_job(request))
    tunings = TuningStore(place.database)
    report = tunings.find(request.folder)
    if report is None:
        raise WorkbenchError("The tuning was not recorded.", hint="Run it again.", code="not_recorded")
    number = next(entry.id for entry in tunings.list_tunings(arguments.collection))
    if output.json:
        output.object({"id": number, "report": report.model_dump(mode="json")})
        return
    _print(output, report)
    if report.is_better:
        output.note(f"`workbench retrieval use-tuned {arguments.collection!r} {number}` lets it answer.")


def _print(output: Output, report: "TuningReport") -> None:
    from workbench.rag.evaluation.reporting import MEASURE_NAMES

    rows = []
    for comparison in report.comparisons:
        for measure, name in MEASURE_NAMES.items():
            before, after = comparison.before[measure].mean or 0.0, comparison.after[measure].mean or 0.0
            mean, low, high = comparison.differences[measure]
            change = f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
            rows.append((comparison.mode.value, name, f"{before:.3f}", f"{after:.3f}", change))
    output.table(("searched by", "measure", "before", "after", "difference [95 %]"), rows)
    output.text(f"\n{report.sentence}")
    output.note(f"Trained on {report.trained_on} questions ({report.pairs} pairs), judged on {report.held_out} others.")


def list_tunings(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.embedding_tuning.tuning_store import TuningStore

    collection_store(place).get(arguments.collection)
    entries = TuningStore(place.database).list_tunings(arguments.collection)
    if output.json:
        keys = ("id", "created", "is_better", "sentence")
        output.object({"tunings": [{key: getattr(entry, key) for key in keys} for entry in entries]})
    elif not entries:
        output.text("Nothing was tuned yet.")
    else:
        output.table(("no", "when", "outcome"), [(e.id, e.created, e.sentence) for e in entries])


def use_tuned(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.embedding_tuning.running import use_tuned as switch
    from workbench.rag.embedding_tuning.tuning_store import TuningStore

    store = collection_store(place)
    report = TuningStore(place.database).get(arguments.id)
    if report.tuned.collection != arguments.collection:
        raise WorkbenchError(f"Tuning {arguments.id} is one of {report.tuned.collection!r}.", code="no_tuning")
    with place.writing(f"workbench retrieval use-tuned {arguments.collection}"):
        switch(store, report)
    if output.json:
        output.object({"collection": arguments.collection, "embedder": report.tuned.embedder.model_dump(mode="json")})
    else:
        output.text(f"{arguments.collection} is searched with {report.tuned.embedder.name} now.")
        output.note("`workbench collections undo` brings the earlier index back.")
