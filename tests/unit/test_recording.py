"""The end of a durable job is kept once, whoever hears it and however often."""

from pathlib import Path
from typing import Any

from workbench.compare.trial_types import Trial
from workbench.embedding import starter_embedder
from workbench.finetune.store import AdapterStore
from workbench.finetune.types import Adapter, TrainReport
from workbench.jobs.events import Failed, Finished, Produced
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.rag.indexing import purge_spec
from workbench.rag.indexing_types import DocumentStatus, FileIndexed
from workbench.rag.search_types import Hit
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig, PageText
from workbench.recording import recorder


def finished_training(home: WorkbenchPaths) -> Finished:
    folder = home.adapters / "house-style"
    folder.mkdir()
    gguf = folder / "adapter.gguf"
    gguf.write_bytes(b"GGUF")
    adapter = Adapter(
        name="house-style", folder=str(folder), gguf_path=str(gguf), gguf_hash="h", base_name="starter",
        base_path="starter.gguf", base_hash="b", rank=8, rows=20,
    )  # fmt: skip
    report = TrainReport(finished=True, adapter=adapter, steps=5, total_steps=5)
    return Finished(job_id="j", result=report.model_dump(mode="json"))


def test_that_an_adapter_is_kept_once_however_often_its_end_is_told(home: WorkbenchPaths, database: Any) -> None:
    record = recorder(database, JobSpec(task="workbench.finetune.tasks:train"))
    word = finished_training(home)
    record(word)
    record(word)
    assert [adapter.name for adapter in AdapterStore(database).list_adapters()] == ["house-style"]


def test_that_a_failure_keeps_nothing(database: Any) -> None:
    recorder(database, JobSpec(task="workbench.finetune.tasks:train"))(Failed(job_id="j", message="The disk is full."))
    assert AdapterStore(database).list_adapters() == []


def test_that_jobs_without_a_place_in_the_database_are_let_pass(database: Any) -> None:
    recorder(database, JobSpec(task="workbench.rag.tasks:search"))(Finished(job_id="j", result={"queries": 1}))


def test_that_an_indexed_file_is_kept_under_its_collection(home: WorkbenchPaths, database: Any) -> None:
    store = CollectionStore(database, home)
    store.create("handbook", starter_embedder(), ChunkingConfig())
    spec = JobSpec(
        task="workbench.rag.tasks:index", params={"collection": store.ref("handbook").model_dump(mode="json")}
    )
    page = PageText(number=1, text="The lamp costs 40 euros.")
    item = FileIndexed(
        path="/d/a.md", name="a.md", status=DocumentStatus.INDEXED, sha256="1", pages=1, chunks=0, texts=(page,)
    )
    event = Produced(job_id="j", kind="FileIndexed", item=item.model_dump(mode="json"))
    recorder(database, spec)(event)
    recorder(database, spec)(event)
    assert store.texts.page("handbook", "a.md", 1) == page.text
    assert len(store.documents.of("handbook")) == 1


def test_that_a_purge_reaches_what_comparisons_quote(home: WorkbenchPaths, database: Any) -> None:
    store = CollectionStore(database, home)
    folder = store.create("handbook", starter_embedder(), ChunkingConfig()).folder
    page = PageText(number=1, text="The lamp costs 40 euros.")
    item = FileIndexed(
        path="/d/a.md", name="a.md", status=DocumentStatus.INDEXED, sha256="1", pages=1, chunks=0, texts=(page,)
    )
    store.files.record("handbook", item)
    hit = Hit(collection="handbook", document="a.md", page=1, start=0, end=24, score=1, text=page.text, doc_hash="1")
    run = home.home / "comparisons" / "one"
    run.mkdir(parents=True)
    trial = Trial(arm="rag", example_id="1", hits=(hit,), used=(0,), prompt=page.text, answer="40")
    (run / "trials.jsonl").write_text(trial.model_dump_json() + "\n", encoding="utf-8")
    store.removal.delete("handbook", ["/d/a.md"])
    spec = purge_spec(store, "handbook")
    assert spec is not None
    Path(spec.params["copies"][0]["new_folder"]).mkdir(parents=True)
    recorder(database, spec)(Finished(job_id="j", result={"documents": 1, "chunks": 0}))
    assert store.documents.of("handbook") == []
    assert not folder.exists()
    left = b"".join(path.read_bytes() for path in home.home.rglob("*") if path.is_file())
    assert page.text.encode() not in left
