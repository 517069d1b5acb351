"""What every test with widgets gets."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.acting import end_program
from tests.gui.background import Threads
from workbench.app import Program
from workbench.paths import WorkbenchPaths

_SAID_BY_OFFSCREEN = r"^This plugin does not support (raise|propagateSizeHints|grabbing)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The platform without a screen warns about what only a window manager could do; everything else still fails."""
    for item in items:
        if "/tests/gui/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore(_SAID_BY_OFFSCREEN))


@pytest.fixture(autouse=True, scope="package")
def garbage_waits() -> Iterator[None]:
    """As in the program (workbench/ui/garbage.py): no thread of a job destroys widgets of an earlier test."""
    gc.collect()
    gc.freeze()  # what is there now need not be looked at again after every test
    gc.disable()
    yield
    gc.unfreeze()
    gc.collect()
    gc.enable()
    if QApplication.instance() is not None:
        # The platform without a screen drops what was copied after the interpreter has ended, with a crash.
        QApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def garbage_is_collected_here(garbage_waits: None) -> Iterator[None]:
    """On the UI thread, after each test; what is left after one (modules, mostly) is not looked at again."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine takes its time: what a test waits for may take a minute, not pytest-qt's five seconds."""
    for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitCallback):
        assert wait.__kwdefaults__ is not None
        monkeypatch.setitem(wait.__kwdefaults__, "timeout", 60_000)


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths) -> Iterator[Program]:
    """The whole program, its window ready."""
    program = Program(qapp, home)
    qtbot.addWidget(program.window)
    program.window.show()
    qtbot.waitUntil(lambda: program.is_ready, timeout=120_000)
    yield program
    end_program(program.window)


@pytest.fixture
def threads() -> Iterator[Threads]:
    """For tabs that are built without the whole program."""
    threads = Threads()
    yield threads
    for thread in threads.running:
        thread.join(60)
