"""Widgets in dead cycles die on the UI thread, whatever thread allocates."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from workbench.ui.garbage import UiGarbage


class Cycle(QObject):
    """Holds itself, so that only the collector ends it."""

    def __init__(self, died_on: list[threading.Thread]) -> None:
        super().__init__()
        self.itself = self
        self.died_on = died_on

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread())


def _allocate() -> None:
    """Enough to make Python collect, were it allowed to."""
    keep = [[number] for number in range(200_000)]
    assert len(keep) == 200_000


def test_that_a_dead_cycle_dies_on_the_ui_thread_only(qtbot: QtBot) -> None:
    gc.enable()
    garbage = UiGarbage()
    died_on: list[threading.Thread] = []
    Cycle(died_on)
    busy = threading.Thread(target=_allocate)
    busy.start()
    busy.join()
    assert died_on == []
    alive: list[list[int]] = []

    def died() -> bool:
        alive.extend([number] for number in range(2_000))  # so that Python's own rules call for a collection
        return bool(died_on)

    qtbot.waitUntil(died)
    assert died_on == [threading.main_thread()]
    assert alive
    garbage.stop()
    gc.disable()


@pytest.mark.parametrize(
    ("state", "seconds", "is_whole"),
    [
        (Qt.ApplicationState.ApplicationActive, 200, False),
        (Qt.ApplicationState.ApplicationInactive, 200, True),
        (Qt.ApplicationState.ApplicationActive, 1000, True),
    ],
)
def test_that_everything_is_looked_at_while_nobody_looks(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, state: Qt.ApplicationState, seconds: float, is_whole: bool
) -> None:
    monkeypatch.setattr(QGuiApplication, "applicationState", staticmethod(lambda: state))
    garbage = UiGarbage()
    garbage._whole_at -= seconds
    before = gc.get_stats()[2]["collections"]
    alive = [[number] for number in range(2_000)]
    garbage.collect()
    assert (gc.get_stats()[2]["collections"] > before) is is_whole
    assert alive
    garbage.stop()


def test_that_python_collects_again_after_the_end(qtbot: QtBot) -> None:
    gc.enable()
    garbage = UiGarbage()
    assert not gc.isenabled()
    garbage.stop()
    assert gc.isenabled()
    gc.disable()
