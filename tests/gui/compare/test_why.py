"""Why answers are wrong: the table of reasons, the cases, and the doors to where they are mended."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QTabWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_results import Work, finish
from tests.gui.compare.test_results import running as running
from tests.gui.compare.test_results import work as work
from tests.gui.compare.test_setup import find, press
from tests.unit.compare.pictures.measured import METRIC, measured, reported
from workbench.compare.next_actions import SHOW_JOBS, NextAction
from workbench.compare.trial_types import FailureReason
from workbench.llm.types import GenerationRequest
from workbench.playground.types import Prompt
from workbench.ui.compare.state import Page

__all__ = ["running", "work"]


@pytest.fixture
def shown(desk: Desk, running: FakeJob, work: Work) -> Desk:
    """The page of a finished comparison in which “prompt” knows nothing."""
    finish(running, work)
    desk.tab.results.show_page(desk.tab.results.why)
    return desk


def click_cell(desk: Desk, qtbot: QtBot, name: str, row: int, column: int) -> None:
    table = find(desk, QTableView, name)
    place = table.visualRect(table.model().index(row, column)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]


def rows(model: QAbstractItemModel) -> list[list[str]]:
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_that_reasons_are_counted_for_every_arm(shown: Desk) -> None:
    assert rows(find(shown, QTableView, "why_reasons").model()) == [
        ["not known (12)", "12", "–"],
        ["All reasons (12)", "12", "–"],
    ]


def test_that_a_click_on_a_count_lists_its_cases(shown: Desk, qtbot: QtBot) -> None:
    cases = find(shown, QTableView, "why_cases").model()
    assert cases.rowCount() == 12
    click_cell(shown, qtbot, "why_reasons", 0, 2)
    assert cases.rowCount() == 0
    assert find(shown, QLabel, "why_filter").text() == "0 cases: not known, rag"
    press(shown, "why_all")
    assert cases.rowCount() == 12


def test_that_a_case_is_shown_with_its_evidence_and_opens_the_playground(shown: Desk, qtbot: QtBot) -> None:
    click_cell(shown, qtbot, "why_cases", 3, 0)
    assert find(shown, QLabel, "why_answer").text() == "a guess"
    press(shown, "why_do_try")
    tab, case = shown.navigator.opened[-1]
    assert (tab, case["prompt"], case["model"]) == ("playground", "What is 3 plus one?", "tiny")
    assert Prompt.model_validate_json(case["draft"]).blocks[-1].text == "{{ question }}"


def test_that_missing_knowledge_leads_to_documents(shown: Desk, qtbot: QtBot) -> None:
    click_cell(shown, qtbot, "why_cases", 0, 0)
    press(shown, "why_do_files")
    assert shown.navigator.opened[-1] == ("documents", {"show": "files"})


def ignores_passages(_request: GenerationRequest) -> str:
    return "Nothing of interest"


@pytest.mark.parametrize(
    ("key", "tab", "wanted"),
    [
        ("try", "playground", {"prompt": "What is 0 plus one?", "collection": "handbook", "model": "tiny"}),
        (
            "search",
            "documents",
            {"question": "What is 0 plus one?", "collection": "handbook", "mode": "hybrid", "top_k": "5"},
        ),
        ("tune", "data", {"passages": "handbook"}),
    ],
)
def test_that_mixed_up_sources_lead_to_search_prompt_and_tuning(
    desk: Desk,
    running: FakeJob,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[], object],
    key: str,
    tab: str,
    wanted: dict[str, str],
) -> None:
    monkeypatch.setattr("tests.gui.compare.test_results.knows_with_passages", ignores_passages)
    finish(running, work)  # type: ignore[arg-type]
    desk.tab.results.show_page(desk.tab.results.why)
    desk.tab.presenter.select_trial("rag", "q0")
    reasons = [row[0] for row in rows(find(desk, QTableView, "why_reasons").model())]
    assert "sources mixed up (12)" in reasons
    press(desk, f"why_do_{key}")
    opened, case = desk.navigator.opened[-1]
    assert opened == tab
    assert wanted.items() <= case.items()


def test_that_the_answers_page_has_the_same_doors(shown: Desk) -> None:
    shown.tab.results.show_page(shown.tab.results.answers)
    shown.tab.presenter.select_trial("prompt", "q1")
    find(shown, QPushButton, "compare_do_try").click()
    assert shown.navigator.opened[-1][0] == "playground"


def test_that_a_crash_leads_to_the_jobs_and_to_another_run(desk: Desk, shown: Desk) -> None:
    desk.tab.presenter.why.do(NextAction("jobs", "Jobs", "", SHOW_JOBS))
    assert desk.navigator.opened[-1] == ("jobs", {})


WRITTEN = """
name: old one
questions: {questions}
arms:
  - {{name: prompt, model: starter, generation: {{max_tokens: 5}}}}
  - {{name: few-shot, model: starter}}
