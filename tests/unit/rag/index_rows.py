"""Small indexes that the tests write themselves."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.rag.index_files import table_folder
from workbench.rag.index_writer import IndexWriter
from workbench.rag.rows import StoredChunk

Vectors = npt.NDArray[np.float32]


def chunk(number: int, text: str, doc_hash: str = "d1") -> StoredChunk:
    return StoredChunk(
        chunk_id=f"{doc_hash}-{number}",
        document=f"{doc_hash}.md",
        doc_hash=doc_hash,
        page=1,
        start=0,
        end=len(text),
        title="Handbook",
        text=text,
    )


def vectors(*rows: tuple[float, ...]) -> Vectors:
    return np.array(rows, dtype=np.float32)


def seeded_vectors(seed: int, rows: int, dimension: int) -> Vectors:
    drawn = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def add_document(writer: IndexWriter, number: int, chunks: int = 4) -> str:
    """A document whose chunks and vectors follow from its number alone; returns its hash."""
    doc_hash = f"d{number}"
    texts = [chunk(n, f"Document {number} says word{number}x{n}", doc_hash) for n in range(chunks)]
    writer.add(texts, seeded_vectors(number, chunks, 8))
    return doc_hash


def manifests(folder: Path) -> list[Path]:
    """Newest first."""
    return sorted((table_folder(folder) / "_versions").glob("*.manifest"))


def data_files(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted((table_folder(folder) / "data").iterdir(), key=lambda path: path.stat().st_mtime_ns)


def all_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
