"""Leaked questions: seen, excluded with a click, taken back, and kept."""

import pytest
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_results import REQUEST, finish
from tests.gui.compare.test_setup import find, press, read_questions
from tests.gui.compare.test_why import click_cell, rows
from tests.unit.compare.scripted import ScriptedTools, arm, asked_number
from workbench.compare.seen import SeenKind, SeenRow, SeenRows
from workbench.compare.tasks import PREPARE, RUN_COMPARISON, Preparation, compare
from workbench.compare.trial_types import TrialDone
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest

SEEN = SeenRows(
    kind=SeenKind.TRAINING,
    where="training rows of adapter learned",
    arms=("learned",),
    rows=tuple(SeenRow(question=f"what is {n} PLUS one", answer=str(n + 1), number=n + 1) for n in range(9)),
)


def learned(request: GenerationRequest) -> str:
    """Knows what it was trained on, and nothing else; the bare model knows the rest."""
    n = asked_number(request)
    return str(n + 1) if (request.adapter is not None) == (n < 9) else "a guess"


@pytest.fixture
def shown(desk: Desk, qtbot: QtBot, questions_file: object) -> Desk:
    press(desk, "compare_standard")
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)  # type: ignore[arg-type]
    press(desk, "compare_run")
    arms = (arm("bare"), arm("learned", adapter="/learned.gguf"))
    desk.jobs.of(PREPARE)[0].finish(
        Preparation(request=REQUEST.model_copy(update={"arms": arms, "seen": (SEEN,), "unknown_rows": ("Gone.",)}))
    )
    running = desk.jobs.of(RUN_COMPARISON)[0]
    finish(running, lambda: _work(running))
    desk.tab.results.show_page(desk.tab.results.leaks)
    return desk


def _work(running: FakeJob) -> tuple[ComparisonReport, list[TrialDone]]:
    context = RecordingContext()
    report = compare(context, CompareRequest.model_validate(running.spec.params), ScriptedTools(learned))
    return report, [item for item in context.produced if isinstance(item, TrialDone)]


def text(desk: Desk, name: str) -> str:
    return find(desk, QLabel, name).text()


def test_that_leaks_are_listed_with_both_verdicts(shown: Desk, qtbot: QtBot) -> None:
    assert text(shown, "leaks_summary").startswith("9 of 12 test questions were seen before the test")
    assert text(shown, "leaks_with_all_text") != text(shown, "leaks_without_text")
    assert "Gone." in text(shown, "leaks_notes")
    click_cell(shown, qtbot, "leaks_table", 0, 1)
    assert "What is 0 plus one?" in text(shown, "leaks_question")
    assert text(shown, "leaks_row").startswith("Row 1 in training rows of adapter learned\nwhat is 0 PLUS one")


def test_that_a_click_excludes_the_leaked_questions_and_changes_the_verdict(shown: Desk) -> None:
    before = text(shown, "compare_headline")
    press(shown, "leaks_exclude")
    after = text(shown, "compare_headline")
    assert after != before
    assert "9 questions are excluded" in find(shown, QFrame, "compare_verdict").accessibleDescription()
    assert {row[-1] for row in rows(find(shown, QTableView, "leaks_table").model())} == {"excluded"}
    report = shown.tab.presenter.state.results.report  # type: ignore[union-attr]
    assert report is not None
    assert (len(report.excluded), report.verdict.questions) == (9, 3)
    assert report.arms[0].metrics["exact_match"].mean == 1.0
    press(shown, "leaks_undo")
    assert text(shown, "compare_headline") == before


def test_that_an_exclusion_is_kept_with_the_comparison(shown: Desk) -> None:
    press(shown, "leaks_exclude")
    (line,) = shown.store.list_comparisons()
    kept = shown.store.get(line.id)
    assert (len(kept.excluded), len(kept.trials)) == (9, 24)
    assert shown.store.list_comparisons()[0].winner == kept.verdict.winner
    shown.tab.presenter.history.open(line.id)
    press_include = rows(find(shown, QTableView, "leaks_table").model())
    assert press_include[0][-1] == "excluded"


def test_that_chosen_questions_are_excluded_and_counted_again(shown: Desk, qtbot: QtBot) -> None:
    click_cell(shown, qtbot, "leaks_table", 2, 1)
    press(shown, "leaks_exclude_chosen")
    report = shown.tab.presenter.state.results.report  # type: ignore[union-attr]
    assert report is not None and report.excluded == ("q2",)
    click_cell(shown, qtbot, "leaks_table", 2, 1)
    press(shown, "leaks_include")
    report = shown.tab.presenter.state.results.report  # type: ignore[union-attr]
    assert report is not None and report.excluded == ()
    assert report.verdict_with_all is None


def test_that_the_list_shows_one_kind(shown: Desk) -> None:
    box = find(shown, QComboBox, "leaks_filter")
    for kind, count in (("near", 0), ("exact", 9), ("suspected", 0), ("", 9)):
        box.setCurrentIndex(box.findData(kind))
        box.activated.emit(box.currentIndex())
        assert len(rows(find(shown, QTableView, "leaks_table").model())) == count, kind
