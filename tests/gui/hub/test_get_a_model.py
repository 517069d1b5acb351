"""“Get a model”: what a user clicks, what is asked of the hub, what is seen."""

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click, find, press, type_text
from workbench.errors import WorkbenchError
from workbench.llm.hub.catalog import recommended
from workbench.llm.hub.partial import PartialFolder
from workbench.llm.hub.tasks import DISCARD, DOWNLOAD, LIST_FILES, SEARCH
from workbench.llm.hub.types import (
    DownloadNote,
    DownloadReport,
    DownloadRequest,
    FileChoice,
    FoundRepository,
    RemoteFile,
    RepositoryFiles,
    SearchReport,
)
from workbench.llm.placement import Device
from workbench.llm.tasks import SCAN_MODELS
from workbench.llm.types import ModelRef
from workbench.paths import WorkbenchPaths
from workbench.settings import LlmSettings, Settings
from workbench.ui.hub import build
from workbench.ui.hub.board import Surroundings
from workbench.ui.hub.download_strip import DownloadStrip
from workbench.ui.hub.presenter import HubPresenter
from workbench.ui.hub.state import Phase
from workbench.ui.hub.view import HubDialog
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.protocols import at_once
from workbench.ui.widgets.record_table import RecordTable
from workbench.ui.widgets.trouble_card import TroubleCard

T = TypeVar("T")
FIRST = recommended()[0]
GB = 10**9


class Around:
    """Everything that the dialog is given, and itself once it is opened."""

    def __init__(self, qtbot: QtBot, home: WorkbenchPaths) -> None:
        self.qtbot, self.home = qtbot, home
        self.jobs, self.messages, self.navigator = FakeJobs(), FakeMessages(), FakeNavigator()
        self.settings = Settings()
        self.catalog = ModelCatalog(self.jobs, home.models, lambda: ())
        self.presenter = HubPresenter(
            Surroundings(
                jobs=self.jobs,
                messages=self.messages,
                navigator=self.navigator,
                catalog=self.catalog,
                models_folder=home.models,
                settings=lambda: self.settings,
                in_background=at_once,
            )
        )

    def open(self) -> HubDialog:
        dialog = build(self.presenter)
        self.qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    def request(self, name: str = FIRST.file, repository: str = FIRST.repository) -> DownloadRequest:
        file = RemoteFile(name=name, size_bytes=1000, sha256="0" * 64)
        return DownloadRequest(
            hub="https://huggingface.co",
            repository=repository,
            revision="a" * 40,
            files=(file,),
            models_folder=str(self.home.models),
        )


@pytest.fixture
def around(qtbot: QtBot, home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch) -> Around:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    return Around(qtbot, home)


def listing(repository: str, *files: tuple[str, str, int]) -> RepositoryFiles:
    choices = tuple(
        FileChoice(
            name=name,
            quantization=quantization,
            files=(RemoteFile(name=name, size_bytes=size, sha256="0" * 64),),
        )
        for name, quantization, size in files
    )
    return RepositoryFiles(repository=repository, revision="a" * 40, licence="mit", choices=choices)


def cells(dialog: HubDialog, name: str) -> list[list[str]]:
    model = find(dialog, RecordTable, name).model()
    return [[model.index(r, c).data() for c in range(model.columnCount())] for r in range(model.rowCount())]


def text(dialog: HubDialog, name: str) -> str:
    return find(dialog, QLabel, name).text()


def strips(dialog: HubDialog) -> list[DownloadStrip]:
    return [strip for strip in dialog.findChildren(DownloadStrip) if not strip.isHidden()]


def begin(around: Around, dialog: HubDialog) -> None:
    """Press Download on the first recommended model; the hub tells its files."""
    click(find(dialog, QPushButton, "hub_download"))
    around.jobs.last.finish(listing(FIRST.repository, (FIRST.file, "Q8_0", FIRST.size_bytes)))


def test_that_our_list_is_there_without_a_network(around: Around) -> None:
    dialog = around.open()
    assert [row[0] for row in cells(dialog, "hub_entries")] == [model.title for model in recommended()]
    assert {row[3] for row in cells(dialog, "hub_entries")} <= {"fits", "tight", "won't fit"}
    assert around.jobs.specs == []
    assert "only when you press the button" in text(dialog, "hub_privacy")
    assert "huggingface.co" in find(dialog, QLineEdit, "hub_search").placeholderText()


