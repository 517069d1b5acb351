"""The page "Questions": files, test sets, writing, looking through, undoing, versions."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QLineEdit, QMenu, QPlainTextEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.gui.background import Threads, written_here
from tests.gui.compare.conftest import Desk, laid_out
from tests.gui.compare.test_setup import cells, find, press, read_questions, texts
from tests.unit.compare.scripted import COLLECTION, MODEL
from workbench.compare.tasks import PREPARE, PrepareRequest
from workbench.database import Database
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import Origin, Provenance, Review, SetQuestion
from workbench.llm.tasks import ScanModelsReport
from workbench.paths import WorkbenchPaths
from workbench.rag.asked_questions import WRITE_QUESTIONS
from workbench.rag.evaluation.generating import GenerateReport
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig
from workbench.ui.compare.state import Page

TABLE = "compare_question_table"


@pytest.fixture
def sets(database: Database) -> TestSetStore:
    return TestSetStore(database)


def shown(desk: Desk) -> list[str]:
    return [row[0] for row in cells(desk, TABLE)]


def choose(desk: Desk, name: str, value: object) -> None:
    box = find(desk, QComboBox, name)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def pick(desk: Desk, menu: str, text: str) -> None:
    """Click an entry of an open menu, or of a menu inside it."""
    found = desk.tab.findChild(QMenu, menu)
    assert found is not None, menu
    inner = list(found.findChildren(QMenu))
    actions = [action for menu in (found, *inner) for action in menu.actions()]
    next(action for action in actions if text in action.text()).trigger()
    found.close()


def select(desk: Desk, row: int) -> QTableView:
    table = find(desk, QTableView, TABLE)
    table.selectRow(row)
    return table


def write(desk: Desk, qtbot: QtBot, question: str, answers: str) -> None:
    edit = find(desk, QPlainTextEdit, "compare_question_text")
    qtbot.keyClicks(edit, question)  # type: ignore[no-untyped-call]
    find(desk, QPlainTextEdit, "compare_question_answers").setPlainText(answers)
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]


def waiting(number: int) -> SetQuestion:
    return SetQuestion(
        question=f"How long is toaster {number} guaranteed?",
        answers=("18 months",),
        sources=("maple.pdf",),
        origin=Origin.GENERATED,
        review=Review.WAITING,
        remark="Written by tiny.",
        where=Provenance(collection="handbook", document="maple.pdf", page=2, passage="A warranty of 18 months."),
    )


# -- files ------------------------------------------------------------------------------------------------------------


def test_that_a_file_is_saved_as_a_set_and_then_asked(
    desk: Desk, qtbot: QtBot, questions_file: Path, sets: TestSetStore
) -> None:
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    press(desk, "compare_set_save")
    name = find(desk, QLineEdit, "compare_set_name")
    assert name.text() == "sums" and name.hasFocus()
    qtbot.keyClick(name, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert sets.list_sets()[0].accepted == 12
    assert find(desk, QComboBox, "compare_sets").currentText() == "sums · 12 questions"
    assert "row 13" not in texts(desk)
    press(desk, "compare_standard")
    find(desk, QPushButton, "compare_run").click()
    request = PrepareRequest.model_validate(desk.jobs.of(PREPARE)[-1].spec.params)
    assert request.spec.questions == "set:sums"
    assert len(request.catalogue.test_sets["set:sums"]) == 12


def test_that_a_name_that_is_taken_is_said_beside_it(desk: Desk, questions_file: Path, sets: TestSetStore) -> None:
    sets.create("sums")
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    press(desk, "compare_set_save")
    name = find(desk, QLineEdit, "compare_set_name")
    assert name.text() == "sums 2"
    name.setText("sums")
    press(desk, "compare_set_name_yes")
    assert find(desk, QLabel, "compare_set_name_trouble").text() == "There is already a test set “sums”."
    press(desk, "compare_set_name_no")
    assert not find(desk, QFrame, "compare_naming").isVisible()


def test_that_a_file_is_added_to_a_set(desk: Desk, questions_file: Path, sets: TestSetStore) -> None:
    sets.add("all", [SetQuestion(question="what is 3 PLUS one?", answers=("4",))])
    desk.tab.presenter.refresh()
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    press(desk, "compare_set_add_to")
    pick(desk, "compare_add_to_menu", "all")
    assert len(shown(desk)) == 12
    assert desk.messages.said[-1][1] == "11 questions were added to “all”. 1 were there already."


def test_that_columns_are_explained_by_hand(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "banking.csv"
    path.write_text("customer says,intent\nWhere is my card?,card_arrival\nTop up?,top_up\n", encoding="utf-8")
    desk.tab.presenter.open_file(str(path))
    read_questions(desk, path)
    assert "banking.csv has no column for the question." in texts(desk)
    assert not find(desk, QPushButton, "compare_columns_read").isEnabled()
    choose(desk, "compare_column_question", "customer says")
    choose(desk, "compare_column_answers", "intent")
    press(desk, "compare_columns_read")
    read_questions(desk, path)
    assert [row[:2] for row in cells(desk, TABLE)] == [["Where is my card?", "card_arrival"], ["Top up?", "top_up"]]
    press(desk, "compare_standard")
    assert "Save the questions as a set first" in texts(desk)
    assert not find(desk, QPushButton, "compare_run").isEnabled()


def test_that_a_promptfoo_file_brings_its_score(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(
        "prompts: ['{{question}}']\ntests:\n  - {vars: {question: A?}, assert: [{type: contains, value: b}]}\n",
        encoding="utf-8",
    )
    desk.tab.presenter.open_file(str(path))
    read_questions(desk, path)
    assert shown(desk) == ["A?"]
    assert "On one question no verdict can be given" in texts(desk)
    press(desk, "compare_use_metric")
    assert desk.tab.presenter.state.metrics[0].name == "contains"


def test_that_a_broken_file_is_explained_and_the_next_one_is_read(desk: Desk, questions_file: Path) -> None:
    desk.tab.presenter.open_file("/nowhere/x.csv")
    first = desk.jobs.last
    desk.tab.presenter.open_file(str(questions_file))
    read_questions(desk, questions_file)
    first.crash()
    assert len(shown(desk)) == 12  # what came too late is not shown


# -- listing ----------------------------------------------------------------------------------------------------------


def test_that_questions_are_filtered_by_text_tag_and_kind(desk: Desk, qtbot: QtBot, sets: TestSetStore) -> None:
    sets.add(
        "all",
        [
            SetQuestion(question="How long?", answers=("3 years",), tags=("time",)),
            SetQuestion(question="How loud?", tags=("noise",)),
            waiting(1),
        ],
    )
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    assert cells(desk, TABLE)[1][1:] == ["none: refuse", "noise", "typed", "counts"]
    assert "2 questions · 1 to be refused · 1 to look at" in texts(desk)
    qtbot.keyClicks(find(desk, QLineEdit, "compare_question_search"), "YEARS")  # type: ignore[no-untyped-call]
    assert shown(desk) == ["How long?"]
    find(desk, QLineEdit, "compare_question_search").clear()
    choose(desk, "compare_question_tag", "noise")
    assert shown(desk) == ["How loud?"]
    choose(desk, "compare_question_tag", "")
    choose(desk, "compare_question_listed", "generated")
    assert shown(desk) == [waiting(1).question]


# -- writing ----------------------------------------------------------------------------------------------------------


def test_that_questions_are_written_one_after_the_other(desk: Desk, qtbot: QtBot, sets: TestSetStore) -> None:
    press(desk, "compare_new_question")
    assert sets.list_sets()[0].name == "Questions"
    write(desk, qtbot, "How long?", "3 years\n36 months")
    write(desk, qtbot, "How loud?", "40 dB")
    assert [question.answers for question in sets.questions("Questions")] == [("3 years", "36 months"), ("40 dB",)]
    assert shown(desk) == ["How long?", "How loud?"]
    assert find(desk, QPlainTextEdit, "compare_question_text").toPlainText() == ""
    qtbot.keyClick(find(desk, QPlainTextEdit, "compare_question_text"), Qt.Key.Key_Escape)  # type: ignore[no-untyped-call]
    assert not find(desk, QFrame, "compare_question_form").isVisible()


def test_that_a_question_needs_an_answer_or_a_word_about_it(desk: Desk, qtbot: QtBot, sets: TestSetStore) -> None:
    press(desk, "compare_new_question")
    qtbot.keyClicks(find(desk, QPlainTextEdit, "compare_question_text"), "How loud?")  # type: ignore[no-untyped-call]
    assert not find(desk, QPushButton, "compare_question_save").isEnabled()
    assert find(desk, QLabel, "compare_question_need").text() == "Write a right answer, or say that there is none."
    choose(desk, "compare_question_right", "unknown")
    assert "needs a source" in find(desk, QLabel, "compare_question_need").text()
    choose(desk, "compare_question_right", "refusal")
    press(desk, "compare_question_save")
    assert sets.questions("Questions")[0].is_unanswerable


def test_that_a_question_is_changed_with_sources_and_tags(desk: Desk, qtbot: QtBot, sets: TestSetStore) -> None:
    sets.add("all", [SetQuestion(question="How long?", answers=("x",))])
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    select(desk, 0)
    qtbot.keyClicks(find(desk, QLineEdit, "compare_question_sources"), "a.pdf; b.pdf")  # type: ignore[no-untyped-call]
    qtbot.keyClicks(find(desk, QLineEdit, "compare_question_tags"), "time, easy")  # type: ignore[no-untyped-call]
    press(desk, "compare_question_save")
    [question] = sets.questions("all")
    assert (question.sources, question.tags) == (("a.pdf", "b.pdf"), ("time", "easy"))
    assert cells(desk, TABLE)[0][2] == "time, easy"


def test_that_deleted_questions_come_back(desk: Desk, qtbot: QtBot, sets: TestSetStore) -> None:
    sets.add("all", [SetQuestion(question=f"{letter}?", answers=("x",)) for letter in "ABCD"])
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    for row in (1, 1):
        qtbot.keyClick(select(desk, row), Qt.Key.Key_Delete)  # type: ignore[no-untyped-call]
    assert shown(desk) == ["A?", "D?"]
    assert "“C?” was deleted." in texts(desk)
    press(desk, "compare_removed_undo")
    assert shown(desk) == ["A?", "C?", "D?"]
    table = find(desk, QTableView, TABLE)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]
    assert shown(desk) == ["A?", "B?", "C?", "D?"]
    assert not find(desk, QPushButton, "compare_removed_undo").isVisible()


def test_that_several_questions_are_tagged_at_once(desk: Desk, qtbot: QtBot, sets: TestSetStore) -> None:
    sets.add("all", [SetQuestion(question=f"{letter}?", answers=("x",)) for letter in "ABC"])
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    find(desk, QTableView, TABLE).selectAll()
    tags = find(desk, QLineEdit, "compare_selection_tags")
    assert tags.isVisible()
    qtbot.keyClicks(tags, "prices")  # type: ignore[no-untyped-call]
    qtbot.keyClick(tags, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert [question.tags for question in sets.questions("all")] == [("prices",)] * 3


def test_that_a_set_is_deleted_after_a_question_and_comes_back(desk: Desk, sets: TestSetStore) -> None:
    sets.add("all", [SetQuestion(question="A?", answers=("x",))])
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    press(desk, "compare_set_more")
    pick(desk, "compare_set_menu", "Delete")
    assert "Delete the test set “all” with 1 question?" in texts(desk)
    press(desk, "delete_yes")
    assert sets.list_sets() == [] and shown(desk) == []
    press(desk, "compare_removed_undo")
    assert shown(desk) == ["A?"]


# -- looking through --------------------------------------------------------------------------------------------------


def test_that_generated_questions_are_looked_through_with_keys(desk: Desk, qtbot: QtBot, sets: TestSetStore) -> None:
    sets.add("all", [waiting(n) for n in range(3)])
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    assert "None of these questions counts yet" in texts(desk)
    press(desk, "compare_look_through")
    assert find(desk, QPlainTextEdit, "compare_question_passage").toPlainText() == "A warranty of 18 months."
    assert "maple.pdf, page 2 · Written by tiny." in texts(desk)
    table = find(desk, QTableView, TABLE)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_A)  # type: ignore[no-untyped-call]
    assert "toaster 1" in find(desk, QPlainTextEdit, "compare_question_text").toPlainText()
    qtbot.keyClick(table, Qt.Key.Key_R)  # type: ignore[no-untyped-call]
    assert "toaster 2" in find(desk, QPlainTextEdit, "compare_question_text").toPlainText()
    qtbot.keyClick(table, Qt.Key.Key_E)  # type: ignore[no-untyped-call]
    edit = find(desk, QPlainTextEdit, "compare_question_text")
    assert edit.hasFocus()
    edit.setPlainText("For how long?")
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]
    kept = sets.questions("all")
    assert [question.review for question in kept] == [Review.ACCEPTED, Review.REJECTED, Review.ACCEPTED]
    assert kept[2].question == "For how long?"
    assert not find(desk, QPushButton, "compare_look_through").isVisible()


def test_that_a_model_writes_questions_that_wait(
    desk: Desk, sets: TestSetStore, database: Database, home: WorkbenchPaths
) -> None:
    CollectionStore(database, home).create("handbook", COLLECTION.embedder, ChunkingConfig())
    press(desk, "compare_write")
    assert find(desk, QComboBox, "compare_writing_collection").currentText() == "handbook"
    press(desk, "compare_writing_write")
    job = desk.jobs.of(WRITE_QUESTIONS)[-1]
    assert (job.spec.params["test_set"], job.spec.params["count"]) == ("handbook", 20)
    job.produce(waiting(1))
    assert shown(desk) == [waiting(1).question]
    job.finish(GenerateReport(written=1, rejected=2, read=3, is_complete=False))
    assert desk.messages.said[-1][1] == "1 questions wait for a look; 2 were of no use."
    assert "toaster 1" in find(desk, QPlainTextEdit, "compare_question_text").toPlainText()


def test_that_writing_is_stopped_and_what_was_written_stays(
    desk: Desk, sets: TestSetStore, database: Database, home: WorkbenchPaths
) -> None:
    CollectionStore(database, home).create("handbook", COLLECTION.embedder, ChunkingConfig())
    press(desk, "compare_write")
    press(desk, "compare_writing_write")
    job = desk.jobs.of(WRITE_QUESTIONS)[-1]
    job.produce(waiting(1))
    press(desk, "compare_writing_stop")
    assert job.cancelled
    assert len(sets.questions("handbook")) == 1


def test_that_a_set_for_written_questions_is_made_beside_the_window(
    qtbot: QtBot, sets: TestSetStore, database: Database, home: WorkbenchPaths
) -> None:
    CollectionStore(database, home).create("handbook", COLLECTION.embedder, ChunkingConfig())
    threads = Threads()
    desk = laid_out(qtbot, database, home, in_background=threads)
    threads.settle(qtbot)
    desk.jobs.last.finish(ScanModelsReport(models=(MODEL.model_copy(update={"name": "starter"}),)))
    press(desk, "compare_write")
    with written_here() as written:
        press(desk, "compare_writing_write")
        assert find(desk, QPushButton, "compare_writing_stop").isVisible(), "at once"
        threads.settle(qtbot)
        assert written == []
    job = desk.jobs.of(WRITE_QUESTIONS)[-1]
    assert job.spec.params["test_set"] == "handbook"
    assert find(desk, QComboBox, "compare_sets").currentData() == "handbook"
    job.end_cancelled()
    CollectionStore(database, home).delete("handbook")
    press(desk, "compare_writing_write")
    threads.settle(qtbot)
    assert "There is no collection named 'handbook'" in texts(desk)
    assert not find(desk, QPushButton, "compare_writing_stop").isVisible()
    assert len(desk.jobs.of(WRITE_QUESTIONS)) == 1


# -- versions and retrieval -------------------------------------------------------------------------------------------


def test_that_a_used_version_is_looked_at_and_stays_as_it_is(desk: Desk, sets: TestSetStore) -> None:
    [question] = sets.add("all", [SetQuestion(question="How long?", answers=("x",))]).new
    version = sets.freeze("all", sets.examples("all"))
    sets.change("all", question.model_copy(update={"question": "How long now?"}))
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    press(desk, "compare_set_more")
    pick(desk, "compare_versions_menu", version.content_hash[:8])
    assert shown(desk) == ["How long?"]
    assert "all · as used" in find(desk, QComboBox, "compare_sets").currentText()
    select(desk, 0)
    assert find(desk, QPlainTextEdit, "compare_question_text").isReadOnly()
    assert "what a comparison used" in find(desk, QLabel, "compare_question_need").text()
    asked = desk.tab.presenter.state.questions
    assert asked is not None and asked.path == f"set:all@{version.content_hash[:12]}"


def test_that_a_retrieval_set_becomes_questions_without_answers(
    desk: Desk, sets: TestSetStore, database: Database, home: WorkbenchPaths
) -> None:
    CollectionStore(database, home).create("handbook", COLLECTION.embedder, ChunkingConfig())
    known = QuestionSetStore(database)
    known.create("handbook", "found")
    known.add("handbook", "found", [EvaluationQuestion(text="How long?", relevant=(RelevantPlace(document="a.pdf"),))])
    desk.tab.open_case({"collection": "handbook", "retrieval_set": "found"})
    assert cells(desk, TABLE)[0][:2] == ["How long?", "not known"]
    assert "No right answer is known: only retrieval can be judged." in texts(desk)
    assert desk.tab.presenter.state.page is Page.SETUP
    assert sets.questions("found")[0].sources == ("a.pdf",)


def test_that_questions_are_exported(desk: Desk, sets: TestSetStore, tmp_path: Path) -> None:
    sets.add("all", [SetQuestion(question="How long?", answers=("x",), tags=("t",))])
    desk.tab.presenter.refresh()
    choose(desk, "compare_sets", "all")
    desk.tab.setup.questions.export_chosen.emit(str(tmp_path / "out.jsonl"))
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == (
        '{"id": "q1", "question": "How long?", "answers": ["x"], "tags": ["t"]}\n'
    )
    desk.tab.setup.questions.export_chosen.emit(str(tmp_path / "gone" / "out.jsonl"))
    assert "out.jsonl could not be written." in desk.messages.said[-1][1]
