"""What an index holds, in few bytes: to tell later whether it still finds the same, and what came or went."""

import hashlib
from pathlib import Path

from pydantic import Field

from workbench.boundary import Boundary
from workbench.rag.journal import NAME, Commit
from workbench.rag.types import CollectionRef

_LISTED_DOCUMENTS = 2000
"""More are not listed one by one."""
_LETTERS = 12
"""Of a document's mark: enough to tell 2,000 documents apart."""


class IndexPrint(Boundary):
    """The content of a collection as a question sees it."""

    content_hash: str
    """SHA-256 over the documents' rows with their vectors, the embedder and what is hidden."""
    documents: int = 0
    chunks: int = 0
    marks: dict[str, str] = Field(default_factory=dict)
    """Beginning of the SHA-256 of a document's file -> beginning of that of its rows; empty for large collections."""


def read_index_print(collection: CollectionRef) -> IndexPrint | None:
    """From the journal of the index, which is only read: another process may be writing it. None without a journal."""
    documents = _confirmed(Path(collection.folder))
    if documents is None:
        return None
    shown = {name: mark for name, mark in sorted(documents.items()) if name not in collection.hidden}
    digest = hashlib.sha256(collection.embedder.identity.encode())
    for name, (_, rows) in shown.items():
        digest.update(f"{name} {rows}\n".encode())
    marks = {name[:_LETTERS]: rows[:_LETTERS] for name, (_, rows) in shown.items()}
    return IndexPrint(
        content_hash=digest.hexdigest(),
        documents=len(shown),
        chunks=sum(chunks for chunks, _ in shown.values()),
        marks=marks if len(marks) <= _LISTED_DOCUMENTS else {},
    )


def _confirmed(folder: Path) -> dict[str, tuple[int, str]] | None:
    """Chunks and digest of every document; a line that is not whole ends the reading, as it does for the writer."""
    found: dict[str, tuple[int, str]] = {}
    try:
        lines = (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        try:
            commit = Commit.from_line(line)
        except (ValueError, KeyError, TypeError):
            break
        for name in commit.removed:
            found.pop(name, None)
        found |= {name: (mark.chunks, mark.digest) for name, mark in commit.documents.items()}
    return found


def index_changes(before: IndexPrint, now: IndexPrint) -> str:
    """What came and went, like "2 documents are new, 1 is gone"; empty when both hold the same."""
    if before.content_hash == now.content_hash:
        return ""
    if not before.marks or not now.marks:
        return f"it held {before.documents} documents in {before.chunks} chunks, now {now.documents} in {now.chunks}"
    came = len(now.marks.keys() - before.marks.keys())
    went = len(before.marks.keys() - now.marks.keys())
    cut = sum(before.marks[name] != now.marks[name] for name in before.marks.keys() & now.marks.keys())
    parts = [_count(came, "new")] if came else []
    parts += [_count(went, "gone")] if went else []
    parts += [_count(cut, "cut or embedded in another way")] if cut else []
    return ", ".join(parts) or "its embedder is another one"


def _count(count: int, what: str) -> str:
    return f"1 document is {what}" if count == 1 else f"{count} documents are {what}"
