"""Setting up a grid: what can be chosen, what is said before it can run."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from tests.gui.playground.grid.conftest import Desk, save
from tests.unit.playground.grid.scripted import rows
from workbench.datasets.types import Dataset
from workbench.errors import WorkbenchError
from workbench.playground.grid.tasks import READ_ROWS, RUN_GRID, RowsReport, RowsRequest
from workbench.playground.grid.types import GridRequest
from workbench.settings import LlmSettings, Settings
from workbench.ui.playground.grid.check_list import CheckList
from workbench.ui.widgets.trouble_card import TroubleCard


def texts(found: CheckList) -> list[str]:
    model = found.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def checked(found: CheckList) -> list[str]:
    model = found.model()
    role = Qt.ItemDataRole.CheckStateRole
    return [
        str(model.index(row, 0).data())
        for row in range(model.rowCount())
        if Qt.CheckState(model.index(row, 0).data(role)) is Qt.CheckState.Checked
    ]


def press_space(found: CheckList, row: int) -> None:
    found.setCurrentIndex(found.model().index(row, 0))
    QTest.keyClick(found, Qt.Key.Key_Space)


def reason(desk: Desk) -> str:
    return desk.find(QLabel, "grid_reason").text()


def test_that_everything_is_offered_and_only_what_is_safe_is_chosen(desk: Desk) -> None:
    assert texts(desk.find(CheckList, "grid_versions")) == ["sums  v2", "sums  v1"]
    answerers = desk.find(CheckList, "grid_answerers")
    assert texts(answerers)[:3] == ["tiny", "tiny + polite", "small"]
    assert "sends your text to api.example.com" in texts(answerers)[3]
    assert checked(answerers) == ["tiny"]
    assert checked(desk.find(CheckList, "grid_versions")) == ["sums  v2"]
    assert checked(desk.find(CheckList, "grid_variants")) == ["As the prompt says"]
    assert not desk.find(QPushButton, "grid_run").isEnabled()
    assert reason(desk).startswith("Choose rows")


def test_that_a_file_becomes_rows_and_the_size_is_said(desk: Desk) -> None:
    desk.find(QPushButton, "grid_choose").click()
    dialog = desk.find(QFileDialog, "grid_open_dialog")
    dialog.fileSelected.emit("/tmp/sums.jsonl")
    dialog.close()
    assert RowsRequest.model_validate(desk.jobs.of(READ_ROWS)[-1].spec.params).path == "/tmp/sums.jsonl"
    assert reason(desk) == "The rows are being read."
    desk.read_rows(40)
    press_space(desk.find(CheckList, "grid_versions"), 1)
    press_space(desk.find(CheckList, "grid_answerers"), 1)
    assert reason(desk) == "4 columns × 40 rows = 160 answers"
    desk.find(QSpinBox, "grid_limit").setValue(10)
    assert reason(desk) == "4 columns × 10 rows = 40 answers"
    assert desk.find(QPushButton, "grid_run").isEnabled()


def test_that_a_file_without_questions_says_why_beside_it(desk: Desk) -> None:
    desk.page.file_chosen.emit("/tmp/nothing.csv")
    desk.jobs.of(READ_ROWS)[-1].fail(WorkbenchError("nothing.csv has no column for the question."))
    assert desk.find(TroubleCard, "grid_rows_trouble").text() == "nothing.csv has no column for the question."
    desk.page.file_chosen.emit("/tmp/good.csv")
    desk.read_rows()
    assert desk.find(TroubleCard, "grid_rows_trouble").isHidden()


def test_that_rows_of_an_earlier_choice_do_not_replace_a_later_one(desk: Desk) -> None:
    desk.page.file_chosen.emit("/tmp/first.csv")
    desk.page.file_chosen.emit("/tmp/second.csv")
    first, second = desk.jobs.of(READ_ROWS)
    first.fail(WorkbenchError("Too late."))
    assert desk.find(TroubleCard, "grid_rows_trouble").isHidden()
    assert not second.cancelled


def test_that_files_of_one_name_in_two_folders_are_told_apart(desk: Desk) -> None:
    desk.page.file_chosen.emit("/a/questions.jsonl")
    desk.page.file_chosen.emit("/b/questions.jsonl")
    first, second = desk.jobs.of(READ_ROWS)
    first.finish(RowsReport(request=RowsRequest(path="/a/questions.jsonl"), rows=rows(4)))
    assert (desk.state.rows, desk.state.is_reading) == (None, True)
    second.fail(WorkbenchError("questions.jsonl cannot be read."))
    assert desk.state.rows is None
    assert not desk.find(QPushButton, "grid_run").isEnabled()


def test_that_a_chosen_adapter_stays_chosen_when_it_is_renamed(desk: Desk) -> None:
    answerers = desk.find(CheckList, "grid_answerers")
    press_space(answerers, 0)
    press_space(answerers, 1)
    assert checked(answerers) == ["tiny + polite"]
    before = desk.adapters[0]
    desk.adapters[0] = before.model_copy(update={"name": "kind", "folder": "/kind", "gguf_path": "/kind/adapter.gguf"})
    desk.page.hide()
    desk.page.show()
    assert checked(answerers) == ["tiny + kind"]
    [chosen] = [one for one in desk.page.presenter.setup.answerers if one.adapter_name]
    assert chosen.adapter is not None and chosen.adapter.path == "/kind/adapter.gguf"


def test_that_two_adapters_of_the_same_content_are_two_choices(desk: Desk) -> None:
    desk.adapters.append(desk.adapters[0].model_copy(update={"name": "copy", "gguf_path": "/copy.gguf"}))
    desk.page.presenter.refresh()
    answerers = desk.find(CheckList, "grid_answerers")
    press_space(answerers, 2)
    assert checked(answerers) == ["tiny", "tiny + copy"]


def test_that_changed_preferences_reach_the_models_of_an_open_page(desk: Desk) -> None:
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows()
    desk.change(Settings(llm=LlmSettings(context_length=16384)))
    desk.find(QPushButton, "grid_run").click()
    request = GridRequest.model_validate(desk.jobs.of(RUN_GRID)[-1].spec.params)
    assert [one.answerer.load.context_length for one in request.combinations] == [16384]


def test_that_a_saved_data_set_can_be_chosen(desk: Desk) -> None:
    desk.data_sets.append(Dataset(name="lamps", content_hash="h", rows_path="/rows/h.jsonl"))
    desk.page.presenter.refresh()
    box = desk.find(QComboBox, "grid_data_set")
    assert [box.itemText(n) for n in range(1, box.count())] == ["lamps"]
    box.activated.emit(1)
    asked = RowsRequest.model_validate(desk.jobs.of(READ_ROWS)[-1].spec.params)
    assert (asked.path, asked.data_set, asked.content_hash) == ("/rows/h.jsonl", "lamps", "h")


def test_that_a_setting_varies_and_a_wrong_value_is_said_there(desk: Desk) -> None:
    values = desk.find(QLineEdit, "grid_vary_values")
    QTest.keyClicks(values, "0.2, hot")
    QTest.keyClick(values, Qt.Key.Key_Return)
    assert "cannot be “hot”" in desk.find(QLabel, "grid_vary_trouble").text()
    values.setText("0.2, 0.9")
    desk.find(QPushButton, "grid_vary_add").click()
    variants = desk.find(CheckList, "grid_variants")
    assert checked(variants) == ["As the prompt says", "temperature 0.2", "temperature 0.9"]
    assert values.text() == ""
    assert desk.find(QLabel, "grid_vary_trouble").isHidden()
    press_space(variants, 1)
    tidy = desk.find(QPushButton, "grid_vary_tidy")
    assert not tidy.isHidden()
    tidy.click()
    assert texts(variants) == ["As the prompt says", "temperature 0.9"]


def test_that_an_adapter_answers_at_several_scales(desk: Desk) -> None:
    scales, trouble = desk.find(QLineEdit, "grid_scales"), desk.find(QLabel, "grid_scales_trouble")
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows()
    assert scales.isHidden(), "no adapter is chosen"
    press_space(desk.find(CheckList, "grid_answerers"), 1)
    assert not scales.isHidden()
    scales.clear()
    QTest.keyClicks(scales, "0.5, 11")
    assert trouble.text().startswith("An adapter cannot be applied at “11”.")
    assert reason(desk) == trouble.text()
    assert not desk.find(QPushButton, "grid_run").isEnabled()
    QTest.keyClick(scales, Qt.Key.Key_Backspace)
    assert trouble.isHidden()
    assert reason(desk) == "3 columns × 4 rows = 12 answers"
    desk.find(QPushButton, "grid_run").click()
    request = GridRequest.model_validate(desk.jobs.of(RUN_GRID)[-1].spec.params)
    assert [column.name for column in request.combinations] == ["tiny", "tiny + polite × 0.5", "tiny + polite"]
    assert [column.answerer.adapter_scale for column in request.combinations] == [1.0, 0.5, 1.0]


def test_that_what_can_be_asked_no_more_is_said_and_nothing_takes_its_place(desk: Desk) -> None:
    answerers = desk.find(CheckList, "grid_answerers")
    press_space(answerers, 1)
    press_space(answerers, 0)
    assert checked(answerers) == ["tiny + polite"]
    desk.adapters.clear()
    for _ in range(2):
        desk.page.presenter.refresh()
    assert checked(answerers) == []
    assert desk.messages.texts("warning") == ["tiny + polite cannot be asked any more."]


def test_that_a_variable_without_a_column_asks_for_a_value(desk: Desk, qtbot: QtBot) -> None:
    save(desk.prompts, "{{ question }} Be {{ tone }} to {{ customer }}.")
    desk.page.presenter.refresh()
    press_space(desk.find(CheckList, "grid_versions"), 0)
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows(2, tone="warm")
    edit = desk.find(QLineEdit, "grid_value_customer")
    qtbot.waitUntil(edit.isVisible)
    assert desk.page.findChild(QLineEdit, "grid_value_tone") is None
    QTest.keyClicks(edit, "Ms Miller")
    desk.find(QPushButton, "grid_run").click()
    request = GridRequest.model_validate(desk.jobs.of(RUN_GRID)[-1].spec.params)
    assert request.values == {"customer": "Ms Miller"}


def test_that_control_return_runs_the_grid_with_the_chosen_metric(desk: Desk) -> None:
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows()
    metric = desk.find(QComboBox, "grid_metric")
    metric.activated.emit(metric.findData("contains"))
    action = desk.page.actions()[0]
    assert action.shortcut().toString() == "Ctrl+Return"
    action.trigger()
    [job] = desk.jobs.of(RUN_GRID)
    request = GridRequest.model_validate(job.spec.params)
    assert [one.name for one in request.metrics] == ["contains"]
    assert [one.name for one in request.combinations] == ["v2 · tiny"]
    assert (job.spec.durable, request.name, len(request.rows)) == (True, "sums", 4)


def test_that_another_page_hands_over_a_file_and_a_version(desk: Desk) -> None:
    first = desk.prompts.versions("sums")[-1]
    desk.page.open_case({"questions": "/tmp/sums.jsonl", "version": first.id})
    assert checked(desk.find(CheckList, "grid_versions")) == ["sums  v1"]
    assert desk.jobs.of(READ_ROWS)[-1].spec.params["path"] == "/tmp/sums.jsonl"