def test_that_enter_asks_the_hub_and_shows_what_it_has(around: Around) -> None:
    dialog = around.open()
    type_text(find(dialog, QLineEdit, "hub_search"), "llama")
    assert around.jobs.specs == []
    press(find(dialog, QLineEdit, "hub_search"), Qt.Key.Key_Return)
    (spec,) = around.jobs.specs
    assert (spec.task, spec.params["query"], spec.params["hub"]) == (SEARCH, "llama", "https://huggingface.co")
    assert text(dialog, "hub_heading") == "Asking huggingface.co…"
    found = FoundRepository(
        repository="a/Llama-GGUF", downloads=1234, licence="llama3.2", parameters=10**9, is_gated=True
    )
    around.jobs.last.finish(SearchReport(query="llama", found=(found,)))
    assert text(dialog, "hub_heading") == "1 model called “llama” on huggingface.co"
    assert cells(dialog, "hub_entries") == [["a/Llama-GGUF", "1.0B", "", "", "1,234", "llama3.2 (gated)"]]
    assert dialog.isVisible()
    click(find(dialog, QPushButton, "hub_back"))
    assert len(cells(dialog, "hub_entries")) == len(recommended())


def test_that_the_address_of_the_preferences_is_asked_and_named(around: Around) -> None:
    around.settings = Settings(llm=LlmSettings(hub_address="https://hub.example"))
    dialog = around.open()
    assert "Enter asks hub.example" in find(dialog, QLineEdit, "hub_search").placeholderText()
    around.presenter.search("x")
    assert around.jobs.last.spec.params["hub"] == "https://hub.example"


def test_that_an_address_that_is_none_is_said(around: Around) -> None:
    around.settings = Settings(llm=LlmSettings(hub_address="nonsense"))
    dialog = around.open()
    around.presenter.search("x")
    assert "'nonsense' is no address of a model hub." in find(dialog, TroubleCard, "hub_trouble").text()
    assert around.jobs.specs == []


def test_that_an_answer_to_an_earlier_search_is_not_shown(around: Around) -> None:
    dialog = around.open()
    around.presenter.search("old")
    around.presenter.search("new")
    old, new = around.jobs.jobs
    new.finish(SearchReport(query="new", found=()))
    old.finish(SearchReport(query="old", found=(FoundRepository(repository="a/old"),)))
    assert cells(dialog, "hub_entries") == []
    assert text(dialog, "hub_heading") == "0 models called “new” on huggingface.co"


def test_that_a_hub_that_cannot_be_reached_is_said_where_it_was_asked(around: Around) -> None:
    dialog = around.open()
    around.presenter.search("x")
    around.jobs.last.fail(WorkbenchError("huggingface.co cannot be reached.", hint="Check the connection."))
    card = find(dialog, TroubleCard, "hub_trouble")
    assert card.isVisible() and card.text() == "huggingface.co cannot be reached."
    assert len(cells(dialog, "hub_entries")) == len(recommended())


