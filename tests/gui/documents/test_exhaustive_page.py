"""The page "Whole collection" as a user meets it; jobs are spoken by the test."""

from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSlider,
    QTableView,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages
from tests.gui.acting import click, find, type_text
from tests.gui.documents.conftest import documents_tab
from tests.gui.documents.test_asking import mended
from tests.gui.documents.test_documents_tab import END, START, TEXT, a_file
from workbench.database import Database
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.answer_types import Citation
from workbench.rag.exhaustive import ExhaustiveProgress, ExhaustiveReport, ExhaustiveRequest, Finding, Reached
from workbench.rag.exhaustive_filter import FilterKind, PassingReport, PassingRequest
from workbench.rag.maintenance import PURGE
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import COUNT_PASSING, EXHAUST, REBUILD
from workbench.rag.types import ChunkingConfig, HitFilter
from workbench.rag.vector_store import INDEX_DAMAGED
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.exhaustive_page import ExhaustivePage
from workbench.ui.widgets.choice_button import ChoiceButton
from workbench.ui.widgets.record_table import RecordTable

QUESTION = "Which warranties are promised?"


@pytest.fixture
def tab(qtbot: QtBot, database: Database, home: WorkbenchPaths, jobs: FakeJobs, messages: FakeMessages) -> DocumentsTab:
    store = CollectionStore(database, home)
    store.create("handbook", starter_embedder(), ChunkingConfig())
    store.create("letters", starter_embedder(), ChunkingConfig())
    store.files.record("handbook", a_file("a.md"))
    tab = documents_tab(store, jobs, messages)
    qtbot.addWidget(tab)
    tab.resize(1100, 760)
    tab.show()
    tab.presenter.select_collection("handbook")
    tab.presenter.show_page("exhaustive")
    return tab


@pytest.fixture
def page(tab: DocumentsTab) -> ExhaustivePage:
    page = tab.page("exhaustive")
    assert isinstance(page, ExhaustivePage)
    return page


def start(page: ExhaustivePage, jobs: FakeJobs) -> FakeJob:
    type_text(find(page, QLineEdit, "exhaustive_question"), QUESTION)
    click(find(page, QPushButton, "start_reading"))
    return jobs.of(EXHAUST)[-1]


def found(number: int, answer: str, start: int = START) -> Finding:
    place = Citation(number=number, document="a.md", page=1, start=start, end=END, text=TEXT[start:END])
    return Finding(answer=answer, citation=place)


def progress(read: int, count: int, at: int) -> ExhaustiveProgress:
    reached = Reached(document="a.md", page=1, start=at)
    return ExhaustiveProgress(chunks=90, likely=40, read=read, found=count, reached=reached)


def report(read: int, *, is_complete: bool, problems: int = 0) -> ExhaustiveReport:
    return ExhaustiveReport(
        chunks=90, likely=40, read=read, groups=(), documents=1, problems=problems, is_complete=is_complete, seconds=1
    )


def cells(page: ExhaustivePage, name: str) -> list[list[str]]:
    model = find(page, QTableView, name).model()
    columns, rows = range(model.columnCount()), range(model.rowCount())
    return [[str(model.index(row, column).data()) for column in columns] for row in rows]


def test_that_findings_stream_in_and_open_their_place(page: ExhaustivePage, jobs: FakeJobs) -> None:
    assert not find(page, QPushButton, "start_reading").isEnabled()
    job = start(page, jobs)
    job.progress(32, 40, "Read 32 of 40 passages, 2 found")
    assert page.strip.isVisible()
    job.produce(found(1, "3 years"))
    job.produce(found(2, "3 Years.", START + 1))
    job.produce(progress(32, 2, START))
    assert [row[:3] for row in cells(page, "findings")] == [
        ["[1]", "3 years", "a.md, 1"],
        ["[2]", "3 Years.", "a.md, 1"],
    ]
    assert cells(page, "groups") == [["3 years", "2", "1"]]
    find(page, QTableView, "findings").selectRow(0)
    assert page.place.marked_text() == TEXT[START:END]
    job.finish(report(40, is_complete=True, problems=1))
    assert not page.strip.isVisible()
    summary = find(page, QLabel, "reading_summary").text()
    assert summary.startswith("2 findings in 1 document; 32 of 40 passages were read, the filter passed over 50 others")
    assert "1 were too long" in summary and "Stopped" not in summary
    assert not find(page, QPushButton, "go_on_reading").isVisible()


