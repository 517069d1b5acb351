"""Comparisons of a database that an earlier version of the program wrote."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from workbench import migrations
from workbench.compare.report import to_html
from workbench.compare.store import ComparisonStore
from workbench.database import Database
from workbench.paths import WorkbenchPaths

OLD = Path(__file__).parents[2] / "data" / "compare" / "report_v1.json"


@pytest.fixture
def old_home(home: WorkbenchPaths) -> WorkbenchPaths:
    """A data folder of schema 0014 with one comparison."""
    from alembic import command
    from alembic.config import Config

    home.create()
    engine = sa.create_engine(f"sqlite:///{home.database}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    report = json.loads(OLD.read_text(encoding="utf-8"))
    trials = report.pop("trials")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        connection.execute(
            sa.text(
                "INSERT INTO comparisons"
                " (id, name, created, metric, kind, winner, recommended, questions, folder, spec, report)"
                " VALUES (1, 'old', '2026-01-01T00:00', 'exact_match', 'winner', 'rag', 'rag', 8, '', '', :report)"
            ),
            {"report": json.dumps(report)},
        )
        for trial in trials:
            connection.execute(
                sa.text(
                    "INSERT INTO trials (comparison_id, arm, example_id, failure, trial)"
                    " VALUES (1, :arm, :example, NULL, :trial)"
                ),
                {"arm": trial["arm"], "example": trial["example_id"], "trial": json.dumps(trial)},
            )
    engine.dispose()
    return home


def test_that_a_comparison_of_an_earlier_schema_is_listed_and_opens(old_home: WorkbenchPaths) -> None:
    database = Database(old_home.database)
    database.migrate()
    store = ComparisonStore(database)
    (entry,) = store.list_comparisons()
    assert (entry.name, entry.outcome, entry.arms, entry.note) == ("old", "rag wins", ("prompt", "rag"), "")
    report = store.get(1)
    assert len(report.trials) == 16
    assert "rag wins" in to_html(report)
    database.close()
