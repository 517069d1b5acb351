"""What `search` and `ask` share: the collection, the questions, how passages are found and printed."""

import argparse
import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.generate import read_prompts
from workbench.cli.numbers import whole_number
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.jobs.events import Produced
from workbench.jobs.spec import JobSpec
from workbench.rag.document_filter import DocumentFilter
from workbench.rag.search_types import Hit, Question, RetrievalConfig, RetrievalMode
from workbench.rag.types import HitFilter

if TYPE_CHECKING:
    from workbench.rag.store import CollectionStore


def add_retrieval_options(parser: argparse.ArgumentParser) -> None:
    modes = [mode.value for mode in RetrievalMode]
    parser.add_argument("--mode", choices=modes, default="hybrid", help="by meaning, by words, or both (default)")
    parser.add_argument("--top-k", type=whole_number, metavar="K", help="how many passages")
    parser.add_argument("--rerank", action="store_true", help="order them with a local cross-encoder")
    parser.add_argument("--also", action="append", default=[], metavar="COLLECTION", help="ask this one at once, too")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only this document, or folder with a / at its end"
    )
    parser.add_argument("--reranker", metavar="FOLDER", help="the cross-encoder to order them with")
    parser.add_argument("--fold", action="store_true", help="list near-duplicates of a passage with it")
    add_document_options(parser)


def add_document_options(parser: argparse.ArgumentParser) -> None:
    """Which documents are looked into, by what is known of them."""
    parser.add_argument("--since", metavar="DATE", help="only documents changed on this day or later: 2024-01-31")
    parser.add_argument("--until", metavar="DATE", help="only documents changed on this day or earlier")
    parser.add_argument(
        "--language", action="append", default=[], metavar="NAME", help='only documents in this language: "German"'
    )


def document_filter(arguments: argparse.Namespace, only: Sequence[str] = ()) -> DocumentFilter:
    """`only` names documents, and folders with / at their end.

    Raises WorkbenchError for days that are none, or in the wrong order.
    """
    since, until = (_day(option, getattr(arguments, option)) for option in ("since", "until"))
    if since and until and since > until:
        raise WorkbenchError(f"--since {since} is after --until {until}.", hint="Exchange the two days.")
    return DocumentFilter(
        documents=tuple(name for name in only if not name.endswith("/")),
        folders=tuple(name for name in only if name.endswith("/")),
        since=since,
        until=until,
        languages=tuple(name.capitalize() for name in arguments.language),
    )


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WorkbenchError(f"--{option} {text} is no day.", hint="Write it like 2024-01-31.") from None


def collection_store(place: Workplace) -> "CollectionStore":
    from workbench.rag.store import CollectionStore  # before the database opens: it declares tables
    from workbench.recording.purging import forgets_elsewhere

    return CollectionStore(place.database, place.paths, forgets_elsewhere(place.database, place.paths))


def check_named(store: "CollectionStore", collections: Sequence[str], only: Sequence[str]) -> None:
    """Raises NoSuchDocuments for names after `--only` that none of the collections knows."""
    from workbench.rag.document_filter import no_such_names

    missing = list(dict.fromkeys(only))
    for collection in collections:
        store.get(collection)  # one that is not there is said before what it does not hold
        # What is searched goes by a folder's name without / as well.
        meant = {name: (name, f"{name.strip('/')}/") for name in missing}
        unknown = set(store.filters.missing(collection, [one for both in meant.values() for one in both]))
        missing = [name for name, both in meant.items() if unknown.issuperset(both)]
    if missing:
        raise no_such_names(missing, collections)


def retrieval_config(arguments: argparse.Namespace, place: Workplace) -> RetrievalConfig:
    """Raises WorkbenchError for a number of passages that cannot be."""
    top_k = place.settings.rag.top_k if arguments.top_k is None else arguments.top_k
    if not 1 <= top_k <= 1000:
        raise WorkbenchError(f"--top-k {top_k} is not possible.", hint="Choose 1 to 1000.")
    # An archive is named like a document, and holds documents like a folder.
    documents = tuple(name for name in arguments.only if not name.endswith("/"))
    only = HitFilter(documents=documents, folders=tuple(arguments.only))
    return RetrievalConfig(
        mode=RetrievalMode(arguments.mode),
        top_k=top_k,
        rerank=arguments.rerank or bool(arguments.reranker),
        folds_duplicates=arguments.fold,
        only=only,
    )


def reranker_folder(arguments: argparse.Namespace, place: Workplace) -> str:
    """The local cross-encoder when one is asked for. Raises WorkbenchError when there is none."""
    if arguments.reranker:
        return str(Path(arguments.reranker).expanduser().absolute())
    if not arguments.rerank:
        return ""
    from workbench.llm.library_sources import hugging_face_hub
    from workbench.rag.reranking import find_reranker

    return str(find_reranker([place.paths.models, *place.own_model_folders, hugging_face_hub(os.environ)]))


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a JSONL file. Raises WorkbenchError naming the first line that is none."""
    questions = []
    for line in read_prompts(path):
        if isinstance(line, dict):
            raise WorkbenchError(**line["error"])
        questions.append(Question(id=line[0], text=line[1]))
    if not questions:
        raise WorkbenchError(f"{path.name} holds no questions.", hint='Write one {"id", "text"} object per line.')
    return tuple(questions)


def run_with_lock(place: Workplace, on_item: Callable[[Produced], None] | None) -> Callable[[JobSpec], dict[str, Any]]:
    """Runs a job that reads; one that restores an index takes the writer's lock first."""
    from workbench.rag.tasks import REBUILD

    def run(spec: JobSpec) -> dict[str, Any]:
        if spec.task != REBUILD:
            return place.run(spec, on_item)
        with place.writing(spec.title):
            return place.run(spec)

    return run


def hit_line(hit: Hit) -> dict[str, Any]:
    """The published form of a hit."""
    place = {"document": hit.document, "page": hit.page, "start": hit.start, "end": hit.end}
    line = place | {"score": hit.score, "scores": hit.scores, "ranks": hit.ranks, "text": hit.text}
    if hit.collection:
        line["collection"] = hit.collection
    if hit.folded:
        line["folded"] = [twin.model_dump(mode="json") for twin in hit.folded]
    return line
