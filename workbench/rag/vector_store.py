"""The index of one collection in LanceDB: the only door to it. Disposable: the database can rebuild it.

Here it is read; `index_writer.py` writes it.
"""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.rag.index_files import TABLE, has_table, heal, table_folder
from workbench.rag.rows import StoredChunk, schema
from workbench.rag.types import TextLanguage

if TYPE_CHECKING:
    from workbench.embedding import Vectors

__all__ = ["INDEX_DAMAGED", "INDEX_FOLDER", "StoredChunk", "VectorStore", "damaged"]

INDEX_DAMAGED = "index_damaged"
"""The code of the error whose remedy is a rebuild from the database."""
INDEX_FOLDER = "index_folder"
"""The fact of that error that says which index it is: several may be asked at once."""

_READ_COLUMNS = tuple(StoredChunk.model_fields)
_METADATA_CACHE = 32 * 2**20  # bytes
# Up to so many chunks every vector is looked at: exact, and fast enough (100,000 took up to 130 ms, with the index 16).
_EXACT_UP_TO = 50_000
# Vectors that are looked at to find the middle of a part. LanceDB's own 256 are most of 100,000 vectors: they took
# three times as long and 50 MB more, and ten of ten neighbours are found with these too.
_SAMPLED_PER_PART = 64


@dataclass(frozen=True, slots=True)
class Among:
    """Where rows may come from: these documents, and those below these folders; nothing named is everywhere."""

    documents: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is named."""
        return bool(self.documents or self.folders)

    def holds(self, document: str) -> bool:
        """Whether a document of that name is among them."""
        return (
            not self
            or document in self.documents
            or any(document.startswith(f"{folder.strip('/')}/") for folder in self.folders)
        )


EVERYWHERE: tuple[Among, ...] = ()
"""No limits. Several are all to be kept."""


class VectorStore:
    """Chunks with vectors and a full-text index, for reading. Sees what a writer adds at once."""

    _index_cache = 2**30
    """Bytes. The index for a million vectors is 400 MB: where it does not fit, every search reads its parts again."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Raises WorkbenchError "index_damaged" when there is no index that can be read."""
        self._folder = folder
        self._dimension = dimension
        self._files = table_folder(folder)
        heal(self._files)
        if not has_table(folder):
            raise damaged(folder, "it is not there")
        with self._words():
            assert self._table is not None  # opened now, so that its trouble is told now

    @cached_property
    def _table(self) -> Any:
        """Opened at first use: a run that finds nothing new takes no time for it."""
        with self._words():
            return _connect(self._folder, self._index_cache).open_table(TABLE)

    def count(self) -> int:
        """Number of chunks."""
        with self._words():
            return int(self._table.count_rows())

    def counts(self) -> dict[str, int]:
        """Number of chunks by document hash."""
        with self._words():
            column = self._table.search().select(["doc_hash"]).limit(None).to_arrow()["doc_hash"]
            return {entry["values"]: entry["counts"] for entry in column.value_counts().to_pylist()}

    def place_sums(self) -> dict[str, int]:
        """`rows.places_sum` of every document, by its hash."""
        sums: dict[str, int] = {}
        with self._words():
            for batch in self._table.search().select(["doc_hash", "page", "start", "end"]).limit(None).to_batches(4096):
                names, *places = (batch[name].to_pylist() for name in ("doc_hash", "page", "start", "end"))
                for name, *place in zip(names, *places, strict=True):
                    sums[name] = sums.get(name, 0) + hash(tuple(place))
        return sums

    def all_chunks(self) -> list[StoredChunk]:
        """Every row, in the order of documents and pages."""
        with self._words():
            rows = self._table.search().select(list(_READ_COLUMNS)).limit(None).to_list()
        chunks = [_chunk(row) for row in rows]
        return sorted(chunks, key=lambda chunk: (chunk.document, chunk.page, chunk.start))

    def batches(self, rows: int = 1024) -> Iterator[Any]:
        """All columns of every row, as Arrow batches: memory stays flat."""
        with self._words():
            yield from self._table.search().limit(None).to_batches(rows)

    def rows_at(self, first: int, last: int) -> Any:
        """The rows from one position to another (exclusive) as an Arrow table; touches no other files than theirs."""
        with self._words():
            return self._table.take_offsets(list(range(first, last))).to_arrow().select(schema(self._dimension).names)

    def search_vector(
        self, vector: "Vectors", limit: int, hidden: Collection[str] = (), only: Sequence[Among] = EVERYWHERE
    ) -> list[tuple[StoredChunk, float]]:
        """The nearest chunks with their cosine similarity; those of the `hidden` document hashes stay unseen."""
        with self._words():
            query = self._table.search(vector, vector_column_name="vector").distance_type("cosine")
            # Only heard where the index for vectors exists: see `vector_index`. No most: what a filter leaves may lie
            # in other parts of the index than the nearest ones, and then it goes on until there are enough.
            query = query.minimum_nprobes(_PROBES).maximum_nprobes(0).refine_factor(_REFINE)
            query = _where(query, hidden, only)
            rows = query.select([*_READ_COLUMNS, "_distance"]).limit(limit).to_list()
        return [(_chunk(row), 1.0 - float(row["_distance"])) for row in rows]

    def search_text(
        self, words: str, limit: int, hidden: Collection[str] = (), only: Sequence[Among] = EVERYWHERE
    ) -> list[tuple[StoredChunk, float]]:
        """The chunks that hold the words, with their BM25 score; those of the `hidden` documents stay unseen."""
        from lancedb.query import MatchQuery

        with self._words():
            query = _where(self._table.search(MatchQuery(words, "searched"), query_type="fts"), hidden, only)
            rows = query.select([*_READ_COLUMNS, "_score"]).limit(limit).to_list()
        return [(_chunk(row), float(row["_score"])) for row in rows]

    @contextlib.contextmanager
    def _words(self) -> Iterator[None]:
        """LanceDB's errors as sentences."""
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            raise full_disk(str(error)) or damaged(self._folder, str(error)) from error


