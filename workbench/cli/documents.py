"""`workbench index | search | text | collections`: documents without a window."""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.bundles import register as register_bundles
from workbench.cli.chunking import add_chunking_options, asked_chunking
from workbench.cli.chunking import register as register_chunks
from workbench.cli.collections import register as register_upkeep
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output, write_out
from workbench.cli.passwords import ask_passwords, can_ask, given_passwords
from workbench.cli.retrieving import (
    add_retrieval_options,
    check_named,
    collection_store,
    document_filter,
    hit_line,
    read_questions,
    reranker_folder,
    retrieval_config,
    run_with_lock,
)
from workbench.cli.workplace import Workplace
from workbench.jobs.events import Produced
from workbench.jobs.spec import JobSpec
from workbench.rag.indexing_types import DocumentStatus, FileIndexed, IndexReport, Skipped
from workbench.rag.reasons import ReasonCode
from workbench.rag.search_types import Hit, Question, QuestionHits, SearchRequest
from workbench.rag.types import ChunkingConfig

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_MARKS = {
    DocumentStatus.INDEXED: "+",
    DocumentStatus.UNCHANGED: "=",
    DocumentStatus.FAILED: "!",
    DocumentStatus.REMOVED: "-",
    DocumentStatus.RENAMED: ">",
}


def register(commands: "Commands") -> None:
    """Add `index`, `search`, `text` and `collections`."""
    _register_index(commands)
    _register_search(commands)
    text = commands.add_parser("text", help="print a page of a document as it was indexed")
    text.add_argument("collection", metavar="COLLECTION")
    text.add_argument("document", metavar="DOCUMENT", help="name in the collection, or path")
    text.add_argument("--page", type=whole_number, default=1, metavar="N", help="from 1")
    text.set_defaults(run=print_text)
    register_chunks(commands)
    collections = commands.add_parser("collections", help="the collections of documents")
    actions = collections.add_subparsers(metavar="ACTION", required=True)
    actions.add_parser("list", help="every collection").set_defaults(run=list_collections)
    register_upkeep(actions)
    show = actions.add_parser("show", help="every document of a collection")
    register_bundles(actions)
    delete = actions.add_parser("delete", help="forget a collection; it can come back for ten minutes, the files stay")
    delete.add_argument("--now", action="store_true", help="for good, without a trace")
    for parser, function in ((show, show_collection), (delete, delete_collection)):
        parser.add_argument("collection", metavar="COLLECTION")
        parser.set_defaults(run=function)


def _register_index(commands: "Commands") -> None:
    parser = commands.add_parser("index", help="make files and folders searchable")
    parser.add_argument("collection", metavar="COLLECTION", help="made when there is none of that name")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and folders")
    add_chunking_options(parser)
    parser.add_argument("--embedder", metavar="E", help="folder of a sentence-transformers model")
    parser.add_argument(
        "--password",
        action="append",
        default=[],
        metavar="FILE=PASSWORD",
        help="opens an encrypted file, or all below a folder; asked for on a terminal",
    )
    parser.add_argument(
        "--read-again", action="store_true", help="also what an earlier version of the program read less well"
    )
    parser.set_defaults(run=index)


def _register_search(commands: "Commands") -> None:
    parser = commands.add_parser("search", help="find passages")
    parser.add_argument("collection", metavar="COLLECTION")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("query", nargs="?", metavar="QUERY")
    what.add_argument("--queries", metavar="FILE.jsonl", help='one {"id", "text"} per line')
    add_retrieval_options(parser)
    parser.set_defaults(run=search)


