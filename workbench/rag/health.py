"""How a collection is: one word, one sentence, and what mends it."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench.embedding import EmbedderRef, folder_of
from workbench.errors import WorkbenchError
from workbench.rag.index_files import has_table
from workbench.rag.store import Collection


class Health(StrEnum):
    HEALTHY = "healthy"
    BUILDING = "building an index"
    REPAIRING = "repairing"
    DAMAGED = "damaged"
    FOLDER_MISSING = "folder missing"
    NEEDS_REBUILD = "needs rebuild"
    OUTDATED = "can be read better"


class Remedy(StrEnum):
    """What mends a collection."""

    NONE = ""
    RESTORE = "restore"
    """Build the same index again from the database."""
    REBUILD = "rebuild"
    """Build one with other settings; the user chooses."""
    LOOK_AGAIN = "look again"
    """The folder may be there now."""
    READ_AGAIN = "read again"
    """Some files were read by an earlier version of the program."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What the disk says of a collection."""

    size_bytes: int = 0
    """Of its indexes, also those that do not answer."""
    index_bytes: dict[Path, int] | None = None
    """By the folder of each index."""
    missing: tuple[Path, ...] = ()
    """Files and folders that were added and are not there."""
    has_index: bool = True
    has_embedder: bool = True
    outdated: int = 0
    """Documents that an earlier version of the program read less well."""


@dataclass(frozen=True, slots=True)
class Verdict:
    health: Health
    sentence: str
    remedy: Remedy = Remedy.NONE


def look_at(collection: Collection, outdated: int = 0) -> Condition:
    """`outdated` documents could be read better, as the database says.

    Walks over the index and asks for every source: takes a moment, and long where a drive hangs.
    """
    folders = {path: _size(path) for path in _indexes(collection.folder.parent)}
    return Condition(
        size_bytes=sum(folders.values()),
        index_bytes=folders,
        missing=tuple(source for source in collection.sources if not os.path.lexists(source)),
        has_index=not collection.chunks or has_table(collection.folder),
        has_embedder=_is_there(collection.embedder),
        outdated=outdated,
    )


def _is_there(embedder: EmbedderRef) -> bool:
    try:
        return folder_of(embedder).is_dir()
    except WorkbenchError:  # the program's own is not installed
        return False


def judge(collection: Collection, condition: Condition, *, is_mending: bool) -> Verdict:
    """The worst that is known of a collection, and what mends it. `is_mending`: an index of it is being built."""
    if is_mending and (collection.damage or not condition.has_index):
        return Verdict(Health.REPAIRING, "The index is being restored from the texts. Nothing of them was lost.")
    if is_mending:
        return Verdict(Health.BUILDING, "Another index is being built; the one that answers stays until it is ready.")
    if not condition.has_index:
        return Verdict(
            Health.NEEDS_REBUILD,
            "The index is not on the disk any more. All texts are kept: it can be built again from them.",
            Remedy.RESTORE,
        )
    if collection.damage:
        return Verdict(
            Health.DAMAGED,
            "Damage was found in the index. All texts are kept: what is damaged can be built again from them.",
            Remedy.RESTORE,
        )
    if not condition.has_embedder:
        return Verdict(
            Health.NEEDS_REBUILD,
            f"The embedder {collection.embedder.name}, which built the index, is not on this computer any more. "
            "Put it back, or build the index with another one.",
            Remedy.REBUILD,
        )
    if condition.missing:
        return Verdict(Health.FOLDER_MISSING, _missing(condition.missing), Remedy.LOOK_AGAIN)
    if condition.outdated:
        return Verdict(Health.OUTDATED, _outdated(condition.outdated), Remedy.READ_AGAIN)
    return Verdict(Health.HEALTHY, "Everything that could be read can be found.")


def _missing(sources: tuple[Path, ...]) -> str:
    first = f"“{sources[0].name}” is not where it was added ({sources[0]})."
    others = f" {len(sources) - 1} more are missing as well." if len(sources) > 1 else ""
    return f"{first}{others} The documents can still be found. Connect the drive, or stop watching it below."


def _outdated(count: int) -> str:
    those = "1 document was" if count == 1 else f"{count:,} documents were"
    return (
        f"{those} read by an earlier version. Read again, PDFs keep headings and tables together, and what lies in an "
        "archive or a mailbox is found and cited by its own name. Until then all of it can be found as before."
    )


def _indexes(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - thousands of files
            except OSError:
                continue
    return total
