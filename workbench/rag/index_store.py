"""The indexes of collections in the database: which one answers, how another takes its place, and back again."""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.index_files import remove_index
from workbench.rag.index_kinds import ARRIVING, EXPORTING, is_unfinished
from workbench.rag.indexing_types import DocumentStatus, SyncReport
from workbench.rag.tables import (
    ChunkRow,
    CollectionRow,
    DocumentRow,
    IndexRow,
    active_index,
    add_chunks,
    find_row,
    now,
    require_row,
)
from workbench.rag.types import ChunkingConfig, ChunkSpan, CollectionRef, TextLanguage
from workbench.rag.upkeep_types import DocumentSpans, RebuildReport

_A_DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class CollectionIndex:
    """One index of a collection."""

    id: int
    folder: Path
    embedder: EmbedderRef
    chunking: ChunkingConfig
    language: TextLanguage
    is_active: bool
    left_at: str
    """When another one took its place; empty while it answers, and where it never did."""
    created: str
    chunks: int
    is_current: bool
    """Whether it holds every document of the collection as it is now."""


class IndexStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database, paths: WorkbenchPaths) -> None:
        self._database = database
        self._paths = paths

    def owner_of(self, folder: str) -> str:
        """The collection that an index belongs to, by the index's folder; empty where there is none."""
        path = Path(folder)
        if not folder or not path.is_relative_to(self._paths.collections):
            return ""
        relative = path.relative_to(self._paths.collections).as_posix()
        query = sa.select(CollectionRow.name).join(IndexRow).where(IndexRow.folder == relative)
        with self._database.reading() as session:
            return session.scalar(query) or ""

    def list_indexes(self, name: str) -> list[CollectionIndex]:
        """The active one first, then those that it replaced, newest first."""
        with self._database.reading() as session:
            query = sa.select(IndexRow).join(CollectionRow).where(CollectionRow.name == name)
            rows = session.scalars(query.order_by(IndexRow.is_active.desc(), IndexRow.left_at.desc(), IndexRow.id))
            return [self._index(session, row) for row in rows.all()]

    def _index(self, session: Session, row: IndexRow) -> CollectionIndex:
        held = sa.select(sa.func.count(), sa.func.count(sa.distinct(ChunkRow.document_id)))
        chunks, documents = session.execute(held.where(ChunkRow.index_id == row.id)).one()
        wanted = session.scalar(
            sa.select(sa.func.count()).where(
                DocumentRow.collection_id == row.collection_id,
                DocumentRow.status == str(DocumentStatus.INDEXED),
                DocumentRow.duplicate_of == "",
            )
        )
        return CollectionIndex(
            id=row.id,
            folder=self._paths.collections / row.folder,
            embedder=EmbedderRef.model_validate_json(row.embedder),
            chunking=ChunkingConfig.model_validate_json(row.chunking),
            language=TextLanguage(row.language),
            is_active=row.is_active,
            left_at=row.left_at,
            created=row.created,
            chunks=chunks,
            is_current=documents == wanted,
        )

    def free_folder(self, name: str) -> Path:
        """Where the collection's next index is built. The same until one is: an interrupted build goes on there."""
        with self._database.reading() as session:
            row = require_row(session, name)
            query = sa.select(IndexRow.folder).where(IndexRow.collection_id == row.id)
            taken = {folder.rpartition("/")[2] for folder in session.scalars(query)}
            number = max((int(part) for part in taken if part.isdigit()), default=1) + 1
            return self._paths.collections / row.folder / str(number)

    def put_in_place(self, target: CollectionRef, report: RebuildReport) -> None:
        """Let a built index answer, in one transaction. One of the same kind that it replaces goes; another one stays
        and can be taken back."""
        with self._database.session() as session:
            row = find_row(session, target.name)
            if row is None:
                return  # deleted meanwhile
            before = active_index(session, row.id)
            built = self._find_or_add(session, row.id, target)
            _replace_chunks(session, row.id, built.id, Path(report.spans))
            self._activate(session, built)
            row.damage = ""
            row.last_sync = _with_build_seconds(row.last_sync, report, is_same=_is_same_kind(before, built))
            if before.id != built.id and _is_same_kind(before, built):
                session.delete(before)
        Path(report.spans).unlink(missing_ok=True)
        self.sweep(target.name)

    def keep_beside(self, target: CollectionRef, report: RebuildReport) -> None:
        """Remember a built index that does not answer: others can be measured against it, and it can take over."""
        spans = Path(report.spans)
        with self._database.session() as session:
            row = find_row(session, target.name)
            if row is None or not spans.exists():
                return  # deleted meanwhile, or remembered before
            built = self._find_or_add(session, row.id, target)
            _replace_chunks(session, row.id, built.id, spans)
        spans.unlink(missing_ok=True)
        self.sweep(target.name)

    def _find_or_add(self, session: Session, collection_id: int, target: CollectionRef) -> IndexRow:
        folder = Path(target.folder).relative_to(self._paths.collections).as_posix()
        found = session.scalars(sa.select(IndexRow).where(IndexRow.folder == folder)).one_or_none()
        if found is not None:
            return found
        row = IndexRow(
            collection_id=collection_id,
            folder=folder,
            embedder=target.embedder.model_dump_json(),
            chunking=target.chunking.model_dump_json(),
            language=target.language.value,
            is_active=False,
            left_at="",
            created=now(),
        )
        session.add(row)
        session.flush()
        return row

    def _activate(self, session: Session, row: IndexRow) -> None:
        others = sa.update(IndexRow).where(IndexRow.collection_id == row.collection_id, IndexRow.id != row.id)
        session.execute(others.where(IndexRow.is_active).values(is_active=False, left_at=now()))
        row.is_active, row.left_at = True, ""
        count = sa.select(sa.func.count()).where(ChunkRow.document_id == DocumentRow.id, ChunkRow.index_id == row.id)
        session.execute(
            sa.update(DocumentRow)
            .where(DocumentRow.collection_id == row.collection_id)
            .values(chunk_count=count.scalar_subquery())
            .execution_options(synchronize_session=False)
        )

    def switch_to(self, name: str, index_id: int) -> None:
        """Let an index answer that holds every document. Raises WorkbenchError when it does not."""
        found = self.get_index(name, index_id)
        if not found.is_current:
            raise WorkbenchError(
                "That index does not hold every document of the collection as it is now.",
                hint="Bring it up to date first.",
                code="index_behind",
            )
        with self._database.session() as session:
            self._activate(session, session.get_one(IndexRow, index_id))

    def get_index(self, name: str, index_id: int) -> CollectionIndex:
        """Raises WorkbenchError when the collection has no such index."""
        for found in self.list_indexes(name):
            if found.id == index_id:
                return found
        raise WorkbenchError(f"The collection {name!r} has no such index.", code="no_index")

    def drop(self, name: str, index_id: int) -> None:
        """Forget an index that does not answer. Raises WorkbenchError for the one that does."""
        if self.get_index(name, index_id).is_active:
            raise WorkbenchError("The index that answers cannot be dropped.", code="index_active")
        with self._database.session() as session:
            session.delete(session.get_one(IndexRow, index_id))
        self.sweep(name)

    def sweep(self, name: str, *, unfinished: bool = False) -> None:
        """Remove folders that belong to no index any more; with `unfinished` those of interrupted builds too."""
        with self._database.reading() as session:
            row = find_row(session, name)
            if row is None:
                return
            base = self._paths.collections / row.folder
            query = sa.select(IndexRow.folder).where(IndexRow.collection_id == row.id)
            used = {self._paths.collections / folder for folder in session.scalars(query)}
        if base not in used:
            remove_index(base)
        for folder in _subfolders(base):
            if folder not in used and (unfinished or not is_unfinished(folder)):
                shutil.rmtree(folder, ignore_errors=True)

    def sweep_all(self) -> None:
        """At a start: what a crash left of collections that are gone, and of indexes that were replaced."""
        with self._database.reading() as session:
            rows = {row.folder: row.name for row in session.scalars(sa.select(CollectionRow))}
        for folder in _subfolders(self._paths.collections):
            if folder.name not in rows and not _is_arriving(folder):
                shutil.rmtree(folder, ignore_errors=True)
            for left in folder.glob(f"{EXPORTING}*"):
                if _age_seconds(left) > _A_DAY:
                    left.unlink(missing_ok=True)
        for name in rows.values():
            self.sweep(name)


