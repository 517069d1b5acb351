"""Documents of earlier versions: found, read again on request, never lost on the way."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.unit.rag.documents import pdf_bytes
from tests.unit.rag.loaders.files import archive_of
from tests.unit.rag.test_members import NAME, found, run_index
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.rag.health import Health, Remedy, judge, look_at
from workbench.rag.indexing import build_spec, reread_spec
from workbench.rag.indexing_types import FileIndexed, IndexRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tables import DocumentRow, PageRow
from workbench.rag.tasks import index, rebuild
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import RebuildRequest

pytestmark = pytest.mark.slow


@pytest.fixture
def store(database: Database, home: WorkbenchPaths, tmp_path: Path) -> CollectionStore:
    """With an archive, a PDF and a text, as if an earlier version had read them."""
    store = CollectionStore(database, home)
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "all.zip").write_bytes(archive_of({"a.txt": "The trumpet is loud.", "b.txt": "The violin is not."}))
    (folder / "plain.pdf").write_bytes(pdf_bytes(["The zebra eats grass."]))
    (folder / "note.txt").write_text("The kettle is old.")
    run_index(store, folder)
    with database.session() as session:
        session.execute(sa.update(DocumentRow).values(reader=""))
        session.execute(sa.update(PageRow).values(member="", marks=""))
    run_rebuild(store)
    return store


def run_rebuild(store: CollectionStore, chunking: ChunkingConfig | None = None) -> None:
    request = RebuildRequest.model_validate(build_spec(store, NAME, chunking=chunking).params)
    store.indexes.put_in_place(request.collection, rebuild(RecordingContext(), request))


def reread(store: CollectionStore) -> None:
    class Recorder(RecordingContext):
        def produce(self, item: object) -> None:
            if isinstance(item, FileIndexed):
                store.files.record(NAME, item)

    spec = reread_spec(store, NAME)
    assert spec is not None
    index(Recorder(), IndexRequest.model_validate(spec.params))


def test_that_what_an_earlier_version_read_is_told_and_read_again(store: CollectionStore) -> None:
    names = [Path(path).name for path in store.rereading.outdated(NAME)]
    assert names == ["all.zip", "plain.pdf"]
    collection = store.get(NAME)
    verdict = judge(collection, look_at(collection, len(names)), is_mending=False)
    assert (verdict.health, verdict.remedy) == (Health.OUTDATED, Remedy.READ_AGAIN)
    reread(store)
    assert found(store, "trumpet")[0].document == "all.zip/a.txt"
    assert store.rereading.outdated(NAME) == []
    assert reread_spec(store, NAME) is None
    assert len(found(store, "kettle")) == 4


def test_that_an_index_from_before_the_reading_is_brought_up_to_date(store: CollectionStore) -> None:
    before = store.get(NAME).chunking
    run_rebuild(store, chunking=ChunkingConfig(chunk_tokens=64, overlap=0))
    reread(store)
    run_rebuild(store, chunking=before)
    hits = found(store, "violin")
    assert {hit.document for hit in hits} == {"all.zip/a.txt", "all.zip/b.txt", "plain.pdf", "note.txt"}
    for hit in hits:
        assert store.texts.page(NAME, hit.document, hit.page)[hit.start : hit.end] == hit.text
