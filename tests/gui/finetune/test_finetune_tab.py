from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click as click_on
from tests.gui.acting import find
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.checkpoints import seal
from workbench.finetune.defaults import suggested_config
from workbench.finetune.preflight import EstimateRequest, Preflight
from workbench.finetune.removal import PURGE
from workbench.finetune.store import AdapterStore
from workbench.finetune.types import (
    Adapter,
    ExportFormat,
    ExportReport,
    ExportRequest,
    RunNote,
    StepMetrics,
    TrainReport,
    TrainRequest,
)
from workbench.jobs.spec import JobSpec
from workbench.llm.tasks import MEASURE_IDLE, SCAN_MODELS, ScanModelsReport
from workbench.llm.types import ChatMessage, IdleMemory, ModelRef, Role
from workbench.paths import WorkbenchPaths, in_short
from workbench.ui.finetune import TRAIN, FinetunePresenter, FinetuneTab, Surroundings, build
from workbench.ui.finetune.deleted_bar import DeletedBar
from workbench.ui.finetune.presets import RECIPES, Preset, config_for
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.line_chart import LineChart

ESTIMATE, EXPORT = "workbench.finetune.tasks:estimate", "workbench.finetune.tasks:export"
STARTER = ModelRef(name="starter", path="/m/starter.gguf", architecture="llama", parameters=6_000_000)
STRANGE = ModelRef(name="strange", path="/m/strange.gguf", architecture="mamba", parameters=6_000_000)
FITS = Preflight(
    fits=True, memory_bytes=812_000_000, free_memory_bytes=14_200_000_000, disk_bytes=12_000_000,
    free_disk_bytes=80_000_000_000, seconds=180, steps=108, rows=288, tokens=9000, trained_tokens=3000, longest=90,
    adapter_parameters=100_000,
)  # fmt: skip


@dataclass
class Around:
    paths: WorkbenchPaths
    datasets: DatasetStore
    adapters: AdapterStore
    jobs: FakeJobs
    messages: FakeMessages = field(default_factory=FakeMessages)
    navigator: FakeNavigator = field(default_factory=FakeNavigator)
    is_chat_warm: bool = False

    def presenter(self) -> FinetunePresenter:
        catalog = ModelCatalog(self.jobs, self.paths.models, lambda: ())
        rooms = self.jobs, self.messages, self.navigator, self.datasets, self.adapters, self.paths, catalog
        return FinetunePresenter(Surroundings(*rooms, is_chat_warm=lambda: self.is_chat_warm))


@pytest.fixture
def around(database: Database, home: WorkbenchPaths) -> Around:
    return Around(home, DatasetStore(database), AdapterStore(database), FakeJobs(database))


def open_tab(qtbot: QtBot, around: Around, presenter: FinetunePresenter | None = None) -> FinetuneTab:
    tab = build(presenter or around.presenter())
    qtbot.addWidget(tab)
    tab.resize(720, 540)
    tab.show()
    return tab


def open_setup(qtbot: QtBot, around: Around, *models: ModelRef) -> FinetuneTab:
    """The page "New adapter" with a data set and these models found."""
    save_rows(around)
    tab = open_tab(qtbot, around)
    click_on(find(tab.adapters, QPushButton, "empty_state_action"))
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=models or (STARTER,)))
    return tab


def start_training(qtbot: QtBot, around: Around) -> tuple[FinetuneTab, FakeJob]:
    tab = open_setup(qtbot, around)
    click(tab, "start_training")
    job = around.jobs.of(TRAIN)[-1]
    job.start()
    return tab, job


def save_rows(around: Around, name: str = "house", count: int = 100) -> None:
    rows = [
        TrainingRow(
            messages=(ChatMessage(role=Role.USER, content=f"{n}?"), ChatMessage(role=Role.ASSISTANT, content=f"{n}!")),
            number=n,
        )
        for n in range(1, count + 1)
    ]
    around.datasets.save(name, rows)


