"""Writing a collection into one ZIP: first beside its place, whole and on the disk, then renamed into it."""

import hashlib
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.rag.bundles.types import (
    DOCUMENTS,
    FORMAT,
    KNOWLEDGE,
    MANIFEST,
    VECTOR_ORDER,
    VECTORS,
    VERSION,
    EmbedderNote,
    ExportReport,
    ExportRequest,
    Manifest,
    Member,
    VectorsOf,
)
from workbench.rag.durability import sync_files, sync_folders
from workbench.rag.indexing_types import FileIndexed
from workbench.rag.salvage import salvage

_PART = 1 << 20


class Exporter:
    """One export."""

    def __init__(self, context: JobContext, request: ExportRequest) -> None:
        self._context = context
        self._request = request
        self._target = Path(request.target)
        self._files: dict[str, Member] = {}
        self._documents = self._chunks = self._vectors = 0

    def run(self) -> ExportReport:
        """Raises WorkbenchError when the file cannot be written; then nothing of it is there."""
        part = self._target.with_name(f".{self._target.name}.{secrets.token_hex(4)}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as bundle:
                self._write_documents(bundle)
                if self._request.knowledge:
                    with bundle.open(KNOWLEDGE, "w", force_zip64=True) as out:
                        self._files[KNOWLEDGE] = _write(out, _parts(Path(self._request.knowledge)))
                if self._request.with_vectors:
                    self._write_vectors(bundle)
                bundle.writestr(MANIFEST, self._manifest().model_dump_json(indent=1))
            sync_files([part])
            part.replace(self._target)
            sync_folders([self._target.parent])
        except OSError as error:
            raise WorkbenchError(
                f"{self._target} could not be written: {error.strerror or error}.",
                hint="Choose another folder, or free some space on that disk.",
                code="not_written",
            ) from error
        finally:
            part.unlink(missing_ok=True)
            Path(self._request.source).unlink(missing_ok=True)
            if self._request.knowledge:
                Path(self._request.knowledge).unlink(missing_ok=True)
            Path(self._request.source).with_suffix(".vectors").unlink(missing_ok=True)
        return ExportReport(
            path=str(self._target),
            documents=self._documents,
            chunks=self._chunks,
            vectors=self._vectors,
            size_bytes=self._target.stat().st_size,
        )

    def _write_documents(self, bundle: zipfile.ZipFile) -> None:
        total = Path(self._request.source).stat().st_size
        done = 0

        def lines() -> Iterator[bytes]:
            nonlocal done
            with Path(self._request.source).open("rb") as source:
                for line in source:
                    document = FileIndexed.model_validate_json(line)
                    self._documents += 1
                    self._chunks += len(document.spans)
                    done += len(line)
                    self._context.progress(done, total, f"Writing {document.name}")
                    yield line

        with bundle.open(DOCUMENTS, "w", force_zip64=True) as out:
            self._files[DOCUMENTS] = _write(out, lines())

    def _write_vectors(self, bundle: zipfile.ZipFile) -> None:
        """Their order is written beside first: a ZIP takes one member after the other."""
        ref, order = self._request.collection, Path(self._request.source).with_suffix(".vectors")
        with order.open("w", encoding="utf-8") as lines, bundle.open(VECTORS, "w", force_zip64=True) as out:

            def vectors() -> Iterator[bytes]:
                for doc_hash, rows in salvage(Path(ref.folder), ref.embedder.dimension):
                    if doc_hash in ref.hidden:
                        continue
                    self._vectors += 1
                    self._context.progress(self._vectors, self._documents, "Writing vectors")
                    note = VectorsOf(sha256=doc_hash, chunks=tuple(rows["chunk_id"].to_pylist()))
                    lines.write(note.model_dump_json() + "\n")
                    yield _bytes_of(rows)

            self._files[VECTORS] = _write(out, vectors())
        with bundle.open(VECTOR_ORDER, "w", force_zip64=True) as out:
            self._files[VECTOR_ORDER] = _write(out, _parts(order))

    def _manifest(self) -> Manifest:
        request, ref = self._request, self._request.collection
        return Manifest(
            format=FORMAT,
            version=VERSION,
            program=request.program,
            name=ref.name,
            created=request.created,
            language=ref.language,
            chunking=ref.chunking,
            embedder=EmbedderNote(
                name=ref.embedder.name,
                content_hash=ref.embedder.content_hash,
                precision=ref.embedder.precision,
                dimension=ref.embedder.dimension,
                max_tokens=ref.embedder.max_tokens,
            ),
            documents=self._documents,
            chunks=self._chunks,
            sources=request.sources,
            exclusions=request.exclusions,
            files=self._files,
        )


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(_PART), b"")


def _write(out: IO[bytes], parts: Iterable[bytes]) -> Member:
    total, size = hashlib.sha256(), 0
    for part in parts:
        out.write(part)
        total.update(part)
        size += len(part)
    return Member(size_bytes=size, sha256=total.hexdigest())


def _bytes_of(rows: Any) -> bytes:
    """Little end first, whatever the machine."""
    numbers = rows["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return bytes(numbers.astype("<f4", copy=False).tobytes())
