"""`workbench collections sync | remove | restore | purge | check | rebuild | undo | indexes`."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.chunking import add_chunking_options, asked_chunking
from workbench.cli.output import Output
from workbench.cli.retrieving import collection_store
from workbench.cli.workplace import Workplace
from workbench.rag.indexing_types import FileIndexed, IndexReport
from workbench.rag.types import TextLanguage

if TYPE_CHECKING:
    from workbench.jobs.events import Produced
    from workbench.jobs.spec import JobSpec
    from workbench.rag.index_store import CollectionIndex

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(actions: "Commands") -> None:
    """Add the actions to `workbench collections`."""
    words = {
        "sync": ("look again at everything that was added", sync),
        "purge": ("remove deleted documents for good, now", purge),
        "check": ("read the index from end to end, and mend it", check),
        "undo": ("let the index answer that did before the last rebuild", undo),
        "indexes": ("every index of a collection", list_indexes),
    }
    for name, (text, function) in words.items():
        parser = actions.add_parser(name, help=text)
        parser.add_argument("collection", metavar="COLLECTION")
        parser.set_defaults(run=function)
    for name, text, function in (
        ("remove", "delete documents; they can be restored for ten minutes", remove),
        ("restore", "bring deleted documents back", restore),
    ):
        parser = actions.add_parser(name, help=text)
        parser.add_argument("collection", metavar="COLLECTION")
        parser.add_argument("documents", nargs="+", metavar="DOCUMENT", help="name in the collection, or path")
        parser.set_defaults(run=function)
    _register_rebuild(actions)


def _register_rebuild(actions: "Commands") -> None:
    parser = actions.add_parser("rebuild", help="build the index anew beside the old one, which answers meanwhile")
    parser.add_argument("collection", metavar="COLLECTION")
    add_chunking_options(parser)
    parser.add_argument("--embedder", metavar="E", help="folder of a sentence-transformers model")
    languages = [language.value for language in TextLanguage]
    parser.add_argument("--language", choices=languages, help="whose word endings the full-text index knows")
    parser.set_defaults(run=rebuild)


def sync(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import run_healed, sync_spec

    with place.writing(f"workbench collections sync {arguments.collection}"):
        store = collection_store(place)
        if not store.get(arguments.collection).sources:
            output.text(f"Nothing was added to {arguments.collection} that could be looked at again.")
            return

        def make_spec() -> "JobSpec":
            spec = sync_spec(store, arguments.collection)
            assert spec is not None  # its sources were just seen, and we hold the lock
            return spec

        def on_item(produced: "Produced") -> None:
            if produced.kind == "FileIndexed" and output.json:
                item = FileIndexed.model_validate(produced.item)
                output.object({"path": item.path, "status": item.status.value, "reason": item.reason})

        result = run_healed(store, arguments.collection, make_spec, lambda spec: place.run(spec, on_item))
    if not output.json:
        output.text(f"{arguments.collection}: {IndexReport.model_validate(result)}")


def remove(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import delete_documents

    with place.writing(f"workbench collections remove {arguments.collection}"):
        store = collection_store(place)
        found = [store.documents.find(arguments.collection, name) for name in arguments.documents]
        spec = delete_documents(store, arguments.collection, [document.path for document in found])
        if spec is not None:
            place.run(spec)
    _say(output, "removed", [document.name for document in found], "They can be restored for ten minutes.")


def restore(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.document_store import SourceDocument

    with place.writing(f"workbench collections restore {arguments.collection}"):
        store = collection_store(place)
        store.get(arguments.collection)
        deleted = {document.name: document for document in store.documents.deleted(arguments.collection)}
        by_path = {document.path: document for document in deleted.values()}
        found: list[SourceDocument] = [
            d for name in arguments.documents if (d := deleted.get(name) or by_path.get(name)) is not None
        ]
        store.removal.restore(arguments.collection, [document.path for document in found])
    missing = len(arguments.documents) - len(found)
    _say(output, "restored", [d.name for d in found], f"{missing} of them were not there any more." if missing else "")


def purge(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import purge_spec

    with place.writing(f"workbench collections purge {arguments.collection}"):
        store = collection_store(place)
        names = [document.name for document in store.documents.deleted(store.get(arguments.collection).name)]
        spec = purge_spec(store, arguments.collection)
        if spec is not None:
            place.run(spec)
    _say(output, "purged", names, "No trace is left in the data folder." if names else "")


def check(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import check_spec, run_healed
    from workbench.rag.upkeep_types import CheckReport

    with place.writing(f"workbench collections check {arguments.collection}"):
        store = collection_store(place)
        restored: list[str] = []

        def run(spec: "JobSpec") -> dict[str, object]:
            if spec.task.endswith(":rebuild"):
                restored.append(spec.title)
            return place.run(spec)

        result = run_healed(store, arguments.collection, lambda: check_spec(store, arguments.collection), run)
    report = CheckReport.model_validate(result)
    if output.json:
        output.object({"files": report.files, "chunks": report.chunks, "restored": bool(restored)})
    else:
        mended = " It was damaged and has been restored; nothing was lost." if restored else ""
        output.text(f"{arguments.collection}: {report.files} files and {report.chunks} chunks are whole.{mended}")


def rebuild(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.embedding import find_embedder
    from workbench.rag.indexing import build_spec
    from workbench.rag.upkeep_types import RebuildReport

    with place.writing(f"workbench collections rebuild {arguments.collection}"):
        store = collection_store(place)
        spec = build_spec(
            store,
            arguments.collection,
            chunking=asked_chunking(arguments, store.get(arguments.collection).chunking),
            embedder=find_embedder(arguments.embedder) if arguments.embedder else None,
            language=TextLanguage(arguments.language) if arguments.language else None,
        )
        report = RebuildReport.model_validate(place.run(spec))
    if output.json:
        output.object({"documents": report.documents, "reused": report.reused, "chunks": report.chunks})
    else:
        output.text(f"{arguments.collection}: {report.chunks} chunks; `workbench collections undo` goes back.")


def undo(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import undo_rebuild

    with place.writing(f"workbench collections undo {arguments.collection}"):
        store = collection_store(place)
        store.get(arguments.collection)
        spec = undo_rebuild(store, arguments.collection)
        if spec is not None:
            place.run(spec)
    list_indexes(arguments, place, output)


def list_indexes(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    store = collection_store(place)
    store.get(arguments.collection)
    columns = (
        "index",
        "answers",
        "embedder",
        "precision",
        "chunker",
        "chunk_tokens",
        "chunk_characters",
        "overlap",
        "language",
        "chunks",
        "current",
    )
    rows = [_index_row(index) for index in store.indexes.list_indexes(arguments.collection)]
    if output.json:
        output.object({"indexes": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        output.table(columns, rows)


def _index_row(index: "CollectionIndex") -> tuple[object, ...]:
    embedder, chunking = index.embedder, index.chunking
    sizes = (chunking.chunk_tokens, chunking.chunk_characters, chunking.overlap)
    kinds = (embedder.name, embedder.precision.value, chunking.chunker.value)
    return index.id, index.is_active, *kinds, *sizes, index.language.value, index.chunks, index.is_current


def _say(output: Output, what: str, names: list[str], note: str) -> None:
    if output.json:
        output.object({what: names})
    else:
        output.text(f"{', '.join(names) or 'Nothing'} {'was' if len(names) <= 1 else 'were'} {what}. {note}".strip())
