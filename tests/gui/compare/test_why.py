"""Why answers are wrong: the table of reasons, the cases, and the doors to where they are mended."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_results import Work, finish
from tests.gui.compare.test_results import running as running
from tests.gui.compare.test_results import work as work
from tests.gui.compare.test_setup import find, press
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
