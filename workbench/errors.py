"""The one exception for problems that a person can understand and do something about."""

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_IN_THE_WAY = {errno.ENOTDIR, errno.EEXIST, errno.ENOENT}
_NEARLY_NOTHING = 256 * 1024


class WorkbenchError(Exception):
    """An expected problem, said in words for people.

    `message` says in one sentence what happened (naming the file or thing), `hint` what to do, `details` holds what a
    developer wants to see (shown only on request). `code` is a stable word for scripts and tests, like `disk_full`.
    `facts` are JSON values from which a program can offer a way out; the code says of which type they are.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        details: str = "",
        code: str = "",
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details
        self.code = code
        self.facts: Mapping[str, Any] = facts or {}

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def disk_problem(error: BaseException, folder: Path | None = None) -> WorkbenchError | None:
    """What a disk that is full, or a data folder that cannot be written, means for people; None for anything else.

    Looks through the causes of `error`: SQLAlchemy and others wrap what the system said. Where `folder` (the data
    folder) is given, files that cannot be opened count only inside it: elsewhere they are another matter.
    """
    cause: BaseException | None = error
    while cause is not None:
        if _is_full(cause, folder):
            return WorkbenchError(
                f"The disk is full{f' ({folder})' if folder else ''}: nothing more can be written.",
                hint="Free some space, then do the same again; what was finished before is kept.",
                details=str(cause),
                code="disk_full",
            )
        if folder is not None and _is_refused(cause, folder):
            return WorkbenchError(
                f"The data folder {folder} cannot be written: {getattr(cause, 'strerror', None) or cause}.",
                hint="Name a folder that you may write to in WORKBENCH_HOME.",
                details=str(cause),
                code="data_folder_unusable",
            )
        cause = cause.__cause__ or cause.__context__
    return None


def _is_full(error: BaseException, folder: Path | None) -> bool:
    if _sqlite_says(error, "SQLITE_IOERR"):
        # So it is said when the log's index beside the database finds no room.
        return folder is not None and folder.is_dir() and shutil.disk_usage(folder).free < _NEARLY_NOTHING
    return (isinstance(error, OSError) and error.errno in _FULL) or _sqlite_says(error, "SQLITE_FULL")


def _is_refused(error: BaseException, folder: Path) -> bool:
    if _sqlite_says(error, "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR"):
        return True
    if not isinstance(error, OSError) or not isinstance(error.filename, str):
        return False
    named = Path(error.filename)
    if error.errno in _REFUSED:
        return named.is_relative_to(folder) or folder.is_relative_to(named)
    return error.errno in _IN_THE_WAY and folder.is_relative_to(named)


def _sqlite_says(error: BaseException, *names: str) -> bool:
    """Whether it is SQLite's error of one of these names, whatever its extended code."""
    name = str(getattr(error, "sqlite_errorname", ""))
    return name.startswith(names)
