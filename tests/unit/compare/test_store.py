"""Comparisons that were made are kept whole."""

from pathlib import Path

import pytest

from tests.unit.compare.scripted import ScriptedTools, arm, knows_with_passages, numbered
from workbench.compare.store import ComparisonStore, ScoreRow, TrialRow
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.scoring.types import MetricChoice


@pytest.fixture
def report(tmp_path: Path) -> ComparisonReport:
    request = CompareRequest(
        name="sums",
        examples=numbered(12),
        metrics=(MetricChoice(name="exact_match"),),
        arms=(arm("prompt"), arm("rag", collection=True)),
        folder=str(tmp_path / "run"),
    )
    return compare(RecordingContext(), request, ScriptedTools(knows_with_passages))


def test_that_a_comparison_comes_back_as_it_was(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    entry = store.save(report, folder="/runs/1", spec="name: sums")
    assert store.get(entry.id) == report
    assert (entry.winner, entry.questions, entry.metric) == ("rag", 12, "exact_match")


def test_that_the_history_is_newest_first(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    first, second = store.save(report), store.save(report.model_copy(update={"name": "again"}))
    assert [entry.id for entry in store.list_comparisons()] == [second.id, first.id]


def test_that_comparisons_are_found_by_a_model_that_answered(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    store.save(report)
    store.save(report)
    used = report.arms[0].model
    assert used and store.names_with_model(used) == ("sums",)
    assert store.names_with_model("another") == ()


def test_that_a_deleted_comparison_leaves_nothing_behind(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    store.delete(store.save(report).id)
    with database.session() as session:
        assert session.query(TrialRow).count() == 0
        assert session.query(ScoreRow).count() == 0
    with pytest.raises(WorkbenchError, match="no comparison number"):
        store.get(1)
