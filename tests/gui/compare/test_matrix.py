"""The table of all questions: searched, filtered, sorted, walked through."""

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.compare.conftest import Desk, turn_to
from tests.gui.compare.test_setup import cells, find, press, texts
from tests.unit.compare.pictures.measured import FIVE, METRIC, Made, measured, reported
from workbench.compare.matrix import RowFilter
from workbench.compare.trial_types import FailureReason
from workbench.compare.types import ComparisonReport
from workbench.scoring.types import MetricSummary
from workbench.ui.compare.matrix_view import MatrixView
from workbench.ui.compare.picture_view import PictureView
from workbench.ui.widgets.name_header import NameHeader


def show(desk: Desk, report: ComparisonReport) -> MatrixView:
    desk.tab.presenter.open_history(desk.store.save(report).id)
    return find(desk, MatrixView, "compare_matrix")


def choose(desk: Desk, name: str, data: str) -> None:
    box = find(desk, QComboBox, name)
    assert box.findData(data) >= 0, [box.itemData(n) for n in range(box.count())]
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def click_header(desk: Desk, qtbot: QtBot, column: int) -> None:
    header = find(desk, QTableView, "compare_matrix").horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + header.sectionSize(column) // 2, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]


def column(desk: Desk, number: int) -> list[str]:
    return [row[number] for row in cells(desk, "compare_matrix")]


def tagged(report: ComparisonReport) -> ComparisonReport:
    examples = tuple(
        example.model_copy(update={"tags": ("even",) if number % 2 == 0 else ("odd",)})
        for number, example in enumerate(report.examples)
    )
    trials = tuple(
        trial.model_copy(update={"failure": FailureReason.CRASHED if trial.has_failed else None})
        for trial in report.trials
    )
    return report.model_copy(update={"examples": examples, "trials": trials})


def test_that_a_search_narrows_while_it_is_typed(desk: Desk, qtbot: QtBot) -> None:
    show(desk, reported(measured()))
    search = find(desk, QLineEdit, "compare_search")
    qtbot.keyClicks(search, "what is 3")  # type: ignore[no-untyped-call]
    assert column(desk, 0)[0] == "What is 3?"
    assert len(column(desk, 0)) == 11
    assert find(desk, QLabel, "compare_count").text().startswith("11 of 40 questions")
    qtbot.keyClicks(search, "9?")  # type: ignore[no-untyped-call]
    assert column(desk, 0) == ["What is 39?"]
    qtbot.keyClicks(search, "x")  # type: ignore[no-untyped-call]
    assert find(desk, QLabel, "compare_count").text() == "No question is like that."
    press(desk, "compare_show_all")
    assert len(column(desk, 0)) == 40
    assert search.text() == ""
    assert not find(desk, QPushButton, "compare_show_all").isVisible()


def test_that_outcome_tag_and_reason_narrow(desk: Desk) -> None:
    show(desk, tagged(reported(measured(unanswered=4))))
    choose(desk, "compare_filter_reason", "crashed")
    assert len(column(desk, 0)) == 4
    choose(desk, "compare_filter_tag", "odd")
    assert column(desk, 0) == ["What is 1?", "What is 3?"]
    choose(desk, "compare_filter", "only:tuned")
    assert column(desk, 0) == []
    press(desk, "compare_show_all")
    choose(desk, "compare_filter", "all-right")
    assert {"".join(row[1:6]) for row in cells(desk, "compare_matrix")} == {"✓✓✓✓✓"}
    choose(desk, "compare_filter", RowFilter.ONLY + ":prompt + docs")
    assert {"".join(row[1:6]) for row in cells(desk, "compare_matrix")} == {"✗✗✓✗✗"}


def test_that_excluded_questions_are_marked_and_found(desk: Desk) -> None:
    show(desk, reported(measured()).model_copy(update={"excluded": ("q3", "q5")}))
    assert column(desk, 0)[3] == "⊘ What is 3?"
    choose(desk, "compare_filter", "excluded")
    assert column(desk, 0) == ["⊘ What is 3?", "⊘ What is 5?"]


def test_that_what_does_not_occur_is_not_offered(desk: Desk) -> None:
    show(desk, reported(measured(FIVE[:1])))
    assert not find(desk, QComboBox, "compare_filter_tag").isVisible()
    assert not find(desk, QComboBox, "compare_filter_reason").isVisible()
    assert find(desk, QComboBox, "compare_filter").findData("only:prompt") < 0


