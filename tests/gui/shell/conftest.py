"""The window with real jobs and a real data folder, and the same with simple tabs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from workbench.paths import WorkbenchPaths
from workbench.ui.job_bridge import JobBridge
from workbench.ui.main_window import MainWindow
from workbench.ui.tabs import TabSpec
from workbench.ui.window_state import WindowState

TITLES = ("Home", "Models", "Playground", "Documents", "Data", "Fine-tune", "Compare")


@dataclass
class FakeTabs:
    """Seven tabs of one label each, which remember that they were built."""

    built: list[str] = field(default_factory=list)

    def specs(self) -> list[TabSpec]:
        return [TabSpec(title.lower(), title, "home", lambda title=title: self._build(title)) for title in TITLES]  # type: ignore[misc]

    def _build(self, title: str) -> QWidget:
        self.built.append(title)
        return QLabel(f"This is {title}")


@pytest.fixture
def tabs() -> FakeTabs:
    return FakeTabs()


@pytest.fixture
def window(qtbot: QtBot, home: WorkbenchPaths, tabs: FakeTabs) -> Iterator[MainWindow]:
    window = MainWindow(tabs.specs(), WindowState(home.home / "window.ini"))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.painted):
        window.show()
    window.make_ready()
    yield window
    window.close()


@pytest.fixture
def bridge(qapp: QApplication, home: WorkbenchPaths) -> Iterator[JobBridge]:
    from workbench.jobs.runner import JobRunner

    bridge = JobBridge(JobRunner(home, grace_seconds=0.5))
    yield bridge
    bridge.shutdown()
