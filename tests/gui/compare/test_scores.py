"""The page "Scores": several metrics, what each can judge, who judges."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.compare.conftest import Desk
from tests.gui.compare.test_setup import find, press, read_questions, texts
from workbench.compare.spec import ComparisonSpec, load_spec
from workbench.ui.widgets.page_tabs import PageTabs


def open_page(desk: Desk, questions: Path) -> None:
    press(desk, "compare_standard")
    desk.tab.presenter.open_file(str(questions))
    read_questions(desk, questions)
    find(desk, PageTabs, "compare_setup_pages").setCurrentWidget(desk.tab.setup.scores)


def item(desk: Desk, name: str) -> QListWidgetItem:
    metrics = find(desk, QListWidget, "compare_metrics")
    return next(
        metrics.item(row) for row in range(metrics.count()) if metrics.item(row).data(Qt.ItemDataRole.UserRole) == name
    )


def look_at(desk: Desk, name: str) -> None:
    find(desk, QListWidget, "compare_metrics").setCurrentItem(item(desk, name))


def tick(desk: Desk, qtbot: QtBot, name: str) -> None:
    """As the keyboard does it."""
    look_at(desk, name)
    qtbot.keyClick(find(desk, QListWidget, "compare_metrics"), Qt.Key.Key_Space)  # type: ignore[no-untyped-call]


def used(desk: Desk) -> list[str]:
    return [choice.name for choice in desk.tab.presenter.state.metrics]


def saved(desk: Desk, folder: Path) -> ComparisonSpec:
    """The set-up as it is written and read again; without the arm whose examples are not there."""
    desk.tab.presenter.arms.remove(1)
    desk.tab.presenter.save_setup(str(folder / "c.yaml"))
    return load_spec(folder / "c.yaml")


def choose(desk: Desk, name: str, value: str) -> None:
    combo = find(desk, QComboBox, name)
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())


def test_that_several_metrics_score_and_one_decides(desk: Desk, qtbot: QtBot, questions_file: Path) -> None:
    open_page(desk, questions_file)
    tick(desk, qtbot, "numeric")
    tick(desk, qtbot, "token_f1")
    assert used(desk) == ["exact_match", "numeric"]
    choose(desk, "compare_metric", "numeric")
    assert used(desk) == ["numeric", "exact_match"]
    assert item(desk, "numeric").text() == "Number  ·  decides"
    look_at(desk, "rouge_l")
    press(desk, "compare_decide")
    assert used(desk) == ["rouge_l", "numeric", "exact_match"]


def test_that_the_last_metric_stays(desk: Desk, qtbot: QtBot, questions_file: Path) -> None:
    open_page(desk, questions_file)
    tick(desk, qtbot, "token_f1")
    tick(desk, qtbot, "exact_match")
    assert used(desk) == ["exact_match"]
    assert item(desk, "exact_match").checkState() is Qt.CheckState.Checked


def test_that_a_suggestion_follows_from_the_right_answers(desk: Desk, questions_file: Path) -> None:
    open_page(desk, questions_file)
    assert "this would fit: Number, Exact match." in find(desk, QLabel, "compare_suggestion").text()
    press(desk, "compare_take_suggestion")
    assert used(desk) == ["numeric", "exact_match"]
    assert not find(desk, QPushButton, "compare_take_suggestion").isVisible()


def test_that_a_metric_says_what_it_can_judge(desk: Desk, questions_file: Path) -> None:
    open_page(desk, questions_file)
    look_at(desk, "json_fields")
    assert find(desk, QLabel, "compare_reach").text() == "The right answers are not JSON with fields."
    assert item(desk, "json_fields").text() == "JSON fields  ·  not here"
    look_at(desk, "recall_at_k")
    assert "Judges all 12 questions. 2 of 5 arms search documents" in texts(desk)
    look_at(desk, "pairwise_judge")
    assert "Up to 240 replies: every pair in both orders." in texts(desk)


def test_that_options_are_kept_and_saved(desk: Desk, qtbot: QtBot, questions_file: Path, tmp_path: Path) -> None:
    open_page(desk, questions_file)
    look_at(desk, "numeric")
    assert not find(desk, QLineEdit, "compare_option_tolerance").isEnabled()
    tick(desk, qtbot, "numeric")
    tolerance = find(desk, QLineEdit, "compare_option_tolerance")
    tolerance.selectAll()
    qtbot.keyClicks(tolerance, "0.5")  # type: ignore[no-untyped-call]
    qtbot.keyClick(tolerance, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    choose(desk, "compare_option_position", "any")
    assert saved(desk, tmp_path).metrics[2].options == {"tolerance": 0.5, "position": "any"}


def test_that_a_judge_is_set_up(desk: Desk, qtbot: QtBot, questions_file: Path, tmp_path: Path) -> None:
    open_page(desk, questions_file)
    tick(desk, qtbot, "judge")
    assert "“Judge” needs a model that judges" in texts(desk)
    assert not find(desk, QPushButton, "compare_run").isEnabled()
    choose(desk, "compare_judge_model", "starter")
    assert find(desk, QPushButton, "compare_run").isEnabled()
    assert "This model also answers for prompt, few-shot, rag" in find(desk, QLabel, "compare_judges_itself").text()
    choose(desk, "compare_judge_scale", "yes_no")
    find(desk, QPlainTextEdit, "compare_judge_rubric").setPlainText("yes: it is a number")
    find(desk, QPushButton, "compare_show_preview").click()
    preview = find(desk, QPlainTextEdit, "compare_judge_preview").toPlainText()
    assert "yes: it is a number" in preview
    assert "What is 0 plus one?" in preview
    kept = saved(desk, tmp_path).judge
    assert (kept.model, kept.scale.value, kept.rubric, kept.prompt) == ("starter", "yes_no", "yes: it is a number", "")


def test_that_a_prompt_that_cannot_be_used_is_explained_and_ours_comes_back(
    desk: Desk, qtbot: QtBot, questions_file: Path
) -> None:
    open_page(desk, questions_file)
    tick(desk, qtbot, "judge")
    choose(desk, "compare_judge_model", "starter")
    prompt = find(desk, QPlainTextEdit, "compare_judge_prompt")
    ours = prompt.toPlainText()
    prompt.setPlainText("Grade {{question}} {{anwser}}")
    assert "has a variable {{anwser}} that does not exist" in find(desk, QLabel, "compare_judge_problem").text()
    assert not find(desk, QPushButton, "compare_run").isEnabled()
    press(desk, "compare_prompt_back")
    assert prompt.toPlainText() == ours
    assert find(desk, QPushButton, "compare_run").isEnabled()