def make_adapter(around: Around, name: str = "house") -> Adapter:
    folder = around.paths.adapters / name
    folder.mkdir(parents=True)
    (folder / "adapter.gguf").write_bytes(b"GGUF")
    (folder / "peft").mkdir()
    for needed in ("adapter_model.safetensors", "adapter_config.json"):
        (folder / "peft" / needed).write_text("{}", encoding="utf-8")
    card = Adapter(
        name=name, folder=str(folder), gguf_path=str(folder / "adapter.gguf"), gguf_hash="ab12cd34" * 8,
        base_name="starter", base_path="/m/starter.gguf", base_hash="0", rank=16, rows=90, dataset_name="house",
        steps=36, loss=0.412, eval_loss=0.5, seconds=61.0, created="2026-11-20T12:00:00+00:00",
    )  # fmt: skip
    (folder / "card.json").write_text(card.model_dump_json(), encoding="utf-8")
    seal(folder)
    return card


def step(number: int, loss: float, eval_loss: float | None = None) -> StepMetrics:
    return StepMetrics(
        step=number, total=36, loss=loss, eval_loss=eval_loss, learning_rate=0.0019, tokens_per_second=5120.0,
        eta_seconds=95.0, memory_bytes=820_000_000,
    )  # fmt: skip


def click(tab: FinetuneTab, name: str) -> None:
    click_on(find(tab, QPushButton, name))


def label(tab: FinetuneTab, name: str) -> str:
    return find(tab, QLabel, name).text()


def texts(table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


# -- empty ------------------------------------------------------------------------------------------------------------


def test_that_without_rows_the_way_leads_to_the_data_tab(qtbot: QtBot, around: Around) -> None:
    tab = open_tab(qtbot, around)
    assert find(tab, EmptyState, "adapters_empty").isVisible()
    click_on(find(tab.adapters, QPushButton, "empty_state_action"))
    assert around.navigator.opened == [("data", {})]


def test_that_with_rows_the_way_leads_to_a_new_adapter(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    assert find(tab, QComboBox, "dataset_picker").currentText() == "house  ·  100 rows"
    assert find(tab, QComboBox, "base_picker").currentText().startswith("starter")
    assert find(tab, QLineEdit, "adapter_name").text() == "house"
    assert find(tab, QPushButton, "start_training").isEnabled()


# -- settings ---------------------------------------------------------------------------------------------------------


def test_that_a_base_that_cannot_be_tuned_says_why(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around, STARTER, STRANGE)
    picker = find(tab, QComboBox, "base_picker")
    picker.setFocus()
    QTest.keyClick(picker, Qt.Key.Key_Down)
    assert "“mamba”" in label(tab, "base_trouble")
    assert not find(tab, QPushButton, "start_training").isEnabled()


BIG = STARTER.model_copy(update={"name": "big", "path": "/m/big.gguf", "content_key": "b1"})


@pytest.mark.parametrize(
    "now",
    [
        BIG.model_copy(update={"name": "my big one"}),
        BIG.model_copy(update={"name": "my big one", "path": "/elsewhere/big.gguf"}),
    ],
    ids=["renamed", "moved"],
)
def test_that_a_base_that_is_called_otherwise_by_now_stays_chosen(qtbot: QtBot, around: Around, now: ModelRef) -> None:
    tab = open_setup(qtbot, around, STARTER, BIG)
    tab.presenter.setup.choose_base("big")
    tab.presenter._around.catalog.refresh()
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER, now)))
    assert tab.presenter.state.setup.base == "my big one"
    assert around.messages.said == []
    click(tab, "start_training")
    assert TrainRequest.model_validate(around.jobs.of(TRAIN)[-1].spec.params).base.path == now.path


def test_that_a_base_that_is_gone_is_named_with_the_one_that_is_chosen_instead(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around, STARTER, BIG)
    tab.presenter.setup.choose_base("big")
    tab.presenter._around.catalog.refresh()
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER,)))
    assert tab.presenter.state.setup.base == "starter"
    assert around.messages.texts("warning") == [
        "The model “big” is not in the list of models any more. “starter” is chosen for the training instead."
    ]


def test_that_the_presets_really_differ() -> None:
    quick, balanced, thorough = (config_for(preset, 6_000_000, 1000) for preset in RECIPES)
    assert quick.epochs < balanced.epochs < thorough.epochs
    assert quick.rank < balanced.rank < thorough.rank
    assert quick.validation_share == 0.0 < balanced.validation_share
    assert thorough.learning_rate < balanced.learning_rate


