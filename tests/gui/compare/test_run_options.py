"""How a comparison is run is set on a page of its own; what is missing at the end is told, and asked for again."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.compare.conftest import Desk, turn_to
from tests.gui.compare.test_results import REQUEST
from tests.gui.compare.test_setup import find, press, read_questions, texts
from tests.unit.compare.running import StopsAfter
from tests.unit.compare.scripted import ScriptedTools, arm, asked_number, knows_with_passages
from workbench.compare.pace import FILE, Pace
from workbench.compare.placing import FOLDER, place_run
from workbench.compare.spec import load_spec
from workbench.compare.tasks import (
    PREPARE,
    PREPARE_RETRY,
    RUN_COMPARISON,
    SUM_UP,
    Preparation,
    PrepareRequest,
    RetryRequest,
    SumUpRequest,
    compare,
    prepare_retry,
    sum_up,
)
from workbench.compare.trial_types import TrialDone
from workbench.compare.types import CompareRequest
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, RecordingContext
from workbench.llm.types import GenerationConfig, GenerationRequest, Role
from workbench.paths import WorkbenchPaths
from workbench.playground.types import Prompt, PromptBlock, Reasoning


@pytest.fixture
def ready(desk: Desk, questions_file: Path) -> Desk:
    """Questions and arms are there, the page "Run" is in front."""
    press(desk, "compare_standard")
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    turn_to(desk.tab, "Run")
    return desk


def set_box(desk: Desk, qtbot: QtBot, name: str, value: int) -> None:
    box = find(desk, QSpinBox, name)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(value))  # type: ignore[no-untyped-call]
    qtbot.keyClick(box, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]


def tick(desk: Desk, qtbot: QtBot, name: str) -> None:
    find(desk, QCheckBox, name).click()


def test_that_what_is_set_goes_into_the_run(ready: Desk, qtbot: QtBot) -> None:
    for name, value in (("repeats", 4), ("minutes", 15), ("timed", 3), ("seed", 11)):
        set_box(ready, qtbot, f"compare_{name}", value)
    for name in ("forgetting", "anew"):
        tick(ready, qtbot, f"compare_{name}")
    press(ready, "compare_run")
    asked = PrepareRequest.model_validate(ready.jobs.of(PREPARE)[0].spec.params)
    spec = asked.spec
    assert (spec.repeats, spec.budget_seconds, spec.timed_questions, spec.seed, spec.forgetting) == (
        4,
        900,
        3,
        11,
        True,
    )
    assert asked.fresh
    assert asked.home


def test_that_settings_of_an_opened_comparison_are_shown_and_saved_again(ready: Desk, tmp_path: Path) -> None:
    written = tmp_path / "compare.yaml"
    written.write_text(
        "name: sums\nquestions: sums.jsonl\nrepeats: 5\nbudget_seconds: 90\nforgetting: true\nwaves: [8, 4]\n"
        "arms:\n  - {name: a, model: starter}\n",
        encoding="utf-8",
    )
    ready.tab.open_case({"spec": str(written)})
    read_questions(ready, tmp_path / "sums.jsonl")
    turn_to(ready.tab, "Run")
    assert find(ready, QSpinBox, "compare_repeats").value() == 5
    assert find(ready, QCheckBox, "compare_forgetting").isChecked()
    ready.tab.presenter.save_setup(str(tmp_path / "again.yaml"))
    again = load_spec(tmp_path / "again.yaml")
    assert (again.repeats, again.budget_seconds, again.waves) == (5, 90, (8, 4))


def test_that_the_time_is_estimated_only_where_earlier_runs_tell(ready: Desk, home: WorkbenchPaths) -> None:
    assert not find(ready, QLabel, "compare_estimate").isVisible()
    runs = home.home / FOLDER
    runs.mkdir(exist_ok=True)
    pace = Pace(answer_seconds=2.0, alone_seconds=1.0).model_dump()
    paces = {"starter alone": pace, "starter with passages": pace}
    (runs / FILE).write_text(json.dumps(paces), encoding="utf-8")
    ready.tab.presenter.refresh()
    assert find(ready, QLabel, "compare_estimate").text().startswith("About 2 min 55 s, going by earlier runs")


def test_that_every_setting_says_what_it_means(ready: Desk) -> None:
    for name in ("repeats", "minutes", "timed", "seed", "forgetting", "anew"):
        control = find(ready, QWidget, f"compare_{name}")
        assert control.accessibleName()
        assert control.accessibleDescription() in texts(ready)


def test_that_the_page_is_whole_in_a_narrow_window_with_a_big_font(ready: Desk, qtbot: QtBot) -> None:
    font = ready.tab.font()
    font.setPointSizeF(12.5)
    ready.tab.setFont(font)
    ready.tab.resize(720, 560)  # as narrow as the other pages let it be
    last = find(ready, QCheckBox, "compare_anew")
    qtbot.waitUntil(lambda: last.mapTo(ready.tab, last.rect().topRight()).x() < ready.tab.width() < 900)
    assert last.width() >= last.sizeHint().width()


# -- what is missing at the end --------------------------------------------------------------------------------------


@pytest.fixture
def running(ready: Desk, home: WorkbenchPaths) -> FakeJob:
    press(ready, "compare_run")
    ready.jobs.of(PREPARE)[0].finish(Preparation(request=place_run(REQUEST, home)))
    return ready.jobs.of(RUN_COMPARISON)[0]


def work(job: FakeJob, context: RecordingContext, tools: ScriptedTools) -> CompareRequest:
    """What the worker would do, told to the window."""
    request = CompareRequest.model_validate(job.spec.params)
    try:
        report = compare(context, request, tools)
        ended = report.model_copy(update={"trials": (), "examples": ()})
    except JobCancelled:
        ended = None
    for item in context.produced:
        if isinstance(item, TrialDone):
            job.produce(item)
    if ended is not None:
        job.finish(ended)
    return request


def shown(desk: Desk, name: str) -> bool:
    return find(desk, QWidget, name).isVisible()


def test_that_a_stopped_run_shows_a_verdict_on_what_was_measured(ready: Desk, running: FakeJob) -> None:
    request = work(running, StopsAfter(18), ScriptedTools(knows_with_passages))
    running.end_cancelled()
    assert not shown(ready, "compare_notice")
    ready.jobs.of(SUM_UP)[0].finish(sum_up(RecordingContext(), SumUpRequest(folder=request.folder)))
    assert "6 of 24 answers are missing. The run was stopped before everything was asked." in texts(ready)
    assert "rag answers best" in texts(ready)
    assert find(ready, QPushButton, "compare_ask_again").text() == "Go on"
    assert find(ready, QPushButton, "compare_export").isEnabled()
    assert ready.store.list_comparisons() == []  # it goes on: no second line in the history


def test_that_a_run_that_failed_shows_what_it_has(ready: Desk, running: FakeJob) -> None:
    request = work(running, StopsAfter(15), ScriptedTools(knows_with_passages))
    running.fail(WorkbenchError("The disk is full: nothing more can be written.", hint="Free some space."))
    ready.jobs.of(SUM_UP)[0].finish(sum_up(RecordingContext(), SumUpRequest(folder=request.folder)))
    assert "The disk is full" in texts(ready)
    assert "9 of 24 answers are missing." in texts(ready)


def test_that_the_failed_ones_are_asked_again_with_a_click(ready: Desk, running: FakeJob) -> None:
    def busy(request: GenerationRequest) -> str:
        if asked_number(request) == 5:
            raise WorkbenchError("The server was busy.")
        return knows_with_passages(request)

    request = work(running, RecordingContext(), ScriptedTools(busy))
    assert "2 answers did not come about: prompt 1, rag 1." in texts(ready)
    press(ready, "compare_ask_again")
    job = ready.jobs.of(PREPARE_RETRY)[0]
    asked = RetryRequest.model_validate(job.spec.params)
    assert asked.folder == request.folder
    job.finish(prepare_retry(RecordingContext(), asked))
    tools = ScriptedTools(knows_with_passages)
    work(ready.jobs.of(RUN_COMPARISON)[1], RecordingContext(), tools)
    assert [[each.id for each in batch] for batch in tools.engines[0].batches] == [["q5"], ["q5"]]
    assert not shown(ready, "compare_ask_again")
    assert "22 of 24 answers were taken over from earlier runs." in texts(ready)
    assert len(ready.store.list_comparisons()) == 2


def test_that_nothing_is_said_where_nothing_is_missing(ready: Desk, running: FakeJob) -> None:
    work(running, RecordingContext(), ScriptedTools(knows_with_passages))
    assert not shown(ready, "compare_notice")


def test_that_an_answer_shows_its_whole_text_and_its_repeats(ready: Desk, home: WorkbenchPaths) -> None:
    thinks = arm(
        "thinks",
        prompt=Prompt(blocks=(PromptBlock(role=Role.USER, text="{{ question }}"),), reasoning=Reasoning()),
        generation=GenerationConfig(temperature=0.7),
    )
    press(ready, "compare_run")
    request = REQUEST.model_copy(update={"arms": (thinks,), "repeats": 2})
    ready.jobs.of(PREPARE)[0].finish(Preparation(request=place_run(request, home)))
    odd = ScriptedTools(lambda asked: f"I think.\nAnswer: {asked_number(asked) + asked.config.seed % 2}")
    work(ready.jobs.of(RUN_COMPARISON)[0], RecordingContext(), odd)
    ready.tab.presenter.select_trial("thinks", "q3")
    assert find(ready, QLabel, "compare_answer").text() == "3"
    assert find(ready, QLabel, "compare_whole_text").text() == "I think.\nAnswer: 3"
    assert "Asked 2 times: " in texts(ready)
