"""Indexing as the window and the command line start it: specs for jobs, results into the database, healing."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from workbench.embedding import EmbedderRef, starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.spec import JobSpec
from workbench.rag.chunking import check_chunking
from workbench.rag.folders import OwnFolders
from workbench.rag.index_store import CollectionIndex
from workbench.rag.indexer import COLLECTION_CHANGED
from workbench.rag.indexing_types import IndexRequest, TextRecognition
from workbench.rag.journal import state_of
from workbench.rag.maintenance import CHECK, PURGE, RENAME
from workbench.rag.sources import check_sources
from workbench.rag.store import Collection, CollectionStore
from workbench.rag.tasks import INDEX, REBUILD
from workbench.rag.types import ChunkingConfig, CollectionRef, TextLanguage
from workbench.rag.unrecorded import refuse_while_read
from workbench.rag.upkeep_types import (
    CheckRequest,
    IndexCopy,
    PurgeRequest,
    RebuildRequest,
    RenameRequest,
)
from workbench.rag.vector_store import INDEX_DAMAGED, INDEX_FOLDER
from workbench.settings import Settings

__all__ = ["COLLECTION_CHANGED", "INDEX_DAMAGED"]


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
    # Another precision is no other embedder: a collection keeps the one that it was begun with, on any computer.
    if embedder is not None and embedder.content_hash != found.embedder.content_hash:
        raise WorkbenchError(
            f"The collection {name!r} was built with the embedder {found.embedder.name}; another one cannot join it.",
            hint="Rebuild the collection with it, or index into a new one.",
            code="other_embedder",
        )
    if chunking is not None and chunking != found.chunking:
        check_chunking(chunking, found.embedder)
        raise WorkbenchError(
            f"The collection {name!r} has chunks of {found.chunking}; others cannot join it.",
            hint="Rebuild the collection with it, or index into a new one.",
            code="other_chunking",
        )
    return found


def index_spec(
    store: CollectionStore,
    collection_name: str,
    sources: Sequence[Path],
    chunking: ChunkingConfig | None = None,
    embedder: EmbedderRef | None = None,
    passwords: Mapping[str, str] | None = None,
) -> JobSpec:
    """A job that brings the collection up to date with these files and folders; the collection is made if needed.

    `passwords` are those of encrypted files by their path, or of all files below a folder: used once, never written.
    They are kept in sync from then on. What the job produces is kept by `workbench.recording`. Writes to the database.
    """
    check_sources(sources, OwnFolders(store.paths.home, store.paths.projects))
    open_collection(store, collection_name, chunking, embedder)
    absolute = [Path(os.path.abspath(source)) for source in sources]  # noqa: PTH100 - keeps links as they are
    store.add_sources(collection_name, absolute)
    return _index_job(store, collection_name, absolute, passwords)


def sync_spec(
    store: CollectionStore, collection_name: str, passwords: Mapping[str, str] | None = None
) -> JobSpec | None:
    """A job that looks again at everything that was added to the collection; None when that is nothing.

    A file that could not be read and has not changed since is left alone: `retry_spec` tries it again.
    """
    sources = store.get(collection_name).sources
    if not sources:
        return None
    return _index_job(store, collection_name, sources, passwords, tries_failed_again=False)


def retry_spec(
    store: CollectionStore, collection_name: str, paths: Sequence[str], passwords: Mapping[str, str] | None = None
) -> JobSpec:
    """A job that looks again at some files of the collection, which stay part of the folder that they came with."""
    return _index_job(store, collection_name, [Path(path) for path in paths], passwords)


def reread_spec(store: CollectionStore, collection_name: str) -> JobSpec | None:
    """A job that reads documents again which an earlier version read less well; None when there are none."""
    paths = store.rereading.outdated(collection_name)
    if not paths:
        return None
    return _index_job(store, collection_name, [Path(path) for path in paths], None, read_again=tuple(paths))


def _index_job(
    store: CollectionStore,
    collection_name: str,
    sources: Sequence[Path],
    passwords: Mapping[str, str] | None,
    *,
    tries_failed_again: bool = True,
    read_again: tuple[str, ...] = (),
) -> JobSpec:
    collection = store.ref(collection_name)
    rag = Settings.load(store.paths.settings).rag
    request = IndexRequest(
        collection=collection,
        index_state=state_of(Path(collection.folder)),
        sources=tuple(map(str, sources)),
        known=store.files.known(collection_name),
        data_folder=str(store.paths.home),
        projects_folder=str(store.paths.projects),
        excluded=store.exclusions(collection_name),
        failed=store.files.failed(collection_name),
        tries_failed_again=tries_failed_again,
        read_again=read_again,
        recognition=TextRecognition(is_on=rag.recognize_scans, languages=rag.scan_languages),
        roots=tuple(map(str, store.get(collection_name).sources)),
        passwords={os.path.abspath(path): word for path, word in (passwords or {}).items()},  # noqa: PTH100
    )
    return _job(INDEX, request, f"Index {collection_name}", collection_name)


def rebuild_spec(store: CollectionStore, collection_name: str) -> JobSpec:
    """A job that restores the index from the database alone: what is damaged or missing is embedded again."""
    ref = store.ref(collection_name)
    folder = store.indexes.free_folder(collection_name)
    return _rebuild_job(
        store, ref.model_copy(update={"folder": str(folder)}), f"Restore the index of {collection_name}"
    )


def build_spec(
    store: CollectionStore,
    collection_name: str,
    *,
    chunking: ChunkingConfig | None = None,
    embedder: EmbedderRef | None = None,
    language: TextLanguage | None = None,
) -> JobSpec:
    """A job that builds another index beside the one that answers, and takes its place at the end.

    None keeps what the collection has. Raises WorkbenchError when the chunks would be too long for the embedder.
    """
    ref = store.ref(collection_name)
    changes = {"chunking": chunking, "embedder": embedder, "language": language}
    target = ref.model_copy(update={name: value for name, value in changes.items() if value is not None})
    check_chunking(target.chunking, target.embedder)
    kept = [i for i in store.indexes.list_indexes(collection_name) if not i.is_active and _fits(i, target)]
    folder = kept[0].folder if kept else store.indexes.free_folder(collection_name)
    return _rebuild_job(store, target.model_copy(update={"folder": str(folder)}), f"Rebuild {collection_name}")


def undo_rebuild(store: CollectionStore, collection_name: str) -> JobSpec | None:
    """Let the index answer that did before the last rebuild. Returns a job where it must be brought up to date first.

    Raises WorkbenchError when there is none.
    """
    # Those that never answered were built to be measured.
    earlier = [i for i in store.indexes.list_indexes(collection_name) if not i.is_active and i.left_at]
    if not earlier:
        raise WorkbenchError(
            f"The collection {collection_name!r} has no earlier index to go back to.", code="no_earlier_index"
        )
    return switch_spec(store, collection_name, earlier[0].id)


def switch_spec(store: CollectionStore, collection_name: str, index_id: int) -> JobSpec | None:
    """Let another index answer. Returns a job where it must be brought up to date first.

    Raises WorkbenchError when the collection has no such index.
    """
    index = store.indexes.get_index(collection_name, index_id)
    if index.is_active:
        return None
    if index.is_current:
        store.indexes.switch_to(collection_name, index.id)
        return None
    return build_spec(store, collection_name, chunking=index.chunking, embedder=index.embedder, language=index.language)


def _fits(index: CollectionIndex, target: CollectionRef) -> bool:
    return _has_vectors_of(index, target) and index.language == target.language


def _has_vectors_of(index: CollectionIndex, target: CollectionRef) -> bool:
    return index.embedder.identity == target.embedder.identity and index.chunking == target.chunking


def _rebuild_job(store: CollectionStore, target: CollectionRef, title: str) -> JobSpec:
    folder = Path(target.folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = folder / "restore.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for document in store.texts.all(target.name):
            file.write(document.model_dump_json() + "\n")
    indexes = store.indexes.list_indexes(target.name)
    request = RebuildRequest(
        collection=target,
        source=str(source),
        takes_over=tuple(str(i.folder) for i in indexes if i.folder != folder and _has_vectors_of(i, target)),
        keeps_chunks=target.chunking == store.get(target.name).chunking,
    )
    return _job(REBUILD, request, title, target.name)


def delete_documents(store: CollectionStore, collection_name: str, paths: Sequence[str]) -> JobSpec | None:
    """Hide documents; they can come back until they are purged. Returns a job where a copy takes a name over."""
    before = {known.sha256: known.name for known in store.files.known(collection_name) if not known.duplicate_of}
    names = store.removal.delete(collection_name, paths)
    if not names:
        return None
    called = {sha256: before[sha256] for sha256 in names if sha256 in before}
    request = RenameRequest(collection=store.ref(collection_name), names=names, before=called)
    return _job(RENAME, request, f"Delete from {collection_name}", collection_name)


def purge_spec(
    store: CollectionStore, collection_name: str, document_ids: Sequence[int] | None = None
) -> JobSpec | None:
    """A job that removes every trace of deleted documents; None for `document_ids` means all of the collection.

    Returns None when there is nothing to purge. Raises WorkbenchError while a comparison works with the collection.
    """
    numbers = store.removal.all_deleted(collection_name) if document_ids is None else list(document_ids)
    if not numbers:
        return None
    first = store.indexes.free_folder(collection_name)
    refuse_while_read(store.paths, first.parent.name)
    copies = tuple(
        IndexCopy(
            folder=str(index.folder),
            new_folder=str(first.with_name(str(int(first.name) + position))),
            dimension=index.embedder.dimension,
            language=index.language,
        )
        for position, index in enumerate(store.indexes.list_indexes(collection_name))
    )
    request = PurgeRequest(
        collection=collection_name,
        copies=copies,
        doc_hashes=store.removal.hashes(numbers),
        document_ids=tuple(numbers),
        documents=store.removal.names(numbers),
    )
    return _job(PURGE, request, f"Remove deleted documents from {collection_name}", collection_name)


def check_spec(store: CollectionStore, collection_name: str) -> JobSpec:
    """A job that reads the index from end to end; damage is an "index_damaged" error, mended by `rebuild_spec`."""
    request = CheckRequest(collection=store.ref(collection_name))
    return _job(CHECK, request, f"Check the index of {collection_name}", collection_name)


def _job(task: str, request: BaseModel, title: str, collection_name: str) -> JobSpec:
    return JobSpec(
        task=task,
        params=request.model_dump(mode="json"),
        title=title,
        lane=f"collection {collection_name}",
        background=True,
    )


def damaged_collection(store: CollectionStore, facts: Mapping[str, Any], asked: str) -> str:
    """Which of the collections that were asked at once has the damaged index; `asked` where nothing tells."""
    return store.indexes.owner_of(str(facts.get(INDEX_FOLDER, ""))) or asked


def run_healed(
    store: CollectionStore,
    collection_name: str,
    make_spec: Callable[[], JobSpec],
    run: Callable[[JobSpec], dict[str, Any]],
) -> dict[str, Any]:
    """Run a job; when it finds an index damaged, restore that from the database and run the job once more, for each
    of several collections once. One that waited while another changed the collection is made anew."""
    healed: set[str] = set()
    while True:
        try:
            return run(make_spec())
        except WorkbenchError as problem:
            if problem.code == COLLECTION_CHANGED and not healed:
                return run(make_spec())
            damaged = damaged_collection(store, problem.facts, collection_name)
            if problem.code != INDEX_DAMAGED or damaged in healed:
                raise
        healed.add(damaged)
        run(rebuild_spec(store, damaged))