# How many parts of an index for vectors a search looks into at least, and how many times more candidates it takes from
# there to order them by their exact vectors. Measured by `python -m benchmarks search`.
_PROBES = 40
_REFINE = 4


def _connect(folder: Path, index_cache: int) -> Any:
    import lancedb

    # LanceDB would keep up to 6 GiB of indexes and 1 GiB of metadata, also of versions that are gone.
    session = lancedb.Session(index_cache_size_bytes=index_cache, metadata_cache_size_bytes=_METADATA_CACHE)
    # Interval zero: every query looks for the newest version first.
    return lancedb.connect(folder, read_consistency_interval=timedelta(0), session=session)


def make_table(folder: Path, columns: Any, language: TextLanguage, index_cache: int) -> Any:
    """An empty table with its index of words; `index_cache` in bytes."""
    table = _connect(folder, index_cache).create_table(TABLE, schema=columns)
    table.create_index("searched", config=_text_index(language))
    return table


def _text_index(language: TextLanguage) -> Any:
    """How words are indexed. ICU finds the words of scripts without spaces."""
    from lancedb.index import FTS

    if language is TextLanguage.NONE:
        return FTS(base_tokenizer="icu", stem=False, remove_stop_words=False)
    return FTS(base_tokenizer="icu", language=language.value)


def vector_index(rows: int) -> Any:
    """How vectors are indexed where looking at each would take too long."""
    from lancedb.index import IvfSq

    return IvfSq(distance_type="cosine", num_partitions=max(1, int(rows**0.5)), sample_rate=_SAMPLED_PER_PART)


def wants_vector_index(rows: int) -> bool:
    """Whether there are so many chunks that a search cannot look at every vector."""
    return rows > _EXACT_UP_TO


def damaged(folder: Path, details: str = "") -> WorkbenchError:
    """The error that makes its caller rebuild the index from the database."""
    return WorkbenchError(
        f"The index in {folder.name} is damaged or incomplete.",
        hint="It is rebuilt from the database by the next search, question or indexing; no document is lost.",
        details=details,
        code=INDEX_DAMAGED,
        facts={INDEX_FOLDER: str(folder)},
    )


def full_disk(details: str) -> WorkbenchError | None:
    """The error for a library's complaint about a full disk; None when it complains about something else."""
    if "No space left" not in details and "os error 28" not in details:
        return None
    return WorkbenchError(
        "The disk is full: the index could not be written.",
        hint="Free some space and index again; what was indexed before is kept.",
        details=details,
        code="disk_full",
    )


def is_in(column: str, values: Sequence[str]) -> str:
    """A condition in SQL."""
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({listed})"


def _where(query: Any, hidden: Collection[str], only: Sequence[Among]) -> Any:
    conditions = [f"NOT ({is_in('doc_hash', sorted(hidden))})"] if hidden else []
    conditions += [f"({' OR '.join(_belongs(among))})" for among in only if among]
    return query.where(" AND ".join(conditions), prefilter=True) if conditions else query


def _belongs(only: Among) -> list[str]:
    parts = [is_in("document", sorted(only.documents))] if only.documents else []
    for folder in only.folders:
        inside = folder.strip("/").replace("'", "''")
        parts.append(f"starts_with(document, '{inside}/')")
    return parts


def _chunk(row: dict[str, Any]) -> StoredChunk:
    return StoredChunk(**{name: row[name] for name in StoredChunk.model_fields})
