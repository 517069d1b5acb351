"""The tuned embedder as a folder of its own: the base's files with other weights, a manifest beside them."""

import hashlib
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.datasets.types import Example
from workbench.embedding import EmbedderRef, folder_of, read_embedder
from workbench.errors import WorkbenchError
from workbench.log import get_logger
from workbench.rag.durability import sync_files, sync_folders, write_durably
from workbench.rag.embedding_tuning.types import TunedEmbedder, TuneRequest

FOLDER = "embedders"
"""In the data folder."""
MANIFEST = "manifest.json"
MODEL = "model"
ASKED = "questions.jsonl"
"""The questions that it was trained on, as JSON lines of `Example`, without their passages: who tests with the tuned
embedder must know what it has seen."""
_COPIED = {".json", ".txt", ".model"}
_log = get_logger("rag")


def save_tuned(request: TuneRequest, weights: Path, trained_on: int, asked: Sequence[str] = ()) -> TunedEmbedder:
    """Put base files and tuned weights together; visible by one rename. The same weights saved again are the same.

    Raises WorkbenchError when the base's file lacks a weight that was trained.
    """
    base = folder_of(request.collection.embedder)
    root = Path(request.embedders_folder)
    staging = root / f".staging-{Path(request.folder).name}"
    shutil.rmtree(staging, ignore_errors=True)
    model = staging / MODEL
    for path in sorted(base.rglob("*")):
        if path.is_file() and path.suffix in _COPIED:
            target = model / path.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(path, target)
    _merge(base / "model.safetensors", weights, model / "model.safetensors")
    read = read_embedder(model, name=request.name)
    final = root / f"{_slug(request.name)}-{read.content_hash[:12]}"
    ref = read.model_copy(update={"path": str(final / MODEL), "precision": request.collection.embedder.precision})
    tuned = TunedEmbedder(
        embedder=ref,
        base=request.collection.embedder,
        collection=request.collection.name,
        trained_on=trained_on,
        config=request.config,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )
    if (final / MANIFEST).exists():
        shutil.rmtree(staging, ignore_errors=True)
        return TunedEmbedder.model_validate_json((final / MANIFEST).read_text(encoding="utf-8"))
    lines = [Example(id=str(number), question=text).model_dump_json() for number, text in enumerate(asked, 1)]
    write_durably(staging / ASKED, "".join(f"{line}\n" for line in lines).encode())
    write_durably(staging / MANIFEST, tuned.model_dump_json(indent=1).encode())
    sync_files(path for path in model.rglob("*") if path.is_file())
    shutil.rmtree(final, ignore_errors=True)
    staging.rename(final)
    sync_folders([root])
    return tuned


def _merge(base: Path, tuned: Path, out: Path) -> None:
    """The base's tensors, those that were trained replaced. A trained name ends in the base's name of it."""
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    trained = load_file(str(tuned))
    merged: dict[str, Any] = {}
    used: set[str] = set()
    with safe_open(str(base), "pt") as file:
        for name in file.keys():  # noqa: SIM118 - not a mapping
            tensor = file.get_tensor(name)
            found = [key for key in trained if key == name or key.endswith(f".{name}")]
            if len(found) == 1 and trained[found[0]].shape == tensor.shape:
                used.add(found[0])
                tensor = trained[found[0]].to(tensor.dtype)
            merged[name] = tensor.contiguous()
    if missing := sorted(set(trained) - used):
        raise WorkbenchError(
            "The embedder's weights cannot be put back into its file.",
            hint="Choose another embedder to tune.",
            details=f"no place for {', '.join(missing[:5])}",
            code="embedder_layout",
        )
    save_file(merged, str(out), metadata={"format": "pt"})


def list_tuned(root: Path) -> list[TunedEmbedder]:
    """The tuned embedders of a folder, newest first; one that cannot be read is left out."""
    found = []
    for path in sorted(root.glob(f"*/{MANIFEST}")) if root.is_dir() else []:
        try:
            found.append(TunedEmbedder.model_validate_json(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            _log.info("%s cannot be read: %s", path, error)
    return sorted(found, key=lambda tuned: tuned.created, reverse=True)


def remove_tuned(embedder: EmbedderRef, root: Path) -> None:
    """Forget a tuned embedder; one that lies elsewhere is not touched."""
    folder = Path(embedder.path).parent
    if folder.parent == root:
        shutil.rmtree(folder, ignore_errors=True)


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40]
    return slug or hashlib.sha256(name.encode()).hexdigest()[:8]
