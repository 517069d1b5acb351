"""The page "Measure" as a user meets it; jobs are spoken by the test."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QMenu, QPlainTextEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click, find, type_text
from tests.gui.background import Threads, written_here
from tests.gui.documents.conftest import documents_tab
from tests.gui.documents.test_documents_tab import HIT, a_file, fill
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import Origin, Review, SetQuestion
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.generating import GenerateReport
from workbench.rag.evaluation.journal import MeasureJournal, read_request
from workbench.rag.evaluation.reporting import report_of
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.evaluation.tasks import GENERATE, MEASURE
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    FoundPlace,
    IndexBuilt,
    Measure,
    MeasureRequest,
    QuestionOutcome,
    RelevantPlace,
    SettingProgress,
)
from workbench.rag.maintenance import PURGE
from workbench.rag.search_types import QuestionHits
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import REBUILD, SEARCH
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import DocumentSpans, RebuildReport
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.measure_page import MeasurePage

PLACE = RelevantPlace(document="a.md", page=1, start=HIT.start, end=HIT.end)


def finish_measuring(job: FakeJob, request: MeasureRequest, outcomes: Sequence[QuestionOutcome]) -> None:
    """The job writes down what it measured, and ends."""
    journal = MeasureJournal(Path(request.folder))
    for outcome in outcomes:
        journal.add(outcome)
    journal.finish(report_of(request, outcomes))
    job.finish()


@pytest.fixture
def sets(store: CollectionStore) -> QuestionSetStore:
    return QuestionSetStore(store.database)


@pytest.fixture
def page(tab: DocumentsTab, store: CollectionStore) -> MeasurePage:
    fill(tab, store, a_file("a.md"), a_file("b.md"))
    tab.show_page("measure")
    page = tab.page("measure")
    assert isinstance(page, MeasurePage)
    return page


def table(page: MeasurePage, name: str) -> list[list[str]]:
    model = find(page, QTableView, name).model()
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def some_questions(sets: QuestionSetStore, count: int = 4, **more: object) -> None:
    sets.create("handbook", "mine")
    values = {"relevant": (PLACE,), **more}
    questions = [EvaluationQuestion.model_validate({"text": f"Question {n}?", **values}) for n in range(count)]
    sets.add("handbook", "mine", questions)


def reopen(tab: DocumentsTab) -> None:
    tab.presenter.select_collection("")
    tab.presenter.select_collection("handbook")


def test_that_a_question_is_written_and_its_passage_marked(
    page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore
) -> None:
    click(find(page, QPushButton, "measure_new_question"))
    type_text(find(page, QPlainTextEdit, "measure_question_text"), "How many days?")
    assert not find(page, QPushButton, "measure_save").isEnabled()
    click(find(page, QPushButton, "measure_search"))
    (search,) = jobs.of(SEARCH)
    assert search.spec.params["queries"][0]["text"] == "How many days?"
    search.produce(QuestionHits(id="1", hits=(HIT,)))
    search.finish()
    hits = find(page, QListWidget, "measure_hits")
    hits.item(0).setCheckState(Qt.CheckState.Checked)
    click(find(page, QPushButton, "measure_save"))
    (saved,) = sets.questions("handbook", "Questions")
    assert (saved.text, saved.relevant, saved.origin) == ("How many days?", (PLACE,), Origin.MARKED)
    assert table(page, "measure_question_table")[0][0] == "How many days?"
    assert find(page, QPushButton, "measure_questions").text() == "Questions (1)"


def test_that_generated_questions_are_looked_through_one_by_one(
    page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore
) -> None:
    click(find(page, QPushButton, "measure_generate"))
    click(find(page, QPushButton, "measure_write"))
    (job,) = jobs.of(GENERATE)
    for number in range(3):
        text = f"Written {number}?"
        job.produce(EvaluationQuestion(text=text, relevant=(PLACE,), origin=Origin.GENERATED, review=Review.WAITING))
    job.finish(GenerateReport(written=3, rejected=0, read=3, is_complete=True))
    editor = find(page, QPlainTextEdit, "measure_question_text")
    assert editor.toPlainText() == "Written 0?"
    editor.setPlainText("Written by me?")
    click(find(page, QPushButton, "measure_accept"))
    assert editor.toPlainText() == "Written 1?"
    click(find(page, QPushButton, "measure_reject"))
    assert editor.toPlainText() == "Written 2?"
    kept = [(question.text, question.review) for question in sets.questions("handbook", "Questions")]
    assert kept == [
        ("Written by me?", Review.ACCEPTED),
        ("Written 1?", Review.REJECTED),
        ("Written 2?", Review.WAITING),
    ]


def test_that_columns_of_a_table_are_mapped_before_it_is_imported(
    page: MeasurePage, sets: QuestionSetStore, tmp_path: Path, messages: FakeMessages
) -> None:
    path = tmp_path / "asked.csv"
    path.write_text("Ask,Where\nHow many days?,a.md\nWho?,nowhere.md\n", encoding="utf-8")
    page.questions.path_chosen.emit(str(path))
    start = find(page, QPushButton, "measure_import_now")
    assert not start.isEnabled()
    for name, column in (("question", "Ask"), ("source", "Where")):
        box = find(page, QComboBox, f"measure_column_{name}")
        box.setCurrentIndex(box.findData(column))
        box.activated.emit(box.currentIndex())
    click(start)
    (question,) = sets.questions("handbook", "Questions")
    assert question.relevant == (RelevantPlace(document="a.md"),)
    assert any("nowhere.md" in hint for hint in messages.hints)


def test_that_nothing_is_measured_without_questions(page: MeasurePage) -> None:
    click(find(page, QPushButton, "measure_compare"))
    assert not find(page, QPushButton, "measure_start").isEnabled()


def test_that_settings_are_compared_looked_into_and_used(
    qtbot: QtBot, tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs, store: CollectionStore, sets: QuestionSetStore
) -> None:
    some_questions(sets, 20)
    reopen(tab)
    click(find(page, QPushButton, "measure_compare"))
    page.compare.setup.changed.emit("sizes", "60")
    click(find(page, QPushButton, "measure_start"))
    (job,) = jobs.of(MEASURE)
    request = read_request(job.spec.params["folder"])
    assert request is not None and len(request.settings) == 4 and request.current == 0
    job.start()
    job.produce(SettingProgress(setting=0, done=2, total=20, means={Measure.NDCG: 0.5}))
    assert [row[-1] for row in table(page, "measure_table")][:2] == ["2 of 20 questions", "waits"]

    built = request.indexes[1].collection
    spans = Path(built.folder) / "spans.jsonl"
    stored = [(d.sha256, d.spans) for d in store.texts.all("handbook")]
    spans.write_text(
        "".join(DocumentSpans(sha256=s, spans=p).model_dump_json() + "\n" for s, p in stored), encoding="utf-8"
    )
    job.produce(IndexBuilt(collection=built, report=RebuildReport(documents=2, chunks=2, spans=str(spans))))
    outcomes = [
        QuestionOutcome(
            setting=setting,
            question=question.id,
            ndcg=0.9 if setting == 1 else 0.2,
            recall=1.0 if setting == 1 else 0.0,
            ranks=(1,) if setting == 1 else (12,),
            found=(FoundPlace(document="b.md", page=1, start=0, end=5, score=1.0, is_relevant=setting == 1),),
            characters=10,
        )
        for setting in range(4)
        for question in request.questions
    ]
    finish_measuring(job, request, outcomes)
    assert "finds most" in find(page, QLabel, "measure_sentence").text()

    questions = find(page, QTableView, "measure_drill_questions")
    find(page, QTableView, "measure_table").selectRow(0)
    questions.selectRow(0)
    assert find(page, QLabel, "measure_missed").text() == "Missed: a.md, page 1: only at rank 12"
    assert not find(page, QPushButton, "measure_use").isEnabled()
    find(page, QTableView, "measure_table").selectRow(1)
    before = tab.presenter.asking.state.settings
    click(find(page, QPushButton, "measure_use"))
    assert store.get("handbook").chunking.chunk_tokens == 60
    assert store.search_settings.load("handbook").mode is not before.mode
    click(find(page, QPushButton, "measure_undo"))
    assert store.get("handbook").chunking.chunk_tokens == 120
    assert tab.presenter.asking.state.settings == store.search_settings.load("handbook") == before
    assert not find(page, QPushButton, "measure_undo").isVisible()


def test_that_a_stopped_measurement_offers_to_go_on(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore
) -> None:
    some_questions(sets)
    reopen(tab)
    click(find(page, QPushButton, "measure_compare"))
    click(find(page, QPushButton, "measure_start"))
    (job,) = jobs.of(MEASURE)
    job.progress(1, 8, "Measuring")
    click(find(page.strip, QPushButton, "job_strip_stop"))
    assert job.cancelled
    request = read_request(job.spec.params["folder"])
    assert request is not None
    MeasureJournal(Path(request.folder)).add(QuestionOutcome(setting=0, question=request.questions[0].id, ndcg=1.0))
    job.end_cancelled()
    assert find(page, QPushButton, "measure_start").text() == "Go on"
    click(find(page, QPushButton, "measure_start"))
    assert jobs.of(MEASURE)[-1].spec.params["folder"] == job.spec.params["folder"]


def test_that_a_set_goes_to_compare_and_a_test_set_comes_from_there(
    tab: DocumentsTab, page: MeasurePage, sets: QuestionSetStore, store: CollectionStore, navigator: FakeNavigator
) -> None:
    some_questions(sets, 2)
    TestSetStore(store.database).add(
        "facts",
        [
            SetQuestion(question="How long?", answers=("3 years",), sources=("a",)),
            SetQuestion(question="How loud?", answers=("40 dB",), sources=("elsewhere.pdf",)),
        ],
    )
    reopen(tab)
    click(find(page, QPushButton, "measure_use_in_compare"))
    assert navigator.opened == [("compare", {"collection": "handbook", "retrieval_set": "mine"})]
    click(find(page, QPushButton, "measure_import"))
    menu = page.findChild(QMenu, "measure_import_menu")
    assert menu is not None
    (inner,) = menu.findChildren(QMenu)
    inner.actions()[0].trigger()
    menu.close()
    added = sets.questions("handbook", "mine")[-1]
    assert (added.text, [place.document for place in added.relevant]) == ("How long?", ["a.md"])
    assert len(sets.questions("handbook", "mine")) == 3


# -- documents that are gone for good ---------------------------------------------------------------------------------


def purge(tab: DocumentsTab, jobs: FakeJobs, name: str) -> None:
    tab.presenter.files.remove([f"/d/{name}"])
    tab.presenter.files.purge()
    jobs.of(PURGE)[-1].finish()


def found_passage(page: MeasurePage, jobs: FakeJobs) -> None:
    """What answers the question that is being written is looked for, and found."""
    click(find(page, QPushButton, "measure_search"))
    jobs.of(SEARCH)[-1].produce(QuestionHits(id="1", hits=(HIT,)))
    jobs.of(SEARCH)[-1].finish()


def test_that_a_purge_takes_what_the_page_holds_of_the_document_along(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore
) -> None:
    elsewhere = RelevantPlace(document="b.md")
    some_questions(sets, 1, relevant=(PLACE, elsewhere))
    only = EvaluationQuestion(text="Only there?", relevant=(PLACE,))
    written = EvaluationQuestion(text="By a model?", relevant=(PLACE, elsewhere), origin=Origin.GENERATED)
    sets.add("handbook", "mine", [only, written])
    reopen(tab)
    find(page, QTableView, "measure_question_table").selectRow(0)
    found_passage(page, jobs)
    purge(tab, jobs, "a.md")
    assert [row[0] for row in table(page, "measure_question_table")] == ["Question 0?"]
    state = page.presenter.state
    assert state.draft is not None and state.draft.relevant == (elsewhere,)
    assert state.hits == ()
    find(page, QPlainTextEdit, "measure_question_text").setPlainText("In other words?")
    click(find(page, QPushButton, "measure_save"))
    (kept,) = sets.questions("handbook", "mine")
    assert (kept.text, kept.relevant) == ("In other words?", (elsewhere,)), "nothing comes back into the database"


def test_that_a_purge_closes_a_question_that_only_the_document_answers_and_no_other(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore
) -> None:
    some_questions(sets, 1)
    reopen(tab)
    page.presenter.questions.begin_question()
    find(page, QPlainTextEdit, "measure_question_text").setPlainText("Half written")
    purge(tab, jobs, "b.md")
    assert find(page, QPlainTextEdit, "measure_question_text").toPlainText() == "Half written"
    page.presenter.questions.select(page.presenter.state.questions[0].id)
    purge(tab, jobs, "a.md")
    assert page.presenter.state.draft is None


def test_that_passages_which_are_looked_for_during_a_purge_are_not_shown_after_it(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs
) -> None:
    click(find(page, QPushButton, "measure_new_question"))
    type_text(find(page, QPlainTextEdit, "measure_question_text"), "How many days?")
    click(find(page, QPushButton, "measure_search"))
    purge(tab, jobs, "a.md")
    jobs.of(SEARCH)[-1].produce(QuestionHits(id="1", hits=(HIT,)))
    assert find(page, QListWidget, "measure_hits").count() == 0
    assert find(page, QPushButton, "measure_search").isEnabled()


def test_that_a_purge_takes_the_shown_measurement_along(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore
) -> None:
    some_questions(sets)
    reopen(tab)
    job = measured(page, jobs)
    request = read_request(job.spec.params["folder"])
    assert request is not None
    MeasureJournal(Path(request.folder)).add(QuestionOutcome(setting=0, question=request.questions[0].id, ndcg=1.0))
    job.end_cancelled()
    assert page.presenter.state.report is not None
    purge(tab, jobs, "b.md")
    assert page.presenter.state.report is not None, "it is not about that"
    purge(tab, jobs, "a.md")
    state = page.presenter.state
    assert (state.report, state.outcomes, state.history) == (None, (), ())
    assert table(page, "measure_table") == []


# -- more than one collection -----------------------------------------------------------------------------------------


@pytest.fixture
def letters(page: MeasurePage, tab: DocumentsTab, store: CollectionStore, sets: QuestionSetStore) -> None:
    """Another collection, with questions as the first one."""
    store.create("letters", starter_embedder(), ChunkingConfig())
    store.files.record("letters", a_file("c.md"))
    some_questions(sets)
    sets.create("letters", "own")
    sets.add("letters", "own", [EvaluationQuestion(text="Who?", relevant=(RelevantPlace(document="c.md"),))])
    reopen(tab)


def measured(page: MeasurePage, jobs: FakeJobs) -> FakeJob:
    """A measurement that was begun on the page."""
    click(find(page, QPushButton, "measure_compare"))
    click(find(page, QPushButton, "measure_start"))
    return jobs.of(MEASURE)[-1]


def said(strip: QWidget) -> str:
    return " ".join(label.text() for label in strip.findChildren(QLabel) if label.isVisible())


@pytest.mark.usefixtures("letters")
def test_that_a_measurement_is_shown_only_with_its_collection(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs, messages: FakeMessages
) -> None:
    job = measured(page, jobs)
    job.progress(2, 10, "Asked 2 of 10")
    tab.presenter.select_collection("letters")
    job.progress(3, 10, "Asked 3 of 10")
    job.produce(SettingProgress(setting=0, done=2, total=4, means={Measure.NDCG: 0.5}))
    assert not page.strip.isVisible()
    assert table(page, "measure_table") == []
    tab.presenter.select_collection("handbook")
    assert "Asked 3 of 10" in said(page.strip)
    assert table(page, "measure_table")[0][-1] == "2 of 4 questions"
    tab.presenter.select_collection("letters")
    job.fail(WorkbenchError("The index of “handbook” is gone.", hint="Build it again."))
    assert page.presenter.state.trouble is None
    assert messages.texts("error") == ["The index of “handbook” is gone."]
    tab.presenter.select_collection("handbook")
    assert not page.strip.isVisible()
    assert find(page, QPushButton, "measure_start").isEnabled()


@pytest.mark.usefixtures("letters")
def test_that_each_collection_has_one_measurement_that_is_stopped_alone(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs
) -> None:
    first = measured(page, jobs)
    reopen(tab)
    assert (
        not find(page, QPushButton, "measure_start").isVisible()
        or not find(page, QPushButton, "measure_start").isEnabled()
    ), "it is under way, although nothing was heard of it yet"
    page.presenter.comparing.start()
    assert jobs.of(MEASURE) == [first]
    tab.presenter.select_collection("letters")
    second = measured(page, jobs)
    assert second is not first
    second.progress(1, 4, "Asked 1 of 4")
    first.end_cancelled()
    assert "Asked 1 of 4" in said(page.strip)
    click(find(page.strip, QPushButton, "job_strip_stop"))
    assert second.cancelled and not first.cancelled


@pytest.mark.usefixtures("letters")
def test_that_writing_is_shown_only_with_its_collection(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs, messages: FakeMessages
) -> None:
    page.presenter.questions.generating.generate()
    (job,) = jobs.of(GENERATE)
    reopen(tab)
    page.presenter.questions.generating.generate()
    assert jobs.of(GENERATE) == [job], "one at a time, although nothing was heard of it yet"
    tab.presenter.select_collection("letters")
    job.progress(3, 20, "Read 3 of 20 passages")
    assert not page.writing.isVisible()
    page.presenter.questions.generating.generate()
    other = jobs.of(GENERATE)[-1]
    page.writing.stop_requested.emit()
    assert other.cancelled and not job.cancelled
    tab.presenter.select_collection("handbook")
    assert "Read 3 of 20 passages" in said(page.writing)
    tab.presenter.select_collection("letters")
    job.fail(WorkbenchError("The model is too large."))
    assert page.writing.isVisible(), "the other one still writes"
    assert page.presenter.state.trouble is None
    assert messages.texts("error") == ["The model is too large."]


@pytest.mark.usefixtures("letters")
def test_that_a_stop_does_not_reach_the_index_of_another_collection(
    tab: DocumentsTab, page: MeasurePage, jobs: FakeJobs
) -> None:
    page.compare.setup.changed.emit("sizes", "60")
    job = measured(page, jobs)
    request = read_request(job.spec.params["folder"])
    assert request is not None
    outcomes = [
        QuestionOutcome(setting=setting, question=question.id, ndcg=0.5)
        for setting in range(len(request.settings))
        for question in request.questions
    ]
    finish_measuring(job, request, outcomes)
    find(page, QTableView, "measure_table").selectRow(1)
    click(find(page, QPushButton, "measure_use"))
    (building,) = jobs.of(REBUILD)
    tab.presenter.select_collection("letters")
    second = measured(page, jobs)
    click(find(page.strip, QPushButton, "job_strip_stop"))
    assert second.cancelled and not building.cancelled


# -- beside the window ------------------------------------------------------------------------------------------------


@pytest.fixture
def busy_page(qtbot: QtBot, store: CollectionStore, jobs: FakeJobs, threads: Threads) -> MeasurePage:
    """The page as the program has it: what takes a moment is done on threads."""
    store.create("handbook", starter_embedder(), ChunkingConfig())
    store.files.record("handbook", a_file("a.md"))
    tab = documents_tab(store, jobs, in_background=threads)
    qtbot.addWidget(tab)
    tab.resize(1100, 700)
    tab.show()
    threads.settle(qtbot)
    tab.show_page("measure")
    threads.settle(qtbot)
    page = tab.page("measure")
    assert isinstance(page, MeasurePage)
    return page


def draft(page: MeasurePage, jobs: FakeJobs, text: str) -> None:
    """A new question with a passage that answers it, not yet saved."""
    click(find(page, QPushButton, "measure_new_question"))
    type_text(find(page, QPlainTextEdit, "measure_question_text"), text)
    click(find(page, QPushButton, "measure_search"))
    jobs.of(SEARCH)[-1].produce(QuestionHits(id="1", hits=(HIT,)))
    jobs.of(SEARCH)[-1].finish()
    find(page, QListWidget, "measure_hits").item(0).setCheckState(Qt.CheckState.Checked)


def test_that_questions_are_saved_judged_and_removed_beside_the_window(
    qtbot: QtBot, busy_page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore, threads: Threads
) -> None:
    page = busy_page
    with written_here() as written:
        for text in ("How many days?", "How long?"):
            draft(page, jobs, text)
            click(find(page, QPushButton, "measure_save"))
            threads.settle(qtbot)
        assert [row[0] for row in table(page, "measure_question_table")] == ["How many days?", "How long?"]
        find(page, QTableView, "measure_question_table").selectRow(0)
        click(find(page, QPushButton, "measure_remove"))
        threads.settle(qtbot)
    assert [question.text for question in sets.questions("handbook", "Questions")] == ["How long?"]
    assert [row[0] for row in table(page, "measure_question_table")] == ["How long?"]
    assert written == []


def test_that_a_set_is_named_and_deleted_beside_the_window(
    qtbot: QtBot, busy_page: MeasurePage, sets: QuestionSetStore, threads: Threads
) -> None:
    questions = busy_page.questions
    with written_here() as written:
        for name in ("mine", "mine"):
            questions.new_set_requested.emit()
            questions.named.emit(name)
            threads.settle(qtbot)
        assert busy_page.presenter.state.name_trouble == "There is already a test set “mine”. Choose another name."
        questions.naming_left.emit()
        questions.delete_requested.emit()
        questions.delete_confirmed.emit()
        threads.settle(qtbot)
    assert sets.list_sets("handbook") == []
    assert busy_page.presenter.state.set_name == ""
    assert written == []


def test_that_a_question_that_cannot_be_saved_is_in_its_form_again_with_the_reason(
    qtbot: QtBot, busy_page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore, threads: Threads
) -> None:
    page = busy_page
    draft(page, jobs, "How many days?")
    click(find(page, QPushButton, "measure_save"))
    threads.settle(qtbot)
    find(page, QTableView, "measure_question_table").selectRow(0)
    editor = find(page, QPlainTextEdit, "measure_question_text")
    editor.setPlainText("How many days in all?")
    sets.remove([question.id for question in sets.questions("handbook", "Questions")])  # by somebody else
    click(find(page, QPushButton, "measure_save"))
    threads.settle(qtbot)
    assert editor.toPlainText() == "How many days in all?"
    shown = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "That question is not in the test set any more." in shown


def test_that_a_set_for_written_questions_is_made_beside_the_window(
    qtbot: QtBot, busy_page: MeasurePage, jobs: FakeJobs, sets: QuestionSetStore, threads: Threads
) -> None:
    page = busy_page
    with written_here() as written:
        click(find(page, QPushButton, "measure_generate"))
        click(find(page, QPushButton, "measure_write"))
        assert page.writing.isVisible(), "at once"
        threads.settle(qtbot)
        assert written == []
    assert jobs.of(GENERATE)[-1].spec.params["test_set"] == "Questions"
    assert [entry.name for entry in sets.list_sets("handbook")] == ["Questions"]


def test_that_writing_that_is_stopped_before_its_job_begins_no_job(
    qtbot: QtBot, busy_page: MeasurePage, jobs: FakeJobs, threads: Threads
) -> None:
    page = busy_page
    click(find(page, QPushButton, "measure_generate"))
    click(find(page, QPushButton, "measure_write"))
    page.writing.stop_requested.emit()
    threads.settle(qtbot)
    assert jobs.of(GENERATE) == []
    assert not page.writing.isVisible()


def test_that_the_collection_is_measured_that_was_shown_at_the_click(
    qtbot: QtBot,
    busy_page: MeasurePage,
    jobs: FakeJobs,
    sets: QuestionSetStore,
    store: CollectionStore,
    threads: Threads,
) -> None:
    page, tab = busy_page, busy_page.window()
    assert isinstance(tab, DocumentsTab)
    store.create("letters", starter_embedder(), ChunkingConfig())
    some_questions(sets)
    page.presenter.questions.show_sets()
    threads.settle(qtbot)
    page.presenter.comparing.start()
    tab.presenter.select_collection("letters")
    threads.settle(qtbot)
    request = read_request(jobs.of(MEASURE)[-1].spec.params["folder"])
    assert request is not None and request.collection == "handbook"
    state = page.presenter.state
    assert (state.collection, state.running, state.settings) == ("letters", None, ())
