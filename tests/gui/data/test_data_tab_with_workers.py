"""The Data tab with real worker processes: nothing is answered by the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from tests.fakes import FakeMessages, FakeNavigator
from tests.gui.acting import click, find
from tests.gui.data.tab_given import FakeCollections, drop, texts
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.jobs.runner import JobRunner
from workbench.paths import WorkbenchPaths
from workbench.ui.data import DataTab, build
from workbench.ui.job_bridge import JobBridge

PATIENCE_MS = 60_000


@pytest.fixture
def tab(qtbot: QtBot, home: WorkbenchPaths, database: Database) -> Iterator[DataTab]:
    bridge = JobBridge(JobRunner(home))
    tab = build(bridge, FakeMessages(), FakeNavigator(), datasets=DatasetStore(database), collections=FakeCollections())
    qtbot.addWidget(tab)
    tab.show()
    yield tab
    bridge.shutdown()


@pytest.mark.slow
def test_that_a_ragged_file_becomes_a_data_set_without_its_bad_row(
    qtbot: QtBot, tab: DataTab, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "letters.csv"
    path.write_text("question;answer\nWhy?;So.\ntoo;many;cells\nWhen?;Now.\n", encoding="utf-8")
    drop(tab, path)
    qtbot.waitUntil(lambda: tab.presenter.state.importing.report is not None, timeout=PATIENCE_MS)  # type: ignore[union-attr]
    assert find(tab, QLabel, "import_kind").text() == "CSV, separated by semicolons"
    assert texts(find(tab, QTableView, "problem_table"), 0) == ["3"]
    click(find(tab, QPushButton, "dataset_save"))
    qtbot.waitUntil(lambda: tab.presenter.state.selected == "letters", timeout=PATIENCE_MS)
    store = DatasetStore(database)
    assert [row.answer for row in store.rows(store.get("letters"))] == ["So.", "Now."]
    assert texts(find(tab, QTableView, "dataset_rows"), 2) == ["So.", "Now."]


@pytest.mark.slow
def test_that_a_file_that_is_no_table_leaves_everything_else(qtbot: QtBot, tab: DataTab, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"%PDF-1.7\n" + bytes(200))
    drop(tab, path)
    card = find(tab, QFrame, "import_trouble")
    qtbot.waitUntil(card.isVisible, timeout=PATIENCE_MS)
    assert card.accessibleName().startswith("report.csv is a PDF document, not a table.")
    click(find(tab, QPushButton, "import_back"))
    assert tab.library.isVisible()
