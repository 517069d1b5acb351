"""The Fine-tune tab with real worker processes: a tiny model is really trained, also past the window's end."""

from collections.abc import Iterator
from functools import partial

import psutil
import pytest
from PySide6.QtWidgets import QFrame, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeMessages, FakeNavigator
from tests.gui.acting import click, find
from tests.llm_models import write_tiny_gguf
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import TrainingRow
from workbench.finetune.store import AdapterStore
from workbench.jobs.runner import JobRunner
from workbench.llm.types import ChatMessage, Role
from workbench.paths import WorkbenchPaths
from workbench.recording import recorder
from workbench.ui.finetune import TRAIN, FinetunePresenter, FinetuneTab, Surroundings, build
from workbench.ui.finetune.run_state import Phase
from workbench.ui.job_bridge import JobBridge
from workbench.ui.models.catalog import ModelCatalog

PATIENCE_MS = 280_000


class Start:
    """One start of the program, as far as this tab is concerned."""

    def __init__(self, home: WorkbenchPaths, database: Database) -> None:
        self.bridge = JobBridge(JobRunner(home))
        self.bridge.record_with(partial(recorder, database))
        self.adapters = AdapterStore(database)
        around = Surroundings(
            jobs=self.bridge,
            messages=FakeMessages(),
            navigator=FakeNavigator(),
            datasets=DatasetStore(database),
            adapters=self.adapters,
            paths=home,
            catalog=ModelCatalog(self.bridge, home.models, lambda: ()),
        )
        self.presenter = FinetunePresenter(around)
        self.bridge.on_durable(TRAIN, self.presenter.attach)

    def open_tab(self, qtbot: QtBot) -> FinetuneTab:
        tab = build(self.presenter)
        qtbot.addWidget(tab)
        tab.show()
        return tab


@pytest.fixture
def prepared(home: WorkbenchPaths, database: Database) -> Iterator[tuple[WorkbenchPaths, Database]]:
    write_tiny_gguf(home.models / "tiny.gguf")
    rows = [
        TrainingRow(
            messages=(
                ChatMessage(role=Role.USER, content=f"Box {n}?"),
                ChatMessage(role=Role.ASSISTANT, content=f"In {n % 3}."),
            ),
            number=n,
        )
        for n in range(1, 25)
    ]
    DatasetStore(database).save("boxes", rows)
    yield home, database


def begin(qtbot: QtBot, start: Start) -> FinetuneTab:
    tab = start.open_tab(qtbot)
    start.presenter.setup.open("boxes")
    qtbot.waitUntil(lambda: bool(start.presenter.state.setup.bases), timeout=PATIENCE_MS)
    start.presenter.setup.choose_base("tiny")
    for option, value in (("epochs", 2), ("rank", 2), ("batch_size", 6)):
        start.presenter.setup.set_option(option, value)
    click(find(tab, QPushButton, "start_training"))
    return tab


@pytest.mark.slow
def test_that_a_training_outlives_the_window_and_its_adapter_is_there(
    qtbot: QtBot, prepared: tuple[WorkbenchPaths, Database]
) -> None:
    first = Start(*prepared)
    begin(qtbot, first)
    qtbot.waitUntil(lambda: first.presenter.state.runs[0].phase is not Phase.QUEUED, timeout=PATIENCE_MS)
    first.bridge.shutdown()  # the window is closed; the training goes on

    second = Start(*prepared)
    try:
        handles = second.bridge.attach_durable()
        assert [handle.spec.task for handle in handles] == [TRAIN]
        tab = second.open_tab(qtbot)
        click(find(tab.adapters, QPushButton, "run_show"))
        qtbot.waitUntil(lambda: not second.presenter.state.runs[0].is_live, timeout=PATIENCE_MS)
        run = second.presenter.state.runs[0]
        assert (run.phase, run.trouble) == (Phase.FINISHED, None)
        assert [step.step for step in run.steps] == list(range(1, run.steps[-1].total + 1)), "no step is missing"
        assert find(tab, QFrame, "run_outcome").isVisible()
        assert find(tab, QLabel, "figure_step").text() == f"{run.steps[-1].step} / {run.steps[-1].total}"
        adapter = second.adapters.get("boxes")
        assert (adapter.base_name, adapter.dataset_name, adapter.rank) == ("tiny", "boxes", 2)
    finally:
        second.bridge.shutdown()
        psutil.wait_procs(psutil.Process().children(), timeout=60)  # the worker said its last word and is leaving
