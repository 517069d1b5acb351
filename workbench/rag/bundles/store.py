"""What the database gives to a bundle and takes from one; copies of collections inside it."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Base, Database
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.bundles.knowledge import Knowledge, add_knowledge
from workbench.rag.bundles.types import DuplicateRequest, ImportReport, ImportRequest
from workbench.rag.evaluation.running import FOLDER as MEASUREMENTS
from workbench.rag.evaluation.tables import TestQuestionRow, TestSetRow
from workbench.rag.index_kinds import ARRIVING
from workbench.rag.indexing_types import FileIndexed
from workbench.rag.judgement_store import JudgementRow
from workbench.rag.lifecycle import free_name
from workbench.rag.search_settings_store import SearchSettingsRow
from workbench.rag.tables import (
    ChunkRow,
    CollectionRow,
    DocumentRow,
    ExclusionRow,
    IndexRow,
    PageRow,
    SourceRow,
    active_index,
    add_document,
    now,
    page_text,
)
from workbench.rag.types import ChunkSpan, CollectionRef
from workbench.rag.upkeep_types import DocumentSpans

_TOGETHER = 20
_SAME = tuple(name for name in DocumentRow.__table__.columns.keys() if name in FileIndexed.model_fields)  # noqa: SIM118
"""What a document's row and `FileIndexed` call alike."""
_OWN = {"warnings", "file_state"}


class BundleStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database, paths: WorkbenchPaths) -> None:
        self._database = database
        self._paths = paths

    # -- out --------------------------------------------------------------------------------------------------------

    def documents(self, name: str, *, with_paths: bool) -> Iterator[FileIndexed]:
        """Every document of a collection as it was recorded, but for those that were removed.

        Without paths nothing tells where the files lie: a document's path is its name.
        """
        wanted = sa.select(DocumentRow.id).join(CollectionRow).where(CollectionRow.name == name)
        with self._database.reading() as session:
            numbers = list(session.scalars(wanted.where(DocumentRow.deleted_at == "").order_by(DocumentRow.name)))
        for first in range(0, len(numbers), _TOGETHER):
            for document in self._some(numbers[first : first + _TOGETHER]):
                yield document if with_paths else document.model_copy(update={"path": document.name})

    def _some(self, numbers: Sequence[int]) -> list[FileIndexed]:
        with self._database.reading() as session:
            rows = session.scalars(sa.select(DocumentRow).where(DocumentRow.id.in_(numbers))).all()
            return [self._document(session, row) for row in sorted(rows, key=lambda row: row.name)]

    def _document(self, session: Session, row: DocumentRow) -> FileIndexed:
        pages = session.scalars(sa.select(PageRow).where(PageRow.document_id == row.id).order_by(PageRow.number))
        index = active_index(session, row.collection_id)
        chunks = sa.select(ChunkRow).where(ChunkRow.document_id == row.id, ChunkRow.index_id == index.id)
        spans = tuple(
            ChunkSpan(id=c.chunk_id, page=c.page, start=c.start, end=c.end, title=c.title)
            for c in session.scalars(chunks.order_by(ChunkRow.number))
        )
        texts = tuple(map(page_text, pages))
        same: dict[str, Any] = {name: getattr(row, name) for name in _SAME if name not in _OWN}
        return FileIndexed(
            **same,
            warnings=tuple(row.warnings.splitlines()),
            pages=row.page_count,
            chunks=len(spans),
            texts=texts,
            spans=spans,
        )

    # -- in ---------------------------------------------------------------------------------------------------------

    def record_import(self, request: ImportRequest, report: ImportReport) -> None:
        """The collection is there from now on, with all its documents at once."""
        spans = dict(_read_spans(Path(report.rebuild.spans)))
        with self._database.session() as session:
            row, index = self._add(session, request.collection.name, request.collection)
            for document in _read_documents(Path(report.documents)):
                found = spans.get(document.sha256, ()) if document.spans else ()
                add_document(
                    session,
                    row.id,
                    index.id,
                    document.model_copy(update={"spans": tuple(found), "chunks": len(found), "file_state": ""}),
                )
            session.add_all(_source(row.id, path) for path in request.sources)
            session.add_all(ExclusionRow(collection_id=row.id, path_hash=hashed) for hashed in request.exclusions)
            if report.knowledge:
                knowledge = Knowledge.model_validate_json(Path(report.knowledge).read_bytes())
                add_knowledge(session, row, knowledge, self._paths.home / MEASUREMENTS)
        for path in (Path(report.documents), Path(report.rebuild.spans), Path(report.knowledge or report.documents)):
            path.unlink(missing_ok=True)
        self._arrived(Path(request.collection.folder).parent)

    def record_duplicate(self, request: DuplicateRequest) -> None:
        """Copy all that the database holds of a collection, in one transaction.

        Raises WorkbenchError when it was purged meanwhile.
        """
        with self._database.session() as session:
            source = session.get(CollectionRow, request.source_id)
            if source is None:
                raise WorkbenchError("The collection was removed while it was copied.", code="no_collection")
            before = active_index(session, source.id)
            row = self._new_row(session, request.name, request.folder)
            index = _copied(
                session, before, collection_id=row.id, folder=self._relative(request.new_index_folder), created=now()
            )
            _copy_rows(session, source.id, row.id, before.id, index.id)
        self._arrived(self._paths.collections / request.folder)

    def forget(self, folder: str) -> None:
        """A collection did not arrive: what its job left goes. `folder` is that of its index."""
        shutil.rmtree(Path(folder).parent, ignore_errors=True)

    def _add(self, session: Session, name: str, ref: CollectionRef) -> tuple[CollectionRow, IndexRow]:
        folder = self._relative(ref.folder)
        row = self._new_row(session, name, folder.partition("/")[0])
        index = IndexRow(
            collection_id=row.id,
            folder=folder,
            embedder=ref.embedder.model_dump_json(),
            chunking=ref.chunking.model_dump_json(),
            language=ref.language.value,
            is_active=True,
            left_at="",
            created=now(),
        )
        session.add(index)
        session.flush()
        return row, index

    def _new_row(self, session: Session, name: str, folder: str) -> CollectionRow:
        row = CollectionRow(
            name=free_name(session, name),
            folder=folder,
            created=now(),
            deleted_at="",
            deleted_name="",
            damage="",
            last_sync="",
        )
        session.add(row)
        session.flush()
        return row

    def _relative(self, folder: str) -> str:
        return Path(folder).relative_to(self._paths.collections).as_posix()

    def _arrived(self, folder: Path) -> None:
        (folder / ARRIVING).unlink(missing_ok=True)


