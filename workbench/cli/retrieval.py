"""`workbench retrieval measure | results | use | clear`: how good retrieval is, with which settings."""

import argparse
from typing import TYPE_CHECKING, Any

from workbench.cli import embedder_tuning, question_sets
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output
from workbench.cli.retrieving import collection_store
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.types import Measure, MeasureReport, RetrievalSetting
from workbench.rag.search_types import RetrievalMode
from workbench.rag.types import ChunkingConfig
from workbench.settings import ChunkerKind

if TYPE_CHECKING:
    from workbench.jobs.events import Produced
    from workbench.rag.store import CollectionStore

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: "Commands") -> None:
    """Add `retrieval ACTION`."""
    parser = commands.add_parser("retrieval", help="measure how good retrieval is, compare settings, improve it")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    question_sets.register(actions)
    _register_measure(actions)
    results = actions.add_parser("results", help="earlier measurements, or one of them with its questions")
    results.add_argument("collection", metavar="COLLECTION")
    results.add_argument("--id", type=whole_number, metavar="N", help="the measurement of that number")
    results.set_defaults(run=show_results)
    use = actions.add_parser("use", help="let the collection be searched as a measured setting says")
    use.add_argument("collection", metavar="COLLECTION")
    use.add_argument("id", type=whole_number, metavar="MEASUREMENT")
    use.add_argument(
        "--setting", type=whole_number, metavar="N", help="number of the setting; the best one unless given"
    )
    use.set_defaults(run=use_measured)
    clear = actions.add_parser("clear", help="remove the indexes that were built only to be measured")
    clear.add_argument("collection", metavar="COLLECTION")
    clear.set_defaults(run=clear_measured)
    embedder_tuning.register(actions)


def _register_measure(actions: "Commands") -> None:
    parser = actions.add_parser("measure", help="compare settings on the questions of a test set")
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("test_set", metavar="SET")
    kinds = [kind.value for kind in ChunkerKind]
    parser.add_argument("--chunker", nargs="+", choices=kinds, help="ways to cut the text to try")
    parser.add_argument("--chunk-tokens", type=whole_number, nargs="+", metavar="N", help="chunk sizes to try")
    parser.add_argument("--overlap", type=whole_number, nargs="+", metavar="N", help="overlaps to try")
    parser.add_argument("--mode", nargs="+", choices=[mode.value for mode in RetrievalMode], help="ways to search")
    parser.add_argument(
        "--embedder", nargs="+", metavar="E", help="names of tuned embedders, or folders of others, to try"
    )
    parser.add_argument("--rerank", action="store_true", help="try each with and without a local cross-encoder")
    parser.add_argument("--k", type=whole_number, default=10, metavar="K", help="so many passages count (10)")
    parser.add_argument(
        "--measure", choices=[measure.value for measure in Measure], default="ndcg", help="what decides (ndcg)"
    )
    parser.set_defaults(run=measure)


