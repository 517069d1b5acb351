"""Writing to an index: what is acknowledged is on the disk, was read back, and is in the journal.

Opening heals: versions that were never confirmed are taken back, a newest manifest that cannot be read is put aside,
what a crash left is swept. Nobody has to click for that.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from workbench.errors import WorkbenchError
from workbench.jobs.file_lock import FileLock, is_locked
from workbench.log import get_logger
from workbench.rag.durability import sync_files, sync_folders
from workbench.rag.freed_memory import blocks_go_back
from workbench.rag.index_files import (
    drop_unconfirmed,
    find_confirmed,
    has_table,
    heal,
    list_files,
    list_folders,
    mark_of,
    missing_files,
    sweep_orphans,
    table_folder,
)
from workbench.rag.journal import Commit, DocumentMark, Journal, JournalDamagedError
from workbench.rag.rows import Digester, StoredChunk, build_rows, marks_of, schema
from workbench.rag.types import TextLanguage
from workbench.rag.vector_store import (
    INDEX_DAMAGED,
    VectorStore,
    damaged,
    full_disk,
    is_in,
    make_table,
    vector_index,
    wants_vector_index,
)

if TYPE_CHECKING:
    from workbench.embedding import Vectors

_log = get_logger("rag")

_LOCK = "writer.lock"
# So many commits make so many small files; then they are merged, or searches would open hundreds. A big index waits
# until it grew by a quarter: merging writes all of it.
_MERGE_AFTER = 50
# Up to so many chunks it takes less than a second.
_TIDY_ALWAYS = 20_000
# Readers that opened a version have this long to finish with it.
_KEEP_VERSIONS = timedelta(hours=1)


def is_being_written(folder: Path) -> bool:
    """Whether some process writes to this index right now: then its number of chunks may be ahead of the database."""
    return is_locked(folder / _LOCK)


class IndexWriter(VectorStore):
    """The one writer of an index. Use as a context manager: it holds a lock."""

    def __init__(self, folder: Path, dimension: int, language: TextLanguage = TextLanguage.ENGLISH) -> None:
        """Opens, heals or makes the index. Raises WorkbenchError "index_damaged" when it must be rebuilt."""
        self._folder = folder
        self._dimension = dimension
        self._language = language
        self._files = table_folder(folder)
        self._commits = self._added = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = FileLock(folder / _LOCK)
        if not self._lock.try_acquire():
            raise WorkbenchError(
                f"Another job is writing to the index in {folder.name}.",
                hint="Wait for its end, then start this again.",
                code="index_busy",
            )
        try:
            self._heal_and_open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others write."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- opening ----------------------------------------------------------------------------------------------------

    def _heal_and_open(self) -> None:
        try:
            journal = Journal.read(self._folder)
        except JournalDamagedError as error:
            raise damaged(self._folder, f"its journal: {error}") from error
        if journal is None:
            self._journal = Journal(self._folder)
            self._make_or_adopt()
            return
        self._journal = journal
        drop_unconfirmed(self._files, journal)
        version = find_confirmed(self._files, journal)
        if not version and journal.version:
            raise damaged(self._folder, "no confirmed version can be read")
        if not version:
            self._make_or_adopt()
            return
        if version < journal.version:
            journal.back_to(version)
            journal.write()
        sweep_orphans(self._files, journal)
        if missing := missing_files(self._files, journal):
            raise damaged(self._folder, f"{len(missing)} files are gone or cut: {missing[0]}")

    def _make_or_adopt(self) -> None:
        """A new index, or one without a journal (made by an older program): what it holds now is what counts."""
        heal(self._files)
        if has_table(self._folder):
            self._confirm_all()
            return
        if self._files.exists():
            shutil.rmtree(self._files)
        with self._words():
            self._table = make_table(self._folder, schema(self._dimension), self._language)
            self._confirm_all()

    def _confirm_all(self) -> None:
        names = list_files(self._files)
        self._flush(names)
        marks = {name: mark_of(self._files / name) for name in names}
        self._journal.confirm(Commit(self._table.version, marks, (), self._read_marks()))

    # -- writing ----------------------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Number of chunks by document hash, as confirmed."""
        return self._journal.counts()

    @property
    def marks(self) -> Mapping[str, DocumentMark]:
        """What each document's rows were when they were confirmed."""
        return self._journal.documents

    def add(self, chunks: Sequence[StoredChunk], vectors: "Vectors") -> None:
        """Add whole documents; when it returns they are on the disk and were read back.

        `vectors` is float32 of shape (len(chunks), dimension).
        """
        if chunks:
            self.add_rows(build_rows(chunks, vectors, self._dimension))

    def add_rows(self, rows: Any) -> None:
        """Like `add`, from an Arrow table with all columns."""
        marks = marks_of(rows)
        if known := marks.keys() & self._journal.documents.keys():
            raise ValueError(f"the index already holds {sorted(known)[0]}")
        before = self.count()
        self._commit(
            lambda: self._table.add(rows),
            documents=marks,
            check=lambda: self._read_back(before, rows.num_rows, marks),
        )
        self._added += rows.num_rows
        if self._commits >= _MERGE_AFTER and self._added >= before // 4:
            self.optimize()

    def _read_back(self, before: int, added: int, marks: Mapping[str, DocumentMark]) -> None:
        """Every new row with its vector. LanceDB can report success for a data file whose end was not written."""
        # New rows lie behind the old ones: only the new file is read.
        if self.count() != before + added or marks_of(self.rows_at(before, before + added)) != marks:
            raise WorkbenchError(
                "The index did not keep what was written to it.",
                hint="Look whether the disk is full or failing, then index again; what was indexed before is kept.",
                code="index_write_lost",
            )

    def remove(self, doc_hashes: Sequence[str]) -> None:
        """Drop all chunks of these documents."""
        known = sorted(set(doc_hashes) & self._journal.documents.keys())
        if not known:
            return
        left = self.count() - sum(self._journal.documents[name].chunks for name in known)

        def change() -> None:
            for position in range(0, len(known), 500):
                self._table.delete(is_in("doc_hash", known[position : position + 500]))

        def check() -> None:
            if self.count() != left:
                raise damaged(self._folder, f"{self.count()} chunks are left instead of {left}")

        self._commit(change, removed=tuple(known), check=check)

    def rename(self, names: Mapping[str, str], before: Mapping[str, str] | None = None) -> None:
        """Call documents by another name, by their hash; their vectors stay.

        `before` is what they were called: what lies inside them keeps its own part of its name.
        """
        known = {doc_hash: name for doc_hash, name in names.items() if doc_hash in self._journal.documents}
        if not known:
            return

        def change() -> None:
            for doc_hash, name in known.items():
                self._rename(is_in("doc_hash", [doc_hash]), name, (before or {}).get(doc_hash, ""))

        total = self.count()

        def check() -> None:
            marks = {doc_hash: self._journal.documents[doc_hash] for doc_hash in known}
            if self.count() != total or self._marks_of(list(known)) != marks:
                raise damaged(self._folder, "renamed chunks were not kept")

        self._commit(change, check=check)

    def _rename(self, rows: str, name: str, before: str) -> None:
        new, old = (text.replace("'", "''") for text in (name, before))
        if before:
            inside = f"concat('{new}', substr(document, {len(before) + 1}))"
            self._table.update(where=f"{rows} AND starts_with(document, '{old}/')", values_sql={"document": inside})
            rows += f" AND NOT starts_with(document, '{new}/')"
        self._table.update(where=rows, values={"document": name})

    def _marks_of(self, doc_hashes: Sequence[str]) -> dict[str, DocumentMark]:
        digester = Digester()
        for position in range(0, len(doc_hashes), 500):
            rows = self._table.search().where(is_in("doc_hash", doc_hashes[position : position + 500])).limit(None)
            for batch in rows.to_batches(1024):
                digester.take(batch)
        return digester.marks()

    def tidy(self) -> None:
        """`optimize` at the end of a run, where that is worth reading and writing the whole index."""
        total = self.count()
        is_small, is_other = total <= _TIDY_ALWAYS, self._added >= total // 20
        if is_small or is_other or len(self._journal.versions()) > 2 * _MERGE_AFTER:
            self.optimize()

    def optimize(self) -> None:
        """Merge small files, bring the search indexes up to date, drop versions that no reader can still use."""
        total = self.count()

        def change() -> None:
            if wants_vector_index(total) and not self._has_vector_index():
                self._table.create_index("vector", config=vector_index(total))
            self._table.optimize(cleanup_older_than=_KEEP_VERSIONS)

        def check() -> None:
            if self._read_marks() != self._journal.documents:
                raise damaged(self._folder, "merging did not keep every chunk")

        with blocks_go_back():
            self._commit(change, check=check)
        self._commits = self._added = 0
        self._journal.fold_when_long()
        # What was read for the merge goes with the table; it is opened anew when it is needed.
        self.__dict__.pop("_table", None)

    def _read_marks(self) -> dict[str, DocumentMark]:
        digester = Digester()
        for batch in self.batches():
            digester.take(batch)
        return digester.marks()

    def _has_vector_index(self) -> bool:
        return any("vector" in index.columns for index in self._table.list_indices())

    def _commit(
        self,
        change: Callable[[], object],
        *,
        documents: Mapping[str, DocumentMark] | None = None,
        removed: tuple[str, ...] = (),
        check: Callable[[], None],
    ) -> None:
        """Change the table, put that on the disk, read it back, confirm it; or take it all back."""
        with self._or_back():
            change()
            names = list_files(self._files)
            new = names - self._journal.files.keys()
            self._flush(new)
            check()
            marks = {name: mark_of(self._files / name) for name in new}
            gone = tuple(sorted(self._journal.files.keys() - names))
            self._journal.confirm(Commit(self._table.version, marks, gone, documents or {}, removed))
        self._commits += 1

    def _flush(self, names: set[str]) -> None:
        sync_files(self._files / name for name in names)
        sync_folders(list_folders(self._files))

    @contextlib.contextmanager
    def _or_back(self) -> Iterator[None]:
        """After an error the last confirmed version is the newest one again."""
        try:
            yield
        except (OSError, RuntimeError, ValueError, WorkbenchError) as error:
            # Where the disk does not let us, the next opening does it.
            with contextlib.suppress(OSError):
                drop_unconfirmed(self._files, self._journal)
                sweep_orphans(self._files, self._journal)
                self._journal.write()
            self.__dict__.pop("_table", None)  # opened anew when it is needed again
            if isinstance(error, WorkbenchError) and error.code != INDEX_DAMAGED:
                raise
            # Also what could not be read back: the index is again as it was, nothing needs a rebuild.
            details = error.details if isinstance(error, WorkbenchError) else str(error)
            raise _not_written(self._folder, details) from error


def _not_written(folder: Path, details: str) -> WorkbenchError:
    return full_disk(details) or WorkbenchError(
        f"The index in {folder.name} could not be written.",
        hint="Look whether the disk is failing or write-protected, then index again; what was indexed before is kept.",
        details=details,
        code="index_not_written",
    )
