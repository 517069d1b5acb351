"""The one SQLite file that is the source of truth: engine, sessions, migrations, and the lock that makes one writer.

Workers never open it (docs/decisions/0004-one-writer.md): tasks return values, the process that submitted them writes.
Imported after the first paint only: SQLAlchemy costs more to import than the window to show.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from workbench.errors import WorkbenchError


class Base(DeclarativeBase):
    """Every room's tables, declared in its `store.py` or beside it."""


_WRITING = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "secure_delete=ON", "busy_timeout=5000")
_READING = ("query_only=ON", "wal_autocheckpoint=0", "busy_timeout=5000")


class DatabaseClosedError(WorkbenchError):
    """Somebody reads or writes after the program closed its database."""

    def __init__(self) -> None:
        super().__init__("The database is closed: the program is ending.", code="database_closed")


class Database:
    """Sessions on one SQLite file: one connection that writes and checkpoints, one that only reads.

    Only one, because SQLite before 3.51.3 can lose a write-ahead log that two connections write or checkpoint. A second
    one for reading, because a commit waits for the disk, and the window must not wait with it: measured, an index being
    written on the same disk made commits take 100 ms and more.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _open(path, _WRITING)
        self._reader = _open(path, _READING)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._reading_sessions = sessionmaker(self._reader, expire_on_commit=False)
        self._turn, self._reading_turn = threading.RLock(), threading.RLock()
        self._is_closed = False

    def migrate(self) -> None:
        """Bring the tables to this program's version; a newer file is refused, never touched."""
        from workbench import migrations

        migrations.upgrade(self._engine, self.path)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back by an exception. Threads take turns on the connection."""
        with self._turn:
            self._refuse_when_closed()
            with self._sessions.begin() as session:
                yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """For what changes nothing: sees all that was committed and never waits for a commit that is under way."""
        with self._reading_turn:
            self._refuse_when_closed()
            with self._reading_sessions() as session:
                yield session

    def forget(self) -> None:
        """Move the log into the file and empty it: what was deleted is then in neither (`secure_delete` blanks it)."""
        with self._turn, self._reading_turn, self._engine.connect() as connection:
            busy, _pages, _moved = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            raise WorkbenchError(
                f"{self.path.name} is being read by another program, so that deleted text is still in its log.",
                hint="It goes with the next purge, or when the program is closed.",
                code="log_busy",
            )

    def close(self) -> None:
        """Waits for who is at it; from then on everybody else gets DatabaseClosedError."""
        with self._turn, self._reading_turn:
            self._is_closed = True
            # The reader first: whoever closes last moves the log into the file, and only the writer may.
            self._reader.dispose()
            self._engine.dispose()

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise DatabaseClosedError


def _open(path: Path, pragmas: tuple[str, ...]) -> sa.Engine:
    def configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    engine = sa.create_engine(
        f"sqlite:///{path}", poolclass=sa.StaticPool, connect_args={"check_same_thread": False}
    )  # one connection for all threads, which take turns
    sa.event.listen(engine, "connect", configure)
    return engine


class WriterLock:
    """The lock on `$WORKBENCH_HOME/lock`: its holder alone writes to the data folder. The system frees it at death."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def acquire(self, purpose: str) -> None:
        """Take the lock or raise WorkbenchError naming the holder. `purpose` tells others who, like "the window"."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._path.open("a+", encoding="utf-8")
        if not _try_lock(file):
            file.seek(0)
            holder = _describe(file.read())
            file.close()
            raise WorkbenchError(
                f"The data folder {self._path.parent} is in use by {holder}.",
                hint="Close it, or name another folder in WORKBENCH_HOME.",
                code="data_folder_busy",
            )
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "purpose": purpose, "since": time.strftime("%Y-%m-%d %H:%M:%S")}, file)
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    @contextlib.contextmanager
    def held(self, purpose: str) -> Iterator[None]:
        self.acquire(purpose)
        try:
            yield
        finally:
            self.release()


def _try_lock(file: Any) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            # Checked on Linux, where the stubs say that this module is empty.
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _describe(text: str) -> str:
    try:
        holder = json.loads(text)
    except ValueError:
        return "another process"
    return f"{holder.get('purpose', 'another process')} (process {holder.get('pid')}, since {holder.get('since')})"