def measure(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Run the comparison, or go on with a stopped one of the same settings."""
    from workbench.rag.evaluation.running import measure_job, measure_request

    store = collection_store(place)
    with place.writing(f"workbench retrieval measure {arguments.collection}"):
        plan, current = _plan(arguments, place, store)
        request = measure_request(store, plan, current)

        def on_item(produced: "Produced") -> None:
            if produced.kind == "IndexBuilt" and not output.json:
                chunks = produced.item["collection"]["chunks"]
                output.note(f"Built an index of {chunks} chunks beside the one that answers.")

        place.run(measure_job(request), on_item)
        _show_report(output, place, request.folder)


def _plan(arguments: argparse.Namespace, place: Workplace, store: "CollectionStore") -> tuple[Any, RetrievalSetting]:
    from workbench.rag.evaluation.running import MeasurePlan, current_setting
    from workbench.rag.evaluation.set_store import QuestionSetStore

    if not 1 <= arguments.k <= 100:
        raise WorkbenchError(f"--k {arguments.k} is not possible.", hint="Choose 1 to 100.")
    questions = QuestionSetStore(place.database).counting(arguments.collection, arguments.test_set)
    search = store.search_settings.load(arguments.collection)
    current = current_setting(store, arguments.collection, search)
    plan = MeasurePlan(
        collection=arguments.collection,
        test_set=arguments.test_set,
        questions=questions,
        settings=tuple(_settings(arguments, place, current)),
        k=arguments.k,
        measure=Measure(arguments.measure),
        reranker=search.reranker or _reranker(arguments, place),
    )
    return plan, current


def _reranker(arguments: argparse.Namespace, place: Workplace) -> str:
    if not arguments.rerank:
        return ""
    from workbench.rag.reranking import find_reranker

    return str(find_reranker([place.paths.models, *place.own_model_folders]))


def _settings(arguments: argparse.Namespace, place: Workplace, current: RetrievalSetting) -> list[RetrievalSetting]:
    """Every combination of what is to be tried; what is not named stays as it is."""
    from workbench.embedding import find_embedder
    from workbench.rag.embedding_tuning.saving import FOLDER, list_tuned
    from workbench.rag.evaluation.running import combinations_of

    tuned = {one.embedder.name: one.embedder for one in reversed(list_tuned(place.paths.home / FOLDER))}
    wanted = [tuned.get(name) or find_embedder(name) for name in arguments.embedder or []]
    embedders = wanted or [current.embedder]
    return combinations_of(
        chunkings=_chunkings(arguments, current.chunking),
        embedders=embedders,
        modes=[RetrievalMode(mode) for mode in arguments.mode or [current.mode.value]],
        reranks=[False, True] if arguments.rerank else [False],
        language=current.language,
    )


def _chunkings(arguments: argparse.Namespace, current: ChunkingConfig) -> list[ChunkingConfig]:
    """Overlaps that are too large for a size are left out; raises WorkbenchError when nothing is left."""
    from workbench.rag.evaluation.running import chunkings_of

    chunkers = [ChunkerKind(name) for name in arguments.chunker or []]
    return chunkings_of(current, arguments.chunk_tokens or [], arguments.overlap or [], chunkers)


def _show_report(output: Output, place: Workplace, folder: str) -> None:
    from workbench.rag.evaluation.measurement_store import MeasurementStore

    store = MeasurementStore(place.database)
    found = store.find(folder)
    if found is None:
        raise WorkbenchError("The measurement was not recorded.", hint="Run it again.", code="not_recorded")
    report, _ = found
    number = next(entry.id for entry in store.list_measurements(report.collection))
    if output.json:
        output.object({"id": number, "report": report.model_dump(mode="json", exclude={"questions"})})
    else:
        _print_report(output, report)
        output.note(f"Measurement {number}: `workbench retrieval results {report.collection!r} --id {number}`")


def _print_report(output: Output, report: MeasureReport) -> None:
    from workbench.rag.evaluation.reporting import labels_of

    def cell(result: Any, measure: Measure) -> str:
        summary = result.values.get(measure)
        if summary is None or summary.mean is None:
            return "-"
        return f"{summary.mean:.3f} [{summary.low:.3f}, {summary.high:.3f}]"

    rows = []
    labels = labels_of([result.setting for result in report.results])
    for number, result in enumerate(report.results):
        marks = ("*" if number == report.best else "") + ("=" if number in report.tied else "")
        label = labels[number] + (" (now)" if number == report.current else "")
        values = [cell(result, one) for one in (Measure.NDCG, Measure.RECALL, Measure.MRR)]
        rows.append((number, marks, label, *values, result.chunks, round(result.characters), result.problem))
    k = report.k
    columns = ("no", "", "setting", f"nDCG@{k}", f"recall@{k}", "MRR", "chunks", "characters read", "problem")
    output.table(columns, rows)
    output.text(f"\n{report.sentence}")
    output.note("* best   = cannot be told apart from it; intervals of 95 %")


def show_results(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """The history, or one measurement question by question."""
    from workbench.rag.evaluation.measurement_store import MeasurementStore

    collection_store(place).get(arguments.collection)
    store = MeasurementStore(place.database)
    if arguments.id is None:
        entries = store.list_measurements(arguments.collection)
        if output.json:
            keys = ("id", "test_set", "created", "is_complete", "sentence")
            output.object({"measurements": [{key: getattr(entry, key) for key in keys} for entry in entries]})
        elif not entries:
            output.text("Nothing was measured yet.")
        else:
            output.table(
                ("no", "when", "test set", "outcome"), [(e.id, e.created, e.test_set, e.sentence) for e in entries]
            )
        return
    report, outcomes = store.get(arguments.id)
    if output.json:
        lines = [outcome.model_dump(mode="json") for outcome in outcomes]
        output.object({"report": report.model_dump(mode="json"), "outcomes": lines})
        return
    _print_report(output, report)
    _print_missed(output, report, outcomes)


def _print_missed(output: Output, report: MeasureReport, outcomes: Any) -> None:
    """What the best setting did not find among the first k."""
    texts = {question.id: question for question in report.questions}
    missed = [one for one in outcomes if one.setting == report.best and one.recall < 1]
    if missed:
        output.text(f"\nNot everything was found by the best setting ({len(missed)} of {len(texts)} questions):")
    for one in missed:
        question = texts[one.question]
        places = zip(question.relevant, one.ranks, strict=True)
        lost = [f"{p.document} ({'rank ' + str(rank) if rank else 'not found'})" for p, rank in places]
        output.text(f"  {question.text}\n      {'; '.join(lost)}")


def use_measured(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Switch, or rebuild where the index is gone."""
    from workbench.rag.evaluation.applying import use_setting
    from workbench.rag.evaluation.measurement_store import MeasurementStore
    from workbench.rag.evaluation.reporting import describe_setting

    store = collection_store(place)
    store.get(arguments.collection)
    measurements = MeasurementStore(place.database)
    report, _ = measurements.get(arguments.id)
    # Not by the name that the report holds: the collection may be called otherwise by now.
    if arguments.id not in {entry.id for entry in measurements.list_measurements(arguments.collection)}:
        raise WorkbenchError(
            f"Measurement {arguments.id} is not one of “{arguments.collection}”.",
            hint=f"`workbench retrieval results {arguments.collection!r}` lists them.",
            code="no_measurement",
        )
    number = report.best if arguments.setting is None else arguments.setting
    if not 0 <= number < len(report.results):
        raise WorkbenchError(
            f"Measurement {arguments.id} of “{arguments.collection}” has no setting {number}.",
            hint=f"It has the settings 0 to {len(report.results) - 1}.",
            code="no_setting",
        )
    setting = report.results[number].setting
    with place.writing(f"workbench retrieval use {arguments.collection}"):
        spec = use_setting(store, arguments.collection, setting)
        if spec is not None:
            place.run(spec)
        search = store.search_settings.load(arguments.collection)
        changes = {"mode": setting.mode, "reranker": report.reranker if setting.rerank else ""}
        store.search_settings.save(arguments.collection, search.model_copy(update=changes))
    rerank = " --rerank" if setting.rerank else ""
    if output.json:
        output.object({"collection": arguments.collection, "setting": setting.model_dump(mode="json")})
    else:
        output.text(f"{arguments.collection}: {describe_setting(setting)}.")
        output.note(
            f"The window searches it so; here name --mode {setting.mode.value}{rerank}. "
            "`workbench collections undo` brings the earlier index back."
        )


def clear_measured(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.building_beside import drop_measured

    store = collection_store(place)
    store.get(arguments.collection)
    with place.writing(f"workbench retrieval clear {arguments.collection}"):
        removed = drop_measured(store, arguments.collection)
    if output.json:
        output.object({"removed": removed})
    else:
        output.text(f"{removed} index{'' if removed == 1 else 'es'} removed.")
