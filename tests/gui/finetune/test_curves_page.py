"""Loss curves over each other: chosen, over steps or tokens, with the differences of their settings."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFileDialog, QListWidget, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs
from tests.gui.acting import find
from tests.gui.finetune.test_finetune_tab import Around, click, make_adapter, open_tab, texts
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.finetune.curves import Axis, Measure, differences, read_curve, read_steps
from workbench.finetune.store import AdapterStore
from workbench.finetune.types import StepMetrics, TrainingConfig
from workbench.paths import WorkbenchPaths
from workbench.ui.finetune import FinetuneTab
from workbench.ui.widgets.line_chart import LineChart


@pytest.fixture
def around(database: Database, home: WorkbenchPaths) -> Around:
    return Around(home, DatasetStore(database), AdapterStore(database), FakeJobs(database))


def make_run(around: Around, name: str, rank: int, losses: list[float], tokens: int = 100) -> None:
    config = TrainingConfig(rank=rank)
    adapter = make_adapter(around, name).model_copy(update={"config": config, "created": f"2026-11-2{rank}T12:00:00"})
    around.adapters.record(adapter)
    steps = [
        StepMetrics(
            step=n, total=len(losses), loss=loss, tokens=n * tokens, eval_loss=loss + 0.1 if n % 2 == 0 else None
        )
        for n, loss in enumerate(losses, 1)
    ]
    path = Path(adapter.folder) / "metrics.jsonl"
    path.write_text("".join(step.model_dump_json() + "\n" for step in steps), encoding="utf-8")


def open_curves(qtbot: QtBot, around: Around) -> FinetuneTab:
    make_run(around, "narrow", 4, [3.0, 2.0, 1.0, 0.8])
    make_run(around, "wide", 8, [3.0, 1.5, 0.7, 0.5], tokens=200)
    tab = open_tab(qtbot, around)
    click(tab, "open_curves")
    return tab


def legend(tab: FinetuneTab) -> str:
    return next(chart.legend_text() for chart in tab.curves.findChildren(LineChart) if chart.isVisible())


def test_that_trainings_are_drawn_over_each_other(qtbot: QtBot, around: Around) -> None:
    tab = open_curves(qtbot, around)
    assert legend(tab) == "wide 0.500; wide, held-out 0.600; narrow 0.800; narrow, held-out 0.900"
    assert texts(find(tab, QTableView, "curves_differences"), 0) == ["Rank"]
    names = find(tab, QListWidget, "curves_names")
    names.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert legend(tab) == "narrow 0.800; narrow, held-out 0.900"
    find(tab, QCheckBox, "curves_held_out").click()
    assert legend(tab) == "narrow 0.800"


def test_that_tokens_are_a_choice_where_they_were_counted(qtbot: QtBot, around: Around) -> None:
    tab = open_curves(qtbot, around)
    axis = find(tab, QComboBox, "curves_axis")
    assert axis.isEnabled()
    axis.setCurrentIndex(1)
    assert tab.presenter.state.curves.axis is Axis.TOKENS
    state = tab.presenter.state.curves
    wide, narrow = (curve.points(Measure.TRAINED, state.axis) for curve in state.shown)
    assert wide[-1][0] == 2 * narrow[-1][0] == 800


def test_that_the_figures_can_be_copied_and_drawn_into_a_file(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = open_curves(qtbot, around)
    click(tab, "curves_copy")
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0] == "training,step,tokens,loss,held_out_loss,learning_rate"
    assert lines[1] == '"wide",1,200,3.0,,0.0'
    assert len(lines) == 9
    click(tab, "curves_png")
    dialog = find(tab, QFileDialog, "curves_dialog")
    dialog.fileSelected.emit(str(tmp_path / "losses.png"))
    dialog.close()
    assert (tmp_path / "losses.png").read_bytes().startswith(b"\x89PNG")


def test_that_steps_that_were_made_again_count_as_made_last(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    told = [(1, 3.0), (2, 2.0), (3, 1.0), (2, 1.9), (3, 0.9)]
    path.write_text("".join(StepMetrics(step=n, total=3, loss=v).model_dump_json() + "\n" for n, v in told) + '{"step"')
    assert [(step.step, step.loss) for step in read_steps(path)] == [(1, 3.0), (2, 1.9), (3, 0.9)]


def test_that_an_older_adapters_curve_is_found_in_its_run(around: Around) -> None:
    adapter = make_adapter(around)
    assert read_curve(adapter, around.paths) is None
    run = around.paths.home / "trainings" / "house"
    run.mkdir(parents=True)
    (run / "metrics.jsonl").write_text(StepMetrics(step=1, total=1, loss=2.0).model_dump_json() + "\n")
    curve = read_curve(adapter, around.paths)
    assert curve is not None
    assert [step.loss for step in curve.steps] == [2.0]
    assert differences([curve, curve]) == ()
