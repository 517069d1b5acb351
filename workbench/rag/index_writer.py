"""Writing to an index: what is acknowledged is on the disk, was read back, and is in the journal (`index_commits`)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.rag.freed_memory import blocks_go_back, threads_share_heaps
from workbench.rag.index_commits import CommittedIndex
from workbench.rag.journal import DocumentMark
from workbench.rag.rows import StoredChunk, build_rows, marks_of
from workbench.rag.types import TextLanguage
from workbench.rag.vector_store import damaged, is_in, vector_index, wants_vector_index

if TYPE_CHECKING:
    from workbench.embedding import Vectors

# So many commits make so many small files; then they are merged, or searches would open hundreds. A big index waits
# until it grew by a quarter: merging writes all of it.
_MERGE_AFTER = 50
# Up to so many chunks it takes less than a second.
_TIDY_ALWAYS = 20_000
# Readers that opened a version have this long to finish with it.
_KEEP_VERSIONS = timedelta(hours=1)


class IndexWriter(CommittedIndex):
    """The one writer of an index: adds, removes, renames and merges."""

    def __init__(self, folder: Path, dimension: int, language: TextLanguage = TextLanguage.ENGLISH) -> None:
        threads_share_heaps()
        super().__init__(folder, dimension, language)
        self._added = 0
        """Chunks since the last merge."""

    # -- writing ----------------------------------------------------------------------------------------------------

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
        self._leave_table()  # what was read for the merge goes with it

    def _has_vector_index(self) -> bool:
        return any("vector" in index.columns for index in self._table.list_indices())
