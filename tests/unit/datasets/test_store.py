"""Data sets are saved with their content hash."""

from pathlib import Path

import pytest

from tests.unit.datasets.test_doctor import many, rows_of
from workbench.database import Database
from workbench.datasets.rows_file import read_rows, write_rows
from workbench.datasets.store import DatasetStore
from workbench.datasets.tasks import InspectRequest, PrepareRequest, inspect, prepare
from workbench.datasets.types import ColumnMapping, FindingKind
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext


def test_that_a_saved_data_set_comes_back_whole(database: Database) -> None:
    store, rows = DatasetStore(database), rows_of(*many())
    saved = store.save("handbook", rows, mapping=ColumnMapping(question="q", answer="a"))
    assert store.get("handbook") == saved
    assert store.rows(saved) == rows
    assert saved.row_count == 30
    assert [dataset.name for dataset in store.list_datasets()] == ["handbook"]


def test_that_a_taken_name_is_refused_and_a_missing_one_names_the_others(database: Database) -> None:
    store = DatasetStore(database)
    store.save("handbook", rows_of(*many()))
    with pytest.raises(WorkbenchError, match="already a data set"):
        store.save("handbook", rows_of(*many(5)))
    with pytest.raises(WorkbenchError) as caught:
        store.get("hand")
    assert "handbook" in caught.value.hint


def test_that_the_same_rows_have_the_same_hash_and_one_file(database: Database) -> None:
    store = DatasetStore(database)
    first, second = store.save("one", rows_of(*many())), store.save("two", rows_of(*many()))
    assert first.content_hash == second.content_hash
    store.delete("one")
    assert store.rows(second)
    store.delete("two")
    assert list(store.folder.iterdir()) == []


def test_that_rows_changed_behind_our_back_are_refused(tmp_path: Path) -> None:
    path, digest = write_rows(rows_of(*many()), tmp_path)
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(WorkbenchError, match="was changed since"):
        read_rows(path, digest)


def test_that_inspecting_shows_columns_rows_problems_and_the_guess(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("question,answer\nq1,a1\nq2\nq3,a3\nq4,\n", encoding="utf-8")
    report = inspect(RecordingContext(), InspectRequest(path=str(path)))
    assert report.columns == ("question", "answer")
    assert report.rows[1] == {"question": "q3", "answer": "a3"}
    assert report.numbers == (2, 4, 5)
    assert [problem.row for problem in report.problems] == [3, 5]
    assert report.mapping.question == "question"
    assert [row.answer for row in report.training_rows] == ["a1", "a3"]


def test_that_preparing_writes_the_rows_without_those_that_were_dropped(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("question,answer\nq1,a1\nq1,a1\nq2,a2\n", encoding="utf-8")
    request = PrepareRequest(
        name="d", path=str(path), folder=str(tmp_path / "rows"), drop=(FindingKind.DUPLICATE, FindingKind.LEAK),
        test_questions=("Q2!",),
    )  # fmt: skip
    report = prepare(RecordingContext(), request)
    assert report.dropped == 2
    rows = read_rows(Path(report.dataset.rows_path), report.dataset.content_hash)
    assert [row.number for row in rows] == [2]


def test_that_rows_that_ask_test_questions_are_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("question,answer\nq1,a1\nq2,a2\n", encoding="utf-8")
    report = inspect(RecordingContext(), InspectRequest(path=str(path), test_questions=("Q2!",)))
    assert [(finding.kind, finding.rows) for finding in report.findings if finding.rows] == [(FindingKind.LEAK, (3,))]


def test_that_columns_nobody_can_guess_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"question and answer \(a, b, c\)"):
        prepare(RecordingContext(), PrepareRequest(name="d", path=str(path), folder=str(tmp_path)))
    with pytest.raises(WorkbenchError, match="no column “x”"):
        inspect(RecordingContext(), InspectRequest(path=str(path), mapping=ColumnMapping(question="x", answer="b")))
