"""Collections of a database from before they had several indexes."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.unit.rag.index_rows import add_document
from tests.unit.rag.test_store import EMBEDDER
from workbench import migrations
from workbench.database import Database
from workbench.paths import WorkbenchPaths
from workbench.rag.index_files import has_table
from workbench.rag.index_writer import IndexWriter
from workbench.rag.journal import NAME as JOURNAL
from workbench.rag.reasons import ReasonCode
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig

OLDER_REASONS = {
    ("failed", "x4 is encrypted and needs a password. Save a copy without one."): ReasonCode.NEEDS_PASSWORD,
    ("failed", "x5 has no text: its page is scanned, needs OCR. Run it."): ReasonCode.NEEDS_OCR,
    ("failed", "x6 is damaged."): ReasonCode.OTHER,
    ("indexed", "It has the same content as d1.md and is found under that name."): ReasonCode.DUPLICATE,
}


def write_older(path: Path) -> None:
    """Revision 0006 with a collection of one document of four chunks."""
    engine = sa.create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        values = {"embedder": EMBEDDER.model_dump_json(exclude={"precision"}), "chunking": '{"chunk_tokens": 100}'}
        connection.execute(
            sa.text("INSERT INTO rag_collections VALUES (7, 'Old', 'old-1', :embedder, :chunking, '2026')"), values
        )
        connection.execute(
            sa.text(
                "INSERT INTO rag_documents VALUES (3, 7, '/d/d1.md', 'd1.md', 'indexed', 'd1', 1, 4, 9, '', '',"
                " 'Markdown', 'utf-8', '', 9, '', '2026')"
            )
        )
        for number, (status, reason) in enumerate(OLDER_REASONS, 4):
            connection.execute(
                sa.text(
                    "INSERT INTO rag_documents VALUES (:n, 7, :p, :p, :status, '', 0, 0, 0, :reason, '', '', '', '',"
                    " 0, '', '2026')"
                ),
                {"n": number, "p": f"x{number}", "status": status, "reason": reason},
            )
        connection.execute(sa.text("INSERT INTO rag_pages VALUES (3, 1, '# A page')"))
        for number in range(4):
            connection.execute(
                sa.text("INSERT INTO rag_chunks VALUES (3, :n, :id, 1, 0, 8, 'A')"), {"n": number, "id": f"d1-{number}"}
            )
    engine.dispose()


def test_that_an_older_collection_keeps_its_texts_chunks_and_index(home: WorkbenchPaths) -> None:
    write_older(home.database)
    folder = home.collections / "old-1"
    with IndexWriter(folder, 8) as writer:
        add_document(writer, 1)
    (folder / JOURNAL).unlink()
    database = Database(home.database)
    database.migrate()
    store = CollectionStore(database, home)
    found = store.get("Old")
    assert (found.documents, found.chunks, found.folder) == (2, 4, folder)
    by_name = {document.name: document.reason_code for document in store.documents.of("Old")}
    assert by_name == {"d1.md": ReasonCode.NONE} | {
        f"x{number}": code for number, code in enumerate(OLDER_REASONS.values(), 4)
    }
    assert (found.embedder, found.chunking) == (EMBEDDER, ChunkingConfig(chunk_tokens=100))
    (document,) = store.texts.all("Old")
    assert [span.id for span in document.spans] == [f"d1-{number}" for number in range(4)]
    assert document.is_markdown and document.pages[0].text == "# A page"
    with IndexWriter(folder, 8) as writer:
        assert writer.counts() == {"d1": 4}
    store.indexes.sweep("Old", unfinished=True)
    assert has_table(folder), "its index lies where the collection's folder is"
    assert store.indexes.free_folder("Old") == folder / "2"
    store.delete("Old")
    assert not folder.exists()
    database.close()
