"""The columns of the playground, with three models of which one is broken, and the editor."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.playground.columns_given import BIG, BROKEN, STARTER, Given
from tests.gui.playground.editor_given import Room
from workbench.database import Database
from workbench.paths import WorkbenchPaths
from workbench.ui.playground.columns import Columns
from workbench.ui.playground.editor import EditorPanel


@pytest.fixture
def given(database: Database, home: WorkbenchPaths) -> Given:
    return Given(database, home)


@pytest.fixture
def empty(qtbot: QtBot, given: Given) -> Columns:
    """Before the models are listed."""
    return given.build(qtbot)


@pytest.fixture
def view(empty: Columns, given: Given) -> Columns:
    given.list_models(STARTER, BROKEN, BIG)
    return empty


@pytest.fixture
def room(database: Database, own_home: Path) -> Room:
    return Room(database, own_home)


@pytest.fixture
def panel(qtbot: QtBot, room: Room) -> EditorPanel:
    return room.build(qtbot)
