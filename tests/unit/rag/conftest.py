"""A collection that is indexed once for all who only ask it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.rag.documents import write_facts
from workbench.database import Database
from workbench.paths import WorkbenchPaths


@pytest.fixture(scope="session")
def indexed_facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the collection "facts": three documents, whose files lie beside it."""
    from tests.unit.rag.test_tasks import run_index
    from workbench.rag.store import CollectionStore

    place = tmp_path_factory.mktemp("facts")
    paths = WorkbenchPaths(place / "home")
    paths.create()
    database = Database(paths.database)
    database.migrate()
    run_index(CollectionStore(database, paths), write_facts(place / "docs"))
    database.close()
    return paths.home


@pytest.fixture
def indexed(home: WorkbenchPaths, indexed_facts: Path, quick_commits: None) -> Iterator[Database]:
    """The database of a copy of it in the test's own data folder. Its documents' files are not to be changed."""
    shutil.copytree(indexed_facts, home.home, dirs_exist_ok=True)
    database = Database(home.database)
    yield database
    database.close()
