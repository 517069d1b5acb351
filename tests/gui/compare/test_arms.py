"""The arms of the set-up: the list, the form, what is said of both."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QDate, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.acting import find
from tests.gui.compare.conftest import Desk, adapter, laid_out
from tests.unit.compare.scripted import MODEL
from tests.unit.compare.stocked import prompt
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.stock import plain_prompt
from workbench.database import Database
from workbench.datasets.types import Example
from workbench.llm.tasks import ScanModelsReport
from workbench.llm.types import GenerationConfig
from workbench.paths import WorkbenchPaths
from workbench.playground.types import PromptVersion
from workbench.ui.compare.arms_list import LINES, PROBLEM, ArmsList
from workbench.ui.compare.arms_state import Places
from workbench.ui.compare.state import Questions
from workbench.ui.widgets.choice_button import ChoiceButton
from workbench.ui.widgets.section import Section

T = TypeVar("T")
STANDARD = ["prompt", "few-shot", "rag", "tuned", "tuned + rag"]


def names(desk: Desk) -> list[str]:
    return [arm.name for arm in desk.tab.presenter.state.arms]


def last(desk: Desk) -> ArmSpec:
    arm = desk.tab.presenter.state.edited_arm
    assert arm is not None
    return arm


def choose(desk: Desk, name: str, value: str) -> None:
    box = find(desk.tab, QComboBox, name)
    index = box.findData(value)
    assert index >= 0, [box.itemData(n) for n in range(box.count())]
    box.setCurrentIndex(index)
    box.activated.emit(index)


def press(desk: Desk, name: str) -> None:
    button = find(desk.tab, QPushButton, name)
    assert button.isEnabled(), name
    button.click()


@pytest.fixture
def arms(desk: Desk) -> ArmsList:
    """The page Arms in front, the five standard arms made."""
    desk.tab.setup.show_page(desk.tab.setup.arms)
    press(desk, "compare_standard")
    return find(desk.tab, ArmsList, "compare_arms")


def test_that_each_arm_says_in_what_it_differs_from_the_first(arms: ArmsList) -> None:
    lines = [arms.arms.index(row).data(LINES)[1] for row in range(5)]
    assert lines[0] == "the others are compared with this one"
    assert lines[3] == "≠ prompt: adapter house-style"


def test_that_the_reasons_of_the_standard_arms_are_shown(desk: Desk, arms: ArmsList) -> None:
    desk.tab.presenter.arms.edit(3)
    assert "house-style: learned without passages" in find(desk.tab, QLabel, "compare_arm_why").text()


def test_that_a_copy_stands_below_and_is_opened(desk: Desk, arms: ArmsList) -> None:
    desk.tab.presenter.arms.edit(0)
    press(desk, "compare_copy")
    assert names(desk)[:3] == ["prompt", "prompt 2", "few-shot"]
    assert arms.arms.index(1).data(LINES)[1] == "the same as prompt"
    assert find(desk.tab, QLineEdit, "compare_arm_name").text() == "prompt 2"


def test_that_a_copy_of_a_copy_has_the_next_number(desk: Desk) -> None:
    desk.tab.presenter.arms.add()
    desk.tab.presenter.arms.change(last(desk).model_copy(update={"name": "prompt"}))
    for index in range(3):
        desk.tab.presenter.arms.copy(index)
    assert names(desk) == ["prompt", "prompt 2", "prompt 3", "prompt 4"]


def test_that_the_reasons_go_when_the_user_chooses(desk: Desk, arms: ArmsList) -> None:
    desk.tab.presenter.arms.edit(3)
    why = find(desk.tab, QLabel, "compare_arm_why")
    desk.tab.presenter.arms.change(last(desk).model_copy(update={"name": "style"}))
    assert why.text(), "another name is no other choice"
    choose(desk, "compare_arm_adapter", "house-style-rag")
    assert why.isHidden()


def test_that_the_scale_of_an_arms_adapter_is_chosen(desk: Desk, arms: ArmsList) -> None:
    desk.tab.presenter.arms.edit(0)
    scale = find(desk.tab, QDoubleSpinBox, "compare_arm_adapter_scale")
    assert scale.isHidden()
    desk.tab.presenter.arms.edit(3)
    assert not scale.isHidden()
    scale.setValue(0.5)
    assert desk.tab.presenter.state.arms[3].adapter_scale == 0.5
    assert arms.arms.index(3).data(LINES)[1] == "≠ prompt: adapter house-style × 0.5"
    choose(desk, "compare_arm_adapter", "")
    assert desk.tab.presenter.state.arms[3].adapter_scale == 1.0


def test_that_test_questions_among_the_examples_are_told(desk: Desk) -> None:
    seen: list[tuple[str, tuple[str, ...]]] = []

    def count(rows: Path, questions: tuple[str, ...]) -> int:
        seen.append((rows.name, questions))
        return 2

    desk.tab.presenter.stock._lookups = replace(desk.tab.presenter.stock._lookups, count_overlap=count)
    desk.tab.presenter._board.show(questions=Questions("/q.csv", (Example(id="1", question="Why?", answers=("a",)),)))
    desk.tab.presenter.arms.add()
    choose(desk, "compare_arm_examples", "data:rows")
    assert seen == [("rows.jsonl", ("Why?",))], "once for each file"
    label = find(desk.tab, QLabel, "compare_arm_examples_problem")
    assert label.text() == "2 test questions are among these rows: answers may be shown."
    press(desk, "compare_standard")
    assert "few-shot" not in names(desk), "examples are drawn from rows without test questions"


@pytest.fixture
def early(qtbot: QtBot, database: Database, home: WorkbenchPaths) -> Desk:
    """The page Arms in front while models are still looked for."""
    desk = laid_out(qtbot, database, home)
    desk.tab.setup.show_page(desk.tab.setup.arms)
    return desk


def test_that_the_standard_arms_wait_for_the_models(early: Desk) -> None:
    press(early, "compare_standard")
    press(early, "compare_standard")
    button = find(early.tab, QPushButton, "compare_standard")
    assert (names(early), button.text()) == ([], "Looking for what is here…")
    early.jobs.last.finish(ScanModelsReport(models=(MODEL.model_copy(update={"name": "starter"}),)))
    assert (names(early), button.text()) == (STANDARD, "Five standard arms")


def test_that_a_model_that_came_later_is_offered(desk: Desk) -> None:
    desk.models.refresh()
    found = tuple(
        MODEL.model_copy(update={"name": name, "path": f"/{name}.gguf"}) for name in ("starter", "downloaded")
    )
    desk.jobs.last.finish(ScanModelsReport(models=found))
    desk.tab.presenter.arms.add()
    box = find(desk.tab, QComboBox, "compare_arm_model")
    assert [box.itemData(n) for n in range(box.count())][:2] == ["starter", "downloaded"]


def test_that_what_arms_are_made_of_is_looked_for_again_when_a_job_has_ended(desk: Desk) -> None:
    stock = desk.tab.presenter.stock
    stock._lookups = replace(stock._lookups, read_places=lambda _name: Places(documents=("old.md", "a.md")))
    desk.tab.presenter.arms.add()
    choose(desk, "compare_arm_collection", "handbook")
    found = replace(
        stock._lookups,
        read_places=lambda _name: Places(documents=("a.md",)),
        find_rerankers=lambda: ("/models/reranker",),
    )
    stock._lookups = found
    desk.catalogue = desk.catalogue.model_copy(update={"adapters": (adapter("new"), *desk.catalogue.adapters)})
    desk.tab.look_again()
    making = desk.tab.presenter.state.making
    assert making.places["handbook"].documents == ("a.md",)
    assert making.stock.rerankers == ("/models/reranker",)
    box = find(desk.tab, QComboBox, "compare_arm_adapter")
    assert "new" in [box.itemText(n) for n in range(box.count())]


def test_that_models_that_could_not_be_looked_for_are_looked_for_again(early: Desk) -> None:
    press(early, "compare_standard")
    early.jobs.last.crash()
    assert early.tab.presenter.state.making.missing[0].sentence == "There is no model yet: open or get one."
    early.tab.presenter.refresh()
    early.jobs.last.finish(ScanModelsReport(models=(MODEL.model_copy(update={"name": "starter"}),)))
    press(early, "compare_standard")
    assert names(early) == STANDARD


def test_that_examples_wait_for_the_search_for_test_questions(
    qtbot: QtBot, database: Database, home: WorkbenchPaths
) -> None:
    later: list[Callable[[], None]] = []

    def in_background(work: Callable[[], T], then: Callable[[T], None]) -> None:
        later.append(lambda: then(work()))

    def catch_up() -> None:
        while later:
            later.pop(0)()

    desk = laid_out(qtbot, database, home, in_background=in_background)
    desk.jobs.last.finish(ScanModelsReport(models=(MODEL.model_copy(update={"name": "starter"}),)))
    catch_up()
    stock = desk.tab.presenter.stock
    stock._lookups = replace(stock._lookups, count_overlap=lambda _rows, _questions: 2)
    asked = Questions("/q.csv", (Example(id="1", question="Why?", answers=("a",)),))
    desk.tab.presenter._board.show(questions=asked)
    stock.look_for_overlaps()
    desk.tab.setup.show_page(desk.tab.setup.arms)
    press(desk, "compare_standard")
    assert not names(desk)
    catch_up()
    assert names(desk) == [name for name in STANDARD if name != "few-shot"]


@pytest.fixture
def two_collections(desk: Desk) -> Desk:
    """The newest collection is the larger one; the other holds the source of the question."""
    [small] = desk.catalogue.collections
    large = small.model_copy(update={"name": "letters", "folder": "/letters", "chunks": 900})
    desk.catalogue = desk.catalogue.model_copy(update={"collections": (large, small)})

    def count(collection: str, sources: tuple[tuple[str, ...], ...]) -> int:
        return sources.count(("doc.md",)) if collection == small.name else 0

    presenter = desk.tab.presenter
    presenter.stock._lookups = replace(presenter.stock._lookups, count_held=count)
    asked = Example(id="1", question="Why?", answers=("a",), sources=("doc.md",))
    presenter._board.show(questions=Questions("/q.csv", (asked,)))
    presenter.refresh()
    desk.tab.setup.show_page(desk.tab.setup.arms)
    press(desk, "compare_standard")
    return desk


def searched(desk: Desk) -> list[str]:
    return [arm.collection for arm in desk.tab.presenter.state.arms if arm.collection]


def test_that_the_standard_arms_search_what_holds_the_sources(two_collections: Desk) -> None:
    assert searched(two_collections) == ["handbook", "handbook"]
    two_collections.tab.presenter.arms.edit(names(two_collections).index("rag"))
    why = find(two_collections.tab, QLabel, "compare_arm_why").text()
    assert "handbook: it holds the sources of 1 of 1 questions (letters of none)" in why


def test_that_the_standard_arms_search_another_collection_on_a_click(two_collections: Desk) -> None:
    desk = two_collections
    desk.tab.presenter.arms.edit(names(desk).index("tuned + rag"))
    find(desk.tab, QSpinBox, "option_max_tokens").setValue(99)
    choose(desk, "compare_standard_collection", "letters")
    assert searched(desk) == ["letters", "handbook"], "an arm that was changed by hand stays"
    assert "letters: you chose it" in " ".join(desk.tab.presenter.state.making.why["rag"])
    press(desk, "compare_standard")
    assert searched(desk) == ["letters", "letters"]
    desk.tab.presenter.arms.edit(names(desk).index("rag"))
    assert find(desk.tab, QLabel, "compare_arm_collection_problem").text().startswith("“letters” holds none of the")
    choose(desk, "compare_standard_collection", "")
    assert searched(desk) == ["handbook", "handbook"]


def test_that_of_one_collection_there_is_nothing_to_choose(desk: Desk, arms: ArmsList) -> None:
    assert find(desk.tab, QComboBox, "compare_standard_collection").isHidden()


def test_that_arms_move_by_button_and_by_keyboard(desk: Desk, qtbot: QtBot, arms: ArmsList) -> None:
    desk.tab.presenter.arms.edit(4)
    press(desk, "compare_up")
    assert names(desk) == ["prompt", "few-shot", "rag", "tuned + rag", "tuned"]
    assert last(desk).name == "tuned + rag"
    qtbot.keyClick(arms, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)  # type: ignore[no-untyped-call]
    assert names(desk) == ["prompt", "few-shot", "tuned + rag", "rag", "tuned"]
    qtbot.keyClick(arms, Qt.Key.Key_Down)  # type: ignore[no-untyped-call]
    assert last(desk).name == "rag"


def test_that_an_arm_is_dragged_to_another_place(desk: Desk, qtbot: QtBot, arms: ArmsList) -> None:
    data = arms.arms.mimeData([arms.arms.index(4)])
    drop(arms, data, arms.visualRect(arms.arms.index(1)).topLeft() + QPoint(4, 2))
    assert names(desk) == ["prompt", "tuned + rag", "few-shot", "rag", "tuned"]
    drop(arms, arms.arms.mimeData([arms.arms.index(0)]), QPoint(5, arms.height() - 2))
    assert names(desk) == ["tuned + rag", "few-shot", "rag", "tuned", "prompt"]


def drop(arms: ArmsList, data: QMimeData, place: QPoint) -> None:
    event = QDropEvent(
        QPointF(place), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    arms.dropEvent(event)


def test_that_a_removed_arm_comes_back(desk: Desk, qtbot: QtBot, arms: ArmsList) -> None:
    desk.tab.presenter.arms.edit(1)
    qtbot.keyClick(arms, Qt.Key.Key_Delete)  # type: ignore[no-untyped-call]
    assert "few-shot" not in names(desk)
    undo = find(desk.tab, QPushButton, "compare_undo_remove")
    assert undo.text() == "Bring back “few-shot”"
    undo.click()
    assert names(desk)[1] == "few-shot"
    assert undo.isHidden()


def test_that_adapters_of_another_base_are_grey_and_say_why(desk: Desk) -> None:
    other = adapter("legal").model_copy(update={"base_name": "big"})
    desk.catalogue = desk.catalogue.model_copy(update={"adapters": (other, *desk.catalogue.adapters)})
    desk.tab.presenter.refresh()
    desk.tab.presenter.arms.add()
    box = find(desk.tab, QComboBox, "compare_arm_adapter")
    texts = [box.itemText(n) for n in range(box.count())]
    assert texts == ["none", "house-style-rag", "house-style", "legal  ·  was trained for big", "A file…"]
    model = box.model()
    assert not model.flags(model.index(3, 0)) & Qt.ItemFlag.ItemIsEnabled
    desk.tab.presenter.arms.change(last(desk).model_copy(update={"adapter": "legal"}))
    assert find(desk.tab, QLabel, "compare_arm_adapter_problem").text() == (
        "legal does not fit: it was trained for big."
    )
    assert "legal does not fit" in desk.tab.presenter.state.making.problems[0][0].text


def test_that_a_saved_prompt_is_chosen_in_one_of_its_versions(desk: Desk) -> None:
    versions = (prompt("short", 2, "Be brief."), prompt("short", 1, "Write for {{ audience }}."))
    desk.catalogue = desk.catalogue.model_copy(update={"prompts": versions})
    desk.tab.presenter.refresh()
    desk.tab.presenter.arms.add()
    choose(desk, "compare_arm_prompt", "saved:short")
    assert last(desk).prompt == "saved:short"
    about = find(desk.tab, QLabel, "compare_arm_prompt_preview")
    assert "“Be brief.”" in about.text()
    choose(desk, "compare_arm_prompt_version", "1")
    assert last(desk).prompt == "saved:short@1"
    assert "asks for audience" in about.text()
    press(desk, "compare_arm_open_prompt")
    assert desk.navigator.opened == [("playground", {"version": "short1"})]
    choose(desk, "compare_arm_prompt_version", "")
    assert last(desk).prompt == "saved:short"
    choose(desk, "compare_arm_prompt", "")
    assert last(desk).prompt == ""


def test_that_a_prompt_file_is_chosen(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.presenter.arms.add()
    choose(desk, "compare_arm_prompt", "\n")
    dialog = find(desk.tab, QFileDialog, "compare_prompt_dialog")
    dialog.fileSelected.emit("/p/base.md")
    dialog.close()
    assert last(desk).prompt == "/p/base.md"
    assert find(desk.tab, QComboBox, "compare_arm_prompt").currentText() == "base.md"


@pytest.mark.parametrize("key", ["model", "adapter"])
def test_that_a_file_may_be_the_model_or_the_adapter(desk: Desk, key: str) -> None:
    desk.tab.presenter.arms.add()
    choose(desk, f"compare_arm_{key}", "\n")
    dialog = find(desk.tab, QFileDialog, f"compare_{key}_dialog")
    dialog.fileSelected.emit("/drive/mine.gguf")
    dialog.close()
    assert getattr(last(desk), key) == "/drive/mine.gguf"
    assert find(desk.tab, QComboBox, f"compare_arm_{key}").currentText() == "mine.gguf"


def test_that_variables_that_the_questions_lack_are_said_beside_the_prompt(desk: Desk) -> None:
    desk.catalogue = desk.catalogue.model_copy(update={"prompts": (prompt("who", 1, "For {{ audience }}."),)})
    desk.tab.presenter.refresh()
    desk.tab.presenter.arms.add()
    desk.tab.presenter._board.show(questions=Questions("/q.csv", (Example(id="1", question="?", answers=("a",)),)))
    choose(desk, "compare_arm_prompt", "saved:who")
    label = find(desk.tab, QLabel, "compare_arm_prompt_problem")
    assert label.text() == "The prompt asks for {{ audience }}, which none of the questions has."
    assert find(desk.tab, QLabel, "compare_reason").text().startswith("Arm “arm 1”: The prompt asks")
    assert not find(desk.tab, QPushButton, "compare_run").isEnabled()


def test_that_examples_are_drawn_as_the_form_says(desk: Desk) -> None:
    desk.tab.presenter.arms.add()
    choose(desk, "compare_arm_examples", "data:rows")
    find(desk.tab, QSpinBox, "compare_arm_count").setValue(6)
    find(desk.tab, QSpinBox, "compare_arm_seed").setValue(11)
    examples = last(desk).examples
    assert examples is not None
    assert (examples.from_file, examples.count, examples.seed) == ("data:rows", 6, 11)
    choose(desk, "compare_arm_selection", "similar")
    assert find(desk.tab, QSpinBox, "compare_arm_seed").isHidden(), "nothing is drawn"
    choose(desk, "compare_arm_examples", "")
    assert last(desk).examples is None


def test_that_retrieval_is_set_field_by_field(desk: Desk) -> None:
    first = desk.catalogue.collections[0]
    letters = first.model_copy(update={"name": "letters"})
    desk.catalogue = desk.catalogue.model_copy(update={"collections": (first, letters)})
    desk.tab.presenter.stock._lookups = replace(
        desk.tab.presenter.stock._lookups, read_places=lambda _: Places(("2024",), ("a.pdf",))
    )
    desk.tab.presenter.refresh()
    desk.tab.presenter.arms.add()
    search = find(desk.tab, Section, "section_compare_arm_search")
    assert search.isHidden()
    choose(desk, "compare_arm_collection", "handbook")
    choose(desk, "retrieval_mode", "text")
    find(desk.tab, QSpinBox, "top_k").setValue(9)
    choose(desk, "passage_order", "best last")
    find(desk.tab, QSpinBox, "passage_tokens").setValue(700)
    find(desk.tab, ChoiceButton, "also").ticked.emit(("letters",))
    find(desk.tab, ChoiceButton, "folders").ticked.emit(("2024",))
    find(desk.tab, ChoiceButton, "arm_languages").ticked.emit(("German",))
    find(desk.tab, QCheckBox, "arm_since").click()
    find(desk.tab, QDateEdit, "arm_since_day").setDate(QDate(2024, 5, 1))
    retrieval = last(desk).retrieval
    assert retrieval is not None
    assert (retrieval.languages, retrieval.since, retrieval.until) == (("German",), date(2024, 5, 1), None)
    summary = find(desk.tab, QLabel, "section_compare_arm_search_summary").text()
    assert "only 2024, German, changed since 2024-05-01" in summary
    assert (retrieval.mode, retrieval.top_k, retrieval.order, retrieval.passage_tokens) == ("text", 9, "best last", 700)
    assert (retrieval.also, retrieval.only.folders) == (("letters",), ("2024",))
    choose(desk, "compare_arm_collection", "letters")
    changed = last(desk).retrieval
    assert changed is not None
    assert (changed.also, changed.only.folders, changed.top_k) == ((), (), 9), "folders were of the other collection"
    choose(desk, "compare_arm_collection", "")
    assert last(desk).retrieval is None


def test_that_settings_of_the_answer_belong_to_the_arm(desk: Desk) -> None:
    desk.tab.presenter.arms.add()
    box = find(desk.tab, QAbstractSpinBox, "option_temperature")
    box.setValue(0.7)  # type: ignore[attr-defined]
    assert last(desk).generation.temperature == 0.7
    section = find(desk.tab, Section, "section_compare_arm_generation")
    summary = find(section, QLabel, "section_compare_arm_generation_summary")
    assert summary.text() == "up to 256 tokens, temperature 0.7"
    find(desk.tab, QPushButton, "reset_options").click()
    assert last(desk).generation.temperature == 0.0


def test_that_settings_of_a_saved_prompt_hold_until_the_arm_says_otherwise(desk: Desk) -> None:
    warm = prompt("warm")
    warm = warm.model_copy(
        update={"prompt": warm.prompt.model_copy(update={"generation": GenerationConfig(temperature=0.5)})}
    )
    desk.catalogue = desk.catalogue.model_copy(update={"prompts": (warm,)})
    desk.tab.presenter.refresh()
    desk.tab.presenter.arms.add()
    choose(desk, "compare_arm_prompt", "saved:warm")
    temperature = find(desk.tab, QDoubleSpinBox, "option_temperature")
    assert temperature.value() == 0.5
    assert last(desk).generation.model_fields_set == set()
    find(desk.tab, QSpinBox, "option_max_tokens").setValue(99)
    assert last(desk).generation.model_fields_set == {"max_tokens"}
    assert temperature.value() == 0.5
    temperature.setValue(0.0)
    assert last(desk).generation.model_fields_set == {"max_tokens", "temperature"}
    assert temperature.value() == 0.0, "said, though it is the usual"


def test_that_an_arm_without_a_name_keeps_the_one_it_had(desk: Desk, qtbot: QtBot) -> None:
    desk.tab.presenter.arms.add()
    name = find(desk.tab, QLineEdit, "compare_arm_name")
    name.clear()
    name.editingFinished.emit()
    assert name.text() == "arm 1"


def test_that_the_prompt_behind_the_adapter_is_saved_and_shared_by_the_standard_arms(desk: Desk) -> None:
    saved: list[tuple[str, str]] = []

    def save(name: str, system: str) -> PromptVersion:
        saved.append((name, system))
        return PromptVersion(id="p", prompt_name=name, number=1, prompt=plain_prompt(system))

    rows = desk.catalogue.datasets["rows"].model_copy(update={"system": "Be brief."})
    tuned = desk.catalogue.adapters[1].model_copy(update={"dataset_name": "rows"})
    update = {"datasets": {"rows": rows}, "adapters": (desk.catalogue.adapters[0], tuned)}
    desk.catalogue = desk.catalogue.model_copy(update=update)
    desk.tab.presenter.stock._lookups = replace(desk.tab.presenter.stock._lookups, save_prompt=save)
    desk.tab.presenter.refresh()
    desk.tab.setup.show_page(desk.tab.setup.arms)
    press(desk, "compare_standard")
    assert saved == [("Prompt of rows", "Be brief.")]
    prompts = {arm.name: arm.prompt for arm in desk.tab.presenter.state.arms}
    assert prompts["tuned"] == prompts["prompt"] == "saved:Prompt of rows@1"
    assert prompts["rag"] == "", "an arm with documents has the program's own instruction"
    press(desk, "compare_standard")
    assert len(saved) == 1


def test_that_a_name_that_is_being_typed_stays(desk: Desk) -> None:
    desk.tab.presenter.arms.add()
    name = find(desk.tab, QLineEdit, "compare_arm_name")
    name.setText("half a na")
    desk.tab.presenter.refresh()
    assert name.text() == "half a na"
    desk.tab.presenter.arms.add()
    assert name.text() == "arm 2"
    desk.tab.presenter.arms.edit(0)
    assert name.text() == "arm 1"


def test_that_a_problem_stands_in_the_list(desk: Desk, arms: ArmsList) -> None:
    desk.tab.presenter.arms.edit(1)
    desk.tab.presenter.arms.change(last(desk).model_copy(update={"name": "prompt"}))
    assert arms.arms.index(1).data(PROBLEM) == ("Another arm has this name.", True)


def test_that_many_arms_have_an_end(desk: Desk) -> None:
    for _ in range(60):
        desk.tab.presenter.arms.add()
    assert len(names(desk)) == 40
    assert not find(desk.tab, QPushButton, "compare_add").isEnabled()


def test_that_everything_of_the_form_has_a_name_for_those_who_cannot_see_it(desk: Desk) -> None:
    desk.tab.presenter.arms.add()
    form = find(desk.tab, QWidget, "compare_arm_form")
    for kind in (QComboBox, QLineEdit, QAbstractSpinBox, QPushButton):
        for widget in form.findChildren(kind):
            if widget.objectName() and not widget.objectName().startswith("qt_"):
                assert widget.accessibleName(), widget.objectName()
