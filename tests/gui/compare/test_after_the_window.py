"""What was read for the Compare tab comes back after its window was closed: nobody is told, and nothing breaks."""

import threading

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.gui.acting import end_program
from workbench.app import Program
from workbench.paths import WorkbenchPaths
from workbench.ui.compare import CompareTab


class Held:
    """A reading that ends when the test says so."""

    def __init__(self, found: object) -> None:
        self._found = found
        self._go_on = threading.Event()
        self.threads: list[threading.Thread] = []

    def __call__(self, *_arguments: object) -> object:
        self.threads.append(threading.current_thread())
        self._go_on.wait(60)
        return self._found

    def go_on(self) -> None:
        """Until everything has come back."""
        self._go_on.set()
        for thread in self.threads:
            thread.join(60)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("workbench.ui.compare.looking_up.find_rerankers", ("/models/late",)),
        ("workbench.compare.store.ComparisonStore.list_comparisons", []),
    ],
)
def test_that_what_is_read_while_the_window_closes_is_told_to_nobody(
    qtbot: QtBot, qapp: QApplication, home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch, where: str, found: object
) -> None:
    held = Held(found)
    monkeypatch.setattr(where, held)
    program = Program(qapp, home)
    program.window.show()
    qtbot.waitUntil(lambda: program.is_ready)
    program.window.open_tab("compare")
    tab = program.window.tab("compare")
    assert isinstance(tab, CompareTab)
    qtbot.waitUntil(lambda: bool(held.threads))
    presenter = tab.presenter
    end_program(program.window)
    assert not isValid(tab)
    before = presenter.state
    with qtbot.captureExceptions() as raised:
        held.go_on()
        qapp.processEvents()
    assert raised == []
    assert presenter.state is before