def test_that_a_stop_keeps_what_it_has_and_goes_on_behind_it(page: ExhaustivePage, jobs: FakeJobs) -> None:
    job = start(page, jobs)
    job.produce(found(1, "3 years"))
    job.produce(progress(32, 1, START))
    click(find(page.strip, QPushButton, "job_strip_stop"))
    assert job.cancelled
    job.produce(found(2, "2 years", START + 1))
    job.end_cancelled()
    assert len(cells(page, "findings")) == 2
    assert find(page, QLabel, "reading_summary").text().endswith("Stopped before the end.")
    click(find(page, QPushButton, "go_on_reading"))
    request = ExhaustiveRequest.model_validate(jobs.of(EXHAUST)[-1].spec.params)
    assert request.after == Reached(document="a.md", page=1, start=START) and request.found_before == 2
    jobs.of(EXHAUST)[-1].produce(found(3, "2 years", START + 1))
    assert len(cells(page, "findings")) == 2, "a batch that was stopped halfway is read again, not counted again"


def test_that_the_filter_is_counted_and_can_be_changed_or_left_out(page: ExhaustivePage, jobs: FakeJobs) -> None:
    type_text(find(page, QLineEdit, "exhaustive_question"), QUESTION)
    type_text(find(page, QLineEdit, "filter_words"), "warranty")
    page.filter.count_wanted.emit()
    (counting,) = jobs.of(COUNT_PASSING)
    assert PassingRequest.model_validate(counting.spec.params).words == "warranty"
    counting.finish(PassingReport(chunks=90, with_words=10, more_by_likeness=tuple(80 - n // 2 for n in range(101))))
    count = find(page, QLabel, "filter_count")
    assert count.text() == "lets 78 of 90 passages through"
    find(page, QSlider, "filter_likeness").setValue(60)
    assert count.text() == "lets 60 of 90 passages through"
    kind = find(page, QComboBox, "filter_kind")
    for wanted, text in (
        (FilterKind.WORDS, "lets 10 of 90 passages through"),
        (FilterKind.NONE, "lets 90 of 90 passages through"),
    ):
        kind.setCurrentIndex(kind.findData(wanted.value))
        kind.activated.emit(kind.currentIndex())
        assert count.text() == text
    assert len(jobs.of(COUNT_PASSING)) == 1, "counted once for all filters"
    assert not find(page, QLineEdit, "filter_words").isVisible()
    click(find(page, QPushButton, "start_reading"))
    assert ExhaustiveRequest.model_validate(jobs.of(EXHAUST)[-1].spec.params).passes.kind is FilterKind.NONE


def test_that_only_chosen_folders_and_days_are_read_and_the_rest_goes_on_only_with_them(
    page: ExhaustivePage, jobs: FakeJobs, tab: DocumentsTab, database: Database, home: WorkbenchPaths
) -> None:
    CollectionStore(database, home).files.record("handbook", a_file("letters/b.md"))
    tab.presenter.select_collection("letters")
    tab.presenter.select_collection("handbook")
    folders = find(page, ChoiceButton, "reading_folders")
    click(folders)
    assert folders.popup is not None
    folders.popup.list.item(0).setCheckState(Qt.CheckState.Checked)
    folders.popup.close()
    job = start(page, jobs)
    request = ExhaustiveRequest.model_validate(job.spec.params)
    assert request.collection.only == HitFilter(folders=("letters",))
    job.produce(found(1, "3 years"))
    job.produce(progress(32, 1, START))
    job.end_cancelled()
    assert find(page, QPushButton, "go_on_reading").isVisible()
    click(find(page, QCheckBox, "reading_since"))
    assert not find(page, QPushButton, "go_on_reading").isVisible(), "other documents are another reading"
    find(page, QDateEdit, "reading_since_day").setDate(QDate(2999, 1, 1))
    click(find(page, QPushButton, "start_reading"))
    assert "No document of “handbook” below letters was changed since 2999-01-01" in page._trouble.text()


def test_that_a_count_for_an_older_question_is_not_shown(page: ExhaustivePage, jobs: FakeJobs) -> None:
    question = find(page, QLineEdit, "exhaustive_question")
    type_text(question, "Which lamps?")
    page.filter.count_wanted.emit()
    type_text(question, " And kettles?")
    counted = PassingReport(chunks=90, with_words=10, more_by_likeness=(0,) * 101)
    jobs.of(COUNT_PASSING)[0].finish(counted)
    assert find(page, QLabel, "filter_count").text() == "Counting…"
    second = jobs.of(COUNT_PASSING)[1]
    assert PassingRequest.model_validate(second.spec.params).question == "Which lamps? And kettles?"
    second.finish(counted)
    assert find(page, QLabel, "filter_count").text() == "lets 10 of 90 passages through"


def test_that_findings_are_exported_and_copied(
    tab: DocumentsTab, page: ExhaustivePage, jobs: FakeJobs, messages: FakeMessages, tmp_path: Path
) -> None:
    job = start(page, jobs)
    job.produce(found(1, "3 years"))
    job.produce(progress(40, 1, START))
    job.finish(report(40, is_complete=True))
    export = find(page, QPushButton, "export_findings").menu()
    assert isinstance(export, QMenu)
    export.actions()[0].trigger()
    find(page, QFileDialog, "findings_dialog").fileSelected.emit(str(tmp_path / "out.csv"))
    page.export_requested.emit(str(tmp_path / "out.md"))
    assert "1,3 years,a.md,1," in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert (tmp_path / "out.md").read_text(encoding="utf-8").startswith(f"# {QUESTION}\n\n1 finding in 1 document;")
    page.export_requested.emit(str(tmp_path / "not there" / "out.md"))
    assert [kind for kind, _ in messages.said] == ["info", "info", "error"]
    page.copy_requested.emit()
    assert "3 years" in QApplication.clipboard().text()


def test_that_a_failure_is_told_and_the_next_reading_can_start(page: ExhaustivePage, jobs: FakeJobs) -> None:
    start(page, jobs).fail(WorkbenchError("No passage could be read by this model.", hint="Choose another."))
    assert page._trouble.text() == "No passage could be read by this model."
    assert find(page, QPushButton, "start_reading").isEnabled()


def test_that_another_collection_starts_anew(tab: DocumentsTab, page: ExhaustivePage, jobs: FakeJobs) -> None:
    job = start(page, jobs)
    job.produce(found(1, "3 years"))
    tab.presenter.select_collection("letters")
    assert job.cancelled
    assert cells(page, "findings") == []
    assert not find(page, QPushButton, "start_reading").isEnabled(), "there is nothing in it"


def test_that_a_damaged_index_is_mended_once_and_the_collection_read_again(
    page: ExhaustivePage, jobs: FakeJobs
) -> None:
    lost = WorkbenchError("The index is damaged.", code=INDEX_DAMAGED)
    start(page, jobs).fail(lost)
    (mending,) = jobs.of(REBUILD)
    assert any(label.text() == "Mending the index" for label in page.strip.findChildren(QLabel))
    mended(mending)
    jobs.of(EXHAUST)[1].produce(found(1, "2 years"))
    assert cells(page, "groups") == [["2 years", "1", "1"]]
    jobs.of(EXHAUST)[1].fail(lost)
    assert len(jobs.of(REBUILD)) == 1
    assert page._trouble.text() == "The index is damaged."


def test_that_a_mending_that_is_stopped_ends_the_reading(page: ExhaustivePage, jobs: FakeJobs) -> None:
    start(page, jobs).fail(WorkbenchError("The index is damaged.", code=INDEX_DAMAGED))
    click(find(page.strip, QPushButton, "job_strip_stop"))
    (mending,) = jobs.of(REBUILD)
    assert mending.cancelled
    mending.end_cancelled()
    assert len(jobs.of(EXHAUST)) == 1
    assert find(page, QPushButton, "start_reading").isEnabled()


def test_that_a_purge_takes_what_was_found_in_the_document_along(
    tab: DocumentsTab, page: ExhaustivePage, jobs: FakeJobs, database: Database, home: WorkbenchPaths
) -> None:
    CollectionStore(database, home).files.record("handbook", a_file("b.md"))
    tab.presenter.refresh()
    job = start(page, jobs)
    other = found(2, "2 years")
    other = other.model_copy(update={"citation": other.citation.model_copy(update={"document": "b.md"})})
    for finding in (found(1, "3 years"), other):
        job.produce(finding)
    job.finish(report(40, is_complete=True))
    find(page, QTableView, "findings").selectRow(0)
    assert page.place.marked_text() == TEXT[START:END]
    tab.presenter.files.remove(["/d/a.md"])
    assert len(cells(page, "findings")) == 2, "it can come back"
    tab.presenter.files.purge()
    jobs.of(PURGE)[-1].finish()
    assert [row[:3] for row in cells(page, "findings")] == [["[1]", "2 years", "b.md, 1"]]
    assert not page.place.text.isVisible()


def stopped(page: ExhaustivePage, jobs: FakeJobs) -> None:
    """A reading that was stopped behind the first batch."""
    job = start(page, jobs)
    job.produce(progress(32, 0, START))
    job.end_cancelled()


def test_that_words_are_typed_with_spaces_between(page: ExhaustivePage) -> None:
    words = find(page, QLineEdit, "filter_words")
    type_text(words, "penalty fee ")
    assert words.text() == "penalty fee "


def test_that_a_reading_goes_on_only_with_the_filter_that_it_began_with(
    tab: DocumentsTab, page: ExhaustivePage, jobs: FakeJobs
) -> None:
    stopped(page, jobs)
    words, go_on = find(page, QLineEdit, "filter_words"), find(page, QPushButton, "go_on_reading")
    type_text(words, "penalty")
    assert not go_on.isVisible(), "what the first filter passed over was not read"
    words.clear()
    assert go_on.isVisible()


def test_that_a_reading_goes_on_only_over_the_documents_that_it_began_with(
    tab: DocumentsTab, page: ExhaustivePage, jobs: FakeJobs, database: Database, home: WorkbenchPaths
) -> None:
    stopped(page, jobs)
    tab.presenter.refresh()
    go_on = find(page, QPushButton, "go_on_reading")
    assert go_on.isVisible()
    CollectionStore(database, home).files.record("handbook", a_file("0 before a.md"))
    tab.presenter.refresh()
    assert not go_on.isVisible(), "it would be counted as read"


def test_that_a_stop_without_findings_does_not_say_that_no_passage_answers(
    page: ExhaustivePage, jobs: FakeJobs
) -> None:
    table = find(page, RecordTable, "findings")
    stopped(page, jobs)
    assert table._empty_text == "Nothing was found in the passages that were read. The others were not read."
    click(find(page, QPushButton, "go_on_reading"))
    jobs.of(EXHAUST)[-1].finish(report(40, is_complete=True))
    assert table._empty_text == "No passage answers this question."


def test_that_passages_are_counted_again_when_documents_come(
    tab: DocumentsTab, page: ExhaustivePage, jobs: FakeJobs, database: Database, home: WorkbenchPaths, qtbot: QtBot
) -> None:
    store, count = CollectionStore(database, home), find(page, QLabel, "filter_count")
    counted = PassingReport(chunks=90, with_words=10, more_by_likeness=(0,) * 101)
    type_text(find(page, QLineEdit, "exhaustive_question"), QUESTION)
    page.filter.count_wanted.emit()
    store.files.record("handbook", a_file("b.md"))
    tab.presenter.refresh()
    jobs.of(COUNT_PASSING)[0].finish(counted)
    assert count.text() == "Counting…", "it did not know the new document"
    jobs.of(COUNT_PASSING)[1].finish(counted)
    assert count.text() == "lets 10 of 90 passages through"
    tab.presenter.show_page("files")
    store.files.record("handbook", a_file("c.md"))
    tab.presenter.refresh()
    assert count.text() == ""
    tab.presenter.show_page("exhaustive")
    qtbot.waitUntil(lambda: len(jobs.of(COUNT_PASSING)) == 3)


def test_that_new_folders_are_offered_at_once(
    tab: DocumentsTab, page: ExhaustivePage, database: Database, home: WorkbenchPaths
) -> None:
    folders = find(page, ChoiceButton, "reading_folders")
    assert not folders.isEnabled()
    CollectionStore(database, home).files.record("handbook", a_file("letters/b.md"))
    tab.presenter.refresh()
    assert folders.isEnabled()


def test_that_findings_stay_when_the_collection_is_renamed(
    tab: DocumentsTab, page: ExhaustivePage, jobs: FakeJobs
) -> None:
    job = start(page, jobs)
    job.produce(found(1, "3 years"))
    job.produce(progress(32, 1, START))
    job.end_cancelled()
    find(page, QTableView, "findings").selectRow(0)
    tab.presenter.management.begin_renaming()
    tab.presenter.give_name("rules")
    assert tab.presenter.state.selected == "rules"
    assert [row[1] for row in cells(page, "findings")] == ["3 years"]
    place = tab.presenter.reading.state.place
    assert place is not None and place.collection == "rules"
    click(find(page, QPushButton, "go_on_reading"))
    request = ExhaustiveRequest.model_validate(jobs.of(EXHAUST)[-1].spec.params)
    assert (request.collection.name, request.found_before) == ("rules", 1)
