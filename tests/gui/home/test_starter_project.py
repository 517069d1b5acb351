"""A starter project opened from Home, with real workers, on a real data folder."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.acting import click, find
from workbench.app import Program
from workbench.paths import WorkbenchPaths


@pytest.mark.slow
def test_that_a_starter_project_is_ready_after_one_click(qtbot: QtBot, program: Program, home: WorkbenchPaths) -> None:
    from workbench.datasets.store import DatasetStore
    from workbench.rag.store import CollectionStore

    button = find(program.window, QPushButton, "open_project_facts")
    click(button)
    assert not button.isEnabled()
    qtbot.waitUntil(button.isEnabled, timeout=240_000)
    assert button.text() == "Open again", find(program.window, QLabel, "project_note_facts").text()
    assert program.database is not None
    [collection] = CollectionStore(program.database, home).list_collections()
    assert collection.name == "handbook"
    assert [dataset.name for dataset in DatasetStore(program.database).list_datasets()] == ["facts rows"]
    assert program.window.messages.messages == ()
