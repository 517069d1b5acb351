"""The guide “Which one do I choose?”: answered by clicks, set up, and held against the results."""

from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSpinBox, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.compare.conftest import Desk
from workbench.compare.arm_types import ArmResult
from workbench.compare.expectations import Expectation
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_types import PairResult, Verdict
from workbench.llm.computer import Computer
from workbench.scoring.types import MetricSummary
from workbench.ui.compare.expected_page import ExpectedPage
from workbench.ui.compare.filling import fill_report
from workbench.ui.compare.guide_page import GuidePage
from workbench.ui.compare.looking import Looking
from workbench.ui.widgets.segments import Segments

LAPTOP = Computer(
    processor="", cores=4, threads=8, memory_bytes=16 * 10**9, memory_free_bytes=8 * 10**9, disk_free_bytes=10**12
)


def open_guide(desk: Desk) -> GuidePage:
    desk.tab.presenter.guide._read_computer = lambda: LAPTOP
    desk.tab.setup.show_page(desk.tab.setup.arms)
    find(desk.tab, QPushButton, "compare_guide").click()
    page = find(desk.tab, GuidePage, "compare_guide_page")
    assert page.isVisible()
    return page


def click(desk: Desk, question: str, word: str) -> None:
    find(desk.tab, QPushButton, f"compare_guide_{question}_{word}").click()


def cards(desk: Desk) -> dict[str, str]:
    """Visible cards by their technique, with everything that they say."""
    prefix = "compare_guide_card_"
    found = [
        card for card in desk.tab.findChildren(QFrame) if card.objectName().startswith(prefix) and card.isVisible()
    ]
    return {
        card.objectName().removeprefix(prefix): " ".join(label.text() for label in card.findChildren(QLabel))
        for card in found
    }


def test_that_answers_are_suggested_by_what_is_here(desk: Desk) -> None:
    open_guide(desk)
    assert find(desk.tab, Segments, "compare_guide_documents").choice == "some"
    assert find(desk.tab, QLabel, "compare_guide_why_documents").text() == "suggested: handbook: 40 passages here"
    assert "8.0 GB free" in find(desk.tab, QLabel, "compare_guide_computer").text()
    assert "try first" in cards(desk)["rag"]


def test_that_a_click_changes_what_is_proposed_and_says_why(desk: Desk) -> None:
    open_guide(desk)
    assert "tuned" not in cards(desk)
    click(desk, "goal", "form")
    assert "try first" in cards(desk)["tuned"]
    assert "Tuning makes a format, a tone or labels a habit" in cards(desk)["tuned"]
    assert "suggested" not in find(desk.tab, QLabel, "compare_guide_why_goal").text()
    find(desk.tab, QPushButton, "compare_guide_reset").click()
    assert find(desk.tab, Segments, "compare_guide_goal").choice == "facts"
    assert "tuned" not in cards(desk)


def test_that_a_number_is_an_answer(desk: Desk) -> None:
    open_guide(desk)
    find(desk.tab, QSpinBox, "compare_guide_examples").setValue(12)
    assert desk.tab.presenter.state.guide.answers.examples == 12


def test_that_raw_text_is_asked_for_only_where_it_matters(desk: Desk) -> None:
    open_guide(desk)
    words = find(desk.tab, QSpinBox, "compare_guide_words")
    assert not words.isVisible()
    click(desk, "own_language", "yes")
    assert words.isVisible()


def test_that_the_proposed_arms_are_set_up_with_their_expectations(desk: Desk) -> None:
    open_guide(desk)
    find(desk.tab, QPushButton, "compare_guide_set_up").click()
    state = desk.tab.presenter.state
    names = [arm.name for arm in state.arms]
    assert names[:2] == ["prompt", "rag"]
    assert find(desk.tab, QWidget, "compare_arms").isVisible(), "the arms are in front"
    assert ("rag", "prompt") in {(one.arm, one.other) for one in state.expected}
    desk.tab.presenter.arms.edit(names.index("rag"))
    desk.tab.presenter.arms.change(state.arms[1].model_copy(update={"name": "docs"}))
    assert ("docs", "prompt") in {(one.arm, one.other) for one in desk.tab.presenter.state.expected}
    desk.tab.presenter.arms.remove(1)
    assert "docs" not in {name for one in desk.tab.presenter.state.expected for name in (one.arm, one.other)}


