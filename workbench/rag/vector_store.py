"""The index of one collection in LanceDB: the only door to it. Disposable: the database can rebuild it.

LanceDB acknowledges before anything is durable and cannot open a table whose newest manifest was cut by a crash
(docs/decisions): so writes are flushed and read back here before anyone hears of them, and broken manifests put aside.
"""

import contextlib
import os
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.log import get_logger

if TYPE_CHECKING:
    from workbench.embedding import Vectors

_log = get_logger("rag")

_TABLE = "chunks"
_READ_COLUMNS = ("chunk_id", "document", "page", "start", "end", "title", "text")
# A manifest ends with its position, version and magic (16 bytes): anything shorter was cut.
_MIN_MANIFEST_BYTES = 16
_MAGIC = b"LANC"


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


class VectorStore:
    """Chunks with vectors and a full-text index. One process writes; readers see its rows at once."""

    def __init__(self, folder: Path, dimension: int) -> None:
        import lancedb

        self._folder = folder
        self._dimension = dimension
        self._files = folder / f"{_TABLE}.lance"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        heal(self._files)
        try:
            # Interval zero: every query looks for the newest version first.
            self._database = lancedb.connect(folder, read_consistency_interval=timedelta(0))
            self._table = self._open()
        except (OSError, RuntimeError, ValueError) as error:
            raise damaged(folder, str(error)) from error

    def _open(self) -> Any:
        if (self._files / "_versions").is_dir() and any((self._files / "_versions").glob("*.manifest")):
            return self._database.open_table(_TABLE)
        if self._files.exists():
            shutil.rmtree(self._files)
        from lancedb.index import FTS

        table = self._database.create_table(_TABLE, schema=self._schema())
        # ICU finds the words of scripts without spaces; stemming and stop words are English, the default.
        table.create_index("searched", config=FTS(base_tokenizer="icu"))
        _flush(self._files, set())
        return table

    def _schema(self) -> Any:
        import pyarrow as pa

        texts = ("chunk_id", "document", "doc_hash", "title", "text", "searched")
        fields = [pa.field(name, pa.string()) for name in texts]
        fields += [pa.field(name, pa.int32()) for name in ("page", "start", "end")]
        return pa.schema([*fields, pa.field("vector", pa.list_(pa.float32(), self._dimension))])

    def count(self) -> int:
        """Number of chunks."""
        with self._words():
            return int(self._table.count_rows())

    def counts(self) -> dict[str, int]:
        """Number of chunks by document hash."""
        with self._words():
            column = self._table.search().select(["doc_hash"]).limit(None).to_arrow()["doc_hash"]
            return {entry["values"]: entry["counts"] for entry in column.value_counts().to_pylist()}

    def all_chunks(self) -> list[StoredChunk]:
        """Every row, in the order of documents and pages."""
        with self._words():
            rows = self._table.search().select([*_READ_COLUMNS, "doc_hash"]).limit(None).to_list()
        chunks = [_chunk(row) for row in rows]
        return sorted(chunks, key=lambda chunk: (chunk.document, chunk.page, chunk.start))

    def add(self, chunks: Sequence[StoredChunk], vectors: "Vectors") -> None:
        """Add rows; when it returns they are on the disk and were read back. `vectors` is (len(chunks), dimension)."""
        if not chunks:
            return
        rows = [
            chunk.model_dump() | {"vector": vector, "searched": f"{chunk.title}\n{chunk.text}"}
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
        with self._words():
            before, known, version = self.count(), _files(self._files), self._table.version
            self._table.add(rows)
            _flush(self._files, known)
            try:
                self._read_back(chunks, before)
            except (OSError, RuntimeError, ValueError, WorkbenchError):
                # LanceDB can report success for a data file whose end was not written.
                self._table.restore(version)
                raise

    def _read_back(self, chunks: Sequence[StoredChunk], before: int) -> None:
        hashes = sorted({chunk.doc_hash for chunk in chunks})
        found = self._table.search().where(_is_in("doc_hash", hashes)).limit(None).to_arrow()
        ids = set(found["chunk_id"].to_pylist())
        if self.count() != before + len(chunks) or not {chunk.chunk_id for chunk in chunks} <= ids:
            raise WorkbenchError(
                "The index did not keep what was written to it.",
                hint="Look whether the disk is full or failing, then index again.",
                code="index_write_lost",
            )

    def remove(self, doc_hashes: Sequence[str]) -> None:
        """Drop all chunks of these documents."""
        if not doc_hashes:
            return
        with self._words():
            known = _files(self._files)
            for position in range(0, len(doc_hashes), 500):
                self._table.delete(_is_in("doc_hash", doc_hashes[position : position + 500]))
            _flush(self._files, known)

    def optimize(self) -> None:
        """Merge small files, bring the full-text index up to date, drop versions that no reader can still use."""
        with self._words():
            known = _files(self._files)
            self._table.optimize(cleanup_older_than=timedelta(hours=1))
            _flush(self._files, known)

    def search_vector(self, vector: "Vectors", limit: int) -> list[tuple[StoredChunk, float]]:
        """The nearest chunks with their cosine similarity."""
        with self._words():
            query = self._table.search(vector, vector_column_name="vector").distance_type("cosine")
            rows = query.select([*_READ_COLUMNS, "doc_hash", "_distance"]).limit(limit).to_list()
        return [(_chunk(row), 1.0 - float(row["_distance"])) for row in rows]

    def search_text(self, words: str, limit: int) -> list[tuple[StoredChunk, float]]:
        """The chunks that hold the words, with their BM25 score."""
        from lancedb.query import MatchQuery

        with self._words():
            query = self._table.search(MatchQuery(words, "searched"), query_type="fts")
            rows = query.select([*_READ_COLUMNS, "doc_hash", "_score"]).limit(limit).to_list()
        return [(_chunk(row), float(row["_score"])) for row in rows]

    @contextlib.contextmanager
    def _words(self) -> Any:
        """LanceDB's errors as sentences."""
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            text = str(error)
            if "No space left" in text or "os error 28" in text:
                raise WorkbenchError(
                    "The disk is full: the index could not be written.",
                    hint="Free some space and index again; what was indexed before is kept.",
                    details=text,
                    code="disk_full",
                ) from error
            raise damaged(self._folder, text) from error


def damaged(folder: Path, details: str = "") -> WorkbenchError:
    """The error that makes its caller rebuild the index from the database."""
    return WorkbenchError(
        f"The index in {folder.name} is damaged or incomplete.",
        hint="It is rebuilt from the database by the next search, question or indexing; no document is lost.",
        details=details,
        code="index_damaged",
    )


def _is_in(column: str, values: Sequence[str]) -> str:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({listed})"


def _chunk(row: dict[str, Any]) -> StoredChunk:
    return StoredChunk(**{name: row[name] for name in StoredChunk.model_fields})


def heal(files: Path) -> list[str]:
    """Put aside newest manifests that a crash left empty or cut; returns their names."""
    versions = files / "_versions"
    if not versions.is_dir():
        return []
    aside: list[str] = []
    # Names count down from 2**64-1, so the newest version comes first.
    for manifest in sorted(versions.glob("*.manifest"), key=_version, reverse=True):
        if _is_whole(manifest):
            break
        manifest.rename(manifest.with_suffix(".damaged"))
        aside.append(manifest.name)
    if aside:
        (versions / "latest_version_hint.json").unlink(missing_ok=True)
        _log.info("The newest state of the index %s was cut off by a crash; the one before it is used.", files.parent)
    return aside


def _version(manifest: Path) -> int:
    number = int(manifest.stem) if manifest.stem.isdigit() else 0
    return (2**64 - 1) - number if len(manifest.stem) == 20 else number


def _is_whole(manifest: Path) -> bool:
    if manifest.stat().st_size < _MIN_MANIFEST_BYTES:
        return False
    with manifest.open("rb") as file:
        file.seek(-len(_MAGIC), os.SEEK_END)
        return file.read() == _MAGIC


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _flush(folder: Path, known: set[Path]) -> None:
    """Put new files and every folder of the table on the disk (on macOS past the drive's cache)."""
    for path in _files(folder) - known:
        _sync(path)
    if os.name == "posix":
        for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
            _sync(path)


def _sync(path: Path) -> None:
    # Opened for writing where the system wants that for fsync (Windows); a file that was replaced meanwhile is no loss.
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
        try:
            _full_sync(descriptor)
        finally:
            os.close(descriptor)


def _full_sync(descriptor: int) -> None:
    with contextlib.suppress(ImportError):
        import fcntl

        if hasattr(fcntl, "F_FULLFSYNC"):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)
