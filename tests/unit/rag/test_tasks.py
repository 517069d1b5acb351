"""Indexing, searching and asking with the real embedder and the real index, in this process."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf
from tests.unit.rag.documents import HANDBOOK, write_facts
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.jobs.spec import JobSpec
from workbench.llm.engines import KEPT, close_engines, get_engine
from workbench.llm.library import describe_gguf, find_model
from workbench.llm.types import Completion, FinishReason, GenerationConfig, LoadConfig, ModelUnloaded
from workbench.paths import WorkbenchPaths
from workbench.rag.answer_types import Answer, AskRequest
from workbench.rag.answering import make_answer
from workbench.rag.grounding import GroundedPrompt
from workbench.rag.indexing import index_spec, rebuild_spec, sync_spec
from workbench.rag.indexing_types import DocumentStatus, FileIndexed, FileStates, IndexReport, IndexRequest
from workbench.rag.search_types import Hit, Question, QuestionHits, RetrievalConfig, RetrievalMode, SearchRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import ask, index, rebuild, search
from workbench.rag.upkeep_types import RebuildReport, RebuildRequest

pytestmark = pytest.mark.slow
NAME = "facts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_facts(tmp_path / "docs")


@pytest.fixture
def facts(indexed: Database, home: WorkbenchPaths) -> CollectionStore:
    """The three documents, indexed."""
    return CollectionStore(indexed, home)


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


def run_index(store: CollectionStore, *sources: Path, stop: Callable[[FileIndexed], bool] | None = None) -> IndexReport:
    """Index as the app does: every produced file is written down at once."""

    class Recorder(RecordingContext):
        def produce(self, item: object) -> None:
            if isinstance(item, FileIndexed):
                self.produced.append(item)
                if stop is not None and stop(item):
                    raise KeyboardInterrupt  # dies before the app heard of this file
                store.files.record(NAME, item)
            elif isinstance(item, FileStates):
                store.files.record_states(NAME, item)

    spec = index_spec(store, NAME, sources) if sources else sync_spec(store, NAME)
    assert spec is not None
    return index(Recorder(), IndexRequest.model_validate(spec.params))


def run_rebuild(store: CollectionStore, spec: JobSpec) -> RebuildReport:
    """Rebuild as the app does: the index takes its place at the end."""
    request = RebuildRequest.model_validate(spec.params)
    report = rebuild(RecordingContext(), request)
    store.indexes.put_in_place(request.collection, report)
    return report


def found(store: CollectionStore, query: str, mode: RetrievalMode = RetrievalMode.HYBRID) -> list[Hit]:
    context = RecordingContext()
    retrieval = RetrievalConfig(mode=mode, top_k=3)
    search(context, SearchRequest(collection=store.ref(NAME), queries=(Question(text=query),), retrieval=retrieval))
    (hits,) = context.produced
    assert isinstance(hits, QuestionHits)
    return list(hits.hits)


@pytest.mark.parametrize("mode", list(RetrievalMode))
def test_that_every_hit_is_its_page_from_start_to_end(facts: CollectionStore, mode: RetrievalMode) -> None:
    for query, document in (("toaster warranty", "delivery.pdf"), ("paid holiday", "handbook.md")):
        hits = found(facts, query, mode)
        assert hits[0].document == document
        for hit in hits:
            assert facts.texts.page(NAME, hit.document, hit.page)[hit.start : hit.end] == hit.text


def test_that_only_what_changed_is_indexed_again(store: CollectionStore, folder: Path) -> None:
    report = run_index(store, folder)
    assert (report.indexed, report.failed, report.chunks) == (3, 0, 5)
    (folder / "handbook.md").write_text(HANDBOOK.replace("27 days", "28 days"), encoding="utf-8")
    (folder / "office.txt").unlink()
    shutil.copy(folder / "delivery.pdf", folder / "z-copy.pdf")
    report = run_index(store, folder)
    assert (report.indexed, report.unchanged, report.removed) == (2, 1, 1)
    assert {d.name: d.duplicate_of for d in store.documents.of(NAME)} == {
        "delivery.pdf": "",
        "handbook.md": "",
        "z-copy.pdf": "delivery.pdf",
    }
    texts = [hit.text for hit in found(store, "paid holiday days", RetrievalMode.TEXT)]
    assert any("28 days" in text for text in texts)
    assert not any("27 days" in text for text in texts)


def test_that_files_are_done_when_they_can_be_found_not_when_they_are_read(
    store: CollectionStore, folder: Path
) -> None:
    spec = index_spec(store, NAME, [folder])
    assert spec is not None
    context = RecordingContext()
    index(context, IndexRequest.model_validate(spec.params))
    told = ("Reading", "Embedding", "Tidying")
    shares = [done / total for done, total, label in context.progressed if label.startswith(told)]
    *before, last = shares
    assert len(before) == 4 and max(before) < 0.2 and before == sorted(before) and last == 1


def test_that_bad_files_are_reported_and_the_others_go_on(store: CollectionStore, folder: Path) -> None:
    (folder / "empty.md").write_bytes(b"")
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 20)
    report = run_index(store, folder, folder / "nowhere.md")
    assert (report.indexed, report.failed) == (3, 3)
    reasons = {d.name: d.reason for d in store.documents.of(NAME) if d.status is DocumentStatus.FAILED}
    assert set(reasons) == {"empty.md", "noise.bin", "nowhere.md"}
    assert "empty.md is empty" in reasons["empty.md"]


def test_that_a_run_that_died_after_a_write_is_continued_without_doubles(store: CollectionStore, folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_index(store, folder, stop=lambda item: True)
    assert store.documents.of(NAME) == []
    report = run_index(store, folder)
    assert report.indexed == 3
    assert len({hit.chunk_id for hit in found(store, "days")}) == len(found(store, "days"))


def test_that_a_deleted_index_comes_back_without_the_files(store: CollectionStore, folder: Path) -> None:
    run_index(store, folder)
    before = [hit.chunk_id for hit in found(store, "How long is the warranty?")]
    shutil.rmtree(folder)
    shutil.rmtree(store.get(NAME).folder)
    with pytest.raises(WorkbenchError) as caught:
        found(store, "warranty")
    assert caught.value.code == "index_damaged"
    report = run_rebuild(store, rebuild_spec(store, NAME))
    assert (report.documents, report.chunks) == (3, 5)
    assert [hit.chunk_id for hit in found(store, "How long is the warranty?")] == before


def asked(store: CollectionStore, model: Path, *questions: str, **changes: object) -> list[Answer]:
    return [item for item in told(store, model, *questions, **changes) if isinstance(item, Answer)]


def told(store: CollectionStore, model: Path, *questions: str, **changes: object) -> list[Any]:
    """All that asking hands over."""
    context = RecordingContext()
    request = AskRequest(
        collection=store.ref(NAME),
        questions=tuple(Question(id=str(n), text=text) for n, text in enumerate(questions)),
        model=find_model(str(model), [], model.parent),
        load=LoadConfig(context_length=1024, threads=1),
        config=GenerationConfig(max_tokens=60),
        retrieval=RetrievalConfig(top_k=2),
    ).model_copy(update=changes)
    try:
        ask(context, request)
    finally:
        close_engines()
    return context.produced


def test_that_a_model_that_makes_room_for_an_answer_is_told(facts: CollectionStore, tmp_path: Path) -> None:
    for number in range(KEPT):
        kept = describe_gguf(write_saying_gguf(tmp_path / f"kept-{number}.gguf", "X"))
        get_engine(kept, LoadConfig(context_length=64, threads=1))
    model = write_saying_gguf(tmp_path / "says.gguf", "27 [1]", context=1024)
    items = told(facts, model, "How many days of paid holiday are there?")
    unloaded = [item for item in items if isinstance(item, ModelUnloaded)]
    assert unloaded == [ModelUnloaded(name="kept-0", for_name="says")]


def test_that_an_answer_carries_the_place_of_its_mark(facts: CollectionStore, tmp_path: Path) -> None:
    model = write_saying_gguf(tmp_path / "says.gguf", "27 [1]", context=1024)
    (answer,) = asked(facts, model, "How many days of paid holiday are there?")
    assert answer.answer == "27 [1]"
    assert answer.answerable
    (citation,) = answer.citations
    assert (citation.document, citation.text) == (answer.hits[0].document, answer.hits[0].text)


def test_that_many_questions_keep_their_ids_and_a_mark_to_nowhere_is_flagged(
    facts: CollectionStore, tmp_path: Path
) -> None:
    model = write_saying_gguf(tmp_path / "says.gguf", "X [9]", context=1024)
    answers = asked(facts, model, "Who is the mayor?", "What does the lamp cost?")
    assert {answer.id: answer.dangling for answer in answers} == {"0": (9,), "1": (9,)}


def test_that_the_model_is_not_asked_when_nothing_was_found(facts: CollectionStore, tmp_path: Path) -> None:
    model = write_saying_gguf(tmp_path / "says.gguf", "X", context=1024)
    (answer,) = asked(facts, model, "xylophone zebra", retrieval=RetrievalConfig(mode=RetrievalMode.TEXT))
    assert not answer.answerable
    assert answer.completion is None
    assert "No passage was found" in answer.remark


def test_that_a_refusal_is_not_answerable() -> None:
    completion = Completion(text="The documents do not say.", finish_reason=FinishReason.STOP)
    answer = make_answer(Question(text="Who is the mayor?"), [], GroundedPrompt((), ()), completion)
    assert not answer.answerable
    assert answer.citations == ()


def test_that_reranking_without_a_cross_encoder_says_so(facts: CollectionStore) -> None:
    request = SearchRequest(
        collection=facts.ref(NAME), queries=(Question(text="x"),), retrieval=RetrievalConfig(rerank=True)
    )
    with pytest.raises(WorkbenchError, match="cross-encoder"):
        search(RecordingContext(), request)


def test_that_the_programs_own_files_are_never_indexed(
    store: CollectionStore, home: WorkbenchPaths, tmp_path: Path
) -> None:
    write_facts(home.home.parent / "docs")
    (home.logs / "app.log").write_text("toaster warranty", encoding="utf-8")
    (home.cache / "notes.md").write_text("toaster warranty", encoding="utf-8")
    report = run_index(store, home.home.parent)
    assert (report.indexed, report.failed) == (3, 0)
    with pytest.raises(WorkbenchError, match="own data folder"):
        run_index(store, home.cache)