def _source(collection_id: int, path: str) -> SourceRow:
    return SourceRow(collection_id=collection_id, path=path, synced_at="")


def _read_spans(path: Path) -> Iterator[tuple[str, Sequence[ChunkSpan]]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            read = DocumentSpans.model_validate_json(line)
            yield read.sha256, read.spans


def _read_documents(path: Path) -> Iterator[FileIndexed]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield FileIndexed.model_validate_json(line)


def _copied(session: Session, row: IndexRow, **changes: object) -> IndexRow:
    values = {name: getattr(row, name) for name in IndexRow.__table__.columns.keys() if name != "id"}  # noqa: SIM118
    copy = IndexRow(**{**values, **changes})
    session.add(copy)
    session.flush()
    return copy


def _copy_rows(session: Session, old: int, new: int, old_index: int, new_index: int) -> None:
    """Documents with pages and chunks, folders, search settings, judgements, test sets; nothing that was measured."""
    documents = _table(DocumentRow)
    kept = [column for column in documents.columns if column.name not in {"id", "collection_id"}]
    there = sa.select(sa.literal(new), *kept).where(DocumentRow.collection_id == old, DocumentRow.deleted_at == "")
    session.execute(sa.insert(documents).from_select(["collection_id", *(column.name for column in kept)], there))
    before, after = documents.alias(), documents.alias()
    pairs = (before.c.collection_id == old) & (after.c.collection_id == new) & (after.c.path == before.c.path)
    for table, index in ((_table(PageRow), None), (_table(ChunkRow), (old_index, new_index))):
        names = [name for name in table.columns.keys() if name not in {"document_id", "index_id"}]  # noqa: SIM118
        columns = [after.c.id, *([sa.literal(index[1])] if index else []), *(table.c[name] for name in names)]
        rows = sa.select(*columns).where(pairs, table.c.document_id == before.c.id)
        rows = rows.where(table.c.index_id == index[0]) if index else rows
        session.execute(sa.insert(table).from_select(["document_id", *(["index_id"] if index else []), *names], rows))
    for table in map(_table, (SourceRow, ExclusionRow, JudgementRow, SearchSettingsRow)):
        names = [c.name for c in table.columns if c.name != "collection_id" and not _is_number(c)]
        rows = sa.select(sa.literal(new), *(table.c[name] for name in names)).where(table.c.collection_id == old)
        session.execute(sa.insert(table).from_select(["collection_id", *names], rows))
    _copy_test_sets(session, old, new)


def _copy_test_sets(session: Session, old: int, new: int) -> None:
    """So that other settings can be measured on the copy with the same questions."""
    sets, questions = _table(TestSetRow), _table(TestQuestionRow)
    mine = sa.select(sa.literal(new), sets.c.name, sets.c.created).where(sets.c.collection_id == old)
    session.execute(sa.insert(sets).from_select(["collection_id", "name", "created"], mine))
    before, after = sets.alias(), sets.alias()
    names = [name for name in questions.columns.keys() if name not in {"id", "test_set_id"}]  # noqa: SIM118
    rows = sa.select(after.c.id, *(questions.c[name] for name in names)).where(
        before.c.collection_id == old,
        after.c.collection_id == new,
        after.c.name == before.c.name,
        questions.c.test_set_id == before.c.id,
    )
    session.execute(sa.insert(questions).from_select(["test_set_id", *names], rows))


def _table(row: type[Base]) -> sa.Table:
    return cast(sa.Table, row.__table__)


def _is_number(column: "sa.Column[Any]") -> bool:
    """A number that the database gives each row."""
    return bool(column.primary_key) and not column.foreign_keys and isinstance(column.type, sa.Integer)
