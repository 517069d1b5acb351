"""“Get a model” with real workers and a hub on this computer: from a search to a model in the library."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeMessages, FakeNavigator
from tests.gui.acting import click, find, type_text
from tests.hub_server import HubServer
from tests.llm_models import write_tiny_gguf
from tests.unit.llm.hub.conftest import no_proxy
from workbench.app import Program
from workbench.jobs.runner import JobRunner
from workbench.llm.hub.tasks import DOWNLOAD
from workbench.paths import WorkbenchPaths
from workbench.settings import LlmSettings, Settings
from workbench.ui.hub import build
from workbench.ui.hub.board import Surroundings
from workbench.ui.hub.download_strip import DownloadStrip
from workbench.ui.hub.presenter import HubPresenter
from workbench.ui.hub.state import DownloadRow, Phase
from workbench.ui.hub.view import HubDialog
from workbench.ui.job_bridge import JobBridge
from workbench.ui.models.catalog import ModelCatalog

__all__ = ["no_proxy"]  # a fixture
PATIENCE_MS = 60_000
MB = 1024 * 1024
T = TypeVar("T")


@pytest.fixture(scope="module")
def model_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny_gguf(tmp_path_factory.mktemp("hub") / "m.gguf", width=512, feed_forward=1024).read_bytes()


@pytest.fixture
def hub(model_bytes: bytes) -> Iterator[HubServer]:
    server = HubServer()
    server.add("Someone/Tiny-GGUF", "tiny-Q4_K_M.gguf", model_bytes)
    with server.serving():
        yield server


class Start:
    """One start of the program, as far as downloads are concerned."""

    def __init__(self, home: WorkbenchPaths, hub: HubServer) -> None:
        self.bridge = JobBridge(JobRunner(home, grace_seconds=0.5))
        self.catalog = ModelCatalog(self.bridge, home.models, lambda: ())
        settings = Settings(llm=LlmSettings(hub_address=hub.address))
        self.navigator = FakeNavigator()
        self.presenter = HubPresenter(
            Surroundings(
                jobs=self.bridge,
                messages=FakeMessages(),
                navigator=self.navigator,
                catalog=self.catalog,
                models_folder=home.models,
                settings=lambda: settings,
                in_background=at_once,
            )
        )
        self.bridge.on_durable(DOWNLOAD, self.presenter.follow)

    def open(self, qtbot: QtBot) -> HubDialog:
        dialog = build(self.presenter)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    @property
    def row(self) -> DownloadRow | None:
        return next(iter(self.presenter.state.downloads), None)


def at_once(work: Callable[[], T], then: Callable[[T], None]) -> None:
    then(work())


@pytest.fixture
def start(qapp: QApplication, home: WorkbenchPaths, hub: HubServer) -> Iterator[Callable[[], Start]]:
    starts: list[Start] = []

    def begin() -> Start:
        starts.append(Start(home, hub))
        return starts[-1]

    yield begin
    for one in starts:
        one.bridge.shutdown()


def choose_and_download(qtbot: QtBot, one: Start, dialog: HubDialog) -> None:
    """As a user: search, show the files, press Download."""
    type_text(find(dialog, QLineEdit, "hub_search"), "tiny")
    click(find(dialog, QPushButton, "hub_search_button"))
    qtbot.waitUntil(lambda: one.presenter.state.query == "tiny", timeout=PATIENCE_MS)
    click(find(dialog, QPushButton, "hub_list_files"))
    qtbot.waitUntil(lambda: bool(one.presenter.state.files), timeout=PATIENCE_MS)
    click(find(dialog, QPushButton, "hub_download"))


def in_phase(one: Start, phase: Phase) -> Callable[[], bool]:
    return lambda: one.row is not None and one.row.phase is phase


def test_that_a_model_is_found_downloaded_with_a_pause_and_tried(
    qtbot: QtBot, start: Callable[[], Start], hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    one = start()
    dialog = one.open(qtbot)
    hub.faults.bytes_per_second = 6 * MB
    choose_and_download(qtbot, one, dialog)
    qtbot.waitUntil(lambda: one.row is not None and one.row.done > 0, timeout=PATIENCE_MS)
    strip = find(dialog, DownloadStrip)
    click(find(strip, QPushButton, "download_pause"))
    qtbot.waitUntil(in_phase(one, Phase.PAUSED), timeout=PATIENCE_MS)
    assert one.row is not None and 0 < one.row.done < len(model_bytes)
    hub.faults.bytes_per_second = 0
    click(find(strip, QPushButton, "download_resume"))
    qtbot.waitUntil(in_phase(one, Phase.DONE), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: one.catalog.find("tiny-Q4_K_M") is not None, timeout=PATIENCE_MS)
    assert hub.sent_bytes <= len(model_bytes) + 4 * MB  # what the server had sent into the wire when it was cut
    click(find(strip, QPushButton, "download_try"))
    assert one.navigator.opened == [("playground", {"model": "tiny-Q4_K_M"})]


def test_that_a_download_survives_the_end_of_the_program_and_is_followed_by_the_next_start(
    qtbot: QtBot, start: Callable[[], Start], hub: HubServer, home: WorkbenchPaths, model_bytes: bytes
) -> None:
    first = start()
    hub.faults.bytes_per_second = 4 * MB
    choose_and_download(qtbot, first, first.open(qtbot))
    qtbot.waitUntil(lambda: first.row is not None and first.row.done > 0, timeout=PATIENCE_MS)
    first.bridge.shutdown()
    second = start()
    assert len(second.bridge.attach_durable()) == 1
    second.open(qtbot)
    qtbot.waitUntil(in_phase(second, Phase.DONE), timeout=PATIENCE_MS)
    assert second.row is not None and second.row.report is not None
    assert Path(second.row.report.path).read_bytes() == model_bytes
    assert len(hub.fetched) == 1


def test_that_homes_door_leads_to_our_list_and_nothing_is_contacted(
    qtbot: QtBot, program: Program, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    click(find(program.window, QPushButton, "door_download"))
    qtbot.waitUntil(lambda: program.window.findChild(HubDialog) is not None, timeout=PATIENCE_MS)
    dialog = find(program.window, HubDialog)
    assert dialog.isVisible()
    click(find(program.window, QPushButton, "get_model"))
    dialog.close()
    find(program.window, QAction, "action_get_model").trigger()
    assert dialog.isVisible()
    assert len(program.window.findChildren(HubDialog)) == 1
    assert hub.requests == []
