"""Jobs that look after an index: write it anew without what was deleted, read it from end to end, rename documents."""

import shutil
from pathlib import Path

from workbench.jobs.context import JobContext
from workbench.rag.index_files import table_folder
from workbench.rag.index_writer import IndexWriter
from workbench.rag.journal import Journal, JournalDamagedError
from workbench.rag.rows import join
from workbench.rag.salvage import find_damage, salvage
from workbench.rag.types import TextLanguage
from workbench.rag.upkeep_types import (
    CheckReport,
    CheckRequest,
    IndexCopy,
    PurgeReport,
    PurgeRequest,
    RenameReport,
    RenameRequest,
)
from workbench.rag.vector_store import damaged

PURGE = "workbench.rag.maintenance:purge"
CHECK = "workbench.rag.maintenance:check"
RENAME = "workbench.rag.maintenance:rename"

_BATCH_CHUNKS = 2048


def purge(context: JobContext, request: PurgeRequest) -> PurgeReport:
    """Write each index anew without some documents: neither its rows nor its old versions nor its word lists keep a
    trace. The old folders go once the database names the new ones (`removal.RemovalStore.record_purge`)."""
    chunks = 0
    for copy in request.copies:
        chunks += _copy(context, copy, frozenset(request.doc_hashes))
    return PurgeReport(documents=len(request.document_ids), chunks=chunks)


def _copy(context: JobContext, copy: IndexCopy, without: frozenset[str]) -> int:
    return copy_index(context, Path(copy.folder), Path(copy.new_folder), copy.dimension, copy.language, without)


def copy_index(
    context: JobContext,
    folder: Path,
    new_folder: Path,
    dimension: int,
    language: TextLanguage,
    without: frozenset[str],
) -> int:
    """Write an index anew in another folder, but for documents of these hashes. Returns its number of chunks.

    What is damaged in the old one is left out.
    """
    shutil.rmtree(new_folder, ignore_errors=True)  # an interrupted one may hold what is to be forgotten
    waiting = []
    with IndexWriter(new_folder, dimension, language) as writer:
        for doc_hash, rows in salvage(folder, dimension):
            context.progress(0, 0, "Writing the index anew")
            waiting += [] if doc_hash in without else [rows]
            if sum(part.num_rows for part in waiting) >= _BATCH_CHUNKS:
                writer.add_rows(join(waiting))
                waiting.clear()
        if waiting:
            writer.add_rows(join(waiting))
        writer.optimize()
        return writer.count()


def check(context: JobContext, request: CheckRequest) -> CheckReport:
    """Compare every byte of an index with what was confirmed. Raises WorkbenchError "index_damaged": rebuild it."""
    folder = Path(request.collection.folder)
    context.progress(0, 0, "Reading the index")
    with IndexWriter(folder, request.collection.embedder.dimension, request.collection.language) as writer:
        held = sum(writer.counts().values())
        files, documents = find_damage(folder, request.collection.embedder.dimension)
    if files:
        raise damaged(folder, f"{len(files)} files are not what they were, {len(documents)} documents are concerned")
    if held != request.collection.chunks:
        raise damaged(folder, f"{held} chunks instead of {request.collection.chunks}")
    return CheckReport(files=len(_confirmed(folder)), chunks=held)


def _confirmed(folder: Path) -> list[Path]:
    try:
        journal = Journal.read(folder)
    except JournalDamagedError as error:
        raise damaged(folder, f"its journal: {error}") from error
    return [table_folder(folder) / name for name in journal.files] if journal else []


def rename(context: JobContext, request: RenameRequest) -> RenameReport:
    """Call documents by another name; their vectors stay."""
    context.progress(0, 0, "Renaming")
    collection = request.collection
    with IndexWriter(Path(collection.folder), collection.embedder.dimension, collection.language) as writer:
        writer.rename(request.names, request.before)
    return RenameReport(documents=len(request.names))
