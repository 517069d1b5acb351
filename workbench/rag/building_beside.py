"""Indexes that a job builds beside the one that answers, to measure with them: what the job needs, and the building.

Such an index lies in a folder named after its kind, so that the same one is found again and an interrupted build goes
on; it is remembered (`IndexStore.keep_beside`) and can take over at once.
"""

import hashlib
import shutil
from pathlib import Path

from workbench.jobs.context import JobContext, StepContext
from workbench.rag.chunking import check_chunking
from workbench.rag.durability import write_durably
from workbench.rag.evaluation.types import IndexBuilt, NeededIndex
from workbench.rag.index_files import has_table
from workbench.rag.index_kinds import UNFINISHED, is_unfinished, kind_of
from workbench.rag.index_store import CollectionIndex
from workbench.rag.rebuilding import Rebuilder
from workbench.rag.store import CollectionStore
from workbench.rag.types import CollectionRef
from workbench.rag.upkeep_types import RebuildReport, RebuildRequest
from workbench.rag.vector_store import damaged

_SOURCE = "restore.jsonl"
_SPANS = "spans.jsonl"


def needed_index(store: CollectionStore, target: CollectionRef) -> NeededIndex:
    """What a job needs of an index of this kind: where it lies, or what it is built from.

    Writes files: not on the thread of a window. Raises WorkbenchError when chunks are too long for the embedder.
    """
    check_chunking(target.chunking, target.embedder)
    indexes = store.indexes.list_indexes(target.name)
    kept = next((index for index in indexes if _is_of_kind(index, target)), None)
    if kept is not None and kept.is_current:
        return NeededIndex(collection=_at(target, kept.folder, kept.chunks))
    folder = kept.folder if kept else place_for(store.indexes.free_folder(target.name).parent, target)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if kept is None and not has_table(folder):
        write_durably(folder / UNFINISHED, kind_of(target).encode())  # or a sweep would take it for a leftover
    with (folder / _SOURCE).open("w", encoding="utf-8") as file:
        for document in store.texts.all(target.name):
            file.write(document.model_dump_json() + "\n")
    return NeededIndex(
        collection=_at(target, folder, 0),
        source=str(folder / _SOURCE),
        takes_over=tuple(str(i.folder) for i in indexes if i.folder != folder and _has_vectors_of(i, target)),
        keeps_chunks=target.chunking == store.get(target.name).chunking,
    )


def place_for(indexes: Path, target: CollectionRef) -> Path:
    """The folder of an index of this kind: two kinds never share one, and a rebuild takes numbers for its own."""
    return indexes / f"kind-{hashlib.sha256(kind_of(target).encode()).hexdigest()[:12]}"


def _at(target: CollectionRef, folder: Path, chunks: int) -> CollectionRef:
    return target.model_copy(update={"folder": str(folder), "chunks": chunks})


def _is_of_kind(index: CollectionIndex, target: CollectionRef) -> bool:
    return _has_vectors_of(index, target) and index.language == target.language


def _has_vectors_of(index: CollectionIndex, target: CollectionRef) -> bool:
    return index.embedder.identity == target.embedder.identity and index.chunking == target.chunking


def build_if_needed(context: JobContext, needed: NeededIndex) -> CollectionRef:
    """The index to search, built where it is missing; then `IndexBuilt` is told. For workers.

    Raises WorkbenchError "index_damaged" where it is gone and nothing is there to build it from.
    """
    target = needed.collection
    if not needed.source:
        return target
    if not Path(needed.source).exists():
        return _built_before(context, target)
    request = RebuildRequest(
        collection=target, source=needed.source, takes_over=needed.takes_over, keeps_chunks=needed.keeps_chunks
    )
    with Rebuilder(_Building(context, target), request) as rebuilder:
        report = rebuilder.run()
    return _tell(context, target, report)


def _built_before(context: JobContext, target: CollectionRef) -> CollectionRef:
    """Built by an earlier attempt of the same job, which used up what it was built from."""
    folder = Path(target.folder)
    if is_unfinished(folder) or not has_table(folder):
        raise damaged(folder, "it is gone")
    from workbench.rag.vector_store import VectorStore

    chunks = VectorStore(folder, target.embedder.dimension).count()
    report = RebuildReport(documents=0, chunks=chunks, spans=str(folder / _SPANS))
    return _tell(context, target, report)


def _tell(context: JobContext, target: CollectionRef, report: RebuildReport) -> CollectionRef:
    built = target.model_copy(update={"chunks": report.chunks})
    context.produce(IndexBuilt(collection=built, report=report))
    return built


class _Building(StepContext):
    """The context of the whole job, with words that say what is being built."""

    def __init__(self, context: JobContext, target: CollectionRef) -> None:
        super().__init__(context)
        chunking = target.chunking
        self._what = f"{chunking.size} {chunking.unit}, {target.embedder.name}"

    def progress(self, done: float, total: float = 0.0, label: str = "") -> None:
        self._job.progress(done, total, f"Building the index ({self._what}): {label}")


def drop_measured(store: CollectionStore, collection: str) -> int:
    """Remove the indexes that were built to be measured and never answered. Returns how many."""
    measured = [i for i in store.indexes.list_indexes(collection) if not i.is_active and not i.left_at]
    for index in measured:
        shutil.rmtree(index.folder, ignore_errors=True)
        store.indexes.drop(collection, index.id)
    return len(measured)
