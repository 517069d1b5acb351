"""ZIP archives: the documents inside, each under its name. Nothing is ever written to the disk."""

import io
import stat
import zipfile
import zlib
from datetime import date
from functools import partial
from pathlib import PurePosixPath

from workbench.errors import WorkbenchError
from workbench.rag.loaders.nested import ARCHIVE, MAX_DEPTH, Load, Members
from workbench.rag.loaders.parsed import Parsed, Reading, damaged, password_problem
from workbench.rag.loaders.zip_encryption import METHOD as AES
from workbench.rag.loaders.zip_encryption import UnknownEncryption, WrongPassword
from workbench.rag.loaders.zip_encryption import read_member as read_aes
from workbench.rag.reasons import ReasonCode

_NO_DAY = (1980, 1, 1)


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
        reader = _MemberReader(data, archive, how.password)
        _check_password(reader, entries, name)
        members = Members(how, load, name)
        for entry in sorted(entries, key=lambda entry: entry.filename):
            read = partial(reader.read, entry, entry.filename)
            if not members.add(entry.filename, read, entry.file_size, day_of(entry)):
                break
    if not members.read and (how.wanted is None or members.told()):
        raise members.problem() or _nothing_inside(name, members)
    return Parsed(pages=tuple(members.pages), warnings=members.told(), file_type=ARCHIVE, is_markdown=True)


class _MemberReader:
    """Reads members, locked ones with the archive's password."""

    def __init__(self, data: bytes, archive: zipfile.ZipFile, password: str) -> None:
        self._data = data
        self._archive = archive
        self.password = password

    def read(self, entry: zipfile.ZipInfo, name: str) -> bytes:
        """Raises WorkbenchError, with `name` in its sentence, when the password is missing or wrong."""
        if not entry.flag_bits & 1:
            return self._archive.read(entry)
        if not self.password:
            raise password_problem(name, self.password)
        if entry.compress_type == AES:
            return self._read_aes(entry, name)
        try:
            return self._archive.read(entry, self.password.encode("utf-8"))
        except (RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            # The traditional encryption knows a wrong password by one byte: one in 256 gets by and reads noise.
            raise password_problem(name, self.password) from error

    def _read_aes(self, entry: zipfile.ZipInfo, name: str) -> bytes:
        try:
            return read_aes(self._data, entry, self.password)
        except WrongPassword as error:
            raise password_problem(name, self.password) from error
        except zipfile.BadZipFile as error:
            raise damaged(name, "ZIP", str(error)) from error
        except UnknownEncryption as error:
            raise WorkbenchError(
                f"{name} is encrypted or packed in a way that is not read.",
                hint="Unpack it with its own program and add the folder.",
                code=ReasonCode.UNSUPPORTED,
            ) from error


def day_of(entry: zipfile.ZipInfo) -> date | None:
    """When the file was changed last, in local time as archives have it; None for the first day that a ZIP can name,
    which stands for none, and for what is no day."""
    year, month, day = entry.date_time[:3]
    if (year, month, day) == _NO_DAY:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_document(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    is_hidden = any(part.startswith(".") and part not in {".", ".."} for part in path.parts) or "__MACOSX" in path.parts
    return not (entry.is_dir() or is_link or is_hidden) and bool(entry.file_size)


def _check_password(reader: _MemberReader, entries: list[zipfile.ZipInfo], name: str) -> None:
    """Ask before the first locked file is opened: an archive that is half read would hide what is missing."""
    locked = [entry for entry in entries if entry.flag_bits & 1]
    if locked:
        reader.read(min(locked, key=lambda entry: entry.file_size), name)


def _nothing_inside(name: str, members: Members) -> WorkbenchError:
    return WorkbenchError(
        f"{name} is an archive in which no file can be read.",
        hint="Unpack it and add the folder.",
        details="\n".join(members.told()),
        code=ReasonCode.EMPTY if not members.told() else ReasonCode.UNSUPPORTED,
    )
