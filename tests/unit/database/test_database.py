"""The one SQLite file: schema, transactions, and the lock that makes one writer."""

import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from workbench import migrations
from workbench.database import Base, Database, DatabaseClosedError, WriterLock
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths

ROOT = Path(__file__).parents[3]
STORES = list((ROOT / "workbench").rglob("*store.py"))


def test_that_the_migrations_build_exactly_the_declared_tables(database: Any) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    for store in STORES:
        importlib.import_module(".".join(store.relative_to(ROOT).with_suffix("").parts))
    with database._engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []


def test_that_the_known_head_is_the_newest_version(database: Any) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD
    with database.session() as session:
        assert session.scalar(sa.text("SELECT version_num FROM alembic_version")) == migrations.HEAD


def test_that_opening_an_up_to_date_file_does_without_alembic(home: WorkbenchPaths, database: Any) -> None:
    opening = (
        "import sys; from pathlib import Path; from workbench.database import Database\n"
        "database = Database(Path(sys.argv[1])); database.migrate(); database.close()\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in {'alembic', 'mako'}))"
    )
    done = subprocess.run([sys.executable, "-c", opening, str(home.database)], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_that_every_room_with_a_store_declares_a_table() -> None:
    assert len(STORES) >= 5


def test_that_migrating_twice_changes_nothing(database: Any) -> None:
    with database.session() as session:
        session.execute(sa.text("INSERT INTO adapters VALUES ('a', 'h', 'b', 'd', 'now', '{}')"))
    database.migrate()
    with database.session() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM adapters")) == 1


def test_that_a_newer_database_is_refused_and_left_alone(home: WorkbenchPaths, database: Any) -> None:
    with database.session() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorkbenchError, match="newer version"):
        Database(home.database).migrate()


def test_that_a_failed_transaction_leaves_nothing(database: Any) -> None:
    with pytest.raises(RuntimeError), database.session() as session:
        session.execute(sa.text("INSERT INTO adapters VALUES ('a', 'h', 'b', 'd', 'now', '{}')"))
        raise RuntimeError("in the middle")
    with database.session() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM adapters")) == 0


def test_that_a_second_writer_is_told_who_holds_the_folder(home: WorkbenchPaths) -> None:
    holding = (
        "import sys; from pathlib import Path; from workbench.database import WriterLock\n"
        "lock = WriterLock(Path(sys.argv[1])); lock.acquire('a long index')\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", holding, str(home.lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(WorkbenchError, match=rf"in use by a long index \(process {child.pid}"):
        WriterLock(home.lock).acquire("the window")
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    with WriterLock(home.lock).held("the window"):
        assert str(os.getpid()) in home.lock.read_text()


def test_that_reading_never_waits_for_a_commit_and_sees_the_last_one(database: Any) -> None:
    seen: list[int] = []

    def count() -> None:
        with database.reading() as session:
            seen.append(session.scalar(sa.text("SELECT count(*) FROM adapters")))

    with database.session() as session:
        session.execute(sa.text("INSERT INTO adapters VALUES ('a', 'h', 'b', 'd', 'now', '{}')"))
        reader = threading.Thread(target=count)
        reader.start()
        reader.join(60)
        assert seen == [0]  # not yet committed, and not waited for
    count()
    assert seen == [0, 1]


def test_that_the_reading_connection_cannot_write(database: Any) -> None:
    with pytest.raises(sa.exc.OperationalError, match="readonly"), database.reading() as session:
        session.execute(sa.text("DELETE FROM adapters"))


def test_that_closing_waits_for_a_reader_and_refuses_the_next(home: WorkbenchPaths) -> None:
    database = Database(home.database)
    database.migrate()
    reading, read_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def read() -> None:
        with database.reading() as session:
            reading.set()
            read_on.wait(60)
            seen.append(session.execute(sa.text("SELECT 1")).scalar_one())

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(60)
    closer = threading.Thread(target=database.close)
    closer.start()
    closer.join(0.05)
    assert closer.is_alive(), "the reader is not done"
    read_on.set()
    reader.join()
    closer.join()
    assert seen == [1]
    with pytest.raises(DatabaseClosedError), database.reading():
        raise AssertionError
    with pytest.raises(DatabaseClosedError), database.session():
        raise AssertionError
