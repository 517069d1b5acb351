"""Reading a collection in: checked, unpacked, its index built; the database hears of it at the end, all at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.bundles.knowledge import MAX_BYTES as MAX_KNOWLEDGE_BYTES
from workbench.rag.bundles.knowledge import Knowledge
from workbench.rag.bundles.reading import BundleReader
from workbench.rag.bundles.types import (
    DOCUMENTS,
    KNOWLEDGE,
    VECTOR_ORDER,
    VECTORS,
    ImportReport,
    ImportRequest,
    VectorsOf,
)
from workbench.rag.chunk_writing import stored_chunks
from workbench.rag.durability import write_durably
from workbench.rag.index_kinds import UNFINISHED, kind_of
from workbench.rag.index_writer import IndexWriter
from workbench.rag.indexing_types import DocumentStatus, FileIndexed
from workbench.rag.rebuilding import Rebuilder
from workbench.rag.rows import build_rows, join
from workbench.rag.types import StoredDocument
from workbench.rag.upkeep_types import RebuildRequest

_BATCH_CHUNKS = 2048
_MAX_LINE = 1 << 30
"""Bytes of one document."""


class Importer:
    """One import."""

    def __init__(self, context: JobContext, request: ImportRequest) -> None:
        self._context = context
        self._request = request
        self._bundle = Path(request.bundle)
        self._folder = Path(request.collection.folder)
        self._documents = self._folder / DOCUMENTS
        self._places: dict[str, int] = {}
        """Where in the file of documents each indexed one begins, by its hash."""

    def run(self) -> ImportReport:
        """Raises WorkbenchError when anything in the bundle is not as it should be; then nothing is imported."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with BundleReader(self._bundle) as bundle:
            bundle.check_space(self._folder)
            self._context.progress(0, 0, "Unpacking")
            for name in bundle.manifest.files:
                bundle.extract(name, self._folder / name, self._context.check_cancelled)
            count, chunks = self._check_documents()
            if (count, chunks) != (bundle.manifest.documents, bundle.manifest.chunks):
                raise self._strange("it holds another number of documents than its manifest says")
            write_durably(self._folder / UNFINISHED, kind_of(self._request.collection).encode())
            knowledge = self._check_knowledge() if KNOWLEDGE in bundle.manifest.files else ""
            vectors = self._take_vectors() if bundle.has_vectors and self._request.keeps_chunks else 0
        with Rebuilder(self._context, self._rebuild_request()) as rebuilder:
            report = rebuilder.run()
        for name in (VECTORS, VECTOR_ORDER):
            (self._folder / name).unlink(missing_ok=True)
        return ImportReport(
            documents=str(self._documents), count=count, knowledge=knowledge, rebuild=report, vectors=vectors
        )

    def _rebuild_request(self) -> RebuildRequest:
        return RebuildRequest(
            collection=self._request.collection,
            source=str(self._folder / "restore.jsonl"),
            keeps_chunks=self._request.keeps_chunks,
        )

    def _check_documents(self) -> tuple[int, int]:
        """Every line is a document, each named once, its chunks inside its pages. Returns (documents, chunks)."""
        paths: set[str] = set()
        names: set[str] = set()
        ids: set[str] = set()
        count = chunks = 0
        with (self._folder / "restore.jsonl").open("w", encoding="utf-8") as restore:
            for place, document in self._read_documents():
                self._context.progress(count, 0, f"Checking {document.name}")
                if document.path in paths or document.name in names or document.status not in _KEPT:
                    raise self._strange(f"{document.name!r} is in it twice, or not as a document")
                if not ids.isdisjoint(span.id for span in document.spans) or not _is_consistent(document):
                    raise self._strange(f"the chunks of {document.name!r} do not fit its text")
                paths.add(document.path)
                names.add(document.name)
                ids.update(span.id for span in document.spans)
                count, chunks = count + 1, chunks + len(document.spans)
                if document.spans:
                    if document.sha256 in self._places:
                        raise self._strange(f"the content of {document.name!r} is in it twice")
                    self._places[document.sha256] = place
                    restore.write(_stored(document).model_dump_json() + "\n")
        return count, chunks

    def _check_knowledge(self) -> str:
        """Judgements, test sets and measurements can be understood."""
        path = self._folder / KNOWLEDGE
        if path.stat().st_size > MAX_KNOWLEDGE_BYTES:
            raise self._strange("its test sets and measurements are too big")
        try:
            Knowledge.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise self._strange("its test sets and measurements cannot be understood", str(error)) from error
        return str(path)

    def _read_documents(self) -> Iterator[tuple[int, FileIndexed]]:
        with self._documents.open("rb") as lines:
            place = 0
            while line := lines.readline(_MAX_LINE):
                yield place, self._parsed(line)
                place += len(line)

    def _parsed(self, line: bytes) -> FileIndexed:
        try:
            return FileIndexed.model_validate_json(line)
        except ValidationError as error:
            raise self._strange("one of its documents cannot be understood", str(error)) from error

    def _take_vectors(self) -> int:
        """Into the index that is being built; what is missing is embedded there. Returns how many documents."""
        ref, taken = self._request.collection, 0
        with (
            IndexWriter(self._folder, ref.embedder.dimension, ref.language) as writer,
            (self._folder / VECTORS).open("rb") as numbers,
            (self._folder / VECTOR_ORDER).open(encoding="utf-8") as order,
        ):
            waiting: list[Any] = []
            for line in order:
                note = self._note(line)
                waiting.append(self._rows(note, numbers.read(4 * ref.embedder.dimension * len(note.chunks))))
                taken += 1
                self._context.progress(taken, len(self._places), "Taking over vectors")
                if sum(rows.num_rows for rows in waiting) >= _BATCH_CHUNKS:
                    writer.add_rows(join(waiting))
                    waiting.clear()
            if waiting:
                writer.add_rows(join(waiting))
        return taken

    def _rows(self, note: VectorsOf, raw: bytes) -> Any:
        """The chunks of a document with their vectors, as rows of the index."""
        import numpy as np

        place = self._places.pop(note.sha256, None)
        if place is None:
            raise self._strange("it holds vectors of a document that is not in it")
        with self._documents.open("rb") as lines:
            lines.seek(place)
            document = self._parsed(lines.readline(_MAX_LINE))
        dimension = self._request.collection.embedder.dimension
        by_id = {c.chunk_id: c for c in stored_chunks(document.name, document.sha256, document.texts, document.spans)}
        numbers = np.frombuffer(raw, dtype="<f4")
        if set(note.chunks) != by_id.keys() or len(note.chunks) != len(by_id):
            raise self._strange(f"the vectors of {document.name!r} are not those of its chunks")
        if numbers.size != len(note.chunks) * dimension or not np.isfinite(numbers).all():
            raise self._strange(f"the vectors of {document.name!r} are not whole")
        return build_rows([by_id[name] for name in note.chunks], numbers.reshape(-1, dimension), dimension)

    def _note(self, line: str) -> VectorsOf:
        try:
            return VectorsOf.model_validate_json(line)
        except ValidationError as error:
            raise self._strange("the order of its vectors cannot be understood", str(error)) from error

    def _strange(self, why: str, details: str = "") -> WorkbenchError:
        return WorkbenchError(
            f"{self._bundle.name} cannot be imported: {why}.",
            hint="Export the collection again where it came from.",
            details=details,
            code="bad_bundle",
        )


_KEPT = {DocumentStatus.INDEXED, DocumentStatus.FAILED}


def _is_consistent(document: FileIndexed) -> bool:
    lengths = {page.number: len(page.text) for page in document.texts}
    return (
        len(lengths) == len(document.texts)
        and document.pages >= len(lengths)
        and document.chunks == len(document.spans)
        and all(span.page in lengths and 0 <= span.start < span.end <= lengths[span.page] for span in document.spans)
    )


def _stored(document: FileIndexed) -> StoredDocument:
    return StoredDocument(
        name=document.name,
        sha256=document.sha256,
        pages=document.texts,
        spans=document.spans,
        title=document.title,
        is_markdown=document.is_markdown,
    )
