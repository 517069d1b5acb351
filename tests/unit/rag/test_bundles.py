"""Collections that leave as one file, come back from one, and are copied: with a real index."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.rag.documents import write_facts
from tests.unit.rag.test_tasks import NAME, run_index
from workbench.database import Database
from workbench.embedding import Precision
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.rag.bundles.making import bundle_name, duplicate_spec, export_spec, import_spec
from workbench.rag.bundles.reading import BundleReader, read_manifest
from workbench.rag.bundles.store import BundleStore
from workbench.rag.bundles.tasks import duplicate, export, import_collection
from workbench.rag.bundles.types import (
    DOCUMENTS,
    KNOWLEDGE,
    MANIFEST,
    VERSION,
    DuplicateRequest,
    ExportRequest,
    ImportRequest,
)
from workbench.rag.evaluation.measurement_store import MeasurementStore
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    Measure,
    MeasureReport,
    QuestionOutcome,
    RelevantPlace,
    RetrievalSetting,
    SettingResult,
)
from workbench.rag.judgement_store import RelevanceJudgement, Verdict
from workbench.rag.search_types import (
    Question,
    QuestionHits,
    RetrievalConfig,
    RetrievalMode,
    SearchRequest,
)
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import search

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the one collection of all these tests is made, once."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def store(database: Database, home: WorkbenchPaths, kept: Path) -> CollectionStore:
    store = CollectionStore(database, home)
    bundle = kept / "facts.zip"
    if bundle.exists():
        run_import(store, bundle, NAME)
    else:
        run_index(store, write_facts(kept / "docs"))
        run_export(store, bundle, with_vectors=True)
    return store


def run_export(store: CollectionStore, target: Path, *, with_vectors: bool = False, with_paths: bool = True) -> None:
    spec = export_spec(store, NAME, target, with_vectors=with_vectors, with_paths=with_paths)
    export(RecordingContext(), ExportRequest.model_validate(spec.params))


def run_import(store: CollectionStore, bundle: Path, name: str = "") -> int:
    """As the program does it; returns how many documents had to be embedded."""
    spec = import_spec(store, bundle, name)
    request = ImportRequest.model_validate(spec.params)
    report = import_collection(RecordingContext(), request)
    BundleStore(store.database, store.paths).record_import(request, report)
    return report.rebuild.documents


def run_duplicate(store: CollectionStore, new_name: str) -> None:
    request = DuplicateRequest.model_validate(duplicate_spec(store, NAME, new_name).params)
    duplicate(RecordingContext(), request)
    BundleStore(store.database, store.paths).record_duplicate(request)


def found_in(store: CollectionStore, name: str, query: str) -> list[tuple[str, int, int, int]]:
    context = RecordingContext()
    retrieval = RetrievalConfig(top_k=3)
    search(context, SearchRequest(collection=store.ref(name), queries=(Question(text=query),), retrieval=retrieval))
    (hits,) = context.produced
    assert isinstance(hits, QuestionHits)
    return [(hit.document, hit.page, hit.start, hit.end) for hit in hits.hits]


def contents(store: CollectionStore, name: str) -> list[dict[str, Any]]:
    """Everything that is kept of the documents, but for when."""
    documents = BundleStore(store.database, store.paths).documents(name, with_paths=True)
    return [document.model_dump(mode="json", exclude={"file_state"}) for document in documents]


def test_that_vectors_come_back_in_their_precision_whatever_a_new_index_would_get_here(
    store: CollectionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_export(store, tmp_path / "facts.zip", with_vectors=True)
    made = store.ref(NAME).embedder
    (other,) = set(Precision) - {made.precision}
    monkeypatch.setattr("workbench.embedding.fastest_precision", lambda: other)
    assert run_import(store, tmp_path / "facts.zip", "Copy") == 0
    assert store.ref("Copy").embedder == made


def test_that_a_collection_comes_back_as_it_was_without_embedding_anything(
    store: CollectionStore, tmp_path: Path
) -> None:
    bundle = tmp_path / bundle_name("Q&A: 2024/25")
    run_export(store, bundle, with_vectors=True)
    assert run_import(store, bundle, "back") == 0
    assert contents(store, "back") == contents(store, NAME)
    assert store.get("back").sources == store.get(NAME).sources
    assert found_in(store, "back", "toaster warranty") == found_in(store, NAME, "toaster warranty") != []
    assert not list(store.paths.collections.rglob("export-*"))
    left = {path.name for path in store.get("back").folder.parent.rglob("*") if path.suffix in {".f32", ".jsonl"}}
    assert left == {"journal.jsonl"}
    assert bundle.name == "Q_A_ 2024_25.collection.zip"


def test_that_without_vectors_it_is_embedded_anew_and_without_paths_nobody_learns_where_files_lie(
    store: CollectionStore, tmp_path: Path, kept: Path
) -> None:
    bundle = tmp_path / "facts.zip"
    run_export(store, bundle, with_paths=False)
    with zipfile.ZipFile(bundle) as read:
        assert not any(str(kept).encode() in read.read(name) for name in read.namelist())
    assert run_import(store, bundle, "back") == 3
    assert store.get("back").sources == ()
    assert {document.path for document in store.documents.of("back")} == {d.name for d in store.documents.of(NAME)}
    assert found_in(store, "back", "toaster warranty") == found_in(store, NAME, "toaster warranty")


def test_that_a_taken_name_is_said(store: CollectionStore, kept: Path) -> None:
    with pytest.raises(WorkbenchError) as raised:
        import_spec(store, kept / "facts.zip")
    assert raised.value.code == "name_taken"


def test_that_a_copy_is_a_collection_of_its_own(store: CollectionStore) -> None:
    hidden = store.documents.of(NAME)[0]
    store.removal.delete(NAME, [hidden.path])
    run_duplicate(store, "copy")
    assert [d.name for d in store.documents.of("copy")] == [d.name for d in store.documents.of(NAME)]
    assert store.get("copy").sources == store.get(NAME).sources
    assert found_in(store, "copy", "toaster warranty") == found_in(store, NAME, "toaster warranty")
    store.delete(NAME)
    assert found_in(store, "copy", "toaster warranty") != []
    assert hidden.name not in {document.name for document in store.texts.all("copy")}


def test_that_a_sweep_leaves_alone_what_is_arriving_and_removes_it_when_it_is_old(
    store: CollectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = DuplicateRequest.model_validate(duplicate_spec(store, NAME, "copy").params)
    folder = store.paths.collections / request.folder
    store.indexes.sweep_all()
    assert folder.is_dir()
    monkeypatch.setattr("workbench.rag.index_store._A_DAY", 0.0)
    store.indexes.sweep_all()
    assert not folder.exists()


def test_that_a_disk_that_refuses_leaves_no_half_and_keeps_what_was_there(
    store: CollectionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "facts.zip"
    target.write_bytes(b"older")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.rag.bundles.exporting.sync_files", full)
    with pytest.raises(WorkbenchError, match="No space left"):
        run_export(store, target)
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["facts.zip"]
    assert not list(tmp_path.glob(".*"))
    assert target.read_bytes() == b"older"
    assert not list(store.paths.collections.rglob("export-*"))


# -- files that anybody may have made --------------------------------------------------------------------------------


def rewritten(bundle: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A bundle whose members were changed by somebody who knows the format, manifest and all."""
    with zipfile.ZipFile(bundle) as read:
        members = {name: read.read(name) for name in read.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return target


def with_manifest(members: dict[str, bytes], **changes: object) -> None:
    members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()


def with_documents(members: dict[str, bytes], content: bytes) -> None:
    """The manifest says so as well."""
    import hashlib

    members[DOCUMENTS] = content
    files = json.loads(members[MANIFEST])["files"]
    files[DOCUMENTS] = {"size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    with_manifest(members, files=files)


def flip_text(members: dict[str, bytes]) -> None:
    members[DOCUMENTS] = members[DOCUMENTS].replace(b"holiday", b"homeday")


def slip(members: dict[str, bytes]) -> None:
    members["../../evil.txt"] = b"boo"


def slip_with_manifest(members: dict[str, bytes]) -> None:
    members["../../evil.txt"] = b"boo"
    files = json.loads(members[MANIFEST])["files"]
    files["../../evil.txt"] = files[DOCUMENTS]
    with_manifest(members, files=files)


def twice(members: dict[str, bytes]) -> None:
    with_documents(members, members[DOCUMENTS] * 2)


def outside(members: dict[str, bytes]) -> None:
    lines = [json.loads(line) for line in members[DOCUMENTS].splitlines()]
    lines[0]["spans"][0]["end"] = 10**6
    with_documents(members, b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def no_document(members: dict[str, bytes]) -> None:
    with_documents(members, b'{"path": 1}\n')


def strange_vectors(members: dict[str, bytes]) -> None:
    import hashlib

    content = b"\x00\x00\xc0\x7f" * (len(members["vectors.f32"]) // 4)  # not a number
    members["vectors.f32"] = content
    files = json.loads(members[MANIFEST])["files"]
    files["vectors.f32"]["sha256"] = hashlib.sha256(content).hexdigest()
    with_manifest(members, files=files)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip_text, "not what was written"),
        (slip, "other files than its manifest says"),
        (slip_with_manifest, "other files than its manifest says"),
        (twice, "twice"),
        (outside, "do not fit its text"),
        (no_document, "cannot be understood"),
        (strange_vectors, "not whole"),
        (lambda members: members.pop(MANIFEST), "no manifest"),
        (lambda members: with_manifest(members, version=VERSION + 1), "newer version"),
        (lambda members: with_manifest(members, format="other"), "another program"),
        (lambda members: with_manifest(members, name=7), "cannot be understood"),
        (lambda members: with_manifest(members, documents=9), "another number of documents"),
    ],
)
def test_that_what_is_not_as_it_was_written_is_refused_by_name_and_reason(
    store: CollectionStore, kept: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    bundle = rewritten(kept / "facts.zip", tmp_path / "strange.zip", change)
    with pytest.raises(WorkbenchError, match=said) as raised:
        run_import(store, bundle, "back")
    assert "strange.zip" in raised.value.message
    assert store.find("back") is None
    assert not (tmp_path.parent / "evil.txt").exists()


def test_that_what_is_no_zip_or_is_cut_off_is_refused(store: CollectionStore, kept: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    half.write_bytes((kept / "facts.zip").read_bytes()[:-100])
    with pytest.raises(WorkbenchError, match=r"half\.zip cannot be imported: it is no ZIP file"):
        import_spec(store, half, "back")
    with pytest.raises(WorkbenchError, match="There is no file"):
        import_spec(store, tmp_path / "none.zip", "back")


def test_that_a_bomb_is_not_unpacked(store: CollectionStore, kept: Path, tmp_path: Path) -> None:
    def explode(members: dict[str, bytes]) -> None:
        with_documents(members, b" " * (64 << 20))

    bundle = rewritten(kept / "facts.zip", tmp_path / "bomb.zip", explode)
    assert bundle.stat().st_size < 1 << 20
    with pytest.raises(WorkbenchError) as raised:
        read_manifest(bundle)
    assert raised.value.code == "bomb"


def test_that_a_member_longer_than_it_says_is_cut_short(kept: Path, tmp_path: Path) -> None:
    with BundleReader(kept / "facts.zip") as bundle:
        short = bundle.manifest.files[DOCUMENTS].model_copy(update={"size_bytes": 10})
        bundle.manifest.files[DOCUMENTS] = short
        with pytest.raises(WorkbenchError, match="longer than it says"):
            bundle.extract(DOCUMENTS, tmp_path / "out", lambda: None)


def test_that_a_full_disk_is_said_before_anything_is_unpacked(
    store: CollectionStore, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(kept)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=10))
    with pytest.raises(WorkbenchError, match="needs about"):
        run_import(store, kept / "facts.zip", "back")


def test_that_thumbs_test_sets_and_measurements_come_along(store: CollectionStore, tmp_path: Path) -> None:
    handbook = store.documents.find(NAME, "handbook.md")
    thumb = RelevanceJudgement(
        question="holiday", doc_hash=handbook.sha256, page=1, start=0, end=9, verdict=Verdict.RELEVANT
    )
    store.judgements.record(NAME, thumb)
    sets = QuestionSetStore(store.database)
    sets.create(NAME, "First")
    question = EvaluationQuestion(text="How many days?", relevant=(RelevantPlace(document="handbook.md"),))
    sets.add(NAME, "First", [question, question.model_copy(update={"text": "And nights?"})])
    ref = store.ref(NAME)
    setting = RetrievalSetting(chunking=ref.chunking, embedder=ref.embedder, mode=RetrievalMode.TEXT)
    report = MeasureReport(
        collection=NAME,
        test_set="First",
        test_set_hash="1",
        k=10,
        measure=Measure.NDCG,
        questions=sets.questions(NAME, "First"),
        results=(SettingResult(setting=setting),),
        sentence="Words are enough.",
    )
    measurements = MeasurementStore(store.database)
    measurements.save(report, [QuestionOutcome(setting=0, question="1", ndcg=1.0)], folder="/somewhere")
    run_export(store, tmp_path / "all.zip", with_paths=False)
    run_import(store, tmp_path / "all.zip", "there")
    (came,) = store.judgements.list_judgements("there")
    assert (came.question, came.place, came.verdict) == (thumb.question, thumb.place, thumb.verdict)
    assert [one.text for one in sets.questions("there", "First")] == ["How many days?", "And nights?"]
    (entry,) = measurements.list_measurements("there")
    found, outcomes = measurements.get(entry.id)
    assert (found.collection, found.sentence, outcomes[0].ndcg) == ("there", "Words are enough.", 1.0)
    assert found.results[0].setting.embedder.path == ref.embedder.name, "nothing tells where files lie"


def test_that_what_speaks_of_a_removed_document_stays(store: CollectionStore, tmp_path: Path) -> None:
    sets = QuestionSetStore(store.database)
    sets.create(NAME, "First")
    for name in ("handbook.md", "office.txt"):
        sets.add(NAME, "First", [EvaluationQuestion(text=name, relevant=(RelevantPlace(document=name),))])
    store.removal.delete(NAME, [store.documents.find(NAME, "office.txt").path])
    run_export(store, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as bundle:
        assert b"office.txt" not in bundle.read(KNOWLEDGE)
    run_import(store, tmp_path / "all.zip", "there")
    assert [one.text for one in sets.questions("there", "First")] == ["handbook.md"]
