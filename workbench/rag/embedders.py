"""Which embedders are on this computer."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.embedding import EmbedderRef, read_embedder, starter_embedder
from workbench.errors import WorkbenchError
from workbench.log import get_logger

_log = get_logger("rag")
_DEPTH = 4
"""Folders below a models folder that are looked into: owner/name/version of a hub, and one more."""
_MARK = "modules.json"
"""Every sentence-transformers folder holds it."""


@dataclass(frozen=True, slots=True)
class EmbedderOnDisk:
    """An embedder that can build an index."""

    ref: EmbedderRef
    is_starter: bool = False


def list_embedders(folders: Sequence[Path]) -> tuple[EmbedderOnDisk, ...]:
    """The starter first, then those below the folders, by name; one that cannot be used is left out.

    Their files are hashed, which takes a moment for each that is new.
    """
    found: dict[str, EmbedderOnDisk] = {}
    try:
        starter = starter_embedder()
        found[starter.identity] = EmbedderOnDisk(starter, is_starter=True)
    except WorkbenchError as problem:
        _log.info("The starter embedder cannot be used: %s", problem)
    for folder in folders:
        for place in sorted(_find(folder, _DEPTH)):
            try:
                ref = read_embedder(place)
            except WorkbenchError as problem:
                _log.info("%s is no embedder that can be used: %s", place, problem)
                continue
            found.setdefault(ref.identity, EmbedderOnDisk(ref))
    return tuple(sorted(found.values(), key=lambda embedder: (not embedder.is_starter, embedder.ref.name.casefold())))


def _find(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    if any(entry.name == _MARK for entry in entries):
        yield folder
    elif depth:
        for entry in entries:
            if entry.is_dir() and not entry.name.startswith("."):
                yield from _find(Path(entry.path), depth - 1)
