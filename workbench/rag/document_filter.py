"""Which documents a question is put to: by name, folder, date of the last change, language."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.rag.indexing_types import DocumentStatus
from workbench.rag.languages import language_of
from workbench.rag.mail_dates import day_of
from workbench.rag.member_store import Member, MemberStore
from workbench.rag.members import is_in, named_below
from workbench.rag.tables import CollectionRow, DocumentRow, PageRow
from workbench.rag.types import DaysAndLanguages, HitFilter

UNKNOWN_LANGUAGE = "unknown"
"""Stands for documents whose language could not be told."""
_PAGES_READ = 3


class DocumentFilter(DaysAndLanguages):
    """Documents that meet all of what is named here; nothing named: all of them."""

    documents: tuple[str, ...] = ()
    """Names. With folders: these and what is below those."""
    folders: tuple[str, ...] = ()
    """As the names of their documents begin: "contracts/2024"."""


class NoSuchDocuments(WorkbenchError):
    """No document of a collection is meant by a filter."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A document that can be found."""

    name: str
    changed: date
    language: str
    pages: int


class DocumentFilterStore:
    """Asks the database which documents a filter means."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._members = MemberStore(database)

    def resolve(self, collection: str, wanted: DocumentFilter) -> HitFilter:
        """What workers get. Raises NoSuchDocuments when no document of the collection is meant."""
        named = HitFilter(documents=wanted.documents, folders=wanted.folders)
        names = (*wanted.documents, *(f"{folder.strip('/')}/" for folder in wanted.folders))
        # Some may have gone since they were chosen; without any, a worker would find nothing and not say why.
        if names and len(self.missing(collection, names)) == len(names):
            raise no_such_names(names, (collection,))
        if not wanted.looks_inside and not wanted.documents:
            return named
        if not wanted.looks_inside:
            holders = self._members.members(collection)
            inside = (name for name in wanted.documents if name in holders)
            return HitFilter(documents=wanted.documents, folders=(*wanted.folders, *inside))
        found = self._meant(collection, wanted, named)
        if not found:
            raise NoSuchDocuments(
                f"No document of “{collection}” {_in_words(wanted)}.",
                hint="Choose other days, folders or languages.",
                code="no_such_documents",
            )
        return HitFilter(
            documents=tuple(name for part in found for name in part.documents),
            folders=tuple(name for part in found for name in part.folders),
        )

    def _meant(self, collection: str, wanted: DocumentFilter, named: HitFilter) -> list[HitFilter]:
        """As much of each document as is meant."""
        holders = self._members.members(collection)
        days = self._members.days(collection) if wanted.since or wanted.until else {}
        found: list[HitFilter | None] = []
        for one in self._documents(collection):
            if wanted.languages and (one.language or UNKNOWN_LANGUAGE) not in wanted.languages:
                continue
            if one.name in days:
                inside = _days_inside(one, holders[one.name], days[one.name])
                found.append(_part_in_days(one.name, named, {name: wanted.holds(day) for name, day in inside.items()}))
            elif wanted.holds(one.changed):
                found.append(_named_part(one.name, named, is_holder=one.name in holders))
        return [part for part in found if part is not None]

    def missing(self, collection: str, names: Sequence[str]) -> list[str]:
        """Those of these names that no document of a collection has, nor what lies inside one. With / at its end a
        name means a folder, or a document that holds others."""
        known = {one.name for one in self._documents(collection)}
        found = {name for name in names if _is_among(name, known)}
        if len(found) < len(names):
            inside = set(self._members.names(collection))
            found |= {name for name in names if _is_among(name, inside)}
        return [name for name in dict.fromkeys(names) if name not in found]

    def changed_between(self, collection: str, since: date | None, until: date | None) -> list[str]:
        """Names of the documents that were last changed in these days, both included; by name."""
        days = DocumentFilter(since=since, until=until)
        return [one.name for one in self._documents(collection) if days.holds(one.changed)]

    def folders(self, collection: str) -> list[str]:
        """Every folder that the names of its documents speak of, and of what lies inside them, by name."""
        names = [one.name for one in self._documents(collection)]
        names += self._members.names(collection)
        found: set[str] = set()
        for name in names:
            parts = name.split("/")[:-1]
            found.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
        return sorted(found)

    def languages(self, collection: str) -> dict[str, int]:
        """Number of documents by language, the most frequent first."""
        counts: dict[str, int] = {}
        for one in self._documents(collection):
            counts[one.language or UNKNOWN_LANGUAGE] = counts.get(one.language or UNKNOWN_LANGUAGE, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def find_languages(self, collection: str) -> None:
        """Tell the languages of documents that were indexed before anybody looked. Reads texts: not for the window's
        thread."""
        indexed = _indexed(collection, DocumentRow.id).where(DocumentRow.language.is_(None))
        with self._database.reading() as session:
            found = {
                number: language_of(
                    session.scalars(
                        sa.select(PageRow.text)
                        .where(PageRow.document_id == number)
                        .order_by(PageRow.number)
                        .limit(_PAGES_READ)
                    )
                )
                for number in session.scalars(indexed).all()
            }
        if found:
            with self._database.session() as session:
                change = sa.update(DocumentRow).where(DocumentRow.id == sa.bindparam("of_id"))
                session.connection().execute(
                    change.values(language=sa.bindparam("found")),
                    [{"of_id": number, "found": language} for number, language in found.items()],
                )

    def _documents(self, collection: str) -> Sequence[_Known]:
        """Every document that can be found, by name."""
        when = (DocumentRow.file_state, DocumentRow.indexed_at)
        query = _indexed(collection, DocumentRow.name, *when, DocumentRow.language, DocumentRow.page_count)
        with self._database.reading() as session:
            return [
                _Known(name, _changed(state, indexed_at), language or "", pages)
                for name, state, indexed_at, language, pages in session.execute(query.order_by(DocumentRow.name))
            ]


def no_such_names(names: Sequence[str], collections: Sequence[str]) -> NoSuchDocuments:
    """That nothing in these collections is called so; a folder has / at its end."""
    called = " or ".join(f"“{name}”" for name in names)
    kind = "folder" if all(name.endswith("/") for name in names) else "document"
    return NoSuchDocuments(
        f"No {kind} of {' or '.join(f'“{name}”' for name in collections)} that can be searched is called {called}.",
        hint=f"`workbench collections show {collections[0]}` lists them; a folder is written with / at its end.",
        code="no_such_documents",
    )


def _is_among(name: str, known: Collection[str]) -> bool:
    """Whether one of the known names is this one or, for a folder, lies below it."""
    if not name.endswith("/"):
        return name in known
    folder = name.strip("/")
    return any(is_in(one, folder) and one != folder for one in known)


def _indexed(collection: str, *columns: Any) -> "sa.Select[Any]":
    """These columns of the documents that can be found."""
    query = sa.select(*columns).join_from(DocumentRow, CollectionRow)
    return query.where(
        CollectionRow.name == collection,
        DocumentRow.status == str(DocumentStatus.INDEXED),
        DocumentRow.duplicate_of == "",
        DocumentRow.deleted_at == "",
    )


def _changed(file_state: str, indexed_at: str) -> date:
    """The file's own date; without one (it had just been changed when it was read) the day of the indexing."""
    if file_state:
        return datetime.fromtimestamp(int(file_state.split()[1]) / 1e9).date()
    return datetime.fromisoformat(indexed_at).replace(tzinfo=UTC).astimezone().date()


