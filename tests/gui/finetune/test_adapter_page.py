"""One adapter's page: before and after, card, rename, notes; what happens by itself after a training."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QTabWidget,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs
from tests.gui.acting import find
from tests.gui.finetune.test_finetune_tab import (
    Around,
    click,
    label,
    make_adapter,
    open_tab,
    save_rows,
    start_training,
    texts,
)
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.running import EVALUATE
from workbench.finetune.evaluation.summing_up import (
    evaluated_rows,
    gain_over_abilities,
    gains_by_ability,
    gains_on_test,
)
from workbench.finetune.evaluation.tasks import REPORT
from workbench.finetune.evaluation.types import (
    AskedQuestion,
    EvaluationReport,
    EvaluationRequest,
    GivenAnswer,
    Side,
    TestSource,
)
from workbench.finetune.store import AdapterStore
from workbench.finetune.types import TrainReport
from workbench.llm.types import ChatMessage, Role
from workbench.paths import WorkbenchPaths
from workbench.scoring.types import MetricChoice
from workbench.settings import FinetuneSettings, Settings
from workbench.ui.finetune import FinetunePresenter, FinetuneTab, Surroundings
from workbench.ui.finetune.answers_panel import AnswersPanel
from workbench.ui.models.catalog import ModelCatalog

HASH = "ab12cd34" * 8


@pytest.fixture
def around(database: Database, home: WorkbenchPaths) -> Around:
    return Around(home, DatasetStore(database), AdapterStore(database), FakeJobs(database))


def report_of(folder: str = "") -> EvaluationReport:
    """Of 20 test questions the adapter answers all; of 15 it could do before, it can do none."""
    metric = MetricChoice(name="exact_match")
    questions = [_question(f"test {n}", "", metric) for n in range(20)]
    questions += [_question(f"general {n}", "Copying", metric) for n in range(15)]
    answers = {side: {q.id: _answer(q, side) for q in questions} for side in Side}
    rows = evaluated_rows(questions, answers[Side.BASE], answers[Side.TUNED], [metric])
    general = [row for row in rows if row.question.is_general]
    abilities = gains_by_ability(general)
    report = EvaluationReport(
        adapter_name="house", adapter_hash=HASH, base_name="starter", base_hash="0", source=TestSource.HELD_OUT,
        data_name="house", gains=gains_on_test(rows[:20], [metric]), abilities=abilities,
        general=gain_over_abilities(general, abilities), created=datetime.now(UTC).isoformat(), rows=tuple(rows),
    )  # fmt: skip
    if folder:
        Path(folder).mkdir(parents=True)
        (Path(folder) / REPORT).write_text(report.model_dump_json(), encoding="utf-8")
    return report


def _question(name: str, ability: str, metric: MetricChoice) -> AskedQuestion:
    said = ChatMessage(role=Role.USER, content=f"What is {name}?")
    return AskedQuestion(id=name, messages=(said,), references=("red",), ability=ability, metric=metric)


def _answer(question: AskedQuestion, side: Side) -> GivenAnswer:
    right = (side is Side.TUNED) != question.is_general
    adapter = HASH if side is Side.TUNED else ""
    return GivenAnswer(side=side, question_id=question.id, text="red" if right else "dog", adapter_hash=adapter)


def open_page(qtbot: QtBot, around: Around, presenter: FinetunePresenter | None = None) -> FinetuneTab:
    save_rows(around, "other", 30)
    around.adapters.record(make_adapter(around))
    tab = open_tab(qtbot, around, presenter)
    click(tab, "adapter_open")
    return tab


def measure(tab: FinetuneTab, around: Around) -> EvaluationReport:
    click(tab, "measure_start")
    job = around.jobs.of(EVALUATE)[-1]
    report = report_of(EvaluationRequest.model_validate(job.spec.params).folder)
    job.finish(report.without_rows())
    return report


def test_that_before_and_after_are_measured_with_a_click(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    assert find(tab, QComboBox, "measure_test").currentText() == "other  ·  30 rows"
    click(tab, "measure_start")
    job = around.jobs.of(EVALUATE)[-1]
    assert job.spec.durable
    request = EvaluationRequest.model_validate(job.spec.params)
    assert (request.source, request.data_name, request.general) == (TestSource.DATASET, "other", True)
    assert not find(tab, QPushButton, "measure_start").isEnabled()
    job.finish(report_of(request.folder).without_rows())
    assert label(tab, "measure_headline").startswith("Gained 100 ± ")
    assert "lost 100 ± " in label(tab, "measure_headline")
    assert "no adapter in any answer" in label(tab, "measure_sentences")
    assert texts(find(tab, QTableView, "measure_gains"), 3) == ["+100", "-100", "-100"]
    assert len(texts(find(tab, QTableView, "answers_table"), 0)) == 35
    click(tab, "adapter_back")
    assert texts(find(tab, QTableView, "adapter_table"), 5) == ["+100 points"]
    assert label(tab, "adapter_headline").startswith("Gained 100")


def test_that_the_lost_answers_are_found(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    measure(tab, around)
    choice = find(tab, QComboBox, "answers_filter")
    choice.setCurrentIndex(choice.findText("Worse after"))
    assert texts(find(tab, QTableView, "answers_table"), 1) == ["Copying"] * 15
    shown = find(tab, QPlainTextEdit, "answer_in_full").toPlainText()
    assert "Before (1.00): red" in shown
    assert "After (0.00): dog" in shown
    assert tab.findChild(AnswersPanel) is not None


def test_that_a_failed_measurement_is_said_on_the_page(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    click(tab, "measure_start")
    around.jobs.last.fail(WorkbenchError("The base model starter is gone.", hint="Choose another."))
    assert find(tab, QFrame, "measure_trouble").accessibleName() == "The base model starter is gone. Choose another."
    assert find(tab, QPushButton, "measure_start").isEnabled()


def test_that_a_data_set_that_is_gone_is_said_and_nothing_else_is_measured_instead(
    qtbot: QtBot, around: Around
) -> None:
    tab = open_page(qtbot, around)
    around.datasets.delete("other")
    click(tab, "measure_start")
    assert around.jobs.of(EVALUATE) == []
    said = find(tab, QFrame, "measure_trouble").accessibleName()
    assert said == "The data set “other” is not there any more. Choose another one to test with."


def test_that_the_test_sets_are_those_of_now_when_the_tab_is_shown_again(qtbot: QtBot, around: Around) -> None:
    save_rows(around, "third", 20)
    tab = open_page(qtbot, around)
    box = find(tab, QComboBox, "measure_test")
    box.setCurrentIndex(box.findText("third  ·  20 rows"))
    tab.hide()
    around.datasets.delete("other")
    save_rows(around, "newest", 40)
    tab.show()
    offered = [box.itemText(index) for index in range(box.count())]
    assert "newest  ·  40 rows" in offered
    assert "other  ·  30 rows" not in offered
    assert box.currentText() == "third  ·  20 rows", "what was chosen stays chosen"
    assert not find(tab, QFrame, "measure_trouble").isVisible()


def test_that_a_chosen_test_set_that_is_gone_is_said_when_the_tab_is_shown_again(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    tab.hide()
    around.datasets.delete("other")
    tab.show()
    chosen = find(tab, QComboBox, "measure_test").currentText()
    said = find(tab, QFrame, "measure_trouble").accessibleName()
    assert said == f"The data set “other” is not there any more. “{chosen}” is chosen now, or choose another one."


def go_elsewhere(tab: FinetuneTab, place: str) -> None:
    if place == "another tab":
        tab.hide()
    else:
        click(tab, "adapter_back")


@pytest.mark.parametrize("place", ["another tab", "the list"])
def test_that_a_failed_measurement_is_told_to_a_user_who_is_elsewhere(qtbot: QtBot, around: Around, place: str) -> None:
    tab = open_page(qtbot, around)
    click(tab, "measure_start")
    go_elsewhere(tab, place)
    around.jobs.last.fail(WorkbenchError("The model does not fit into memory.", hint="Choose another."))
    assert around.messages.texts("error") == [
        "Before and after of “house” could not be measured. The model does not fit into memory."
    ]
    assert around.messages.hints == ["Choose another."]
    tab.show()
    is_said_there = find(tab, QFrame, "measure_trouble").isVisible()
    assert is_said_there == (place == "another tab"), "the open page says it too when the user comes back to it"


@pytest.mark.parametrize("place", ["another tab", "the list"])
def test_that_a_measurement_is_told_to_a_user_who_is_elsewhere(qtbot: QtBot, around: Around, place: str) -> None:
    tab = open_page(qtbot, around)
    click(tab, "measure_start")
    go_elsewhere(tab, place)
    job = around.jobs.of(EVALUATE)[-1]
    job.finish(report_of(EvaluationRequest.model_validate(job.spec.params).folder).without_rows())
    assert around.messages.texts("info") == ["Before and after of “house” are measured."]


def test_that_the_page_itself_is_message_enough_for_a_user_who_sees_it(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    measure(tab, around)
    click(tab, "measure_start")
    around.jobs.last.fail(WorkbenchError("The base model starter is gone.", hint="Choose another."))
    assert around.messages.said == []


def test_that_the_page_stays_that_of_its_adapter_when_another_one_is_ready(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    around.adapters.record(second := make_adapter(around, "second"))
    tab.presenter.adapters.welcome(second)
    assert around.messages.texts("info") == ["The adapter “second” is ready."]
    assert tab.presenter.state.selected == "house"
    click(tab, "details_delete")
    assert [adapter.name for adapter in around.adapters.list_adapters()] == ["second"]


def test_that_an_adapter_is_renamed_from_its_page(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    click(tab, "details_rename")
    field = find(tab, QLineEdit, "new_adapter_name")
    assert field.hasFocus() or field.isVisible()
    field.setText("con")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "cannot be the name" in label(tab, "rename_trouble")
    field.setText("village")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert around.adapters.find("village") is not None
    assert (around.paths.adapters / "village" / "adapter.gguf").is_file()
    assert not field.isVisible()


def test_that_notes_are_saved_while_one_types(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    find(tab, QTabWidget, "adapter_tabs").setCurrentIndex(1)
    QTest.keyClicks(find(tab, QPlainTextEdit, "adapter_notes"), "the good one")
    qtbot.waitUntil(lambda: around.adapters.get("house").notes == "the good one")


def test_that_the_card_tells_what_it_is_made_from(qtbot: QtBot, around: Around) -> None:
    tab = open_page(qtbot, around)
    words = " ".join(w.text() for w in find(tab, QFrame, "card_box").findChildren(type(tab.adapter._subtitle)))
    assert "rank 16" in words
    assert HASH in words
    used = " ".join(w.text() for w in find(tab, QFrame, "lineage_box").findChildren(type(tab.adapter._subtitle)))
    assert "Comparisons none" in used


def test_that_a_new_adapter_is_measured_by_itself_where_that_is_wanted(qtbot: QtBot, around: Around) -> None:
    tab, job = start_training(qtbot, around)
    job.finish(TrainReport(finished=True, adapter=make_adapter(around), steps=1, total_steps=1))
    assert around.jobs.of(EVALUATE) == []
    assert tab.isVisible()


def test_that_the_switch_is_remembered_and_obeyed(qtbot: QtBot, around: Around) -> None:
    kept = [Settings()]
    catalog = ModelCatalog(around.jobs, around.paths.models, lambda: ())
    presenter = FinetunePresenter(
        Surroundings(
            around.jobs, around.messages, around.navigator, around.datasets, around.adapters, around.paths, catalog,
            settings=lambda: kept[-1], change_settings=kept.append,
        )
    )  # fmt: skip
    tab = open_page(qtbot, around, presenter)
    find(tab, QCheckBox, "measure_automatically").click()
    assert kept[-1].finetune == FinetuneSettings(measure_after_training=True)
    presenter.adapters.welcome(around.adapters.get("house"))
    request = EvaluationRequest.model_validate(around.jobs.of(EVALUATE)[-1].spec.params)
    assert request.source is TestSource.NONE, "nothing was held out: only general abilities"
