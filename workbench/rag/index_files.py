"""The files of a LanceDB table as they lie on the disk: manifests, orphans, what was left by a crash."""

import os
import shutil
from pathlib import Path

from workbench.log import get_logger
from workbench.rag.durability import file_sha256, sync_folders
from workbench.rag.journal import FileMark, Journal

_log = get_logger("rag")

TABLE = "chunks"
# A manifest ends with its position, version and magic (16 bytes): anything shorter was cut.
_MIN_MANIFEST_BYTES = 16
_MAGIC = b"LANC"
_HINT = "_versions/latest_version_hint.json"
_ASIDE = ".damaged"


def table_folder(folder: Path) -> Path:
    """Where the table of an index lies."""
    return folder / f"{TABLE}.lance"


def has_table(folder: Path) -> bool:
    """Whether there is a version that could be opened."""
    return any((table_folder(folder) / "_versions").glob("*.manifest"))


def list_files(files: Path) -> set[str]:
    """Every file of a table that never changes once it is written, relative to the table's folder."""
    found = (path for path in files.rglob("*") if path.suffix != _ASIDE and path.is_file())
    return {path.relative_to(files).as_posix() for path in found} - {_HINT}


def list_folders(files: Path) -> list[Path]:
    """The table's folder and all below it."""
    return [files, *(path for path in files.rglob("*") if path.is_dir())]


def mark_of(path: Path) -> FileMark:
    """What a file is now."""
    return FileMark(path.stat().st_size, file_sha256(path))


def version_of(manifest: Path) -> int:
    """The version that a manifest describes; new names count down from 2**64-1, so that the newest comes first."""
    number = int(manifest.stem) if manifest.stem.isdigit() else 0
    return (2**64 - 1) - number if len(manifest.stem) == 20 else number


def manifests(files: Path) -> list[Path]:
    """Newest first."""
    return sorted((files / "_versions").glob("*.manifest"), key=version_of, reverse=True)


def heal(files: Path) -> list[str]:
    """Put aside newest manifests that a crash left empty or cut; returns their names. Needs no journal."""
    aside: list[str] = []
    for manifest in manifests(files):
        if _is_whole(manifest):
            break
        _put_aside(manifest)
        aside.append(manifest.name)
    if aside:
        _forget_hint(files)
        _log.info("The newest state of the index %s was cut off by a crash; the one before it is used.", files.parent)
    return aside


def drop_unconfirmed(files: Path, journal: Journal) -> None:
    """Remove versions that were never confirmed: nobody was told of them, and some of their files may be missing."""
    late = [manifest for manifest in manifests(files) if version_of(manifest) > journal.version]
    for manifest in late:
        manifest.unlink()
    if late:
        _forget_hint(files)
        _log.info("%d unfinished writes to the index %s were taken back.", len(late), files.parent)


def find_confirmed(files: Path, journal: Journal) -> int:
    """The newest confirmed version whose manifest is what it was; damaged ones are put aside. 0 when there is none."""
    by_version = {version_of(manifest): manifest for manifest in manifests(files)}
    for version in journal.versions():
        manifest = by_version.get(version)
        if manifest is None:
            continue
        if journal.files.get(f"_versions/{manifest.name}") == mark_of(manifest):
            return version
        _put_aside(manifest)
        _forget_hint(files)
        _log.info("Version %d of the index %s was damaged; the one before it is used.", version, files.parent)
    return 0


def sweep_orphans(files: Path, journal: Journal) -> int:
    """Remove what no confirmed commit wrote, such as halves left by a crash; returns how many files."""
    orphans = list_files(files) - journal.files.keys()
    for name in orphans:
        (files / name).unlink(missing_ok=True)
    if orphans:
        _log.info("%d files that a crash left in the index %s were removed.", len(orphans), files.parent)
    return len(orphans)


def missing_files(files: Path, journal: Journal) -> list[str]:
    """Confirmed files that are gone or have another size: found without reading them."""
    return [name for name, mark in journal.files.items() if _size(files / name) != mark.size_bytes]


def damaged_files(files: Path, journal: Journal) -> list[str]:
    """Confirmed files whose bytes are not what they were: every byte is read."""
    missing = set(missing_files(files, journal))
    changed = (n for n, mark in journal.files.items() if n not in missing and file_sha256(files / n) != mark.sha256)
    return sorted([*missing, *changed])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def _put_aside(manifest: Path) -> None:
    manifest.replace(manifest.with_suffix(_ASIDE))
    sync_folders([manifest.parent])


def _forget_hint(files: Path) -> None:
    (files / _HINT).unlink(missing_ok=True)


def _is_whole(manifest: Path) -> bool:
    if manifest.stat().st_size < _MIN_MANIFEST_BYTES:
        return False
    with manifest.open("rb") as file:
        file.seek(-len(_MAGIC), os.SEEK_END)
        return file.read() == _MAGIC


def remove_index(folder: Path) -> None:
    """An index that lies beside others in the folder of its collection."""
    shutil.rmtree(table_folder(folder), ignore_errors=True)
    for name in ("journal.jsonl", "writer.lock", "restore.jsonl"):
        (folder / name).unlink(missing_ok=True)
