"""Snapshots from which a training goes on exactly: complete and verified, or not used at all.

transformers writes checkpoints in place, trusts the newest folder, and trains on with other weights when the file of
the optimizer or of the random numbers is missing. So a snapshot here is staged, hashed, synced and renamed, and one
that does not verify is passed over by name.
"""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError

MANIFEST = "manifest.json"
STATE = ("optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")
"""What a training goes on from beside its weights."""
NEEDED = ("adapter_model.safetensors", "adapter_config.json", *STATE)
NEEDED_WHOLE = ("model.safetensors", *STATE)
"""The same where every weight of the model is trained."""
KEPT = 2
_PREFIX = "checkpoint-"
_STAGING = ".staging-"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    folder: Path
    step: int


def save_checkpoint(
    root: Path, step: int, write: Callable[[Path], None], *, needed: tuple[str, ...] = NEEDED, best: int = 0
) -> Checkpoint:
    """Have `write` fill a staging folder, then make it visible as `checkpoint-<step>` in one rename.

    The checkpoint of the step `best` is kept however old it grows.
    Raises WorkbenchError (disk_full) in words when the disk is full; the checkpoints from before stay.
    """
    staging = root / f"{_STAGING}{step}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        with disk_full_in_words(root):
            write(staging)
            seal(staging)
            final = root / f"{_PREFIX}{step}"
            shutil.rmtree(final, ignore_errors=True)
            staging.rename(final)
            sync_folder(root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    _drop_old(root, needed, best)
    return Checkpoint(final, step)


def seal(folder: Path) -> None:
    """Write the manifest (SHA-256 of every file) and push everything to the disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    hashes = {path.relative_to(folder).as_posix(): hash_file(path) for path in files}
    (folder / MANIFEST).write_text(json.dumps({"schema_version": 1, "files": hashes}, indent=1), encoding="utf-8")
    for path in [*files, folder / MANIFEST]:
        _sync_file(path)
    for inner in {path.parent for path in files} | {folder}:
        sync_folder(inner)


def problem_with(folder: Path, needed: tuple[str, ...] = NEEDED) -> str:
    """Why a sealed folder cannot be trusted, in words; empty when every file is there and unchanged."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        hashes = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return "its manifest is missing or damaged"
    if not isinstance(hashes, Mapping):
        return "its manifest is damaged"
    for name in needed:
        if name not in hashes:
            return f"{name} is missing"
    for name, digest in hashes.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if hash_file(path) != digest:
            return f"{name} is damaged"
    return ""


def list_checkpoints(root: Path) -> list[Checkpoint]:
    """All that look like one, newest first."""
    found = []
    for path in root.glob(f"{_PREFIX}*"):
        number = path.name.removeprefix(_PREFIX)
        if path.is_dir() and number.isdecimal():
            found.append(Checkpoint(path, int(number)))
    return sorted(found, key=lambda checkpoint: -checkpoint.step)


def newest_good(root: Path, needed: tuple[str, ...] = NEEDED) -> tuple[Checkpoint | None, list[str]]:
    """The newest checkpoint that verifies, and a sentence about each newer one that does not."""
    refused: list[str] = []
    for checkpoint in list_checkpoints(root):
        problem = problem_with(checkpoint.folder, needed)
        if not problem:
            return checkpoint, refused
        refused.append(f"The checkpoint of step {checkpoint.step} was not used: {problem}.")
    return None, refused


def clear_staging(root: Path) -> None:
    """Remove what a killed training left half-made."""
    for path in root.glob(f"{_STAGING}*"):
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def disk_full_in_words(where: Path) -> Iterator[None]:
    """Say "disk full" for the system's error and for torch's unreadable ones (`inline_container`, ...)."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _disk_full(where, str(error)) from error
    except RuntimeError as error:
        text = str(error)
        torn = "inline_container" in text or "PytorchStreamWriter" in text or "No space left" in text
        if not torn or shutil.disk_usage(where).free > 50_000_000:
            raise
        raise _disk_full(where, text) from error


def free_bytes(folder: Path) -> int:
    """Free space of the disk that will hold `folder`."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def sync_folder(folder: Path) -> None:
    """Push a folder's names to the disk (POSIX only; Windows has no such call)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _drop_old(root: Path, needed: tuple[str, ...], best: int) -> None:
    """Keep the newest ones that verify, and the best; only when they do may older ones go."""
    kept = 0
    for checkpoint in list_checkpoints(root):
        if kept >= KEPT and checkpoint.step != best:
            shutil.rmtree(checkpoint.folder, ignore_errors=True)
        elif not problem_with(checkpoint.folder, needed):
            kept += 1


def _disk_full(where: Path, details: str) -> WorkbenchError:
    free = shutil.disk_usage(where).free
    return WorkbenchError(
        f"The disk of {where} is full ({free / 1e6:.0f} MB free). The training stopped; the last checkpoint is kept.",
        hint="Free some space and start the same training again: it goes on where it was.",
        details=details,
        code="disk_full",
    )