def test_that_what_a_graphics_card_and_the_memory_hold_together_fits(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.ui.hub.presenter.available_memory", lambda: 8_000_000_000)

    dialog = around.open()

    def fits(repository: str) -> list[str]:
        around.presenter.search(repository)
        around.jobs.last.finish(SearchReport(query=repository, found=(FoundRepository(repository=repository),)))
        click(find(dialog, QPushButton, "hub_list_files"))
        sizes = (("one.gguf", "Q4_K_M", 12_000_000_000), ("two.gguf", "Q8_0", 40_000_000_000))
        around.jobs.last.finish(listing(repository, *sizes))
        return [row[3] for row in cells(dialog, "hub_files")]

    assert fits("a/before") == ["won't fit", "won't fit"]
    around.catalog.devices = (Device(name="RTX", free_bytes=10_000_000_000, total_bytes=12_000_000_000),)
    assert fits("a/after") == ["fits", "won't fit"]


def test_that_the_files_of_what_was_found_show_size_quantization_and_fit(around: Around) -> None:
    dialog = around.open()
    around.presenter.search("x")
    around.jobs.last.finish(SearchReport(query="x", found=(FoundRepository(repository="a/b"),)))
    assert not find(dialog, QPushButton, "hub_download").isVisible()
    click(find(dialog, QPushButton, "hub_list_files"))
    assert around.jobs.last.spec.task == LIST_FILES
    files = listing(
        "a/b", ("b-Q2_K.gguf", "Q2_K", GB // 10), ("b-Q4_K_M.gguf", "Q4_K_M", GB // 2), ("b.gguf", "", 10**15)
    )
    around.jobs.last.finish(files)
    assert cells(dialog, "hub_files") == [
        ["b-Q2_K.gguf", "Q2_K", "100 MB", "fits"],
        ["b-Q4_K_M.gguf", "Q4_K_M", "500 MB", "fits"],
        ["b.gguf", "", "1000000 GB", "won't fit"],
    ]
    assert find(dialog, QPushButton, "hub_download").text() == "Download (500 MB)"
    tips = find(dialog, RecordTable, "hub_files").model().index(0, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert "without its context" in tips and "of memory are free" in tips
    find(dialog, RecordTable, "hub_files").selectRow(0)
    click(find(dialog, QPushButton, "hub_download"))
    spec = around.jobs.last.spec
    assert spec.task == DOWNLOAD and spec.durable
    assert DownloadRequest.model_validate(spec.params).files[0].name == "b-Q2_K.gguf"


def test_that_a_recommended_model_is_got_with_one_click(around: Around) -> None:
    dialog = around.open()
    click(find(dialog, QPushButton, "hub_download"))
    assert [spec.task for spec in around.jobs.specs] == [LIST_FILES]
    assert len(strips(dialog)) == 1
    around.jobs.last.finish(
        listing(FIRST.repository, ("other-Q4_K_M.gguf", "Q4_K_M", 5), (FIRST.file, "Q8_0", FIRST.size_bytes + 1))
    )
    request = DownloadRequest.model_validate(around.jobs.last.spec.params)
    assert (request.files[0].name, request.size_bytes) == (FIRST.file, FIRST.size_bytes + 1)
    assert request.models_folder == str(around.home.models)
    assert len(strips(dialog)) == 1


def test_that_progress_a_note_pause_and_resume_are_seen(around: Around) -> None:
    dialog = around.open()
    begin(around, dialog)
    job = around.jobs.last
    job.start()
    job.progress(100_000_000, FIRST.size_bytes, "Downloading")
    job.produce(DownloadNote(text="It begins anew."))
    (strip,) = strips(dialog)
    assert find(strip, QLabel, "download_figures").text() == "100 MB of 386 MB"
    assert find(strip, QLabel, "download_note").text() == "It begins anew."
    job.progress(100_000_000, FIRST.size_bytes, "Waiting for the hub, tries again in 4 s")
    assert (
        find(strip, QLabel, "download_figures").text() == "100 MB of 386 MB · Waiting for the hub, tries again in 4 s"
    )
    click(find(strip, QPushButton, "download_pause"))
    assert job.commands == [("pause", {})]
    assert not find(strip, QPushButton, "download_pause").isEnabled()
    job.finish(DownloadReport(finished=False, kept_bytes=120_000_000, size_bytes=FIRST.size_bytes))
    assert find(strip, QLabel, "download_figures").text() == "120 MB of 386 MB · paused"
    click(find(strip, QPushButton, "download_resume"))
    assert around.jobs.last is not job
    assert around.jobs.last.spec.params == job.spec.params


def test_that_a_finished_download_is_tried_in_the_playground(around: Around) -> None:
    dialog = around.open()
    begin(around, dialog)
    path = str(around.home.models / FIRST.repository / FIRST.file)
    report = DownloadReport(finished=True, path=path, model=ModelRef(name="as-told", path=path), size_bytes=5)
    download = around.jobs.last
    download.finish(report)
    assert around.jobs.last.spec.task == SCAN_MODELS
    (strip,) = strips(dialog)
    assert "checksum right" in find(strip, QLabel, "download_figures").text()
    around.catalog.models = (ModelRef(name="as-listed", path=path),)
    click(find(strip, QPushButton, "download_try"))
    assert around.navigator.opened == [("playground", {"model": "as-listed"})]


def test_that_cancel_forgets_what_is_there(around: Around) -> None:
    dialog = around.open()
    begin(around, dialog)
    job = around.jobs.last
    job.start()
    click(find(strips(dialog)[0], QPushButton, "download_cancel"))
    assert job.commands == [("discard", {})] and strips(dialog) == []
    job.end_cancelled()
    assert around.jobs.of(DISCARD) == []


def test_that_a_cancel_that_comes_too_late_for_the_worker_is_done_afterwards(around: Around) -> None:
    dialog = around.open()
    begin(around, dialog)
    job = around.jobs.last
    click(find(strips(dialog)[0], QPushButton, "download_pause"))
    click(find(strips(dialog)[0], QPushButton, "download_cancel"))
    job.finish(DownloadReport(finished=False, kept_bytes=1, size_bytes=2))
    assert len(around.jobs.of(DISCARD)) == 1


def test_that_a_failure_and_a_crash_can_be_resumed(around: Around) -> None:
    dialog = around.open()
    begin(around, dialog)
    around.jobs.last.fail(WorkbenchError("The disk is full.", hint="Free some space."))
    (strip,) = strips(dialog)
    assert find(strip, QLabel, "download_note").text() == "The disk is full. Free some space."
    click(find(strip, QPushButton, "download_resume"))
    around.jobs.last.crash("The system ended the process.")
    assert "Resume goes on from it" in find(strip, QLabel, "download_note").text()
    assert find(strip, QPushButton, "download_resume").isVisible()


def test_that_an_interrupted_download_of_an_earlier_start_is_offered_again(around: Around) -> None:
    request = around.request()
    folder = PartialFolder.for_request(request)
    folder.create()
    folder.remember(request)
    part = folder.part(request.files[0])
    part.open()
    part.write(bytes(600))
    part.sync()
    part.close()
    dialog = around.open()
    (strip,) = strips(dialog)
    assert find(strip, QLabel, "download_figures").text() == "600 B of 1.0 kB · paused"
    click(find(strip, QPushButton, "download_resume"))
    assert around.jobs.last.spec.task == DOWNLOAD
    click(find(strip, QPushButton, "download_cancel"))


def test_that_cancelling_an_interrupted_one_removes_it_by_a_job(around: Around) -> None:
    request = around.request()
    folder = PartialFolder.for_request(request)
    folder.create()
    folder.remember(request)
    dialog = around.open()
    click(find(strips(dialog)[0], QPushButton, "download_cancel"))
    assert around.jobs.last.spec.task == DISCARD
    assert strips(dialog) == []


def test_that_a_download_that_goes_on_since_an_earlier_start_is_followed(around: Around) -> None:
    from workbench.jobs.events import Progressed
    from workbench.llm.hub.running import download_spec

    listener = around.presenter.follow(download_spec(around.request()))
    listener(Progressed(job_id="earlier", done=500, total=1000, label="Downloading"))
    dialog = around.open()
    (strip,) = strips(dialog)
    assert find(strip, QLabel, "download_figures").text() == "500 B of 1.0 kB"
    around.jobs.jobs.clear()
    click(find(strip, QPushButton, "download_pause"))
    assert around.presenter.state.downloads[0].job_id == "earlier"
    assert around.presenter.state.downloads[0].phase is Phase.PAUSING


def test_that_an_end_behind_closed_doors_is_told_in_the_window(around: Around, tmp_path: Path) -> None:
    dialog = around.open()
    begin(around, dialog)
    dialog.close()
    around.jobs.last.fail(WorkbenchError("The disk is full."))
    assert around.messages.texts("error") == [f"{FIRST.file} was not downloaded. The disk is full."]


def test_that_every_control_has_a_name(around: Around) -> None:
    dialog = around.open()
    begin(around, dialog)
    buttons = dialog.findChildren(QPushButton)
    assert len(buttons) > 3
    for button in buttons:
        assert button.objectName() and button.accessibleName()
