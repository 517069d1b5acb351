"""The history of comparisons, by clicks: open, search, name, delete and bring back, run again, lay over each other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_setup import cells, find, press, texts
from tests.unit.compare.scripted import ScriptedTools, always_right, arm, asked_number, knows_with_passages, numbered
from workbench.compare.again.run_folder import write_run_folder
from workbench.compare.again.tasks import PREPARE_AGAIN, AgainPreparation, AgainRequest
from workbench.compare.tasks import RUN_COMPARISON, compare
from workbench.compare.types import CompareRequest
from workbench.datasets.test_sets.tasks import READ_QUESTIONS
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest
from workbench.paths import WorkbenchPaths
from workbench.scoring.types import MetricChoice
from workbench.ui.compare.state import Page


def half_right(request: GenerationRequest) -> str:
    return always_right(request) if asked_number(request) % 2 else "a guess"


def asks(name: str, folder: Path, **more: object) -> CompareRequest:
    return CompareRequest.model_validate(
        {
            "name": name,
            "examples": numbered(12),
            "metrics": (MetricChoice(name="exact_match"),),
            "arms": (arm("prompt", system=f"Be {name}."), arm("rag", collection=True)),
            "folder": str(folder),
            **more,
        }
    )


@pytest.fixture
def kept(desk: Desk, home: WorkbenchPaths) -> Desk:
    """The history page with two comparisons: "first" (1) and "second" (2)."""
    answers: tuple[tuple[str, Callable[[GenerationRequest], str]], ...] = (
        ("first", half_right),
        ("second", knows_with_passages),
    )
    for name, answer in answers:
        request = asks(name, home.home / "comparisons" / name)
        report = compare(RecordingContext(), request, ScriptedTools(answer))
        desk.store.save(report, folder=request.folder, spec=f"name: {name}\n")
    press(desk, "compare_history")
    return desk


def names(desk: Desk) -> list[str]:
    return [row[0] for row in cells(desk, "history_table")]


def choose(desk: Desk, *rows: int) -> None:
    table = find(desk, QTableView, "history_table")
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in rows:
        table.selectionModel().select(table.model().index(row, 0), flags)


def test_that_the_history_is_a_page_that_leads_back(kept: Desk) -> None:
    assert names(kept) == ["second", "first"]
    assert cells(kept, "history_table")[0][2] == "rag wins"
    press(kept, "history_back")
    assert kept.tab.presenter.state.page is Page.SETUP


def test_that_an_earlier_comparison_opens_again(kept: Desk) -> None:
    choose(kept, 0)
    press(kept, "history_open")
    assert "rag answers best" in texts(kept)
    press(kept, "compare_results_history")
    press(kept, "history_back")
    assert kept.tab.presenter.state.page is Page.RESULTS


def test_that_nothing_can_be_done_with_nothing(kept: Desk) -> None:
    for name in ("open", "again", "setup", "export", "overlay", "delete"):
        assert not find(kept, QPushButton, f"history_{name}").isEnabled(), name


def test_that_comparisons_are_searched(kept: Desk, qtbot: QtBot) -> None:
    search = find(kept, QLineEdit, "history_search")
    qtbot.keyClicks(search, "rag wins")  # type: ignore[no-untyped-call]
    assert names(kept) == ["second"]
    qtbot.keyClicks(search, " nowhere")  # type: ignore[no-untyped-call]
    assert names(kept) == []
    search.clear()
    assert names(kept) == ["second", "first"]


def test_that_one_gets_a_name_and_a_note(kept: Desk, qtbot: QtBot) -> None:
    choose(kept, 1)
    name = find(kept, QLineEdit, "history_name")
    name.selectAll()
    qtbot.keyClicks(name, "baseline")  # type: ignore[no-untyped-call]
    qtbot.keyClick(name, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert names(kept) == ["second", "baseline"]
    note = find(kept, QPlainTextEdit, "history_note")
    note.setFocus()
    qtbot.keyClicks(note, "before the new prompt")  # type: ignore[no-untyped-call]
    name.setFocus()
    qtbot.waitUntil(lambda: kept.store.entry(1).note == "before the new prompt")
    assert kept.store.entry(1).name == "baseline"


def test_that_an_empty_name_changes_nothing(kept: Desk, qtbot: QtBot) -> None:
    choose(kept, 0)
    name = find(kept, QLineEdit, "history_name")
    name.clear()
    qtbot.keyClick(name, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert names(kept) == ["second", "first"]


def test_that_what_is_deleted_comes_back(kept: Desk) -> None:
    choose(kept, 0, 1)
    press(kept, "history_delete")
    assert names(kept) == []
    assert "Deleted 2 comparisons. They can come back for a week." in texts(kept)
    assert kept.store.list_comparisons() == []
    press(kept, "history_undo_undo")
    assert names(kept) == ["second", "first"]


def test_that_what_is_forgotten_is_gone_after_a_second_question(kept: Desk, home: WorkbenchPaths) -> None:
    choose(kept, 1)
    press(kept, "history_delete")
    press(kept, "history_undo_purge")
    press(kept, "history_undo_purge_yes")
    assert kept.store.set_aside_before("9999") == []
    assert [path.name for path in (home.home / "comparisons").iterdir() if path.is_dir()] == ["second"]


def test_that_one_is_exported_from_the_history(kept: Desk, tmp_path: Path) -> None:
    choose(kept, 0)
    press(kept, "history_export")
    dialog = kept.tab.findChild(QFileDialog, "history_export_dialog")
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "r.html"))
    dialog.close()
    assert "rag wins" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_that_two_are_laid_over_each_other(kept: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    choose(kept, 0, 1)
    press(kept, "history_overlay")
    said = find(kept, QLabel, "overlay_sentences").text()
    assert "rag is better by 50 points" in said
    arms = cells(kept, "overlay_arms")
    assert [(row[0], row[1], row[2], row[5], row[6]) for row in arms] == [
        ("prompt", "50 %", "0 %", "0", "6"),
        ("rag", "50 %", "100 %", "6", "0"),
    ]
    questions = find(kept, QTableView, "overlay_questions")
    assert questions.model().rowCount() == 12
    questions.selectRow(0)
    assert "Before (100 %):\n2" in find(kept, QPlainTextEdit, "overlay_details").toPlainText()
    find(kept, QTableView, "overlay_changes").selectRow(0)
    details = find(kept, QPlainTextEdit, "overlay_details").toPlainText()
    assert "-Be first." in details and "+Be second." in details
    press(kept, "overlay_turn")
    assert "rag is worse by 50 points" in find(kept, QLabel, "overlay_sentences").text()
    kept.tab.presenter.history.export_overlay(str(tmp_path / "o.html"))
    assert "Be second." in (tmp_path / "o.html").read_text(encoding="utf-8")
    press(kept, "overlay_back")
    assert kept.tab.presenter.state.page is Page.HISTORY


def test_that_one_runs_again_and_says_whether_it_is_the_same(kept: Desk, home: WorkbenchPaths) -> None:
    choose(kept, 0)
    press(kept, "history_again")
    preparing = kept.jobs.of(PREPARE_AGAIN)[0]
    asked = AgainRequest.model_validate(preparing.spec.params)
    assert (asked.number, asked.report.trials, asked.written) == (2, (), "name: second\n")
    again = asks("second", home.home / "comparisons" / "again", again_of=2)
    preparing.finish(AgainPreparation(request=again, changes=("The collection “handbook” has changed.",)))
    assert kept.messages.texts("warning") == ["Not everything is as it was, so answers may differ."]
    running = kept.jobs.of(RUN_COMPARISON)[0]
    report = compare(
        RecordingContext(), CompareRequest.model_validate(running.spec.params), ScriptedTools(knows_with_passages)
    )
    running.finish(report.model_copy(update={"trials": ()}))
    agreement = find(kept, QLabel, "compare_agreement")
    assert agreement.isVisible()
    assert agreement.text() == "Comparison 2 again. The same answers for 24 of 24, the same scores."
    press(kept, "compare_what_changed")
    assert "The verdict is the same: rag wins." in find(kept, QLabel, "overlay_sentences").text()
    press(kept, "overlay_back")
    assert kept.tab.presenter.state.page is Page.RESULTS
    assert find(kept, QPushButton, "compare_again").isEnabled()


def test_that_a_set_up_that_was_not_kept_is_said(kept: Desk) -> None:
    report = kept.store.get(1).model_copy(update={"request": None})
    number = kept.store.save(report).id
    kept.tab.presenter.history.read()
    kept.tab.presenter.use_as_setup(number)
    assert kept.messages.texts("error") == ["How this comparison was set up was not kept."]


def test_that_a_set_up_whose_files_are_gone_is_put_together_from_what_was_kept(kept: Desk) -> None:
    written = "name: moved\nquestions: gone.jsonl\narms: [{name: prompt, model: tiny, prompt: prompts/gone.md}]\n"
    report = kept.store.get(1)
    number = kept.store.save(report, spec=written).id
    kept.tab.presenter.use_as_setup(number)
    state = kept.tab.presenter.state
    assert (state.page, state.trouble, [each.name for each in state.arms]) == (Page.SETUP, None, ["prompt", "rag"])
    assert Path(state.arms[0].prompt).read_text(encoding="utf-8") == "Be first."
    asked = str(kept.jobs.of(READ_QUESTIONS)[-1].spec.params)
    assert "questions.jsonl" in asked and "gone" not in asked


def test_that_an_earlier_set_up_is_used_again(kept: Desk, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "a?", "answer": "b"}', encoding="utf-8")
    written = f"name: old one\nquestions: {tmp_path / 'q.jsonl'}\nseed: 5\narms: [{{name: bare, model: starter}}]\n"
    number = kept.store.save(kept.store.get(1), spec=written).id
    kept.tab.presenter.history.read()
    choose(kept, 0)
    assert kept.tab.presenter.state.history.only is not None
    assert kept.tab.presenter.state.history.only.id == number
    press(kept, "history_setup")
    state = kept.tab.presenter.state
    assert (state.page, state.name, state.seed, [each.name for each in state.arms]) == (
        Page.SETUP,
        "old one",
        5,
        ["bare"],
    )


def test_that_nothing_is_opened_while_a_comparison_runs(kept: Desk, home: WorkbenchPaths) -> None:
    choose(kept, 0)
    press(kept, "history_again")
    kept.jobs.of(PREPARE_AGAIN)[0].finish(
        AgainPreparation(request=asks("second", home.home / "comparisons" / "again", again_of=2))
    )
    press(kept, "compare_results_history")
    choose(kept, 1)
    press(kept, "history_open")
    assert kept.messages.texts("info")[-1].startswith("A comparison is running.")
    assert kept.tab.presenter.state.page is Page.HISTORY
    assert not find(kept, QPushButton, "history_again").isEnabled()


def test_that_an_exported_comparison_says_what_is_another_one_here(desk: Desk, home: WorkbenchPaths) -> None:
    request = asks("sums", home.home / "run", arms=(arm("tuned", adapter="/gone/style.gguf"),))
    report = compare(RecordingContext(), request, ScriptedTools(always_right))
    desk.tab.open_case({"spec": str(write_run_folder(report, home.home / "out"))})
    assert desk.tab.presenter.state.arms[0].adapter == "style"
    assert desk.messages.said[-1] == ("warning", "Not everything is as it was when this comparison was written.")
    assert "Arm “tuned”" in desk.messages.hints[-1]
