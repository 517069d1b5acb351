"""What every test gets: a home of its own, no network, no surprises, nothing left running."""

import logging
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import workbench  # sets the silencing environment before any library is imported
from workbench.paths import WorkbenchPaths

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
assert workbench.__version__

# An example may take as long as it wants: a loaded machine, or a look for garbage, costs more than a fifth of a second.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anything but this computer fails the test with a sentence that says so."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach the network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the user's files: the data folder and the home folder are temporary."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("HF_HOME", "HF_HUB_CACHE", "LLAMA_CACHE", "XDG_CACHE_HOME", "XDG_DATA_HOME", "OLLAMA_MODELS"):
        monkeypatch.delenv(name, raising=False)
    folder = home / "workbench"
    monkeypatch.setenv("WORKBENCH_HOME", str(folder))
    return folder


@pytest.fixture
def home(own_home: Path) -> WorkbenchPaths:
    paths = WorkbenchPaths(own_home)
    paths.create()
    return paths


@pytest.fixture(autouse=True)
def nobody_pulls_the_plug(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test need not wait until the disk has it: a killed process loses nothing by that. Workers wait as ever."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with all tables and no row, made once: all migrations together take longer than most tests."""
    from workbench.database import Database

    path = tmp_path_factory.mktemp("database") / "empty.sqlite"
    database = Database(path)
    database.migrate()
    database.close()
    return path


@pytest.fixture
def quick_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases that are opened in this process do not wait for the disk either."""
    from workbench import database

    impatient = tuple(pragma.replace("synchronous=FULL", "synchronous=OFF") for pragma in database._WRITING)
    monkeypatch.setattr(database, "_WRITING", impatient)


@pytest.fixture
def database(home: WorkbenchPaths, empty_database: Path, quick_commits: None) -> Iterator[Any]:
    from workbench.database import Database

    shutil.copyfile(empty_database, home.database)
    database = Database(home.database)
    database.migrate()
    yield database
    database.close()


@pytest.fixture(autouse=True)
def no_surprises(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An unexpected warning in our own log fails the test (mark `logs_warnings` where it is meant)."""
    yield
    if request.node.get_closest_marker("logs_warnings"):
        return
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    surprises = [r.getMessage() for r in records if r.levelno >= logging.WARNING and r.name.startswith("workbench")]
    assert not surprises, surprises


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Threads named `job-...` and child processes end with the test that started them."""
    import psutil

    before = set(threading.enumerate())
    children = {child.pid for child in psutil.Process().children()}
    yield
    threads = {thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("job-")}
    assert not threads, f"threads outlived their test: {threads}; call runner.shutdown()"
    left = [child for child in psutil.Process().children() if child.pid not in children and child.is_running()]
    alive = [child for child in left if child.status() != psutil.STATUS_ZOMBIE]
    for child in alive:
        child.kill()
    assert not alive, f"processes outlived their test: {alive}"
