"""Deleted comparisons are forgotten after a week, with their folders; nothing else is touched."""

import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.unit.compare.scripted import ScriptedTools, always_right, arm, numbered
from workbench.compare.purging import KEPT_DAYS, purge_all, purge_old
from workbench.compare.store import ComparisonRow, ComparisonStore
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.scoring.types import MetricChoice


@pytest.fixture
def report(tmp_path: Path) -> ComparisonReport:
    request = CompareRequest(
        name="sums",
        examples=numbered(3),
        metrics=(MetricChoice(name="exact_match"),),
        arms=(arm("prompt"),),
        folder=str(tmp_path / "run"),
    )
    return compare(RecordingContext(), request, ScriptedTools(always_right))


def test_that_only_what_was_deleted_long_ago_is_forgotten(
    report: ComparisonReport, database: Database, home: WorkbenchPaths
) -> None:
    store = ComparisonStore(database)
    folders = [home.home / "comparisons" / name for name in ("old", "new", "kept")]
    for folder in folders:
        folder.mkdir(parents=True)
    old, new, kept = (store.save(report, folder=str(folder)) for folder in folders)
    for entry in (old, new):
        store.set_aside(entry.id)
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=KEPT_DAYS, minutes=1)
    with database.session() as session:
        session.execute(
            sa.update(ComparisonRow)
            .where(ComparisonRow.id == old.id)
            .values(deleted_at=long_ago.isoformat(timespec="seconds"))
        )
    assert purge_old(store, home) == 1
    assert [folder.is_dir() for folder in folders] == [False, True, True]
    assert [entry.id for entry in store.set_aside_before("9999")] == [new.id]
    assert [entry.id for entry in store.list_comparisons()] == [kept.id]


def test_that_a_folder_elsewhere_is_left_alone(
    report: ComparisonReport, database: Database, home: WorkbenchPaths, tmp_path: Path
) -> None:
    store = ComparisonStore(database)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    purge_all(store, home, [store.save(report, folder=str(elsewhere))])
    assert elsewhere.is_dir()
    assert store.list_comparisons() == []
