"""Rating answers in the results: by buttons and keys, blind or not."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_setup import cells, find, press, texts
from tests.unit.compare.scripted import MODEL, arm, knows_with_passages, numbered
from tests.unit.compare.scripted_judge import JudgeTools, fair_grader
from workbench.compare.judge.types import AnswerRating, ResolvedJudge
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest
from workbench.jobs.context import RecordingContext
from workbench.scoring.judge_settings import JudgeSettings
from workbench.scoring.types import MetricChoice
from workbench.ui.widgets.page_tabs import PageTabs


@pytest.fixture
def shown(desk: Desk, tmp_path: Path) -> int:
    """A finished comparison with a judge, opened from the history; its page "Ratings" is in front."""
    request = CompareRequest(
        name="sums",
        examples=numbered(20),
        metrics=(MetricChoice(name="exact_match"), MetricChoice(name="judge")),
        arms=(arm("prompt"), arm("rag", collection=True)),
        folder=str(tmp_path / "run"),
        timed_questions=0,
        judge=ResolvedJudge(model=MODEL, settings=JudgeSettings(model="tiny")),
    )

    def answer_or_grade(asked: object) -> str:
        text = asked.messages[-1].content  # type: ignore[attr-defined]
        return fair_grader(asked) if "<answer-" in text else knows_with_passages(asked)  # type: ignore[arg-type]

    number = desk.store.save(compare(RecordingContext(), request, JudgeTools(answer_or_grade))).id
    desk.tab.presenter.open_history(number)
    find(desk, PageTabs, "compare_result_pages").setCurrentWidget(desk.tab.results.ratings)
    return number


def kept(desk: Desk, number: int) -> tuple[AnswerRating, ...]:
    return desk.store.ratings.list_ratings(number)


def test_that_an_answer_is_rated_blind_and_the_next_one_comes(desk: Desk, shown: int) -> None:
    first = desk.tab.presenter.state.ratings.current
    assert "The arm's name is hidden." in texts(desk)
    press(desk, "compare_rate_1")
    (rating,) = kept(desk, shown)
    assert rating.key == first
    assert (rating.value, rating.is_blind) == (1.0, True)
    assert desk.tab.presenter.state.ratings.current != first
    assert "1 answers rated, 1 of them at random; rate 29 more random ones" in texts(desk)


def test_that_keys_rate(desk: Desk, shown: int, qtbot: QtBot) -> None:
    page = desk.tab.results.ratings
    desk.tab.activateWindow()
    page.setFocus()
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_0):
        qtbot.keyClick(page, key)  # type: ignore[no-untyped-call]
    assert [rating.value for rating in kept(desk, shown)] == [1.0, 0.5, 0.0, None]


def test_that_the_scale_can_be_grades(desk: Desk, shown: int) -> None:
    scale = find(desk, QComboBox, "compare_rating_scale")
    scale.setCurrentIndex(scale.findData("grades"))
    scale.activated.emit(scale.currentIndex())
    assert find(desk, QPushButton, "compare_rate_4").text() == "4"
    press(desk, "compare_rate_4")
    assert kept(desk, shown)[0].value == 0.75


def test_that_a_rating_is_taken_back(desk: Desk, shown: int) -> None:
    first = desk.tab.presenter.state.ratings.current
    press(desk, "compare_rate_3")
    press(desk, "compare_rating_back")
    assert kept(desk, shown) == ()
    assert desk.tab.presenter.state.ratings.current == first
    assert not find(desk, QPushButton, "compare_rating_back").isEnabled()


def test_that_the_arm_shows_when_it_is_wanted(desk: Desk, shown: int) -> None:
    find(desk, QCheckBox, "compare_rating_blind").click()
    current = desk.tab.presenter.state.ratings.current
    assert current is not None
    assert find(desk, QLabel, "compare_rated_arm").text() == current[0]


def test_that_enough_ratings_say_how_far_the_judge_can_be_trusted(desk: Desk, shown: int) -> None:
    report = desk.tab.presenter.state.results
    assert report is not None
    assert [row[2] for row in cells(desk, "compare_trust")] == ["–", "–"]
    for _ in range(34):
        current = desk.tab.presenter.state.ratings.current
        assert current is not None
        press(desk, "compare_rate_1" if current[0] == "rag" else "compare_rate_3")
    rows = {row[0]: row for row in cells(desk, "compare_trust")}
    assert rows["Judge"][2].startswith("1.00 (0.")
    assert rows["Judge"][4] == "Judge judges much as you do."


def test_that_a_judge_of_its_own_answers_is_warned_of(desk: Desk, shown: int) -> None:
    assert (
        "The judge tiny is the model that answers for prompt, rag"
        in find(desk, QLabel, "compare_judge_warnings").text()
    )


def test_that_an_answer_is_rated_where_it_is_read(desk: Desk, shown: int) -> None:
    find(desk, PageTabs, "compare_result_pages").setCurrentWidget(desk.tab.results.answers)
    desk.tab.presenter.select_trial("rag", "q3")
    press(desk, "compare_trial_rate_2")
    (rating,) = kept(desk, shown)
    assert (rating.key, rating.value, rating.is_blind) == (("rag", "q3", 0), 0.5, False)
    assert find(desk, QPushButton, "compare_trial_rate_2").isChecked()


def test_that_ratings_are_there_when_the_comparison_is_opened_again(desk: Desk, shown: int) -> None:
    press(desk, "compare_rate_1")
    desk.tab.presenter.open_history(shown)
    assert len(desk.tab.presenter.state.ratings.ratings) == 1
