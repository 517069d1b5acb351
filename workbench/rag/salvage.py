"""What can be trusted of a damaged or an old index: whole documents whose rows are exactly what was confirmed."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.log import get_logger
from workbench.rag.index_files import damaged_files, table_folder
from workbench.rag.journal import DocumentMark, Journal, JournalDamagedError
from workbench.rag.rows import Digester, marks_of
from workbench.rag.vector_store import VectorStore

_log = get_logger("rag")

_BLOCK = 1024


def find_damage(folder: Path, dimension: int) -> tuple[list[str], list[str]]:
    """(files that are not what they were, hashes of the documents concerned). Reads every byte of the index.

    Raises WorkbenchError "index_damaged" when it cannot even be opened.
    """
    journal = _journal(folder)
    files = damaged_files(table_folder(folder), journal) if journal else []
    if journal is None or not files:
        return files, []
    digester = Digester()
    for rows in read_blocks(VectorStore(folder, dimension)):
        digester.take(rows)
    marks = digester.marks()
    return files, [name for name, mark in journal.documents.items() if marks.get(name) != mark]


def salvage(folder: Path, dimension: int) -> Iterator[tuple[str, Any]]:
    """(hash, rows as an Arrow table) of each document that is exactly as it was confirmed; nothing of the others."""
    journal = _journal(folder)
    if journal is None:
        return
    try:
        store = VectorStore(folder, dimension)
        store.count()
    except WorkbenchError as problem:
        _log.info("Nothing can be taken over from %s: %s", folder, problem.details)
        return
    yield from _whole_documents(store, journal)


def _whole_documents(store: VectorStore, journal: Journal) -> Iterator[tuple[str, Any]]:
    waiting: defaultdict[str, list[Any]] = defaultdict(list)
    left = {name: mark.chunks for name, mark in journal.documents.items()}
    for rows in read_blocks(store):
        for doc_hash, part in _by_document(rows):
            waiting[doc_hash].append(part)
            left[doc_hash] = left.get(doc_hash, 0) - part.num_rows
            if left[doc_hash] == 0 and (whole := _trusted(waiting.pop(doc_hash), journal.documents.get(doc_hash))):
                yield doc_hash, whole


def read_blocks(store: VectorStore) -> Iterator[Any]:
    """All rows that can be read, as Arrow tables; what lies in a damaged file is left out."""
    total = store.count()
    for first in range(0, total, _BLOCK):
        yield from _readable(store, first, min(first + _BLOCK, total))


def _readable(store: VectorStore, first: int, last: int) -> Iterator[Any]:
    """Halves a block around what cannot be read; between two rows that cannot be read nothing is looked for."""
    rows = _read(store, first, last)
    if rows is not None:
        yield rows
    elif last - first > 1 and (_can_read(store, first) or _can_read(store, last - 1)):
        middle = (first + last) // 2
        yield from _readable(store, first, middle)
        yield from _readable(store, middle, last)


def _read(store: VectorStore, first: int, last: int) -> Any | None:
    try:
        return store.rows_at(first, last)
    except WorkbenchError:
        return None


def _can_read(store: VectorStore, row: int) -> bool:
    return _read(store, row, row + 1) is not None


def _journal(folder: Path) -> Journal | None:
    try:
        return Journal.read(folder)
    except JournalDamagedError as error:
        _log.info("The journal of %s is damaged, nothing is taken over: %s", folder, error)
        return None


def _by_document(rows: Any) -> Iterator[tuple[str, Any]]:
    import pyarrow.compute as pc

    for doc_hash in dict.fromkeys(rows["doc_hash"].to_pylist()):
        yield doc_hash, rows.filter(pc.equal(rows["doc_hash"], doc_hash))


def _trusted(parts: list[Any], mark: DocumentMark | None) -> Any | None:
    import pyarrow as pa

    whole = pa.concat_tables(parts)
    found = marks_of(whole)
    return whole if len(found) == 1 and mark in found.values() else None
