"""What makes a change of an index last or leave nothing: it is on the disk, was read back, and is in the journal.

Opening heals: versions that were never confirmed are taken back, a newest manifest that cannot be read is put aside,
what a crash left is swept. Nobody has to click for that.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from workbench.errors import WorkbenchError
from workbench.jobs.file_lock import FileLock, is_locked
from workbench.rag.durability import sync_files, sync_folders
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
from workbench.rag.rows import Digester, schema
from workbench.rag.types import TextLanguage
from workbench.rag.vector_store import INDEX_DAMAGED, VectorStore, damaged, full_disk, is_in, make_table

_LOCK = "writer.lock"


def is_being_written(folder: Path) -> bool:
    """Whether some process writes to this index right now: then its number of chunks may be ahead of the database."""
    return is_locked(folder / _LOCK)


class CommittedIndex(VectorStore):
    """An index that only one process changes, whole or not at all. Use as a context manager: it holds a lock."""

    _index_cache = 256 * 2**20
    """Bytes: less than a reader's, for what it holds of old versions serves nobody."""

    def __init__(self, folder: Path, dimension: int, language: TextLanguage = TextLanguage.ENGLISH) -> None:
        """Opens, heals or makes the index. Raises WorkbenchError "index_damaged" when it must be rebuilt."""
        self._folder = folder
        self._dimension = dimension
        self._language = language
        self._files = table_folder(folder)
        self._commits = 0
        """Since the last merge."""
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
            self._table = make_table(self._folder, schema(self._dimension), self._language, self._index_cache)
            self._confirm_all()

    def _confirm_all(self) -> None:
        names = list_files(self._files)
        self._flush(names)
        marks = {name: mark_of(self._files / name) for name in names}
        self._journal.confirm(Commit(self._table.version, marks, (), self._read_marks()))

    # -- what was confirmed ------------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """Number of chunks by document hash, as confirmed."""
        return self._journal.counts()

    @property
    def marks(self) -> Mapping[str, DocumentMark]:
        """What each document's rows were when they were confirmed."""
        return self._journal.documents

    def _read_marks(self) -> dict[str, DocumentMark]:
        digester = Digester()
        for batch in self.batches():
            digester.take(batch)
        return digester.marks()

    def _marks_of(self, doc_hashes: Sequence[str]) -> dict[str, DocumentMark]:
        digester = Digester()
        for position in range(0, len(doc_hashes), 500):
            rows = self._table.search().where(is_in("doc_hash", doc_hashes[position : position + 500])).limit(None)
            for batch in rows.to_batches(1024):
                digester.take(batch)
        return digester.marks()

    # -- committing --------------------------------------------------------------------------------------------------

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
            self._leave_table()
            if isinstance(error, WorkbenchError) and error.code != INDEX_DAMAGED:
                raise
            # Also what could not be read back: the index is again as it was, nothing needs a rebuild.
            details = error.details if isinstance(error, WorkbenchError) else str(error)
            raise _not_written(self._folder, details) from error

    def _leave_table(self) -> None:
        """It is opened anew when it is needed again."""
        self.__dict__.pop("_table", None)


def _not_written(folder: Path, details: str) -> WorkbenchError:
    return full_disk(details) or WorkbenchError(
        f"The index in {folder.name} could not be written.",
        hint="Look whether the disk is failing or write-protected, then index again; what was indexed before is kept.",
        details=details,
        code="index_not_written",
    )
