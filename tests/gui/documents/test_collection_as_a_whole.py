"""The Overview page, copies, export and import as a user meets them."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTableView,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJobs, FakeMessages
from tests.gui.acting import click, find, type_text
from tests.gui.documents.test_documents_tab import a_file, cells, choose, fill
from workbench.embedding import Precision, starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.rag.bundles.making import export_spec
from workbench.rag.bundles.tasks import DUPLICATE, EXPORT, IMPORT, export
from workbench.rag.bundles.types import DuplicateReport, ExportReport, ExportRequest
from workbench.rag.indexing_types import IndexReport, IndexRequest
from workbench.rag.reasons import READER_VERSION
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import INDEX, REBUILD
from workbench.rag.types import CollectionRef
from workbench.rag.upkeep_types import DocumentSpans, RebuildReport
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.collection_delegate import FACTS


@pytest.fixture
def shown(tab: DocumentsTab, store: CollectionStore, tmp_path: Path) -> DocumentsTab:
    """One collection with a document, an index on the disk and a watched folder."""
    fill(tab, store)
    (tmp_path / "docs").mkdir()
    store.add_sources("handbook", [tmp_path / "docs"])
    make_index(store)
    tab.presenter.refresh()
    tab.show_page("overview")
    return tab


def make_index(store: CollectionStore) -> None:
    versions = store.get("handbook").folder / "chunks.lance" / "_versions"
    versions.mkdir(parents=True)
    (versions / "1.manifest").write_bytes(b"x" * 5000)


def health(tab: DocumentsTab) -> str:
    return find(tab, QLabel, "health").text()


def finish_rebuild(jobs: FakeJobs) -> None:
    job = jobs.of(REBUILD)[-1]
    folder = Path(job.spec.params["collection"]["folder"])
    spans = a_file().spans
    (folder / "spans.jsonl").write_text(DocumentSpans(sha256="a.md", spans=spans).model_dump_json(), encoding="utf-8")
    job.finish(RebuildReport(documents=1, chunks=1, spans=str(folder / "spans.jsonl")))


def test_that_a_healthy_collection_says_what_there_is(shown: DocumentsTab) -> None:
    assert health(shown) == "Healthy"
    assert not find(shown, QPushButton, "mend").isVisible()
    assert find(shown, QLabel, "fact_size").text() == "5.0 kB"
    item = find(shown, QListWidget, "collections").item(0)
    assert item.data(FACTS) == ("1 document · 5.0 kB", "all-MiniLM-L6-v2")
    assert starter_embedder().content_hash in item.toolTip()


def test_that_damage_is_mended_by_its_button(shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs) -> None:
    store.health.record_damage("handbook", "2 files")
    shown.presenter.refresh()
    assert health(shown) == "Damaged"
    click(find(shown, QPushButton, "mend"))
    assert health(shown) == "Repairing"
    folder = Path(jobs.last.spec.params["collection"]["folder"])
    (folder / "chunks.lance" / "_versions").mkdir(parents=True)
    (folder / "chunks.lance" / "_versions" / "1.manifest").touch()
    finish_rebuild(jobs)
    assert health(shown) == "Healthy"


def test_that_an_index_that_is_gone_is_built_again(shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs) -> None:
    manifest = store.get("handbook").folder / "chunks.lance" / "_versions" / "1.manifest"
    manifest.unlink()
    shown.presenter.refresh()
    assert health(shown) == "Needs rebuild"
    click(find(shown, QPushButton, "mend"))
    assert len(jobs.of(REBUILD)) == 1


def test_that_a_folder_that_is_gone_can_be_looked_for_or_left(
    shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs, tmp_path: Path
) -> None:
    (tmp_path / "docs").rmdir()
    shown.presenter.refresh()
    assert health(shown) == "Folder missing"
    assert str(tmp_path / "docs") in find(shown, QLabel, "health_sentence").text()
    click(find(shown, QPushButton, "mend"))
    jobs.of(INDEX)[-1].finish(IndexReport(collection="handbook"))
    click(find(shown, QPushButton, "stop_watching"))
    assert store.get("handbook").sources == ()
    assert health(shown) == "Healthy"


def test_that_what_an_earlier_version_read_is_read_again_with_a_click(
    shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs
) -> None:
    store.files.record("handbook", a_file("old.pdf", file_type="PDF"))
    shown.presenter.refresh()
    assert health(shown) == "Can be read better"
    assert find(shown, QLabel, "health_sentence").text().startswith("1 document was read by an earlier version")
    click(find(shown, QPushButton, "mend"))
    request = IndexRequest.model_validate(jobs.of(INDEX)[-1].spec.params)
    assert request.read_again == request.sources == ("/d/old.pdf",)
    store.files.record("handbook", a_file("old.pdf", file_type="PDF").model_copy(update={"reader": READER_VERSION}))
    jobs.of(INDEX)[-1].finish(IndexReport(collection="handbook", indexed=1))
    assert health(shown) == "Healthy"


def test_that_another_index_is_built_beside_and_the_first_taken_back(
    shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs
) -> None:
    click(find(shown, QPushButton, "rebuild_index"))
    size = find(shown, QSpinBox, "rebuild_tokens")
    assert size.value() == 120
    assert size.maximum() == starter_embedder().max_tokens
    size.setValue(64)
    language = find(shown, QComboBox, "rebuild_language")
    language.setCurrentText("German")
    find(shown, QPushButton, "rebuild_start").click()
    target = CollectionRef.model_validate(jobs.last.spec.params["collection"])
    assert (target.chunking.chunk_tokens, target.language.value) == (64, "German")
    jobs.last.progress(1, 2, "Embedding a.md")
    assert shown.strip.isVisible()
    finish_rebuild(jobs)
    table = find(shown, QTableView, "indexes")
    assert [(row[0], row[2]) for row in cells(shown, "indexes")] == [("answers", "64 tokens"), ("", "120 tokens")]
    table.selectRow(1)
    find(shown, QPushButton, "switch_index").click()
    assert store.get("handbook").chunking.chunk_tokens == 120
    assert cells(shown, "indexes")[0][2] == "120 tokens"
    find(shown, QPushButton, "undo_index").click()
    assert store.get("handbook").chunking.chunk_tokens == 64
    table.selectRow(1)
    find(shown, QPushButton, "drop_index").click()
    assert len(store.indexes.list_indexes("handbook")) == 2, "asked for once more"
    find(shown.page("overview"), QPushButton, "delete_yes").click()
    assert len(store.indexes.list_indexes("handbook")) == 1


def test_that_an_index_in_a_precision_that_is_slow_here_can_be_built_again_in_the_fast_one(
    shown: DocumentsTab, jobs: FakeJobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (other,) = set(Precision) - {starter_embedder().precision}
    monkeypatch.setattr("workbench.embedding.fastest_precision", lambda: other)
    click(find(shown, QPushButton, "rebuild_index"))
    embedder = find(shown, QComboBox, "rebuild_embedder")
    wanted = f"all-MiniLM-L6-v2 in {other.value}, faster on this computer"
    qtbot.waitUntil(lambda: embedder.findText(wanted) > 0)
    embedder.setCurrentText(wanted)
    find(shown, QPushButton, "rebuild_start").click()
    target = CollectionRef.model_validate(jobs.last.spec.params["collection"])
    assert target.embedder.precision is other


def test_that_a_copy_asks_for_a_name_and_is_shown(shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs) -> None:
    choose(shown, "Duplicate…")
    field = find(shown, QLineEdit, "collection_name")
    assert field.text() == "handbook 2"
    click(find(shown, QPushButton, "create_collection"))
    jobs.of(DUPLICATE)[0].finish(DuplicateReport(chunks=1))
    assert shown.presenter.state.selected == "handbook 2"
    assert [document.name for document in store.documents.of("handbook 2")] == ["a.md"]


def test_that_a_copy_that_fails_leaves_nothing(shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs) -> None:
    choose(shown, "Duplicate…")
    click(find(shown, QPushButton, "create_collection"))
    folder = store.paths.collections / jobs.of(DUPLICATE)[0].spec.params["folder"]
    assert folder.is_dir()
    jobs.of(DUPLICATE)[0].fail(WorkbenchError("The disk is full."))
    assert not folder.exists()
    assert [collection.name for collection in store.list_collections()] == ["handbook"]


def test_that_an_export_asks_what_goes_into_the_file(
    shown: DocumentsTab, jobs: FakeJobs, messages: FakeMessages, tmp_path: Path
) -> None:
    choose(shown, "Export…")
    assert find(shown, QFrame, "export_form").isVisible()
    find(shown, QCheckBox, "export_vectors").click()
    find(shown, QCheckBox, "export_paths").click()
    click(find(shown, QPushButton, "export_save"))
    find(shown, QFileDialog, "export_dialog").fileSelected.emit(str(tmp_path / "handbook"))
    request = ExportRequest.model_validate(jobs.of(EXPORT)[0].spec.params)
    assert request.target == str(tmp_path / "handbook.collection.zip")
    assert request.with_vectors
    assert request.sources == ()
    report = ExportReport(path=request.target, documents=1, chunks=1, vectors=1, size_bytes=1234)
    jobs.last.finish(report)
    assert "1.2 kB" in messages.texts("info")[-1]
    assert not find(shown, QFrame, "export_form").isVisible()


def test_that_an_import_whose_name_is_taken_asks_for_another(
    shown: DocumentsTab, store: CollectionStore, jobs: FakeJobs, tmp_path: Path
) -> None:
    bundle = tmp_path / "handbook.collection.zip"
    write_bundle(store, bundle)
    shown.take_paths([str(bundle)])
    assert not jobs.of(IMPORT)
    assert find(shown, QLineEdit, "collection_name").text() == "handbook 2"
    find(shown, QLineEdit, "collection_name").clear()
    type_text(find(shown, QLineEdit, "collection_name"), "handbook")
    click(find(shown, QPushButton, "create_collection"))
    assert "already" in find(shown, QLabel, "name_trouble").text()
    type_text(find(shown, QLineEdit, "collection_name"), " at home")
    click(find(shown, QPushButton, "create_collection"))
    assert jobs.of(IMPORT)[0].spec.params["collection"]["name"] == "handbook at home"


def test_that_a_file_that_is_no_collection_is_said(
    shown: DocumentsTab, jobs: FakeJobs, messages: FakeMessages, tmp_path: Path
) -> None:
    (tmp_path / "x.collection.zip").write_bytes(b"PK")
    shown.take_paths([str(tmp_path / "x.collection.zip")])
    assert not jobs.of(IMPORT)
    assert messages.texts("error")[0].startswith("x.collection.zip cannot be imported")


def write_bundle(store: CollectionStore, path: Path) -> None:
    export(RecordingContext(), ExportRequest.model_validate(export_spec(store, "handbook", path).params))