"""


@pytest.fixture
def cut_off(desk: Desk, questions_file: Path) -> Desk:
    """A comparison of the history whose wrong answers were cut off; one of them is looked at."""
    report = reported(measured(questions=40))
    wrong = {"failure": FailureReason.TRUNCATED}
    trials = tuple(trial.model_copy(update={} if trial.scores[METRIC].value else wrong) for trial in report.trials)
    whole = report.model_copy(update={"trials": trials})
    desk.tab.presenter.open_history(desk.store.save(whole, spec=WRITTEN.format(questions=questions_file)).id)
    desk.tab.results.show_page(desk.tab.results.why)
    desk.tab.presenter.select_trial("prompt", next(t.example_id for t in trials if t.arm == "prompt" and t.failure))
    return desk


def edited(desk: Desk) -> tuple[str, int, str]:
    """The arm in the form, its limit, and the page in front."""
    arm, pages = desk.tab.presenter.state.edited_arm, find(desk, QTabWidget, "compare_setup_pages")
    assert arm is not None and desk.tab.presenter.state.page is Page.SETUP
    return arm.name, arm.generation.max_tokens, pages.tabText(pages.currentIndex())


def test_that_the_arm_of_an_earlier_comparison_opens_with_its_set_up(cut_off: Desk) -> None:
    press(cut_off, "why_do_arm")
    assert edited(cut_off) == ("prompt", 5, "Arms")


def test_that_no_other_arm_of_that_name_is_opened_and_those_from_before_come_back(cut_off: Desk) -> None:
    cut_off.tab.presenter.arms.make_standard()
    press(cut_off, "why_do_arm")
    assert edited(cut_off) == ("prompt", 5, "Arms")
    press(cut_off, "compare_undo_remove")
    assert len(cut_off.tab.presenter.state.arms) == 5


def test_that_an_arm_that_is_in_the_set_up_opens_as_it_is_there(shown: Desk) -> None:
    shown.tab.presenter.why.do(NextAction("arm", "Raise the limit", "", "compare", {"arm": "rag"}))
    arm = shown.tab.presenter.state.edited_arm
    assert arm is not None and arm.name == "rag"


@pytest.fixture
def many(desk: Desk) -> Desk:
    """A finished comparison with hundreds of wrong answers, of which every list shows a few."""
    report = reported(measured(questions=120))
    wrong = {"failure": FailureReason.NOT_KNOWN}
    trials = tuple(trial.model_copy(update={} if trial.scores[METRIC].value else wrong) for trial in report.trials)
    desk.tab.presenter.open_history(desk.store.save(report.model_copy(update={"trials": trials})).id)
    return desk


def click_tab(desk: Desk, qtbot: QtBot, title: str) -> None:
    tabs = find(desk, QTabWidget, "compare_result_pages")
    bar = tabs.tabBar()
    place = bar.tabRect([tabs.tabText(n) for n in range(tabs.count())].index(title)).center()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]


def click_answer(desk: Desk, qtbot: QtBot, question: int, arm: int) -> tuple[str, str]:
    """In the table of all answers; gives the case that is looked at then."""
    matrix = find(desk, QTableView, "compare_matrix")
    matrix.scrollTo(matrix.model().index(question, arm))
    click_cell(desk, qtbot, "compare_matrix", question, arm)
    selected = desk.tab.presenter.state.selected
    assert selected is not None and selected[1] == f"q{question}"
    return selected


def case_in_sight(desk: Desk) -> tuple[str, str]:
    """Arm and question of the case that is selected, where all of its row can be seen; else empty."""
    cases = find(desk, QTableView, "why_cases")
    rows = cases.selectionModel().selectedRows()
    if not rows or not cases.viewport().rect().contains(cases.visualRect(rows[0])):
        return "", ""
    question, arm = (str(rows[0].siblingAtColumn(column).data()) for column in (0, 1))
    return arm, question.removeprefix("What is ").replace("?", "")


def seen(case: tuple[str, str]) -> tuple[str, str]:
    """As `case_in_sight` says it."""
    return case[0], case[1].removeprefix("q")


def wrong_of(desk: Desk, arm: str, *, after: int) -> int:
    """The first question after this one that the arm got wrong."""
    results = desk.tab.presenter.state.results
    assert results is not None
    return next(n for n in range(after, 120) if (trial := results.trial(arm, f"q{n}")) and trial.failure)


def test_that_the_case_that_was_clicked_in_the_table_of_answers_is_in_sight(many: Desk, qtbot: QtBot) -> None:
    first = click_answer(many, qtbot, wrong_of(many, "prompt", after=90), 1)
    click_tab(many, qtbot, "Why wrong")
    qtbot.waitUntil(lambda: case_in_sight(many) == seen(first))
    click_tab(many, qtbot, "Answers")
    other = click_answer(many, qtbot, wrong_of(many, "few-shot", after=20), 2)
    click_tab(many, qtbot, "Why wrong")
    qtbot.waitUntil(lambda: case_in_sight(many) == seen(other))


def test_that_the_case_is_in_sight_again_after_a_walk_through_the_list(many: Desk, qtbot: QtBot) -> None:
    case = click_answer(many, qtbot, wrong_of(many, "prompt", after=90), 1)
    click_tab(many, qtbot, "Why wrong")
    qtbot.waitUntil(lambda: case_in_sight(many) == seen(case))
    bar = find(many, QTableView, "why_cases").verticalScrollBar()
    bar.setValue(0)
    assert case_in_sight(many) == ("", "")
    click_tab(many, qtbot, "Answers")
    click_answer(many, qtbot, int(case[1].removeprefix("q")), 1)
    click_tab(many, qtbot, "Why wrong")
    qtbot.waitUntil(lambda: case_in_sight(many) == seen(case))


def test_that_the_list_stays_where_it_was_scrolled_to_while_something_else_changes(many: Desk, qtbot: QtBot) -> None:
    case = click_answer(many, qtbot, wrong_of(many, "prompt", after=90), 1)
    click_tab(many, qtbot, "Why wrong")
    qtbot.waitUntil(lambda: case_in_sight(many) == seen(case))
    bar = find(many, QTableView, "why_cases").verticalScrollBar()
    bar.setValue(0)
    many.tab.presenter.pictures.mark_arm("tuned")
    assert bar.value() == 0


def test_that_no_case_is_marked_where_the_list_has_not_the_one_that_is_looked_at(many: Desk, qtbot: QtBot) -> None:
    click_tab(many, qtbot, "Why wrong")
    click_cell(many, qtbot, "why_reasons", 0, 4)
    click_cell(many, qtbot, "why_cases", 0, 0)
    assert case_in_sight(many)[0] == "tuned"
    click_tab(many, qtbot, "Answers")
    arm, question = click_answer(many, qtbot, wrong_of(many, "prompt", after=90), 1)
    click_tab(many, qtbot, "Why wrong")
    assert not find(many, QTableView, "why_cases").selectionModel().hasSelection()
    press(many, "why_all")
    qtbot.waitUntil(lambda: case_in_sight(many) == seen((arm, question)))
