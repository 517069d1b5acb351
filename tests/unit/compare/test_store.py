"""Comparisons that were made are kept whole."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.unit.compare.scripted import ScriptedTools, arm, knows_with_passages, numbered
from workbench.compare.store import ComparisonRow, ComparisonStore, ScoreRow, TrialRow
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.verdict_sentences import in_a_word
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


def test_that_the_history_says_the_verdict_in_its_own_word(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    never = report.verdict.model_copy(update={"winner": None, "means": dict.fromkeys(report.verdict.means, 0.0)})
    entry = store.save(report.model_copy(update={"verdict": never}), folder="/runs/1")
    assert entry.outcome == in_a_word(never) == "no arm is ever right"
    store.keep_terms("/runs/1", report)
    assert [kept.outcome for kept in store.list_comparisons()] == ["rag wins"]


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
    other = tuple(result.model_copy(update={"model": "another"}) for result in report.arms)
    store.save(report.model_copy(update={"name": "others", "arms": other}))
    assert store.names_with_model("another") == ("others",)
    assert store.names_with_model(used) == ("sums",)


def test_that_a_deleted_comparison_leaves_nothing_behind(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    store.delete(store.save(report).id)
    with database.session() as session:
        assert session.query(TrialRow).count() == 0
        assert session.query(ScoreRow).count() == 0
    with pytest.raises(WorkbenchError, match="no comparison number"):
        store.get(1)


def test_that_the_history_lists_without_reading_reports_or_trials(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    entry = store.save(report)
    with database.session() as session:
        session.execute(sa.update(ComparisonRow).values(report="unreadable"))
        session.execute(sa.update(TrialRow).values(trial="unreadable"))
    assert store.list_comparisons() == [entry]
    assert entry.arms == ("prompt", "rag")


def test_that_a_comparison_is_renamed_and_has_a_note(report: ComparisonReport, database: Database) -> None:
    store = ComparisonStore(database)
    number = store.save(report).id
    store.rename(number, "  sums,\nsecond try ")
    store.annotate(number, "the new prompt ")
    assert [(entry.name, entry.note) for entry in store.list_comparisons()] == [("sums, second try", "the new prompt")]
    with pytest.raises(WorkbenchError, match="needs a name"):
        store.rename(number, " \n")


def test_that_a_deleted_comparison_comes_back_until_it_is_forgotten(
    report: ComparisonReport, database: Database
) -> None:
    store = ComparisonStore(database)
    number = store.save(report).id
    store.set_aside(number)
    assert store.list_comparisons() == []
    assert store.names_with_model(report.arms[0].model) == ()
    assert [entry.id for entry in store.set_aside_before("9999")] == [number]
    assert store.set_aside_before("2000") == []
    store.bring_back(number)
    assert [entry.id for entry in store.list_comparisons()] == [number]
    assert store.get(number) == report


def test_that_an_unknown_number_is_said(database: Database) -> None:
    store = ComparisonStore(database)
    for ask in (store.get, store.entry, store.set_aside, store.bring_back):
        with pytest.raises(WorkbenchError, match="no comparison number 7"):
            ask(7)
    with pytest.raises(WorkbenchError, match="no comparison number 7"):
        store.rename(7, "x")


def test_that_every_score_is_kept_beside_its_trial(report: ComparisonReport, database: Database) -> None:
    ComparisonStore(database).save(report)
    with database.reading() as session:
        kept = session.execute(
            sa.select(TrialRow.arm, TrialRow.example_id, ScoreRow.value).join(
                ScoreRow, ScoreRow.trial_id == TrialRow.id
            )
        ).all()
    wanted = [(trial.arm, trial.example_id, trial.scores["exact_match"].value) for trial in report.trials]
    assert sorted(map(tuple, kept)) == sorted(wanted)
