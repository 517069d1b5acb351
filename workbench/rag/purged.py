"""What has left a collection for good: whoever shows or keeps something of it lets that go."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.rag.members import is_in
from workbench.rag.search_types import Hit


class HoldsHits(Protocol):
    """A turn of a conversation, kept or on the screen."""

    @property
    def hits(self) -> Sequence[Hit]: ...


ForgetElsewhere = Callable[["Purged", str], None]
"""Removes what others keep of it; with the name of the collection's folder, which nothing else is called."""


def nowhere(_purged: "Purged", _folder: str) -> None:
    """Nobody else keeps anything of it."""


@dataclass(frozen=True, slots=True)
class Purged:
    """Documents of one collection."""

    collection: str
    """What the collection is called."""
    hashes: frozenset[str]
    """SHA-256 of contents that no document of the collection has any more."""
    names: frozenset[str] = frozenset()
    """Of the documents: what they said before they were changed goes too."""

    def is_quoted(self, turns: Iterable[HoldsHits], owner: str) -> bool:
        """Whether a conversation with the collection `owner` holds a passage of it."""
        return any(self.holds(hit, owner) for turn in turns for hit in turn.hits)

    def is_of(self, collection: str, document: str) -> bool:
        """Whether a document of that name, or one inside it, of a collection of that name is of it."""
        return collection == self.collection and any(is_in(document, name) for name in self.names)

    def holds(self, hit: Hit, owner: str) -> bool:
        """Whether a passage is of it, found by who asked the collection `owner`."""
        # A hit of another collection may call it by the name that it had before it was renamed.
        may_be_ours = owner == self.collection or hit.collection not in {"", owner}
        if may_be_ours and hit.doc_hash in self.hashes:
            return True
        is_ours = (hit.collection or owner) == self.collection
        return is_ours and any(is_in(hit.document, name) for name in self.names)
