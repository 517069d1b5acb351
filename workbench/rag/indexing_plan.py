"""What has to be done with each file: decided from content hashes alone, before anything is opened."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.rag.folders import FoundFile, has_vanished
from workbench.rag.indexing_types import KnownDocument


@dataclass(frozen=True, slots=True)
class Unchanged:
    known: KnownDocument


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same content as another document, which is indexed instead: no answer is found twice."""

    file: FoundFile
    name: str
    sha256: str
    original: str


@dataclass(frozen=True, slots=True)
class ToIndex:
    file: FoundFile
    name: str
    sha256: str
    replaces: str = ""
    """The hash of the older state that is in the index."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A document whose content lies under another path now: its chunks and vectors stay."""

    known: KnownDocument
    file: FoundFile
    name: str


Step = Unchanged | Duplicate | ToIndex | Moved


@dataclass(frozen=True, slots=True)
class Plan:
    removed: tuple[KnownDocument, ...]
    steps: tuple[Step, ...]


def find_removed(
    known: Sequence[KnownDocument],
    found: Sequence[FoundFile],
    folders: Sequence[Path],
    has_vanished: Callable[[Path], bool] = has_vanished,
) -> tuple[KnownDocument, ...]:
    """Documents below these folders whose files are gone. A folder without any file removes nothing: it may be a
    drive that is not there today."""
    present = {str(file.path) for file in found}
    gone: list[KnownDocument] = []
    for folder in folders:
        if any(file.path.is_relative_to(folder) for file in found):
            below = (k for k in known if Path(k.path).is_relative_to(folder))
            gone += [k for k in below if k.path not in present and has_vanished(Path(k.path))]
    return tuple({k.path: k for k in gone}.values())


def make_plan(
    files: Sequence[tuple[FoundFile, str]],
    known: Sequence[KnownDocument],
    removed: Sequence[KnownDocument],
    read_again: Collection[str] = (),
) -> Plan:
    """`files` are the readable ones with their SHA-256; `known` are the documents that were not deleted; those of the
    paths `read_again` replace themselves."""
    gone = {document.path for document in removed}
    moves = _find_moves(files, known, gone)
    moved_from = {document.path for document in moves.values()}
    # A copy that takes the place of its original is the original from now on.
    kept = {d.path: d for d in known if d.path not in gone | moved_from and d.path not in moves}
    names = _names(files, kept)
    for path, document in moves.items():
        kept[path] = document.model_copy(update={"path": path, "name": names[path]})
    hashes = {path: document.sha256 for path, document in kept.items()}
    hashes |= {str(file.path): sha256 for file, sha256 in files}
    originals = _originals(hashes, kept)
    steps = [
        Moved(moves[str(file.path)], file, names[str(file.path)])
        if str(file.path) in moves
        else _step(file, sha256, kept, originals, names)
        for file, sha256 in files
    ]
    if read_again:
        found = {str(file.path): file for file, _ in files}
        steps = [_anew(step, found, read_again) for step in steps]
    # Moves first: a file may be new under the path that another one left.
    steps.sort(key=lambda step: not isinstance(step, Moved))
    return Plan(tuple(document for document in removed if document.path not in moved_from), tuple(steps))


def _anew(step: Step, found: Mapping[str, FoundFile], read_again: Collection[str]) -> Step:
    """The step, or the reading of a document that would have been left as it is."""
    match step:
        case Unchanged(known=known) if known.path in read_again and not known.duplicate_of:
            return ToIndex(found[known.path], known.name, known.sha256, known.sha256)
        case _:
            return step


def _find_moves(
    files: Sequence[tuple[FoundFile, str]], known: Sequence[KnownDocument], gone: Collection[str]
) -> dict[str, KnownDocument]:
    """By their new path: indexed documents whose content left their path and lies under another one."""
    hashes = {str(file.path): sha256 for file, sha256 in files}
    by_path = {document.path: document for document in known}
    moves: dict[str, KnownDocument] = {}
    for document in known:
        left = document.path in gone or hashes.get(document.path, document.sha256) != document.sha256
        if document.duplicate_of or not left:
            continue
        places = [path for path, sha256 in hashes.items() if sha256 == document.sha256]
        free = [path for path in places if path not in moves and _is_free(by_path.get(path), document.sha256)]
        if free:
            # One that is known as a copy rather than a new file.
            moves[min(free, key=lambda path: (path not in by_path, path))] = document
    return moves


def _is_free(at_place: KnownDocument | None, sha256: str) -> bool:
    return at_place is None or (bool(at_place.duplicate_of) and at_place.sha256 == sha256)


def _originals(hashes: Mapping[str, str], kept: Mapping[str, KnownDocument]) -> dict[str, str]:
    """For each content the path that is indexed: one that is already, else the first."""
    originals: dict[str, str] = {}
    for path, sha256 in hashes.items():
        document = kept.get(path)
        if document and document.sha256 == sha256 and not document.duplicate_of:
            originals[sha256] = path
    for path in sorted(hashes):
        originals.setdefault(hashes[path], path)
    return originals


def _names(files: Sequence[tuple[FoundFile, str]], kept: Mapping[str, KnownDocument]) -> dict[str, str]:
    """A name for each path, unique in the collection; known documents keep theirs."""
    names = {path: document.name for path, document in kept.items()}
    taken = set(names.values())
    for file, _ in files:
        path = str(file.path)
        if path not in names:
            names[path] = free_name(file, taken)
            taken.add(names[path])
    return names


def free_name(file: FoundFile, taken: set[str]) -> str:
    """The file's name below its folder; with the folder's name before it, then a number, where that is taken."""
    for candidate in (file.name, f"{file.root.name}/{file.name}"):
        if candidate not in taken:
            return candidate
    number = 2
    while f"{file.root.name}/{file.name} ({number})" in taken:
        number += 1
    return f"{file.root.name}/{file.name} ({number})"


def _step(
    file: FoundFile,
    sha256: str,
    kept: Mapping[str, KnownDocument],
    originals: Mapping[str, str],
    names: Mapping[str, str],
) -> Step:
    path = str(file.path)
    document = kept.get(path)
    original = originals[sha256]
    duplicate_of = names[original] if original != path else ""
    if document and document.sha256 == sha256 and document.duplicate_of == duplicate_of:
        return Unchanged(document)
    if duplicate_of:
        return Duplicate(file, names[path], sha256, duplicate_of)
    replaces = document.sha256 if document and not document.duplicate_of and document.sha256 != sha256 else ""
    return ToIndex(file, names[path], sha256, replaces)
