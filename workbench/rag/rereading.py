"""Documents that an earlier version read less well than this one would: found, and read again on request.

Nothing of them is wrong. PDFs have no headings and tables that chunking could keep together, what lies in an archive or
a mailbox cannot be cited or filtered by its own name, and files in an archive have no days of their own.
"""

import sqlalchemy as sa

from workbench.database import Database
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.tables import CollectionRow, DocumentRow

_ARCHIVE = "ZIP archive"
_GAIN = ("PDF", _ARCHIVE, "Mailbox")
_WITHOUT_DAYS = "r1"
"""The reader that did not keep the days of files in archives."""
_MAY_HOLD = ("Mail", "Outlook message")


class RereadingStore:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def outdated(self, collection: str) -> list[str]:
        """Paths of the documents that would be read better now."""
        kind = DocumentRow.file_type
        gains = sa.or_(kind.in_(_GAIN), sa.and_(kind.in_(_MAY_HOLD), DocumentRow.page_count > 1))
        query = sa.select(DocumentRow.path).join(CollectionRow).where(CollectionRow.name == collection)
        query = query.where(DocumentRow.status == str(DocumentStatus.INDEXED), DocumentRow.deleted_at == "")
        older = sa.or_(DocumentRow.reader == "", sa.and_(DocumentRow.reader == _WITHOUT_DAYS, kind == _ARCHIVE))
        query = query.where(DocumentRow.duplicate_of == "", older, gains)
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(DocumentRow.name)))