def test_that_a_click_on_a_header_sorts_upwards_then_downwards_then_not_at_all(desk: Desk, qtbot: QtBot) -> None:
    show(desk, reported(measured(graded=True)))
    before = column(desk, 0)
    click_header(desk, qtbot, 2)

    def scores() -> list[int]:
        signs = {"✗": 0, "✓": 100}
        return [signs[cell] if cell in signs else int(cell) for cell in column(desk, 2)]

    assert scores() == sorted(scores())
    assert find(desk, QTableView, "compare_matrix").horizontalHeader().sortIndicatorSection() == 2
    click_header(desk, qtbot, 2)
    assert scores() == sorted(scores(), reverse=True)
    click_header(desk, qtbot, 2)
    assert column(desk, 0) == before


def test_that_the_order_can_be_chosen_without_a_mouse(desk: Desk) -> None:
    show(desk, reported(measured()))
    choose(desk, "compare_order", "mean")
    means = [int(value) for value in column(desk, 7)]
    assert means == sorted(means)
    choose(desk, "compare_order", "spread:down")
    spreads = [int(value) for value in column(desk, 6)]
    assert spreads == sorted(spreads, reverse=True)


def test_that_arrow_keys_walk_through_the_answers(desk: Desk, qtbot: QtBot) -> None:
    matrix = show(desk, reported(measured()))
    desk.tab.presenter.select_trial("few-shot", "q3")
    matrix.setFocus()
    for key, wanted in (
        (Qt.Key.Key_Down, ("few-shot", "q4")),
        (Qt.Key.Key_Right, ("prompt + docs", "q4")),
        (Qt.Key.Key_Up, ("prompt + docs", "q3")),
    ):
        qtbot.keyClick(matrix, key)  # type: ignore[no-untyped-call]
        assert desk.tab.presenter.state.selected == wanted
        assert f"What is {wanted[1][1:]}?" in texts(desk)


def test_that_the_answer_looked_at_stays_selected_when_the_order_changes(desk: Desk) -> None:
    matrix = show(desk, reported(measured()))
    desk.tab.presenter.select_trial("tuned", "q30")
    choose(desk, "compare_order", "mean")
    current: QModelIndex = matrix.currentIndex()
    assert matrix.model().index(current.row(), 0).data() == "What is 30?"
    assert current.column() == 4
    assert matrix.selectionModel().isSelected(current)
    assert matrix.visualRect(current).intersects(matrix.viewport().rect())


def test_that_the_question_column_keeps_the_arm(desk: Desk, qtbot: QtBot) -> None:
    matrix = show(desk, reported(measured()))
    desk.tab.presenter.select_trial("tuned", "q1")
    place = matrix.visualRect(matrix.model().index(3, 0)).center()
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)  # type: ignore[no-untyped-call]
    assert desk.tab.presenter.state.selected == ("tuned", "q3")


def test_that_graded_scores_are_shaded_and_told_in_words(desk: Desk) -> None:
    matrix = show(desk, reported(measured(graded=True)))
    model = matrix.model()
    shades = {}
    for row in range(model.rowCount()):
        index = model.index(row, 1)
        brush, words = index.data(Qt.ItemDataRole.BackgroundRole), index.data(Qt.ItemDataRole.AccessibleTextRole)
        if brush is not None and words.startswith("partly right, "):
            shades[int(words.removeprefix("partly right, ").removesuffix(" %"))] = brush.color().alpha()
    assert len(shades) > 5
    assert sorted(shades.values()) == [shades[score] for score in sorted(shades)]
    assert "%" in model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    image = matrix.grab().toImage()
    assert len({image.pixel(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)}) > 12


def test_that_another_score_can_be_looked_at(desk: Desk) -> None:
    report = reported(measured(FIVE[:2]), metrics=(METRIC, "token_f1"))
    arms = tuple(
        arm.model_copy(
            update={"metrics": {**arm.metrics, "token_f1": MetricSummary(mean=0.5, low=0.4, high=0.6, count=9)}}
        )
        for arm in report.arms
    )
    trials = tuple(
        trial.model_copy(
            update={"scores": {**trial.scores, "token_f1": trial.scores[METRIC].model_copy(update={"value": 0.5})}}
        )
        for trial in report.trials
    )
    show(desk, report.model_copy(update={"arms": arms, "trials": trials}))
    assert set(column(desk, 1)) == {"✓", "✗"}
    choose(desk, "compare_answers_metric", "token_f1")
    assert set(column(desk, 1)) == {"50"}
    assert "Exact match " in cells(desk, "compare_result_arms")[0][2]
    turn_to(desk.tab, "Pictures", "compare_result_pages")
    picture = find(desk, PictureView, "compare_picture").picture
    assert picture is not None
    assert picture.title == "Word F1: mean and 95 % interval of every arm"