def test_that_a_small_set_is_passed_over_more_often() -> None:
    assert config_for(Preset.QUICK, 6_000_000, 40).epochs > config_for(Preset.QUICK, 6_000_000, 4000).epochs


def test_that_a_large_base_gets_a_smaller_learning_rate_and_batch() -> None:
    small, large = (config_for(Preset.BALANCED, size, 1000) for size in (6_000_000, 3_000_000_000))
    assert large.learning_rate < small.learning_rate
    assert large.batch_size < small.batch_size


@pytest.mark.parametrize("parameters", [0, 6_000_000, 500_000_000, 7_000_000_000])
@pytest.mark.parametrize("rows", [0, 5, 100, 288, 10_000])
def test_that_balanced_is_what_is_suggested_for_the_rows_that_are_trained(parameters: int, rows: int) -> None:
    """The command line trains the same where nobody chose any settings."""
    config = config_for(Preset.BALANCED, parameters, rows)
    held_out = round(rows * config.validation_share)
    plain = config.model_copy(update={"validation_share": 0.0, "samples_every": 0})
    assert plain == suggested_config(parameters, rows - held_out)
    assert (held_out > 0) == (rows >= 20)


def test_that_few_rows_for_a_small_base_are_passed_over_often_enough(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)  # 100 rows, 6 million parameters
    assert label(tab, "settings_summary") == "10 passes, rank 16, learning rate 0.002, 4 rows a step, 10% held out"
    click(tab, "preset_quick")
    assert label(tab, "settings_summary") == "3 passes, rank 8, learning rate 0.002, 4 rows a step"


def test_that_a_preset_is_what_is_trained(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "preset_thorough")
    assert "rank 32" in label(tab, "settings_summary")
    click(tab, "start_training")
    request = TrainRequest.model_validate(around.jobs.of(TRAIN)[-1].spec.params)
    assert request.config == config_for(Preset.THOROUGH, STARTER.parameters, 100)


