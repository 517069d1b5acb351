"""Weighing quality against speed, memory and cost on the results page."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLabel, QPushButton, QSlider, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_setup import cells, find, press, texts
from tests.unit.compare.weighable import report_of
from workbench.compare.weights import Weights

FOLDER = "/runs/handbook"


@pytest.fixture
def weighed(desk: Desk) -> Iterator[Desk]:
    """A finished comparison of five arms on the page "Trade-offs"."""
    entry = desk.store.save(report_of(folder=FOLDER), folder=FOLDER)
    desk.tab.presenter.open_history(entry.id)
    desk.tab.results.show_page(desk.tab.results.trade_offs)
    yield desk
    desk.tab.hide()


def said(desk: Desk, name: str) -> str:
    return find(desk, QLabel, name).text()


def column(desk: Desk, table: str, number: int) -> list[str]:
    return [row[number] for row in cells(desk, table)]


def by_arm(desk: Desk, number: int) -> dict[str, str]:
    """One column of the arms, by their names."""
    return {row[0]: row[number] for row in cells(desk, "compare_trade_off_arms")}


def slide(desk: Desk, qtbot: QtBot, measure: str, presses: int) -> None:
    """Ten points to the right for each press of a key."""
    slider = find(desk, QSlider, f"compare_weight_{measure}")
    slider.setFocus()
    for _ in range(presses):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)  # type: ignore[no-untyped-call]


def enter(box: QAbstractSpinBox, text: str, qtbot: QtBot) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)  # type: ignore[no-untyped-call]
    qtbot.keyClick(box, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]


def unfold(desk: Desk, name: str) -> None:
    find(desk, QToolButton, f"section_compare_{name}_head").click()


def test_that_the_page_is_filled_when_it_is_looked_at(desk: Desk) -> None:
    entry = desk.store.save(report_of(folder=FOLDER), folder=FOLDER)
    desk.tab.presenter.open_history(entry.id)
    assert said(desk, "compare_trade_off_chosen") == "", "another page is in front"
    desk.tab.results.show_page(desk.tab.results.trade_offs)
    assert said(desk, "compare_trade_off_chosen") == "tuned + rag"
    desk.tab.hide()


def test_that_the_winner_is_recommended_while_quality_alone_counts(weighed: Desk) -> None:
    assert said(weighed, "compare_trade_off_chosen") == "tuned + rag"
    assert said(weighed, "compare_share_quality") == "100 %"
    assert said(weighed, "compare_flips_latency").startswith("above 23 % (12–31 %): tuned")
    assert column(weighed, "compare_trade_off_arms", 0)[0] == "tuned + rag ★"
    assert not find(weighed, QPushButton, "compare_quality_alone").isEnabled()


def test_that_moving_a_slider_changes_the_recommendation_at_once(weighed: Desk, qtbot: QtBot) -> None:
    jobs = len(weighed.jobs.jobs)
    slide(weighed, qtbot, "latency", 5)
    assert said(weighed, "compare_share_latency") == "33 %"
    assert said(weighed, "compare_trade_off_chosen") == "tuned"
    assert said(weighed, "compare_recommended") == "Recommended: tuned"
    assert "With quality 67 % and speed 33 % tuned is recommended" in texts(weighed)
    assert column(weighed, "compare_trade_off_arms", 0)[0] == "tuned ★"
    assert "tuned + rag answers best" in texts(weighed), "what was measured stays"
    assert len(weighed.jobs.jobs) == jobs, "nothing is run again"
    press(weighed, "compare_quality_alone")
    assert said(weighed, "compare_trade_off_chosen") == "tuned + rag"


def test_that_the_recommendation_changes_where_the_flip_point_says(weighed: Desk, qtbot: QtBot) -> None:
    """Above 23 % of speed: at 20 % (25 of 125) it stays, at 26 % (35 of 135) it is another."""
    slider = find(weighed, QSlider, "compare_weight_latency")
    slider.setValue(25)
    assert (said(weighed, "compare_share_latency"), said(weighed, "compare_trade_off_chosen")) == (
        "20 %",
        "tuned + rag",
    )
    slider.setValue(35)
    assert (said(weighed, "compare_share_latency"), said(weighed, "compare_trade_off_chosen")) == ("26 %", "tuned")


def test_that_something_always_counts(weighed: Desk) -> None:
    slider = find(weighed, QSlider, "compare_weight_quality")
    slider.setValue(0)
    assert slider.value() == 1
    assert said(weighed, "compare_share_quality") == "100 %"


def test_that_weights_are_remembered_with_the_comparison(weighed: Desk, qtbot: QtBot) -> None:
    slide(weighed, qtbot, "latency", 5)
    entry = weighed.store.list_comparisons()[0]
    qtbot.waitUntil(lambda: weighed.store.get(entry.id).weights == Weights(quality=100, latency=50))
    assert weighed.store.list_comparisons()[0].recommended == "tuned"
    weighed.tab.presenter.change_setup()
    weighed.tab.presenter.open_history(entry.id)
    assert said(weighed, "compare_trade_off_chosen") == "tuned"
    assert find(weighed, QSlider, "compare_weight_latency").value() == 50
    assert len(weighed.store.get(entry.id).trials) == 5 * 120


def test_that_weights_are_kept_when_the_page_is_left_at_once(weighed: Desk, qtbot: QtBot) -> None:
    slide(weighed, qtbot, "memory", 2)
    weighed.tab.presenter.change_setup()
    assert weighed.store.get(weighed.store.list_comparisons()[0].id).weights == Weights(quality=100, memory=20)


def test_that_the_next_run_goes_by_the_same_weights(weighed: Desk, qtbot: QtBot) -> None:
    slide(weighed, qtbot, "memory", 2)
    assert weighed.tab.presenter.state.options.weights == Weights(quality=100, memory=20)


def test_that_an_hour_with_a_price_turns_time_into_money(weighed: Desk, qtbot: QtBot) -> None:
    assert column(weighed, "compare_trade_off_arms", 5)[0] == "3.4 s"
    enter(find(weighed, QDoubleSpinBox, "compare_economy_hour"), "3.60", qtbot)
    assert column(weighed, "compare_trade_off_arms", 5)[0] == "$0.0034"
    assert "2.7 h ($9.60) a month" in said(weighed, "compare_fresh")


def test_that_training_weighs_less_the_more_answers_it_is_spread_over(weighed: Desk, qtbot: QtBot) -> None:
    assert by_arm(weighed, 5)["tuned"] == "1.0 s"
    enter(find(weighed, QSpinBox, "compare_economy_answers"), "10", qtbot)
    assert by_arm(weighed, 5)["tuned"] == "20.8 s"


def test_that_a_months_freshness_follows_how_often_documents_change(weighed: Desk, qtbot: QtBot) -> None:
    assert "rag stays fresh by indexing the changed ones: 19.0 s a month." in said(weighed, "compare_fresh")
    assert "tuned must be trained anew each time: 2.7 h a month." in said(weighed, "compare_fresh")
    enter(find(weighed, QDoubleSpinBox, "compare_economy_updates"), "20", qtbot)
    assert "rag stays fresh by indexing the changed ones: 2 min a month." in said(weighed, "compare_fresh")
    enter(find(weighed, QDoubleSpinBox, "compare_economy_updates"), "0", qtbot)
    assert not find(weighed, QLabel, "compare_fresh").isVisible()


def test_that_another_margin_gives_another_verdict_from_the_same_scores(weighed: Desk, qtbot: QtBot) -> None:
    enter(find(weighed, QDoubleSpinBox, "compare_economy_margin"), "12", qtbot)
    results = weighed.tab.presenter.state.results
    assert results is not None and results.report is not None
    assert results.report.verdict.margin == pytest.approx(0.12)
    assert weighed.tab.presenter.state.options.margin == pytest.approx(0.12)


def test_that_pairs_and_tags_have_their_numbers(weighed: Desk) -> None:
    unfold(weighed, "pairs")
    assert len(cells(weighed, "compare_pairs")) == 10
    assert cells(weighed, "compare_pairs")[0][:2] == ["tuned + rag", "rag"]
    unfold(weighed, "tags")
    tags = {row[0]: row[2] for row in cells(weighed, "compare_tags")}
    assert tags["dates"] == "too few questions"
    assert tags["form"] == "tuned + rag and tuned cannot be told apart"


def test_that_what_was_forgotten_stands_beside_what_was_won(weighed: Desk) -> None:
    forgotten = by_arm(weighed, 7)
    assert forgotten["tuned"] == "-6 points"
    assert forgotten["rag"] == "–"
