"""Indexing as the window and the command line start it: specs for jobs, results into the database, healing."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.embedding import EmbedderRef, starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec
from workbench.rag.chunking import check_chunking
from workbench.rag.folders import OwnFolders, check_sources
from workbench.rag.store import Collection, CollectionStore
from workbench.rag.tasks import INDEX, REBUILD
from workbench.rag.types import ChunkingConfig, IndexRequest, RebuildRequest

INDEX_DAMAGED = "index_damaged"


def open_collection(
    store: CollectionStore, name: str, chunking: ChunkingConfig | None = None, embedder: EmbedderRef | None = None
) -> Collection:
    """The collection of that name, made when there is none. None keeps what it has, or takes the defaults.

    Raises WorkbenchError when it was built with other chunking or another embedder than asked for.
    """
    found = store.find(name)
    if found is None:
        embedder, chunking = embedder or starter_embedder(), chunking or ChunkingConfig()
        check_chunking(chunking, embedder)
        return store.create(name, embedder, chunking)
    if embedder is not None and embedder.content_hash != found.embedder.content_hash:
        raise WorkbenchError(
            f"The collection {name!r} was built with the embedder {found.embedder.name}; another one cannot join it.",
            hint="Index into a new collection.",
            code="other_embedder",
        )
    if chunking is not None and chunking != found.chunking:
        check_chunking(chunking, found.embedder)
        raise WorkbenchError(
            f"The collection {name!r} has chunks of {found.chunking.chunk_tokens} tokens with an overlap of "
            f"{found.chunking.overlap}; others cannot join it.",
            hint="Index into a new collection, or delete this one first.",
            code="other_chunking",
        )
    return found


def index_spec(
    store: CollectionStore,
    collection_name: str,
    sources: Sequence[Path],
    chunking: ChunkingConfig | None = None,
    embedder: EmbedderRef | None = None,
) -> JobSpec:
    """A job that brings the collection up to date with these files and folders; the collection is made if needed.

    What it produces is kept by `workbench.recording`. Writes to the database.
    """
    check_sources(sources, OwnFolders(store.paths.home, store.paths.projects))
    open_collection(store, collection_name, chunking, embedder)
    request = IndexRequest(
        collection=store.ref(collection_name),
        sources=tuple(os.path.abspath(source) for source in sources),  # noqa: PTH100 - keeps links as they are
        known=store.known_documents(collection_name),
        data_folder=str(store.paths.home),
        projects_folder=str(store.paths.projects),
    )
    return JobSpec(
        task=INDEX,
        params=request.model_dump(mode="json"),
        title=f"Index {collection_name}",
        lane=f"collection {collection_name}",
        background=True,
    )


def rebuild_spec(store: CollectionStore, collection_name: str) -> JobSpec:
    """A job that restores the index from the database alone."""
    ref = store.ref(collection_name)
    folder = Path(ref.folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = folder / "restore.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for document in store.texts(collection_name):
            file.write(document.model_dump_json() + "\n")
    return JobSpec(
        task=REBUILD,
        params=RebuildRequest(collection=ref, source=str(source)).model_dump(mode="json"),
        title=f"Restore the index of {collection_name}",
        lane=f"collection {collection_name}",
        background=True,
    )


def run_healed(
    store: CollectionStore,
    collection_name: str,
    make_spec: Callable[[], JobSpec],
    run: Callable[[JobSpec], dict[str, Any]],
) -> dict[str, Any]:
    """Run a job; when it finds the index damaged, restore that from the database and run the job once more."""
    try:
        return run(make_spec())
    except WorkbenchError as problem:
        if problem.code != INDEX_DAMAGED:
            raise
    run(rebuild_spec(store, collection_name))
    return run(make_spec())
