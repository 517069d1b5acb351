"""`workbench collections info | rename | duplicate | undelete | export | import`: collections as a whole."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.retrieving import collection_store
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(actions: "Commands") -> None:
    """Add the actions to `workbench collections`."""
    for name, text, function in (
        ("info", "how a collection is: condition, folders, last look, size", info),
        ("undelete", "bring a deleted collection back", undelete),
    ):
        parser = actions.add_parser(name, help=text)
        parser.add_argument("collection", metavar="COLLECTION")
        parser.set_defaults(run=function)
    for name, text, function in (
        ("rename", "call a collection otherwise", rename),
        ("duplicate", "copy a collection with its index", duplicate),
    ):
        parser = actions.add_parser(name, help=text)
        parser.add_argument("collection", metavar="COLLECTION")
        parser.add_argument("name", metavar="NAME", help="the new one")
        parser.set_defaults(run=function)
    export = actions.add_parser("export", help="write a collection into one file")
    export.add_argument("collection", metavar="COLLECTION")
    export.add_argument("file", metavar="FILE")
    export.add_argument("--vectors", action="store_true", help="so that nothing has to be embedded when it is imported")
    export.add_argument("--no-paths", action="store_true", help="leave out where the files lie on this computer")
    export.set_defaults(run=export_collection)
    parser = actions.add_parser("import", help="read a collection in from such a file")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--name", default="", metavar="NAME", help="another name than the one it had")
    parser.set_defaults(run=import_collection)


def info(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.health import judge, look_at

    store = collection_store(place)
    collection = store.get(arguments.collection)
    condition = look_at(collection, len(store.rereading.outdated(collection.name)))
    verdict = judge(collection, condition, is_mending=False)
    synced = collection.last_sync
    facts = {
        "name": collection.name,
        "health": verdict.health.value,
        "about": verdict.sentence,
        "documents": collection.documents,
        "chunks": collection.chunks,
        "failed": collection.failed,
        "removed": collection.deleted,
        "size_bytes": condition.size_bytes,
        "embedder": collection.embedder.name,
        "identity": collection.embedder.identity,
        "language": collection.language.value,
        "synced_at": synced.at if synced else "",
        "last_sync": str(synced) if synced else "",
        "sources": [str(source) for source in collection.sources],
    }
    if output.json:
        output.object(facts)
        return
    for name, value in facts.items():
        shown = "\n".join(value) if isinstance(value, list) else str(value)
        output.text(f"{name.replace('_', ' ')}: {shown}")


def rename(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing(f"workbench collections rename {arguments.collection}"):
        collection_store(place).lifecycle.rename(arguments.collection, arguments.name)
    if output.json:
        output.object({"renamed": arguments.collection, "name": arguments.name})
    else:
        output.text(f"{arguments.collection} is called {arguments.name} now.")


def undelete(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing(f"workbench collections undelete {arguments.collection}"):
        lifecycle = collection_store(place).lifecycle
        found = next((c for c in lifecycle.deleted() if c.name == arguments.collection), None)
        if found is None:
            raise WorkbenchError(
                f"There is no deleted collection {arguments.collection!r} that could come back.",
                hint="It may have been removed for good: that happens ten minutes after it was deleted.",
                code="no_collection",
            )
        name = lifecycle.restore(found.id)
    if output.json:
        output.object({"restored": arguments.collection, "name": name})
    else:
        output.text(f"{name} is back.")


def duplicate(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.bundles.making import duplicate_spec
    from workbench.rag.bundles.types import DuplicateReport

    with place.writing(f"workbench collections duplicate {arguments.collection}"):
        store = collection_store(place)
        report = DuplicateReport.model_validate(place.run(duplicate_spec(store, arguments.collection, arguments.name)))
    if output.json:
        output.object({"name": arguments.name, "chunks": report.chunks})
    else:
        output.text(f"{arguments.name}: {report.chunks} chunks.")


def export_collection(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.bundles.making import export_spec
    from workbench.rag.bundles.types import ExportReport

    with place.writing(f"workbench collections export {arguments.collection}"):
        spec = export_spec(
            collection_store(place),
            arguments.collection,
            Path(arguments.file),
            with_vectors=arguments.vectors,
            with_paths=not arguments.no_paths,
        )
        report = ExportReport.model_validate(place.run(spec))
    if output.json:
        output.object(report.model_dump(mode="json"))
    else:
        output.text(f"{report.path}: {report.documents} documents, {report.size_bytes:,} bytes.")


def import_collection(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.bundles.making import import_spec
    from workbench.rag.bundles.types import ImportReport

    file = Path(arguments.file)
    with place.writing(f"workbench collections import {file.name}"):
        store, folders = collection_store(place), tuple(place.own_model_folders)
        spec = import_spec(store, file, arguments.name, model_folders=folders)
        report = ImportReport.model_validate(place.run(spec))
    name = spec.params["collection"]["name"]
    if output.json:
        output.object({"name": name, "documents": report.count, "embedded": report.rebuild.documents})
    else:
        output.text(f"{name}: {report.count} documents, {report.rebuild.chunks} chunks.")