def _named_part(name: str, named: HitFilter, *, is_holder: bool) -> HitFilter | None:
    """As much of a document as is named: all of it, or some of what lies inside it; None: nothing."""
    folders = [folder.strip("/") for folder in named.folders]
    is_all = not named.documents and not folders
    if is_all or name in named.documents or any(name.startswith(f"{folder}/") for folder in folders):
        return HitFilter(documents=(name,), folders=(name,) if is_holder else ())
    if not is_holder:
        return None
    documents = tuple(one for one in named.documents if is_in(one, name))
    inside = tuple(folder for folder in folders if is_in(folder, name))
    return HitFilter(documents=documents, folders=inside) if documents or inside else None


def _days_inside(document: _Known, members: Sequence[Member], known: dict[str, date]) -> dict[str, date]:
    """The day of all that lies in a document: its own where it is known, else that of the file. By its name there;
    the empty one is the document itself, where it says something itself."""
    days = {one.name: day_of(one.name, known) or document.changed for one in members}
    says_something = document.pages > sum(one.pages for one in members)
    return days | ({"": document.changed} if says_something else {})


def _part_in_days(name: str, named: HitFilter, is_meant: dict[str, bool]) -> HitFilter | None:
    """What lies in a document, by its name there (empty: the document itself), as far as its day is meant and it, or
    the document, or what it lies in, is named."""
    if all(is_meant.values()):
        return _named_part(name, named, is_holder=True)
    full_names = [named_below(name, member) for member, is_in_days in is_meant.items() if is_in_days]
    kept = tuple(
        one
        for one in full_names
        if not (named.documents or named.folders)
        or any(is_in(one, document) for document in named.documents)
        or any(one.startswith(f"{folder.strip('/')}/") for folder in named.folders)
    )
    return HitFilter(documents=kept) if kept else None


def _in_words(wanted: DocumentFilter) -> str:
    """ "below contracts was changed between 2024-01-01 and 2024-12-31"."""
    below = f"below {' or '.join(wanted.folders)} " if wanted.folders else ""
    parts: list[str] = []
    match wanted.since, wanted.until:
        case date() as since, date() as until:
            parts.append(f"was changed between {since} and {until}")
        case date() as since, None:
            parts.append(f"was changed since {since}")
        case None, date() as until:
            parts.append(f"was changed until {until}")
    if wanted.languages:
        parts.append(f"is written in {' or '.join(wanted.languages)}")
    return below + " and ".join(parts)
