"""What the tests of the Data tab get."""

from pathlib import Path

import pytest

from tests.gui.data.tab_given import TICKETS, Around
from workbench.database import Database
from workbench.datasets.store import DatasetStore


@pytest.fixture
def around(database: Database) -> Around:
    return Around(DatasetStore(database))


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, encoding="utf-8")
    return path