def test_that_arms_from_before_come_back(desk: Desk) -> None:
    desk.tab.presenter.arms.add()
    open_guide(desk)
    find(desk.tab, QPushButton, "compare_guide_set_up").click()
    undo = find(desk.tab, QPushButton, "compare_undo_remove")
    assert undo.text() == "Bring back the arm from before"
    undo.click()
    assert [arm.name for arm in desk.tab.presenter.state.arms] == ["arm 1"]


def test_that_what_is_missing_is_made_in_its_tab(desk: Desk) -> None:
    open_guide(desk)
    click(desk, "documents", "alike")
    steps = find(desk.tab, QFrame, "compare_guide_steps")
    buttons = {button.text(): button for button in steps.findChildren(QPushButton)}
    buttons["Documents"].click()
    assert desk.navigator.opened == [("documents", {"collection": "handbook", "show": "improve"})]
    buttons["Questions"].click()
    pages = find(desk.tab, QTabWidget, "compare_setup_pages")
    assert pages.currentWidget() is desk.tab.setup.questions


def test_that_another_tab_opens_the_guide(desk: Desk) -> None:
    desk.tab.open_case({"guide": "yes"})
    assert find(desk.tab, GuidePage, "compare_guide_page").isVisible()


def test_that_the_guide_fits_a_small_window_with_a_big_font(desk: Desk, qtbot: QtBot) -> None:
    font = desk.tab.font()
    font.setPointSizeF(12.5)
    desk.tab.setFont(font)
    open_guide(desk)
    desk.tab.resize(860, 520)
    qtbot.waitUntil(lambda: desk.tab.width() <= 900)


def arm_result(name: str, mean: float) -> ArmResult:
    return ArmResult(name=name, metrics={"exact_match": MetricSummary(mean=mean, low=mean, high=mean, count=104)})


def report() -> ComparisonReport:
    pair = PairResult(
        first="prompt", second="rag", difference=0.38, low=0.3, high=0.45, p_value=0.001, corrected_p_value=0.001,
        questions=104,
    )  # fmt: skip
    return ComparisonReport(
        name="sums",
        metrics=("exact_match",),
        arms=(arm_result("prompt", 0.11), arm_result("rag", 0.49)),
        verdict=Verdict(pairs=(pair,), best=("rag",), means={"rag": 0.49, "prompt": 0.11}),
        expectations=(
            Expectation(arm="rag", other="prompt", because="the facts stand in the documents"),
            Expectation(arm="prompt", other="rag"),
            Expectation(arm="tuned", other="prompt"),
        ),
    )


def shown(desk: Desk) -> list[str]:
    page = find(desk.tab, ExpectedPage, "compare_expected_page")
    rows = [
        row for row in page.findChildren(QFrame) if row.objectName() == "compare_expectation" and not row.isHidden()
    ]
    return [" | ".join(label.text() for label in row.findChildren(QLabel)) for row in rows]


def test_that_the_results_say_where_measurement_agreed(desk: Desk) -> None:
    desk.tab.presenter._run.show_filled(fill_report(report(), "", Looking()))
    desk.tab.results.show_page(desk.tab.results.expected)
    agreed, turned, missing = shown(desk)
    assert agreed.startswith("rag is better than prompt | agreed")
    assert "Measured: +38 points (+30 to +45, 104 questions)." in agreed
    assert "Expected because the facts stand in the documents." in agreed
    assert "disagreed" in turned
    assert "It is the other way round." in turned
    assert "not measured" in missing
    assert find(desk.tab, QLabel, "compare_expected_summary").text() == (
        "1 of 3 expectations agreed, 1 disagreed, 1 not measured."
    )


def test_that_results_without_expectations_say_where_they_come_from(desk: Desk) -> None:
    without = report().model_copy(update={"expectations": ()})
    desk.tab.presenter._run.show_filled(fill_report(without, "", Looking()))
    desk.tab.results.show_page(desk.tab.results.expected)
    assert shown(desk) == []
    assert "Which one do I choose?" in find(desk.tab, QLabel, "compare_expected_summary").text()