def test_that_every_setting_has_a_field_with_its_sentence(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    assert not find(tab, QFrame, "expert_form").isVisible()
    click(tab, "expert_switch")
    form = find(tab, QFrame, "expert_form")
    assert form.isVisible()
    said = {text.text() for text in form.findChildren(QLabel)}
    assert {"Rank", "Passes over the training rows.", "The same seed repeats the same training."} <= said


def test_that_expert_settings_come_into_sight_when_they_are_opened(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    first = find(tab, QSpinBox, "option_epochs")
    qtbot.waitUntil(lambda: not first.visibleRegion().isEmpty())
    assert not find(tab, QPushButton, "expert_switch").visibleRegion().isEmpty(), "and so is what closes them"


def test_that_a_setting_changed_by_hand_is_what_is_trained(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    rate = find(tab, QDoubleSpinBox, "option_learning_rate")
    rate.lineEdit().selectAll()
    QTest.keyClicks(rate, "5e-4")
    QTest.keyClick(rate, Qt.Key.Key_Return)
    find(tab, QSpinBox, "option_rank").setValue(4)
    find(tab, QCheckBox, "layer_up_proj").click()
    assert "rank 4, learning rate 0.0005" in label(tab, "settings_summary")
    assert not find(tab, QPushButton, "preset_balanced").isChecked()
    click(tab, "start_training")
    config = TrainRequest.model_validate(around.jobs.of(TRAIN)[-1].spec.params).config
    assert (config.learning_rate, config.rank, "up_proj" in config.targets) == (5e-4, 4, False)


def test_that_settings_that_make_no_sense_are_not_started(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    for box in find(tab, QFrame, "expert_form").findChildren(QCheckBox):
        if box.objectName().startswith("layer_"):
            box.click()
    assert "must be some of" in label(tab, "config_trouble")
    assert not find(tab, QPushButton, "start_training").isEnabled()


def test_that_a_taken_name_is_said_beside_it(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    make_adapter(around, "other")
    name = find(tab, QLineEdit, "adapter_name")
    name.selectAll()
    QTest.keyClicks(name, "other")
    assert "already an adapter “other”" in label(tab, "adapter_name_trouble")
    assert not find(tab, QPushButton, "start_training").isEnabled()


def test_that_a_name_that_is_being_trained_is_not_started_again(qtbot: QtBot, around: Around) -> None:
    tab, _ = start_training(qtbot, around)
    click(tab, "run_back")
    click(tab, "new_adapter")
    name = find(tab, QLineEdit, "adapter_name")
    assert name.text() == "house 2"
    QTest.keyClick(name, Qt.Key.Key_Backspace)
    QTest.keyClick(name, Qt.Key.Key_Backspace)
    assert label(tab, "adapter_name_trouble") == "“house” is being trained right now."
    assert not find(tab, QPushButton, "start_training").isEnabled()


# -- before the start -------------------------------------------------------------------------------------------------


def test_that_memory_and_time_are_said_before_the_start(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    around.jobs.of(ESTIMATE)[-1].finish(FITS)
    assert label(tab, "preflight").startswith("108 steps over 288 rows, about 3 min. Needs about 812 MB of memory")
    assert label(tab, "preflight_verdict") == "fits"


def test_that_the_time_is_a_guess_until_a_few_batches_were_measured(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    job = around.jobs.of(ESTIMATE)[-1]
    job.produce(FITS)
    assert "about 3 min (being measured). Needs about 812 MB" in label(tab, "preflight")
    assert label(tab, "preflight_verdict") == "fits"
    assert find(tab, QPushButton, "start_training").isEnabled()
    job.finish(FITS.model_copy(update={"seconds": 300.0, "is_measured": True}))
    assert "about 5 min (measured). Needs about 812 MB of memory" in label(tab, "preflight")


def test_that_memory_of_a_graphics_card_is_called_that(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    around.jobs.of(ESTIMATE)[-1].finish(FITS.model_copy(update={"is_on_card": True}))
    assert "Needs about 812 MB of the graphics card's memory (14.2 GB free)" in label(tab, "preflight")


def test_that_what_idle_chat_models_hold_is_asked_first_and_said(qtbot: QtBot, around: Around) -> None:
    around.is_chat_warm = True
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(MEASURE_IDLE)))
    assert not around.jobs.of(ESTIMATE)
    idle = IdleMemory(memory_bytes=2_100_000_000)
    around.jobs.of(MEASURE_IDLE)[-1].finish(idle)
    job = around.jobs.of(ESTIMATE)[-1]
    assert EstimateRequest.model_validate(job.spec.params).idle == idle
    job.finish(FITS.model_copy(update={"idle_bytes": 2_100_000_000}))
    assert "(14.2 GB free, 2.1 GB of it once idle chat models are unloaded)" in label(tab, "preflight")


def test_that_a_chat_worker_that_dies_does_not_keep_the_estimate(qtbot: QtBot, around: Around) -> None:
    around.is_chat_warm = True
    open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(MEASURE_IDLE)))
    around.jobs.of(MEASURE_IDLE)[-1].crash()
    assert EstimateRequest.model_validate(around.jobs.of(ESTIMATE)[-1].spec.params).idle == IdleMemory()


def test_that_rows_that_are_held_out_are_told_apart_from_those_that_are_trained(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    around.jobs.of(ESTIMATE)[-1].finish(FITS.model_copy(update={"rows": 259, "held_out": 29}))
    assert label(tab, "preflight").startswith("108 steps over 259 rows (29 more are held out), about 3 min.")


def test_that_what_does_not_fit_says_what_to_lower(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    around.jobs.of(ESTIMATE)[-1].finish(FITS.model_copy(update={"fits": False, "advice": "Set the batch size to 2."}))
    assert label(tab, "preflight_verdict") == "does not fit"
    assert label(tab, "preflight_advice") == "Set the batch size to 2."


def test_that_rows_that_are_cut_are_named_before_the_start(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    note = RunNote(message="Longer than 512 tokens, the beginning is cut off: 2 rows.", rows=(7, 31))
    around.jobs.of(ESTIMATE)[-1].finish(FITS.model_copy(update={"notes": (note,)}))
    said = "Longer than 512 tokens, the beginning is cut off: 2 rows (rows 7, 31)."
    assert label(tab, "preflight_advice") == said


def test_that_the_batches_of_a_preset_follow_the_memory_of_this_machine(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    job = around.jobs.of(ESTIMATE)[-1]
    asked = EstimateRequest.model_validate(job.spec.params).training.config
    smaller = asked.model_copy(update={"batch_size": 1, "gradient_accumulation": 4})
    job.finish(FITS.model_copy(update={"fits": False, "fitting": smaller}))
    qtbot.waitUntil(lambda: len(around.jobs.of(ESTIMATE)) == 2)
    assert EstimateRequest.model_validate(around.jobs.of(ESTIMATE)[-1].spec.params).training.config == smaller
    around.jobs.of(ESTIMATE)[-1].finish(FITS)
    assert label(tab, "preflight_verdict") == "fits"
    assert find(tab, QPushButton, "preset_balanced").isChecked()
    click(tab, "start_training")
    assert TrainRequest.model_validate(around.jobs.of(TRAIN)[-1].spec.params).config == smaller


def test_that_settings_of_ones_own_are_never_changed_to_fit(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    find(tab, QSpinBox, "option_batch_size").setValue(64)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    job = around.jobs.of(ESTIMATE)[-1]
    asked = EstimateRequest.model_validate(job.spec.params).training.config
    job.finish(FITS.model_copy(update={"fits": False, "fitting": asked.model_copy(update={"batch_size": 8})}))
    assert find(tab, QSpinBox, "option_batch_size").value() == 64
    assert label(tab, "preflight_verdict") == "does not fit"


def test_that_an_estimate_of_older_settings_is_not_shown(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    old = around.jobs.of(ESTIMATE)[-1]
    click(tab, "preset_quick")
    assert old.cancelled
    old.finish(FITS)
    assert label(tab, "preflight") == "Estimating memory and time…"
    qtbot.waitUntil(lambda: len(around.jobs.of(ESTIMATE)) == 2)


def test_that_a_base_that_the_worker_refuses_is_said_in_its_place(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    qtbot.waitUntil(lambda: bool(around.jobs.of(ESTIMATE)))
    around.jobs.of(ESTIMATE)[-1].fail(WorkbenchError("starter is split into several files.", hint="Join them."))
    card = find(tab, QFrame, "setup_trouble")
    assert card.isVisible()
    assert card.accessibleName() == "starter is split into several files. Join them."


# -- while it runs ----------------------------------------------------------------------------------------------------


def test_that_the_start_is_a_durable_background_job(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    assert job.spec.durable
    assert job.spec.background
    assert find(tab, LineChart, "loss_chart").isVisible()


def test_that_losses_are_drawn_and_told_while_it_runs(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    for number in range(1, 5):
        job.produce(step(number, 2.0 / number, 0.75 if number == 4 else None))
    qtbot.waitUntil(lambda: label(tab, "figure_step") == "4 / 36")
    assert label(tab, "figure_loss") == "0.500"
    assert label(tab, "figure_held_out") == "0.750"
    assert label(tab, "figure_tokens") == "5,120"
    assert label(tab, "figure_rate") == "0.0019"
    assert label(tab, "figure_memory") == "820 MB"
    assert label(tab, "figure_left") == "1 min 35 s left"
    assert find(tab, LineChart, "loss_chart").legend_text() == "Training loss 0.500; Held-out loss 0.750"


def test_that_stop_and_save_asks_the_training_and_offers_to_go_on(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    assert not find(tab, QPushButton, "run_stop").isEnabled()
    job.produce(step(1, 2.0))
    qtbot.waitUntil(find(tab, QPushButton, "run_stop").isEnabled)
    click(tab, "run_stop")
    assert job.commands == [("stop", {})]
    job.finish(TrainReport(finished=False, steps=7, total_steps=36))
    qtbot.waitUntil(find(tab, QPushButton, "run_go_on").isVisible)
    assert "Stopped at step 7 of 36" in find(tab, ElidedLabel, "run_label").text()
    assert around.adapters.list_adapters() == []
    click(tab, "run_go_on")
    again = around.jobs.of(TRAIN)
    assert len(again) == 2
    assert again[0].spec == again[1].spec


def test_that_pause_and_resume_are_commands(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.produce(step(1, 2.0))
    qtbot.waitUntil(find(tab, QPushButton, "run_pause").isEnabled)
    click(tab, "run_pause")
    qtbot.waitUntil(find(tab, QPushButton, "run_resume").isVisible)
    click(tab, "run_resume")
    assert [name for name, _ in job.commands] == ["pause", "resume"]


def test_that_cancel_cancels(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    click(tab, "run_cancel")
    assert job.cancelled
    job.end_cancelled()
    qtbot.waitUntil(lambda: label(tab, "run_phase") == "cancelled")


def test_that_a_failure_says_what_to_do_and_can_be_taken_up_again(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.fail(WorkbenchError("The loss is not a number at step 12.", hint="Lower the learning rate."))
    qtbot.waitUntil(lambda: label(tab, "run_phase") == "failed")
    card = find(tab, QFrame, "run_trouble")
    assert card.accessibleName() == "The loss is not a number at step 12. Lower the learning rate."
    assert find(tab, QPushButton, "run_go_on").isVisible()


def test_that_a_training_goes_on_while_the_list_is_looked_at(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    click(tab, "run_back")
    job.produce(step(3, 0.9))
    qtbot.waitUntil(lambda: "step 3 of 36, loss 0.900" in find(tab, ElidedLabel, "run_line").text())
    click(tab, "run_show")
    qtbot.waitUntil(lambda: label(tab, "figure_step") == "3 / 36")


def test_that_a_finished_adapter_is_told_in_the_bar_where_its_page_is_not_in_sight(
    qtbot: QtBot, around: Around
) -> None:
    tab, job = start_training(qtbot, around)
    tab.hide()
    job.finish(TrainReport(finished=True, adapter=make_adapter(around), steps=36, total_steps=36))
    assert around.messages.texts("info") == ["The adapter “house” is ready."]


def test_that_a_finished_adapter_is_recorded_and_can_be_tried(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.finish(TrainReport(finished=True, adapter=make_adapter(around), steps=36, total_steps=36, loss=0.412))
    qtbot.waitUntil(find(tab, QFrame, "run_outcome").isVisible)
    assert "The adapter “house” is ready." in label(tab, "run_outcome_text")
    assert around.messages.texts("info") == [], "the page says it"
    assert around.adapters.get("house").loss == 0.412
    click(tab, "run_try")
    assert around.navigator.opened == [("playground", {"adapter": "house", "model": "starter"})]


def test_that_a_training_of_an_earlier_start_is_taken_up_without_the_tab(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    presenter = around.presenter()
    listener = presenter.attach(job.spec)
    later = FakeJob("run-7", job.spec, listener, job.record)
    later.produce(step(1, 2.0))
    later.produce(step(2, 1.5))
    second = open_tab(qtbot, around, presenter)
    click_on(find(second, QPushButton, "run_show"))
    assert label(second, "figure_step") == "2 / 36"
    later.produce(step(1, 2.0))
    later.produce(step(2, 1.4))
    qtbot.waitUntil(lambda: label(second, "figure_loss") == "1.400")
    assert presenter.state.runs[0].job_id == "run-7"
    assert len(presenter.state.runs[0].steps) == 2, "a step that is told again counts once"
    later.finish(TrainReport(finished=True, adapter=make_adapter(around), steps=36, total_steps=36))
    assert around.adapters.find("house") is not None
    assert tab.isVisible()


def test_that_a_run_of_another_version_harms_nothing(qtbot: QtBot, around: Around) -> None:
    presenter = around.presenter()
    strange = JobSpec(task=TRAIN, params={"name": "old", "flavour": "salt"}, durable=True)
    FakeJob("run-1", strange, presenter.attach(strange)).produce(step(1, 2.0))
    tab = open_tab(qtbot, around, presenter)
    assert presenter.state.runs == ()
    assert find(tab, EmptyState, "adapters_empty").isVisible()


# -- adapters ---------------------------------------------------------------------------------------------------------


def open_adapters(qtbot: QtBot, around: Around) -> FinetuneTab:
    around.adapters.record(make_adapter(around))
    return open_tab(qtbot, around)


def test_that_an_adapter_shows_where_it_comes_from(qtbot: QtBot, around: Around) -> None:
    tab = open_adapters(qtbot, around)
    table = find(tab, QTableView, "adapter_table")
    row = [texts(table, column)[0] for column in range(8)]
    assert row[:6] == ["house", "starter", "house", "90", "0.412", "–"]
    assert row[7] == "ab12cd34"
    assert in_short(around.paths.adapters / "house") in label(tab, "adapter_details")


def test_that_an_adapter_is_tried_in_the_playground(qtbot: QtBot, around: Around) -> None:
    tab = open_adapters(qtbot, around)
    click(tab, "adapter_try")
    assert around.navigator.opened == [("playground", {"adapter": "house", "model": "starter"})]


def test_that_an_export_asks_where_to_and_tells_how_it_was_proved(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = open_adapters(qtbot, around)
    find(tab, QAction, "export_gguf-merged").trigger()
    dialog = find(tab, QFileDialog, "export_dialog")
    out = str(tmp_path / "house-merged.gguf")
    dialog.fileSelected.emit(out)
    dialog.close()
    job = around.jobs.of(EXPORT)[-1]
    request = ExportRequest.model_validate(job.spec.params)
    assert (request.format, request.out) == (ExportFormat.GGUF_MERGED, out)
    assert not find(tab, QPushButton, "adapter_export").isEnabled()
    job.finish(ExportReport(path=out, format=ExportFormat.GGUF_MERGED, sha256="0", size_bytes=6_300_000))
    assert label(tab, "export_result_text") == f"Exported to {out} (6.3 MB)."
    assert find(tab, QPushButton, "adapter_export").isEnabled()


def test_that_a_failed_export_is_said_on_the_page(qtbot: QtBot, around: Around) -> None:
    tab = open_adapters(qtbot, around)
    tab.presenter.adapters.export(ExportFormat.PEFT, "/nowhere")
    around.jobs.last.fail(WorkbenchError("The disk of /nowhere is full.", hint="Free some space."))
    assert find(tab, QFrame, "export_trouble").accessibleName() == "The disk of /nowhere is full. Free some space."


def test_that_a_deleted_adapter_comes_back(qtbot: QtBot, around: Around) -> None:
    tab = open_adapters(qtbot, around)
    whole = around.adapters.list_adapters()
    click(tab, "adapter_delete")
    assert around.adapters.find("house") is None
    assert not (around.paths.adapters / "house").exists()
    assert find(tab, EmptyState, "adapters_empty").isVisible()
    assert label(tab, "deleted_text").startswith("“house” was deleted. It can come back for ")
    click(tab, "deleted_undo")
    assert around.adapters.list_adapters() == whole
    assert find(tab, QTableView, "adapter_table").isVisible()
    assert not find(tab, QFrame, "deleted").isVisible()


def test_that_what_can_come_back_no_longer_is_purged_in_a_worker(qtbot: QtBot, around: Around) -> None:
    tab = open_adapters(qtbot, around)
    click(tab, "adapter_delete")
    [about] = (around.paths.adapters / ".deleted").glob("*/about.json")
    text = about.read_text(encoding="utf-8")
    about.write_text(text.replace('"deleted_at":"20', '"deleted_at":"19'), encoding="utf-8")
    tab.presenter.refresh()
    find(tab, DeletedBar, "deleted").time_went_by.emit()
    assert [job.spec.task for job in around.jobs.of(PURGE)] == [PURGE]
    assert not find(tab, DeletedBar, "deleted").isVisible()


def test_that_another_tab_can_bring_a_data_set_and_a_base(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "first")
    save_rows(around, "second", 50)
    tab = open_tab(qtbot, around)
    tab.open_case({"dataset": "first", "model": "strange"})
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=(STARTER, STRANGE)))
    assert find(tab, QComboBox, "dataset_picker").currentData() == "first"
    assert tab.presenter.state.setup.base == "strange"


def test_that_every_control_can_be_named_and_reached(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    for kind in (QPushButton, QComboBox, QLineEdit, QCheckBox, QSpinBox, QDoubleSpinBox, QTableView):
        for widget in tab.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.objectName(), widget
                assert widget.accessibleName(), widget.objectName()
                assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus, widget.objectName()
