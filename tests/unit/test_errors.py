"""What a full disk and a data folder that cannot be written are called."""

import errno
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from workbench.errors import WorkbenchError, disk_problem

HOME = Path("/data/home")


def wrapped(inner: Exception) -> Exception:
    """As a library hands it on."""
    try:
        try:
            raise inner
        except type(inner) as error:
            raise RuntimeError("a library failed") from error
    except RuntimeError as error:
        return error


def code(problem: WorkbenchError | None) -> str:
    return problem.code if problem else ""


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/home/x"), "disk_full"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/home/logs/x"), "data_folder_unusable"),
        (OSError(errno.EROFS, "Read-only file system", "/data"), "data_folder_unusable"),
        (FileExistsError(errno.EEXIST, "File exists", "/data/home"), "data_folder_unusable"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "/data/home"), "data_folder_unusable"),
        (PermissionError(errno.EACCES, "Permission denied", "/elsewhere/x"), ""),
        (FileNotFoundError(errno.ENOENT, "No such file", "/data/home/datasets/x"), ""),
        (ValueError("something else"), ""),
    ],
)
def test_that_a_disk_problem_is_told_from_a_bug(error: Exception, meant: str) -> None:
    assert code(disk_problem(error, HOME)) == meant
    assert code(disk_problem(wrapped(error), HOME)) == meant


def test_that_without_a_folder_only_a_full_disk_counts() -> None:
    assert code(disk_problem(OSError(errno.ENOSPC, "No space left on device"))) == "disk_full"
    assert disk_problem(PermissionError(errno.EACCES, "Permission denied", "/data/home/x")) is None


def test_that_sqlite_is_understood_through_sqlalchemy(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'small.db'}", poolclass=sa.StaticPool)
    with pytest.raises(sa.exc.OperationalError) as full, engine.connect() as connection:
        connection.execute(sa.text("PRAGMA max_page_count = 1"))
        connection.execute(sa.text("CREATE TABLE big (x)"))
        connection.execute(sa.text("CREATE TABLE bigger (x)"))
    engine.dispose()
    assert code(disk_problem(full.value, tmp_path)) == "disk_full"
    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(tmp_path / "missing" / "x.db")
    assert code(disk_problem(refused.value, tmp_path)) == "data_folder_unusable"


def test_that_an_error_of_the_disk_is_full_only_where_nothing_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    for free, meant in ((0, "disk_full"), (10**9, "data_folder_unusable")):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert code(disk_problem(error, tmp_path)) == meant
