"""How a collection is searched and answered from: remembered with it."""

import sqlalchemy as sa
from pydantic import Field, ValidationError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workbench.boundary import Boundary
from workbench.database import Base, Database
from workbench.log import get_logger
from workbench.rag.answer_types import PassageOrder
from workbench.rag.document_filter import DocumentFilter
from workbench.rag.members import is_in, renamed
from workbench.rag.search_types import RetrievalMode
from workbench.rag.tables import CollectionRow, find_row

_log = get_logger("rag")


class SearchSettings(Boundary):
    """What the user chose for the questions to one collection."""

    mode: RetrievalMode = RetrievalMode.HYBRID
    top_k: int = Field(0, ge=0, le=100)
    """Passages; 0: as many as the program's settings say."""
    reranker: str = ""
    """The folder of a local cross-encoder that puts the hits in order; empty: none."""
    folds_duplicates: bool = False
    also: tuple[str, ...] = ()
    """Further collections that are asked at once."""
    documents: DocumentFilter = DocumentFilter()
    """Of the collection itself; the further ones are searched whole."""
    order: PassageOrder = PassageOrder.BEST_FIRST
    passage_tokens: int = Field(0, ge=0, le=1_000_000)
    """Tokens that the passages of a prompt may take together; 0: what the context leaves."""


class SearchSettingsRow(Base):
    __tablename__ = "rag_search_settings"

    collection_id: Mapped[int] = mapped_column(
        sa.ForeignKey("rag_collections.id", ondelete="CASCADE"), primary_key=True
    )
    settings: Mapped[str] = mapped_column(sa.Text)
    """`SearchSettings` as JSON."""


def forget_document(session: Session, collection_id: int, name: str) -> None:
    """Part of a purge: settings do not name the document any more."""
    row = session.get(SearchSettingsRow, collection_id)
    settings = _read(row.settings) if row is not None else None
    if row is None or settings is None:
        return
    wanted = settings.documents
    left = tuple(one for one in wanted.documents if not is_in(one, name))
    folders = tuple(one for one in wanted.folders if not is_in(one, name))
    documents = wanted.model_copy(update={"documents": left, "folders": folders})
    row.settings = settings.model_copy(update={"documents": documents}).model_dump_json()


def rename_document(session: Session, collection_id: int, name: str, new: str) -> None:
    """Settings that name a document go on naming it."""
    row = session.get(SearchSettingsRow, collection_id)
    settings = _read(row.settings) if row is not None else None
    if row is None or settings is None:
        return
    wanted = settings.documents
    moved = tuple(renamed(one, name, new) for one in wanted.documents)
    if moved != wanted.documents:
        documents = wanted.model_copy(update={"documents": moved})
        row.settings = settings.model_copy(update={"documents": documents}).model_dump_json()


def rename_collection(session: Session, name: str, new: str) -> None:
    """Other collections that are asked together with it go on asking it."""
    for row in session.scalars(sa.select(SearchSettingsRow)).all():
        settings = _read(row.settings)
        if settings is not None and name in settings.also:
            also = tuple(new if one == name else one for one in settings.also)
            row.settings = settings.model_copy(update={"also": also}).model_dump_json()


def _read(written: str) -> SearchSettings | None:
    try:
        return SearchSettings.model_validate_json(written)
    except ValidationError as error:
        _log.warning("Search settings cannot be read and are the defaults again: %s", error)
        return None


class SearchSettingsStore:
    """Only the process that holds the writer's lock may call what writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, collection: str) -> SearchSettings:
        """What was chosen last; the defaults where nothing was, or where another version of the program wrote it."""
        query = sa.select(SearchSettingsRow.settings).join(CollectionRow).where(CollectionRow.name == collection)
        with self._database.reading() as session:
            written = session.scalar(query)
        return (_read(written) if written is not None else None) or SearchSettings()

    def save(self, collection: str, settings: SearchSettings) -> None:
        """Remember them; nothing happens when the collection is gone."""
        with self._database.session() as session:
            owner = find_row(session, collection)
            if owner is not None:
                session.merge(SearchSettingsRow(collection_id=owner.id, settings=settings.model_dump_json()))