def test_that_an_arm_marked_in_the_table_is_marked_in_the_pictures_and_back(desk: Desk) -> None:
    show(desk, reported(measured()))
    arms = find(desk, QTableView, "compare_result_arms")
    arms.selectRow(3)
    assert desk.tab.presenter.state.looking.arm == "tuned"
    desk.tab.presenter.pictures.mark_arm("few-shot")
    assert [index.row() for index in arms.selectionModel().selectedRows()] == [1]
    desk.tab.presenter.pictures.mark_arm("few-shot")
    assert arms.selectionModel().selectedRows() == []


def test_that_everything_measured_of_an_arm_is_in_its_tool_tip(desk: Desk) -> None:
    show(desk, reported(measured()))
    model = find(desk, QTableView, "compare_result_arms").model()
    tip = model.index(3, 0).data(Qt.ItemDataRole.ToolTipRole)
    for words in ("Exact match: ", "95 % interval", "Answer in 900 ms", "Memory: 1.1 GB", "Training: 53 min"):
        assert words in tip, tip


def test_that_the_table_fits_into_a_narrow_window_with_a_big_font(desk: Desk) -> None:
    font = desk.tab.font()
    font.setPointSizeF(12.5)
    desk.tab.setFont(font)
    show(desk, tagged(reported(measured(unanswered=4), metrics=(METRIC, "token_f1"))))
    assert desk.tab.results.answers.minimumSizeHint().width() <= 660
    assert desk.tab.results.pictures.minimumSizeHint().width() <= 660


def test_that_other_questions_are_all_shown_at_first(desk: Desk) -> None:
    show(desk, reported(measured()))
    find(desk, QLineEdit, "compare_search").setText("nothing like this")
    assert column(desk, 0) == []
    show(desk, reported(measured(questions=7)))
    assert len(column(desk, 0)) == 7
    assert find(desk, QLineEdit, "compare_search").text() == ""


def test_that_two_thousand_questions_of_eight_arms_are_shown_and_sorted(desk: Desk, qtbot: QtBot) -> None:
    from dataclasses import replace

    facts = measured([replace(FIVE[0], name=f"arm {n}") for n in range(8)], questions=2000)
    show(desk, reported(facts))
    assert len(column(desk, 0)) == 2000
    click_header(desk, qtbot, 8)
    assert column(desk, 8)[:3] == ["✗", "✗", "✗"]


def names(desk: Desk, table: str) -> list[str]:
    """Of the arms, as they stand above the columns of a table."""
    header = find(desk, QTableView, table).horizontalHeader()
    assert isinstance(header, NameHeader)
    return [header.shown_name(section) for section in range(1, 6)]


def test_that_names_of_arms_are_whole_in_a_narrow_window(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.resize(900, 700)
    matrix = show(desk, reported(measured()))
    whole = [arm.name for arm in FIVE]

    def in_one() -> list[str]:
        return [name.replace("-\n", "-").replace("\n", " ") for name in names(desk, "compare_matrix")]

    qtbot.waitUntil(lambda: in_one() == whole)
    header, lines = matrix.horizontalHeader(), 1 + max(name.count("\n") for name in names(desk, "compare_matrix"))
    assert lines == 2
    assert header.height() >= lines * header.fontMetrics().lineSpacing()
    assert matrix.columnWidth(0) >= matrix.viewport().width() // 3


def test_that_a_long_name_of_an_arm_loses_its_middle_and_is_whole_in_its_tool_tip(desk: Desk, qtbot: QtBot) -> None:
    long = [f"house-style-of-the-handbook tuned with documents number {number}" for number in range(5)]
    desk.tab.resize(900, 700)
    report = reported(measured([Made(name, 0.5) for name in long]))
    wrong = {"failure": FailureReason.NOT_KNOWN}
    trials = tuple(trial.model_copy(update={} if trial.scores[METRIC].value else wrong) for trial in report.trials)
    show(desk, report.model_copy(update={"trials": trials}))
    for table, title in (("compare_matrix", "Answers"), ("why_reasons", "Why wrong")):
        turn_to(desk.tab, title, "compare_result_pages")
        qtbot.waitUntil(lambda table=table: all("…" in name for name in names(desk, table)))  # type: ignore[misc]
        header = find(desk, QTableView, table).horizontalHeader()
        for number, name in enumerate(names(desk, table)):
            assert name.startswith("ho")
            assert name.endswith(str(number)), "what tells the arms apart is at their ends"
            tip = header.model().headerData(number + 1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
            assert long[number] in tip
            room = header.sectionSize(number + 1)
            assert all(header.fontMetrics().horizontalAdvance(line) < 1.1 * room for line in name.split("\n"))
