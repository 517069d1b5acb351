"""What a person can train, and what the page of a training shows beside its losses."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QAction, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.finetune.test_finetune_tab import (
    STARTER,
    Around,
    around,
    click,
    label,
    make_adapter,
    open_setup,
    open_tab,
    save_rows,
    start_training,
    step,
)
from workbench.datasets.types import Dataset
from workbench.errors import WorkbenchError
from workbench.finetune.out_of_memory import memory_ran_out
from workbench.finetune.scratch.sizes import ScratchEstimate, big_models
from workbench.finetune.sweeps import SweepReport, SweepRequest, SweepTrial, TrialStep
from workbench.finetune.text_folder import GATHER, GatherReport, documents_dataset
from workbench.finetune.types import (
    MadeModel,
    Perplexity,
    RunCondition,
    RunStatus,
    TextGain,
    TrainingSample,
    TrainReport,
    TrainRequest,
)
from workbench.jobs.causes import describe_death
from workbench.jobs.disk_watch import DISK_LOG
from workbench.jobs.events import Logged, Queued
from workbench.jobs.memory_watch import RAN_OUT
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport
from workbench.ui.finetune import TRAIN, FinetuneTab
from workbench.ui.finetune.presets import Goal, Preset, config_for
from workbench.ui.widgets.line_chart import LineChart

__all__ = ["around"]  # a fixture
SWEEP, SCRATCH = "workbench.finetune.tasks:sweep", "workbench.finetune.tasks:estimate_from_scratch"
MEASURED = ScratchEstimate(
    parameters=5_870_000, tokens=5_000_000, seconds=720, tokens_per_second=7000, operations_per_second=2.5e11,
    text_tokens=1_600_000, passes=3.1, memory_bytes=900_000_000, big=big_models(2.5e11),
)  # fmt: skip


def choose(tab: FinetuneTab, box: str, data: str) -> None:
    found = find(tab, QComboBox, box)
    found.setCurrentIndex(found.findData(data))
    found.activated.emit(found.currentIndex())


def started(around: Around) -> TrainRequest:
    return TrainRequest.model_validate(around.jobs.of(TRAIN)[-1].spec.params)


def documents(around: Around) -> Dataset:
    return documents_dataset([("a.txt", ["The sea is green."])], "notes text", around.datasets.folder, "text of notes")


# -- goals ------------------------------------------------------------------------------------------------------------


def test_that_a_folder_of_text_becomes_what_is_learned(qtbot: QtBot, around: Around, tmp_path: Path) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "goal_text")
    find(tab, QAction, "add_text_folder").trigger()
    dialog = find(tab, QFileDialog, "text_dialog")
    dialog.fileSelected.emit(str(tmp_path))
    dialog.close()
    assert label(tab, "preflight") == "Reading the text…"
    around.jobs.of(GATHER)[-1].finish(GatherReport(dataset=documents(around), characters=17))
    assert find(tab, QComboBox, "dataset_picker").currentData() == "notes text"
    click(tab, "start_training")
    request = started(around)
    assert (request.config.objective, request.config.makes_adapter) == ("text", False)
    assert request.dataset_name == "notes text"


def test_that_a_folder_without_text_is_said(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "goal_text")
    tab.presenter.texts.add_text("/nowhere")
    around.jobs.of(GATHER)[-1].fail(WorkbenchError("There is no text in nowhere.", hint="Choose another."))
    assert find(tab, QFrame, "setup_trouble").accessibleName() == "There is no text in nowhere. Choose another."
    assert find(tab, QPushButton, "add_text").isEnabled()


def test_that_text_does_not_replace_what_was_chosen_while_it_was_read(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "mine", 30)
    tab = open_setup(qtbot, around)
    tab.presenter.texts.add_text("/notes")
    choose(tab, "dataset_picker", "mine")
    around.jobs.of(GATHER)[-1].finish(GatherReport(dataset=documents(around), characters=17))
    picker = find(tab, QComboBox, "dataset_picker")
    assert picker.currentData() == "mine"
    assert picker.findData("notes text") >= 0
    assert around.messages.texts("info") == [
        "The text is ready as the data set “notes text”. Choose it to train on it."
    ]


@pytest.mark.parametrize(
    ("goal", "taken", "suggested"),
    [("goal_scratch", "house model", "house model 2"), ("goal_text", "house", "house 2")],
)
def test_that_a_goal_that_makes_a_model_suggests_a_name_that_is_free_among_models(
    qtbot: QtBot, around: Around, goal: str, taken: str, suggested: str
) -> None:
    (around.paths.models / taken).mkdir(parents=True)
    tab = open_setup(qtbot, around)
    click(tab, goal)
    assert find(tab, QLineEdit, "adapter_name").text() == suggested
    assert find(tab, QPushButton, "start_training").isEnabled()
    click(tab, "goal_instructions")
    assert find(tab, QLineEdit, "adapter_name").text() == "house", "no adapter is called so"


def test_that_a_method_that_makes_a_model_suggests_a_name_that_is_free_among_models(
    qtbot: QtBot, around: Around
) -> None:
    (around.paths.models / "house").mkdir(parents=True)
    tab = open_setup(qtbot, around)
    choose(tab, "method_picker", "full")
    assert find(tab, QLineEdit, "adapter_name").text() == "house 2"
    assert find(tab, QPushButton, "start_training").isEnabled()


def test_that_a_typed_name_stays_when_the_method_changes(qtbot: QtBot, around: Around) -> None:
    (around.paths.models / "mine").mkdir(parents=True)
    tab = open_setup(qtbot, around)
    tab.presenter.setup.name_adapter("mine")
    choose(tab, "method_picker", "full")
    assert find(tab, QLineEdit, "adapter_name").text() == "mine"
    assert "already a model “mine”" in tab.presenter.state.setup.name_trouble


def test_that_text_on_a_tuned_base_is_warned_against(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around, STARTER.model_copy(update={"has_chat_template": True}))
    assert not find(tab, QLabel, "order_warning").isVisible()
    click(tab, "goal_text")
    assert "better go on with the text first" in label(tab, "order_warning")
    assert find(tab, QPushButton, "start_training").isEnabled(), "a warning, not a refusal"


def test_that_full_tuning_has_a_gentler_rate_and_makes_a_model(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    choose(tab, "method_picker", "full")
    assert "Every weight is changed" in label(tab, "method_note")
    click(tab, "expert_switch")
    assert not find(tab, QFrame, "expert_form").findChild(QDoubleSpinBox, "option_alpha").isVisible()  # type: ignore[union-attr]
    click(tab, "start_training")
    config = started(around).config
    assert (config.method, config.makes_adapter) == ("full", False)
    lora = config_for(Preset.BALANCED, STARTER.parameters, 100)
    assert config.learning_rate == pytest.approx(lora.learning_rate / 10)


def test_that_qlora_is_shown_with_the_reason_why_not(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    box = find(tab, QComboBox, "method_picker")
    place = box.findData("qlora")
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    assert not model.item(place).isEnabled()
    assert box.itemText(place) == "QLoRA (4 bits): needs a graphics card by NVIDIA"


def test_that_a_model_from_scratch_is_measured_and_started_without_a_base(qtbot: QtBot, around: Around) -> None:
    save_rows(around)
    tab = open_tab(qtbot, around)
    tab.presenter.setup.open("house")
    around.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=()))
    click(tab, "goal_scratch")
    assert not find(tab, QComboBox, "base_picker").isVisible()
    choose(tab, "size_picker", "tiny")
    find(tab, QDoubleSpinBox, "scratch_tokens").setValue(2.0)
    qtbot.waitUntil(lambda: bool(around.jobs.of(SCRATCH)))
    around.jobs.of(SCRATCH)[-1].finish(MEASURED)
    assert label(tab, "preflight").startswith("5.87 M weights, about 12 min for 5 M tokens (the text 3.1 times)")
    assert "70 B weights on 1.4 T tokens" in label(tab, "big_models")
    click(tab, "start_training")
    request = started(around)
    assert request.scratch is not None
    assert (request.scratch.size, request.scratch.tokens, request.base.name) == ("tiny", 2_000_000, "")
    assert request.name == "house model"


def test_that_presets_of_text_hold_out_what_is_measured() -> None:
    config = config_for(Preset.QUICK, 6_000_000, 3, Goal.TEXT)
    assert (config.objective, config.validation_share) == ("text", 0.05)


# -- settings ---------------------------------------------------------------------------------------------------------


def test_that_every_setting_has_an_editor_and_reaches_the_training(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    form = find(tab, QFrame, "expert_form")
    find(form, QCheckBox, "option_packing").click()
    find(form, QCheckBox, "option_gradient_checkpointing").click()
    find(form, QPlainTextEdit, "option_sample_prompts").setPlainText("Where is it?\n\nWho made it?")
    find(form, QDoubleSpinBox, "option_general_share").setValue(0.2)
    click(tab, "start_training")
    config = started(around).config
    assert config.packing and config.gradient_checkpointing
    assert config.sample_prompts == ("Where is it?", "Who made it?")
    assert config.general_share == 0.2
    assert started(around).general_hash


def test_that_settings_that_contradict_each_other_are_said(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    tab.presenter.setup.set_option("patience", 3)
    tab.presenter.setup.set_option("validation_share", 0.0)
    assert "Early stopping looks at held-out rows" in label(tab, "config_trouble")
    assert not find(tab, QPushButton, "start_training").isEnabled()
    tab.presenter.setup.set_option("validation_share", 0.1)
    assert find(tab, QPushButton, "start_training").isEnabled()


# -- sweeps -----------------------------------------------------------------------------------------------------------


def start_sweep(qtbot: QtBot, around: Around) -> tuple[FinetuneTab, Any]:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    find(tab, QCheckBox, "sweep_switch").click()
    assert not find(tab, QPushButton, "start_training").isEnabled(), "no values yet"
    choose(tab, "sweep_setting_0", "rank")
    QTest.keyClicks(find(tab, QLineEdit, "sweep_values_0"), "4, 8")
    assert find(tab, QPushButton, "start_training").text() == "Start 2 trainings"
    click(tab, "start_training")
    job = around.jobs.of(SWEEP)[-1]
    job.start()
    return tab, job


def test_that_values_that_make_no_sense_are_said(qtbot: QtBot, around: Around) -> None:
    tab = open_setup(qtbot, around)
    click(tab, "expert_switch")
    find(tab, QCheckBox, "sweep_switch").click()
    choose(tab, "sweep_setting_0", "rank")
    QTest.keyClicks(find(tab, QLineEdit, "sweep_values_0"), "4, wide")
    assert label(tab, "sweep_trouble") == "“wide” is no value for Rank."
    assert not find(tab, QPushButton, "start_training").isEnabled()


def test_that_a_sweep_is_a_table_in_which_the_best_is_marked(qtbot: QtBot, around: Around) -> None:
    tab, job = start_sweep(qtbot, around)
    assert SweepRequest.model_validate(job.spec.params).values == {"rank": (4, 8)}
    trials = [SweepTrial(number=n, settings={"rank": 4 * n}, eval_loss=1.0 / n, loss=0.5, steps=36) for n in (1, 2)]
    job.produce(TrialStep(trial=1, trials=2, metrics=step(7, 0.9)))
    job.produce(trials[0])
    job.produce(TrialStep(trial=2, trials=2, metrics=step(1, 0.9)))
    table = find(tab, QTableWidget, "trial_table")
    qtbot.waitUntil(lambda: table.rowCount() == 2 and cells(table, 1)[-1] == "running")
    assert cells(table, 0) == ["1", "4", "1.0000", "0.5000", "36", "★ best"]
    assert label(tab, "figure_step") == "1 / 36", "the curve is that of the training that runs"
    job.produce(trials[1])
    winner = TrainReport(finished=True, adapter=make_adapter(around), steps=36, total_steps=36)
    job.finish(SweepReport(finished=True, trials=tuple(trials), total=2, best=2, winner=winner))
    qtbot.waitUntil(lambda: cells(table, 1)[-1] == "★ best")
    assert around.adapters.find("house") is not None


def cells(table: QTableWidget, row: int) -> list[str]:
    return [item.text() if (item := table.item(row, column)) else "" for column in range(table.columnCount())]


# -- another computer -------------------------------------------------------------------------------------------------


def test_that_a_training_is_packed_and_comes_home(
    qtbot: QtBot, around: Around, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Path]] = []

    def packed(request: TrainRequest, folder: Path, *, with_base: bool) -> None:
        asked.append((request.name, folder))

    monkeypatch.setattr("workbench.ui.finetune.packing_part.pack", packed)
    tab = open_setup(qtbot, around)
    find(tab, QAction, "pack_training").trigger()
    dialog = find(tab, QFileDialog, "packing_dialog")
    dialog.fileSelected.emit(str(tmp_path))
    dialog.close()
    assert asked == [("house", tmp_path / "house")]
    assert "Copy it to the other computer" in around.messages.texts("info")[-1]
    tab.presenter.packing.bring_back(str(tmp_path / "nowhere"))
    assert "cannot be started" in find(tab, QFrame, "setup_trouble").accessibleName()


# -- while it runs ----------------------------------------------------------------------------------------------------


def test_that_samples_come_as_they_are_made(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    click(tab, "run_view_samples")
    for number, text in ((0, "blah"), (20, "<b>In 3</b>.")):
        job.produce(TrainingSample(step=number, number=0, prompt="Box 3?", text=text, expected="In 3."))
    table = find(tab, QTableWidget, "sample_table")
    qtbot.waitUntil(lambda: table.rowCount() == 3)
    assert [cells(table, row) for row in range(3)] == [
        ["Wanted", "In 3."], ["Before", "blah"], ["Step 20", "<b>In 3</b>."],
    ]  # fmt: skip
    job.produce(TrainingSample(step=20, number=0, prompt="Box 3?", text="again", expected="In 3."))
    qtbot.waitUntil(lambda: cells(table, 2)[1] == "again")
    assert table.rowCount() == 3, "a sample that is told again counts once"


def test_that_learning_rate_and_memory_are_curves(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.produce(step(1, 2.0))
    click(tab, "run_view_rate")
    qtbot.waitUntil(lambda: find(tab, LineChart, "rate_chart").legend_text() == "Learning rate 1.90e-03")
    click(tab, "run_view_memory")
    assert find(tab, LineChart, "memory_chart").legend_text() == "Memory in GB 0.820"


def test_that_a_full_disk_is_said_until_there_is_room(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.produce(step(1, 2.0))
    job.produce(RunStatus(condition=RunCondition.DISK_FULL, message="The disk of /home is full. The training waits."))
    qtbot.waitUntil(lambda: label(tab, "run_phase") == "disk full")
    assert label(tab, "run_waiting") == "The disk of /home is full. The training waits."
    assert find(tab, QPushButton, "run_stop").isEnabled()
    job.produce(RunStatus(condition=RunCondition.TRAINING))
    qtbot.waitUntil(lambda: label(tab, "run_phase") == "training")
    assert not find(tab, QLabel, "run_waiting").isVisible()


def test_that_a_disk_too_full_for_the_run_to_say_so_is_said_by_the_window(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.produce(step(1, 2.0))
    job.emit(Logged(job_id=job.id, level="WARNING", logger=DISK_LOG, text="The disk of /runs is full."))
    qtbot.waitUntil(lambda: label(tab, "run_phase") == "disk full")
    assert label(tab, "run_waiting") == "The disk of /runs is full."
    job.emit(Logged(job_id=job.id, logger=DISK_LOG, text="There is room on the disk again."))
    qtbot.waitUntil(lambda: label(tab, "run_phase") == "training")
    assert not find(tab, QLabel, "run_waiting").isVisible()


def test_that_a_pause_of_an_earlier_start_can_be_ended(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.produce(step(1, 2.0))
    job.produce(RunStatus(condition=RunCondition.PAUSED, message="Paused after step 1; it is saved."))
    qtbot.waitUntil(find(tab, QPushButton, "run_resume").isVisible)
    click(tab, "run_resume")
    assert job.commands == [("resume", {})]


def test_that_memory_that_ran_out_is_one_click_from_going_on(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.produce(step(1, 2.0))
    job.fail(memory_ran_out(started(around), 500, "DefaultCPUAllocator: can't allocate memory", 200))
    qtbot.waitUntil(find(tab, QPushButton, "run_remedy").isVisible)
    assert "Memory ran out at step 500" in find(tab, QFrame, "run_trouble").accessibleName()
    click(tab, "run_remedy")
    again = started(around)
    assert again.config.gradient_checkpointing
    assert (again.name, again.restart) == ("house", False)
    assert len(around.jobs.of(TRAIN)) == 2


def test_that_a_process_that_was_killed_for_its_memory_offers_the_same(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.crash(f"{describe_death(-9)} {RAN_OUT}: the system ended it to get some back.")
    qtbot.waitUntil(find(tab, QPushButton, "run_remedy").isVisible)
    assert find(tab, QPushButton, "run_remedy").text() == "Go on with gradient checkpointing"


def test_that_a_crash_for_another_cause_offers_no_less_memory(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.crash(describe_death(-11))  # its words speak of memory too
    qtbot.waitUntil(find(tab, QFrame, "run_trouble").isVisible)
    assert not find(tab, QPushButton, "run_remedy").isVisible()


def test_that_a_model_that_was_made_says_what_the_text_gained(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    made = MadeModel(name="sea", folder="/m/sea", gguf_path="/m/sea/sea.gguf", gguf_hash="0", base_name="starter",
                     base_path="", base_hash="")  # fmt: skip
    value = Perplexity(value=0.5, low=0.4, high=0.6)
    gain = TextGain(before=value, after=value, ratio=value, blocks=12, tokens=900)
    job.finish(TrainReport(finished=True, made=made, gain=gain, steps=36, total_steps=36))
    qtbot.waitUntil(find(tab, QFrame, "run_outcome").isVisible)
    assert "(0.5 times, 95 % interval 0.4 to 0.6)" in label(tab, "run_outcome_text")
    assert not find(tab, QPushButton, "run_adapter").isVisible()
    click(tab, "run_try")
    assert around.navigator.opened == [("playground", {"model": "sea"})]


# -- the queue --------------------------------------------------------------------------------------------------------


def test_that_waiting_trainings_can_begin_earlier_or_be_cancelled(qtbot: QtBot, around: Around) -> None:
    tab, _ = start_training(qtbot, around)
    for name in ("second", "third"):
        tab.presenter.setup.open("house")
        tab.presenter.setup.name_adapter(name)
        tab.presenter.setup.start()
        job = around.jobs.of(TRAIN)[-1]
        job.emit(Queued(job_id=job.id, reason="waits for 'Fine-tune house'"))
    click(tab, "run_back")
    earlier = [button for button in tab.findChildren(QPushButton, "run_up") if button.isVisible()]
    assert len(earlier) == 1, "only the last one can go before another"
    earlier[0].click()
    assert around.jobs.moved == [around.jobs.of(TRAIN)[-1].id]
    assert [run.name for run in tab.presenter.state.live_runs] == ["house", "third", "second"]
    cancel = [button for button in tab.findChildren(QPushButton, "run_line_cancel") if button.isVisible()]
    assert len(cancel) == 2
    tab.presenter.runs.cancel_run("third")
    assert [job.cancelled for job in around.jobs.of(TRAIN)] == [False, False, True]
