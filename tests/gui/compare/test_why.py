"""Why answers are wrong: the table of reasons, the cases, and the doors to where they are mended."""

from collections.abc import Callable

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
from workbench.compare.trial_types import FailureReason
from workbench.llm.types import GenerationRequest
from workbench.playground.types import Prompt

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
    from workbench.compare.next_actions import SHOW_JOBS, NextAction

    desk.tab.presenter.why.do(NextAction("jobs", "Jobs", "", SHOW_JOBS))
    assert desk.navigator.opened[-1] == ("jobs", {})


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
