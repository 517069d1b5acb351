"""What the tab reads of the database: off the UI thread, where thousands of documents take a moment. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.rag.document_store import SourceDocument
from workbench.rag.index_store import CollectionIndex
from workbench.rag.lifecycle import DeletedCollection
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.store import Collection, CollectionStore
from workbench.ui.documents.file_rows import FileRow, rows_of
from workbench.ui.documents.state import NO_CONTENTS, Contents, Totals, contents_of, count


@dataclass(frozen=True, slots=True)
class Reading:
    """The collections, and what there is of one of them."""

    collections: tuple[Collection, ...]
    deleted: tuple[DeletedCollection, ...]
    selected: str
    """The wished one, or the first where that is not there any more."""
    documents: tuple[SourceDocument, ...]
    removed: tuple[SourceDocument, ...]
    rows: tuple[FileRow, ...]
    """Of documents and removed ones."""
    totals: Totals
    contents: Contents
    """What its index holds."""
    indexes: tuple[CollectionIndex, ...]
    search: SearchSettings
    """How it is searched."""


def read(store: CollectionStore, wished: str, before: Sequence[FileRow] = ()) -> Reading:
    """Everything at once, so that what is shown together belongs together. `before` are the rows shown until now."""
    collections = tuple(store.list_collections())
    names = [collection.name for collection in collections]
    selected = wished if wished in names else (names[0] if names else "")
    collection = next((one for one in collections if one.name == selected), None)
    documents = store.documents.all(selected) if selected else []
    there = tuple(document for document in documents if not document.deleted_at)
    removed = tuple(document for document in documents if document.deleted_at)
    return Reading(
        collections=collections,
        deleted=tuple(store.lifecycle.deleted()),
        selected=selected,
        documents=there,
        removed=removed,
        rows=rows_of(there, removed, before),
        totals=count(there),
        contents=contents_of(collection, there) if collection is not None else NO_CONTENTS,
        indexes=tuple(store.indexes.list_indexes(selected)) if selected else (),
        search=store.search_settings.load(selected),
    )