def _is_same_kind(one: IndexRow, other: IndexRow) -> bool:
    embedders = (EmbedderRef.model_validate_json(row.embedder).identity for row in (one, other))
    chunkings = (ChunkingConfig.model_validate_json(row.chunking) for row in (one, other))
    return (
        len(set(embedders)) == 1
        and len({c.model_dump_json() for c in chunkings}) == 1
        and (one.language == other.language)
    )


def _is_arriving(folder: Path) -> bool:
    """Whether a job may still be about to fill it; one that was killed leaves its mark to grow old."""
    return _age_seconds(folder / ARRIVING) < _A_DAY


def _with_build_seconds(last_sync: str, report: RebuildReport, *, is_same: bool) -> str:
    """What the index took to build, by this rebuild; where vectors were taken over, that is not the whole of it."""
    if not last_sync or (report.reused and is_same):
        return last_sync
    known = SyncReport.model_validate_json(last_sync)
    seconds = None if report.reused else report.seconds
    return known.model_copy(update={"build_seconds": seconds}).model_dump_json()


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _subfolders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.is_dir() and path.suffix != ".lance")


def _replace_chunks(session: Session, collection_id: int, index_id: int, spans: Path) -> None:
    session.execute(sa.delete(ChunkRow).where(ChunkRow.index_id == index_id))
    query = sa.select(DocumentRow.sha256, DocumentRow.id).where(
        DocumentRow.collection_id == collection_id, DocumentRow.duplicate_of == ""
    )
    documents = {row.sha256: row.id for row in session.execute(query)}
    for sha256, chunks in _read_spans(spans):
        if sha256 in documents:
            add_chunks(session, documents[sha256], index_id, chunks)


def _read_spans(path: Path) -> Iterator[tuple[str, Sequence[ChunkSpan]]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            read = DocumentSpans.model_validate_json(line)
            yield read.sha256, read.spans
