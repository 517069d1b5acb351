"""What the database knows of files inside files: their names, their pages, and in which document they lie."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from workbench.database import Database
from workbench.rag.mail_dates import is_mail, sent_on
from workbench.rag.members import named_below
from workbench.rag.tables import CollectionRow, DocumentRow, PageRow

_HEAD_CHARACTERS = 20_000
"""In so many the date stands, however many there are to whom a mail was sent."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, a mail in a mailbox, an attachment."""

    name: str
    """Below its document."""
    pages: int
    characters: int


@dataclass(frozen=True, slots=True)
class Located:
    """Where a name that hits carry leads."""

    document: str
    """The name of the file in the collection."""
    member: str = ""
    """What lies in it; empty: the file itself."""
    pages: int = 0

    @property
    def name(self) -> str:
        return named_below(self.document, self.member)


_LIKE_MAIL = [PageRow.member.ilike(like) for like in ("%(mail %)", "%.eml%", "%.msg%")]


def _head() -> "sa.ColumnElement[str]":
    """The beginning of a mail's page; nothing of others: their texts are long."""
    return sa.case((sa.or_(*_LIKE_MAIL), sa.func.substr(PageRow.text, 1, _HEAD_CHARACTERS)), else_="")


class MemberStore:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def members(self, collection: str, document: str = "") -> dict[str, tuple[Member, ...]]:
        """What lies in each document that holds others, in reading order; with `document` only in that one."""
        columns = (DocumentRow.name, PageRow.member, sa.func.count(), sa.func.sum(sa.func.length(PageRow.text)))
        query = sa.select(*columns).join_from(PageRow, DocumentRow).join(CollectionRow)
        query = query.where(CollectionRow.name == collection, DocumentRow.deleted_at == "", PageRow.member != "")
        query = query.where(DocumentRow.name == document) if document else query
        query = query.group_by(DocumentRow.id, PageRow.member).order_by(DocumentRow.name, sa.func.min(PageRow.number))
        found: dict[str, list[Member]] = {}
        with self._database.reading() as session:
            for name, member, pages, characters in session.execute(query):
                found.setdefault(name, []).append(Member(member, pages, characters))
        return {name: tuple(members) for name, members in found.items()}

    def names(self, collection: str) -> list[str]:
        """The full names of all that lies inside documents."""
        found = self.members(collection).items()
        return [named_below(document, member.name) for document, members in found for member in members]

    def days(self, collection: str) -> dict[str, dict[str, date]]:
        """The days of what lies in documents, by document, then by what it is called there: when a mail was sent, when
        a file in an archive was changed last. What is not named has none of its own."""
        query = sa.select(DocumentRow.name, PageRow.member, PageRow.member_day, _head())
        query = query.join_from(PageRow, DocumentRow).join(CollectionRow)
        query = query.where(CollectionRow.name == collection, DocumentRow.deleted_at == "", PageRow.member != "")
        found: dict[str, dict[str, date]] = {}
        with self._database.reading() as session:
            for name, member, day, head in session.execute(query.where(sa.or_(PageRow.member_day != "", *_LIKE_MAIL))):
                sent = sent_on(head) if is_mail(member) else None
                if sent is not None:
                    found.setdefault(name, {})[member] = sent
                elif day:
                    found.setdefault(name, {}).setdefault(member, date.fromisoformat(day))
        return found

    def locate(self, collection: str, name: str) -> Located | None:
        """The document, and what lies in it, that is called by this full name; None where there is none."""
        parts = name.split("/")
        outer = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
        query = sa.select(DocumentRow.name, DocumentRow.page_count).join(CollectionRow)
        query = query.where(CollectionRow.name == collection, DocumentRow.name.in_(outer), DocumentRow.deleted_at == "")
        with self._database.reading() as session:
            for document, pages in sorted(session.execute(query), key=lambda row: -len(row[0])):
                if document == name:
                    return Located(document, "", pages)
                member = name[len(document) + 1 :]
                if count := session.scalar(_pages_of(collection, document, member)):
                    return Located(document, member, count)
        return None

    def page_of_file(self, collection: str, name: str, page: int) -> int:
        """The page of the file on which a page of what lies in it stands; the same where nothing is inside."""
        located = self.locate(collection, name)
        if located is None or not located.member:
            return page
        query = sa.select(PageRow.number).join(DocumentRow).join(CollectionRow)
        query = query.where(CollectionRow.name == collection, DocumentRow.name == located.document)
        query = query.where(PageRow.member == located.member).order_by(PageRow.number)
        with self._database.reading() as session:
            return session.scalar(query.offset(max(0, page - 1)).limit(1)) or page


def _pages_of(collection: str, document: str, member: str) -> "sa.Select[int]":
    query = sa.select(sa.func.count()).select_from(PageRow).join(DocumentRow).join(CollectionRow)
    return query.where(CollectionRow.name == collection, DocumentRow.name == document, PageRow.member == member)
