"""ZIP archives: the documents inside, each under its name. Nothing is ever written to the disk."""

import io
import stat
import zipfile
from pathlib import PurePosixPath

from workbench.errors import WorkbenchError
from workbench.rag.loaders.nested import MAX_DEPTH, Load, Members
from workbench.rag.loaders.parsed import Parsed, Reading, password_problem
from workbench.rag.reasons import ReasonCode

_AES = 99
"""The compression method by which WinZip's AES encryption shows itself."""


def load_archive(data: bytes, name: str, how: Reading, load: Load) -> Parsed:
    """The documents in an archive as pages. Raises WorkbenchError when none of them can be read."""
    if how.depth >= MAX_DEPTH:
        raise WorkbenchError(
            f"{name} is an archive that lies {how.depth} files deep.",
            hint="Unpack it and add the folder.",
            code=ReasonCode.UNSUPPORTED,
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if _is_document(entry)]
        _check_password(archive, entries, name, how.password)
        members = Members(how, load, name)
        word = how.password.encode("utf-8") or None
        for entry in sorted(entries, key=lambda entry: entry.filename):
            if not members.add(entry.filename, lambda entry=entry: archive.read(entry, word), entry.file_size):  # type: ignore[misc]
                break
    if not members.read:
        raise members.problem() or _nothing_inside(name, members)
    return Parsed(pages=tuple(members.pages), warnings=members.told(), file_type="ZIP archive", is_markdown=True)


def _is_document(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    is_hidden = any(part.startswith(".") and part not in {".", ".."} for part in path.parts) or "__MACOSX" in path.parts
    return not (entry.is_dir() or is_link or is_hidden) and bool(entry.file_size)


def _check_password(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str, password: str) -> None:
    """Ask before the first locked file is opened: an archive that is half read would hide what is missing."""
    locked = [entry for entry in entries if entry.flag_bits & 1]
    if not locked:
        return
    if not password:
        raise password_problem(name, password)
    if any(entry.compress_type == _AES for entry in locked):
        raise WorkbenchError(
            f"{name} is encrypted with AES, which is not read in ZIP archives.",
            hint="Unpack it with its own program and add the folder.",
            code=ReasonCode.UNSUPPORTED,
        )
    try:
        archive.read(min(locked, key=lambda entry: entry.file_size), password.encode("utf-8"))
    except (RuntimeError, zipfile.BadZipFile) as error:
        raise password_problem(name, password) from error


def _nothing_inside(name: str, members: Members) -> WorkbenchError:
    return WorkbenchError(
        f"{name} is an archive in which no file can be read.",
        hint="Unpack it and add the folder.",
        details="\n".join(members.told()),
        code=ReasonCode.EMPTY if not members.told() else ReasonCode.UNSUPPORTED,
    )
