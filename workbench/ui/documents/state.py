"""What the Documents tab shows around its pages: the collections and the one that is selected. No Qt."""

from dataclasses import dataclass

from workbench.rag.store import Collection, SourceDocument
from workbench.rag.types import DocumentStatus
from workbench.ui.board import Running


@dataclass(frozen=True, slots=True)
class DocumentsState:
    collections: tuple[Collection, ...] = ()
    selected: str = ""
    documents: tuple[SourceDocument, ...] = ()
    """Of the selected collection."""
    running: Running | None = None
    running_collection: str = ""
    is_naming: bool = False
    """The name of a new collection is being asked for."""
    name_trouble: str = ""
    asks_to_delete: bool = False

    @property
    def collection(self) -> Collection | None:
        return next((c for c in self.collections if c.name == self.selected), None)

    @property
    def has_chunks(self) -> bool:
        return any(d.chunks for d in self.documents)

    @property
    def summary(self) -> str:
        """ "12 documents · 340 chunks · 2 could not be read"."""
        readable = sum(d.status is DocumentStatus.INDEXED for d in self.documents)
        failed = sum(d.status is DocumentStatus.FAILED for d in self.documents)
        chunks = sum(d.chunks for d in self.documents)
        parts = [f"{readable} document{'' if readable == 1 else 's'}", f"{chunks} chunk{'' if chunks == 1 else 's'}"]
        parts += [f"{failed} could not be read"] if failed else []
        return " · ".join(parts)
