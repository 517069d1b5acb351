"""Rows of an index as Arrow tables, and the digests that tell whether they are what was written."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.boundary import Boundary
from workbench.rag.journal import DocumentMark

if TYPE_CHECKING:
    from workbench.embedding import Vectors

_TEXTS = ("chunk_id", "document", "doc_hash", "title", "text", "searched")
_NUMBERS = ("page", "start", "end")


class StoredChunk(Boundary):
    """A row of the index, without its vector."""

    chunk_id: str
    document: str
    doc_hash: str
    page: int
    start: int
    end: int
    title: str
    text: str


def schema(dimension: int) -> Any:
    """The columns of an index whose vectors have so many numbers."""
    import pyarrow as pa

    fields = [pa.field(name, pa.string()) for name in _TEXTS] + [pa.field(name, pa.int32()) for name in _NUMBERS]
    return pa.schema([*fields, pa.field("vector", pa.list_(pa.float32(), dimension))])


def build_rows(chunks: Sequence[StoredChunk], vectors: "Vectors", dimension: int) -> Any:
    """An Arrow table; `vectors` is float32 of shape (len(chunks), dimension)."""
    import numpy as np
    import pyarrow as pa

    columns: dict[str, Any] = {name: [getattr(c, name) for c in chunks] for name in StoredChunk.model_fields}
    columns["searched"] = [f"{chunk.title}\n{chunk.text}" for chunk in chunks]
    numbers = np.ascontiguousarray(vectors, dtype=np.float32)
    if numbers.shape != (len(chunks), dimension):
        raise ValueError(f"vectors of shape {numbers.shape} for {len(chunks)} chunks of {dimension} numbers")
    columns["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(numbers.reshape(-1)), dimension)
    return pa.table(columns, schema=schema(dimension))


def places_sum(places: Iterable[tuple[int, int, int]]) -> int:
    """A number for (page, start, end) of a document's chunks in any order, to be compared in this process only."""
    return sum(map(hash, places))


def places_of_rows(rows: Any) -> int:
    """`places_sum` of an Arrow table or batch."""
    return places_sum(zip(*(rows[name].to_pylist() for name in _NUMBERS), strict=True))


class Digester:
    """Collects rows in any order and tells the mark of each document.

    The digest of a document is the sum of its rows' SHA-256, modulo 2**256: it needs no order and little memory.
    """

    def __init__(self) -> None:
        self._sums: defaultdict[str, int] = defaultdict(int)
        self._counts: Counter[str] = Counter()

    def take(self, rows: Any) -> None:
        """Rows of an Arrow table or batch with all columns; what a document is called does not count."""
        texts = [rows[name].to_pylist() for name in ("doc_hash", "chunk_id", "title", "text", *_NUMBERS)]
        for (doc_hash, *row), vector in zip(zip(*texts, strict=True), _vector_bytes(rows), strict=True):
            total = hashlib.sha256(repr(row).encode())
            total.update(vector)
            self._sums[doc_hash] += int.from_bytes(total.digest(), "big")
            self._counts[doc_hash] += 1

    def marks(self) -> dict[str, DocumentMark]:
        """The mark of every document by its hash."""
        return {name: DocumentMark(self._counts[name], f"{total % 2**256:064x}") for name, total in self._sums.items()}


def marks_of(rows: Any) -> dict[str, DocumentMark]:
    """The marks of whole documents in one table."""
    digester = Digester()
    digester.take(rows)
    return digester.marks()


def _vector_bytes(rows: Any) -> Iterable[bytes]:
    import numpy as np

    column = rows["vector"]
    column = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    numbers = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
    return (row.tobytes() for row in numbers.reshape(len(column), -1))


def join(tables: Sequence[Any]) -> Any:
    """One Arrow table of several."""
    import pyarrow as pa

    return pa.concat_tables(tables)