def index(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.embedding import find_embedder
    from workbench.rag.indexing import index_spec, reread_spec, retry_spec, run_healed

    sources = [Path(path).expanduser() for path in arguments.paths]
    with place.writing(f"workbench index {arguments.collection}"):
        store = collection_store(place)
        embedder = find_embedder(arguments.embedder) if arguments.embedder else None
        known = store.find(arguments.collection)
        chunking = _chunking(arguments, place, known.chunking if known else None)
        as_typed = _as_typed(sources)
        passwords = given_passwords(arguments.password)
        locked: dict[str, FileIndexed] = {}

        def make_spec() -> JobSpec:
            return index_spec(store, arguments.collection, sources, chunking, embedder, passwords)

        def on_item(produced: Produced) -> None:
            if produced.kind == "Skipped":
                skipped = Skipped.model_validate(produced.item)
                output.note(f"Left out: {as_typed(skipped.path)} ({skipped.reason})")
            elif produced.kind == "FileIndexed":
                item = FileIndexed.model_validate(produced.item)
                _show_file(output, item, as_typed(item.path))
                if item.reason_code in {ReasonCode.NEEDS_PASSWORD, ReasonCode.WRONG_PASSWORD}:
                    locked[item.path] = item

        def run(make: Callable[[], JobSpec]) -> None:
            result = run_healed(store, arguments.collection, make, lambda spec: place.run(spec, on_item))
            if not output.json:
                output.text(f"{arguments.collection}: {IndexReport.model_validate(result)}")

        run(make_spec)
        if arguments.read_again and store.rereading.outdated(arguments.collection):
            run(lambda: reread_spec(store, arguments.collection) or make_spec())
        if locked and can_ask(output):
            asked = ask_passwords({path: as_typed(path) for path in locked})
            if asked:
                run(lambda: retry_spec(store, arguments.collection, list(asked), asked))


def _chunking(arguments: argparse.Namespace, place: Workplace, known: ChunkingConfig | None) -> ChunkingConfig | None:
    """What was asked for; the rest from the collection, or for a new one from the settings."""
    given = (arguments.chunker, arguments.chunk_tokens, arguments.chunk_characters, arguments.overlap)
    if known is not None and all(value is None for value in given):
        return None
    return asked_chunking(arguments, known or ChunkingConfig.from_settings(place.settings.rag))


def _as_typed(sources: Sequence[Path]) -> Callable[[str], str]:
    """Jobs speak of absolute paths; people get back what they typed."""
    typed = {os.path.abspath(source): str(source) for source in sources}  # noqa: PTH100

    def back(path: str) -> str:
        for absolute, source in typed.items():
            if path == absolute or path.startswith(absolute.rstrip(os.sep) + os.sep):
                return source.rstrip(os.sep) + path[len(absolute.rstrip(os.sep)) :]
        return path

    return back


def _show_file(output: Output, item: FileIndexed, path: str) -> None:
    if output.json:
        line = {"path": path, "status": item.status.value, "pages": item.pages, "chunks": item.chunks}
        facts = {"reason": item.reason, "reason_code": item.reason_code.value, "encoding": item.encoding}
        output.object(line | facts | {"characters": item.characters or None, "warnings": list(item.warnings)})
        return
    if item.status is DocumentStatus.UNCHANGED:
        output.text(f"= {path}")
        return
    counts = f" ({_count(item.pages, 'page')}, {_count(item.chunks, 'chunk')})" if item.chunks else ""
    remarks = " ".join(filter(None, [item.reason, *item.warnings]))
    output.text(f"{_MARKS[item.status]} {path}{counts}{': ' + remarks if remarks else ''}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def search(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.rag.indexing import run_healed
    from workbench.rag.tasks import SEARCH

    store = collection_store(place)
    queries = read_questions(Path(arguments.queries)) if arguments.queries else (Question(text=arguments.query),)
    retrieval, reranker = retrieval_config(arguments, place), reranker_folder(arguments, place)
    wanted = document_filter(arguments)
    check_named(store, (arguments.collection, *arguments.also), arguments.only)

    def make_spec() -> JobSpec:
        first, others = store.asked_refs(arguments.collection, arguments.also, wanted)
        request = SearchRequest(
            collection=first,
            others=others,
            queries=queries,
            retrieval=retrieval,
            reranker=reranker,
        )
        return JobSpec(task=SEARCH, params=request.model_dump(mode="json"), title=f"Search {arguments.collection}")

    def on_item(produced: Produced) -> None:
        found = QuestionHits.model_validate(produced.item)
        if arguments.queries or output.json:
            output.object({"id": found.id, "hits": [hit_line(hit) for hit in found.hits]})
        else:
            _show_hits(output, found.hits)

    run_healed(store, arguments.collection, make_spec, run_with_lock(place, on_item))


def _show_hits(output: Output, hits: Sequence[Hit]) -> None:
    if not hits:
        output.text("Nothing was found.")
    for number, hit in enumerate(hits, 1):
        scores = ", ".join(f"{kind} {score:.3f}" for kind, score in hit.scores.items())
        where = f"{hit.collection}: {hit.document}" if hit.collection else hit.document
        output.text(f"[{number}] {where}, page {hit.page}, {hit.start}-{hit.end}  ({scores})")
        output.text("    " + "\n    ".join(hit.text.splitlines()) + "\n")
        for twin in hit.folded:
            output.text(f"    nearly the same: {twin.document}, page {twin.page}, {twin.start}-{twin.end}\n")


def print_text(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    text = collection_store(place).texts.page(arguments.collection, arguments.document, arguments.page)
    if output.json:
        output.object({"document": arguments.document, "page": arguments.page, "text": text})
    else:
        write_out(text)  # as it is, without a newline of our own: offsets count in exactly this text


def list_collections(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    found = collection_store(place).list_collections()
    rows = [(c.name, c.documents, c.chunks, c.failed, c.embedder.name, c.chunking.chunk_tokens) for c in found]
    columns = ("name", "documents", "chunks", "failed", "embedder", "chunk_tokens")
    if output.json:
        output.object({"collections": [dict(zip(columns, row, strict=True)) for row in rows]})
    elif not rows:
        output.text("There is no collection yet. `workbench index NAME FOLDER` makes one.")
    else:
        output.table(columns, rows)


def show_collection(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    store = collection_store(place)
    store.get(arguments.collection)
    documents = store.documents.of(arguments.collection)
    rows = [(d.name, d.status, d.pages, d.chunks, d.encoding, d.reason or " ".join(d.warnings)) for d in documents]
    columns = ("document", "status", "pages", "chunks", "encoding", "reason")
    if output.json:
        inside = store.members.members(arguments.collection)
        more = [
            {"characters": d.characters, "file_type": d.file_type, "reason_code": d.reason_code.value}
            | {"warnings": list(d.warnings)}
            | {"inside": [{"name": m.name, "pages": m.pages} for m in inside.get(d.name, ())]}
            for d in documents
        ]
        lines = [dict(zip(columns, row, strict=True)) | extra for row, extra in zip(rows, more, strict=True)]
        output.object({"documents": lines})
    else:
        output.table(columns, rows)


def delete_collection(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    with place.writing(f"workbench collections delete {arguments.collection}"):
        lifecycle = collection_store(place).lifecycle
        number = lifecycle.delete(arguments.collection)
        if arguments.now:
            lifecycle.purge(number)
    if output.json:
        output.object({"deleted": arguments.collection})
    else:
        back = "" if arguments.now else " `workbench collections undelete` brings it back for ten minutes."
        output.text(f"{arguments.collection} was deleted; your files were not touched.{back}")
