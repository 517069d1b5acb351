"""Collections as a whole: called otherwise, deleted, brought back, and after a while purged."""

import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workbench.database import Database
from workbench.datasets.test_sets.from_documents import forget_passages, rename_collection
from workbench.errors import WorkbenchError
from workbench.naming import numbered
from workbench.paths import WorkbenchPaths
from workbench.rag.conversation_store import forget_documents
from workbench.rag.purged import ForgetElsewhere, Purged, nowhere
from workbench.rag.removal import UNDO_TIME
from workbench.rag.search_settings_store import rename_collection as rename_in_settings
from workbench.rag.tables import CollectionRow, DocumentRow, find_row, require_row
from workbench.rag.unrecorded import forget_jobs, forget_work, refuse_while_read

_BATCH = 50
"""Documents that leave the database in one transaction: others write between two of them."""


@dataclass(frozen=True, slots=True)
class DeletedCollection:
    """A collection that can still come back."""

    id: int
    name: str
    deleted_at: str
    documents: int


class CollectionLifecycle:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database, paths: WorkbenchPaths, forget_elsewhere: ForgetElsewhere = nowhere) -> None:
        self._database = database
        self._paths = paths
        self._forget_elsewhere = forget_elsewhere

    def rename(self, name: str, new_name: str) -> None:
        """Raises WorkbenchError when there is no such collection, or the new name cannot be taken."""
        new_name = checked_name(new_name)
        with self._database.session() as session:
            row = require_row(session, name)
            if new_name != name:
                refuse_taken(session, new_name)
            rename_collection(session, row.name, new_name)
            rename_in_settings(session, row.name, new_name)
            row.name = new_name

    def delete(self, name: str) -> int:
        """Hide a collection; it can come back until it is purged. Returns its id."""
        with self._database.session() as session:
            row = require_row(session, name)
            row.deleted_name, row.deleted_at = row.name, datetime.now(UTC).isoformat()
            # Nobody can type it: the name is free for another collection, and whatever asks by name finds none.
            row.name = f"\x7fdeleted {row.id}"
            rename_collection(session, row.deleted_name, row.name)
            return row.id

    def restore(self, collection_id: int) -> str:
        """Undo `delete`. Returns its name, which is another one where the old one was taken meanwhile.

        Raises WorkbenchError when it was purged.
        """
        with self._database.session() as session:
            row = session.get(CollectionRow, collection_id)
            if row is None or row.deleted_at in {"", _LONG_AGO}:
                raise WorkbenchError("That collection was removed for good and cannot come back.", code="no_collection")
            hidden, row.name = row.name, free_name(session, row.deleted_name)
            rename_collection(session, hidden, row.name)
            row.deleted_at = row.deleted_name = ""
            return row.name

    def deleted(self) -> list[DeletedCollection]:
        """Those that can come back, the one that was deleted last first."""
        return [found for found in self._deleted() if found.deleted_at != _LONG_AGO]

    def due(self, *, now: datetime | None = None) -> list[int]:
        """Ids of collections whose time is over."""
        before = ((now or datetime.now(UTC)) - UNDO_TIME).isoformat()
        return [found.id for found in self._deleted() if found.deleted_at <= before]

    def _deleted(self) -> list[DeletedCollection]:
        count = sa.select(sa.func.count()).where(DocumentRow.collection_id == CollectionRow.id).scalar_subquery()
        query = sa.select(CollectionRow.id, CollectionRow.deleted_name, CollectionRow.deleted_at, count)
        with self._database.reading() as session:
            found = session.execute(query.where(CollectionRow.deleted_at != ""))
            deleted = [DeletedCollection(*row) for row in found]
        return sorted(deleted, key=lambda collection: collection.deleted_at, reverse=True)

    def purge(self, collection_id: int) -> Purged | None:
        """Remove every trace of a deleted collection; one that came back meanwhile stays (None). The user's files stay.
        Returns what is gone. Raises WorkbenchError while a comparison works with it."""
        with self._database.reading() as session:
            row = session.get(CollectionRow, collection_id)
            if row is None or not row.deleted_at:
                return None
            refuse_while_read(self._paths, row.folder)
        with self._database.session() as session:
            row = session.get(CollectionRow, collection_id)
            if row is None or not row.deleted_at:
                return None
            # From now on it cannot come back: a purge that is interrupted goes on at the next start.
            row.deleted_at = _LONG_AGO
            forget_passages(session, row.name)
            purged = _purged(session, row)
            forget_documents(session, collection_id, purged)
            folder = self._paths.collections / row.folder
        self._forget_elsewhere(purged, folder.name)
        for numbers in self._batches(collection_id):
            with self._database.session() as session:
                session.execute(sa.delete(DocumentRow).where(DocumentRow.id.in_(numbers)))
        with self._database.session() as session:
            session.execute(sa.delete(CollectionRow).where(CollectionRow.id == collection_id))
        shutil.rmtree(folder, ignore_errors=True)
        forget_work(self._paths, folder.name, is_all=True)
        forget_jobs(self._paths, folder.name)
        self._database.forget()
        return purged

    def _batches(self, collection_id: int) -> Iterator[list[int]]:
        query = sa.select(DocumentRow.id).where(DocumentRow.collection_id == collection_id).limit(_BATCH)
        while True:
            with self._database.reading() as session:
                numbers = list(session.scalars(query))
            if not numbers:
                return
            yield numbers


def _purged(session: Session, row: CollectionRow) -> Purged:
    """All that a deleted collection holds, by the name that others called it by, unless that is another's by now."""
    columns = sa.select(DocumentRow.sha256, DocumentRow.name).where(DocumentRow.collection_id == row.id)
    found = session.execute(columns).all()
    name = row.name if find_row(session, row.deleted_name) else row.deleted_name
    return Purged(name, frozenset(one.sha256 for one in found), frozenset(one.name for one in found))


_LONG_AGO = "0001-01-01T00:00:00+00:00"


def checked_name(name: str) -> str:
    """Without spaces around it. Raises WorkbenchError for one that cannot be a collection's name."""
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise WorkbenchError(f"{name!r} cannot be a collection's name.", hint="Use 1 to 100 printable characters.")
    return name


def refuse_taken(session: Session, name: str) -> None:
    """Raises WorkbenchError when a collection has that name."""
    if find_row(session, name):
        raise WorkbenchError(
            f"A collection named {name!r} exists already.", hint="Choose another name.", code="name_taken"
        )


def free_name(session: Session, wished: str) -> str:
    """The wished name, or with a number after it where a collection has that."""
    return numbered(wished, lambda name: find_row(session, name) is not None)


def new_folder(name: str) -> str:
    """A folder below that of all collections which nothing ever used: names change and are used again."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40]
    return f"{slug}-{secrets.token_hex(6)}"
