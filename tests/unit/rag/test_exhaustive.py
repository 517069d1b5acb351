"""Questions to every passage, and searches that look only in some documents, with the real index."""

from pathlib import Path

import pytest

from tests.llm_models import write_saying_gguf
from tests.unit.rag.documents import write_facts
from tests.unit.rag.test_tasks import NAME, run_index
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.llm.engines import close_engines
from workbench.llm.library import describe_gguf
from workbench.llm.types import LoadConfig
from workbench.paths import WorkbenchPaths
from workbench.rag.exhaustive import ExhaustiveProgress, ExhaustiveReport, ExhaustiveRequest, Finding
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import exhaust, search
from workbench.rag.types import HitFilter, Question, RetrievalConfig, RetrievalMode, SearchRequest

pytestmark = pytest.mark.slow


@pytest.fixture
def store(database: Database, home: WorkbenchPaths, tmp_path: Path) -> CollectionStore:
    store = CollectionStore(database, home)
    run_index(store, write_facts(tmp_path / "docs"))
    return store


def ask_all(store: CollectionStore, model: Path, context: RecordingContext, **more: object) -> ExhaustiveReport:
    request = ExhaustiveRequest.model_validate(
        {
            "collection": store.ref(NAME),
            "question": "Which warranty is there?",
            "model": describe_gguf(model),
            "load": LoadConfig(context_length=512),
            **more,
        }
    )
    try:
        return exhaust(context, request)
    finally:
        close_engines()


def test_that_every_passage_is_read_counted_and_cited(store: CollectionStore, tmp_path: Path) -> None:
    model = write_saying_gguf(tmp_path / "m.gguf", "3 years")
    context = RecordingContext()
    report = ask_all(store, model, context, reads_everything=True)
    assert report.is_complete and report.read == report.likely == report.chunks == 5
    findings = [item for item in context.produced if isinstance(item, Finding)]
    assert len(findings) == 5 - report.problems
    (group,) = report.groups
    assert group.answer == "3 years" and len(group.citations) == len(findings)
    for citation in group.citations:
        assert store.page_text(NAME, citation.document, citation.page)[citation.start : citation.end] == citation.text
    progress = [item for item in context.produced if isinstance(item, ExhaustiveProgress)]
    assert progress[-1].read == 5


def test_that_the_filter_passes_over_what_has_nothing_to_do_with_it(store: CollectionStore, tmp_path: Path) -> None:
    model = write_saying_gguf(tmp_path / "m.gguf", "3 years")
    report = ask_all(store, model, RecordingContext(), question="Which zebra grazes on quartz?")
    assert report.chunks == 5
    assert report.read == report.likely < 5


def test_that_a_stop_keeps_what_was_found(store: CollectionStore, tmp_path: Path) -> None:
    class Stopping(RecordingContext):
        def produce(self, item: object) -> None:
            self.produced.append(item)
            if isinstance(item, Finding):
                self.cancelled.set()

    model = write_saying_gguf(tmp_path / "m.gguf", "3 years")
    report = ask_all(store, model, Stopping(), reads_everything=True)
    assert report.groups, "what was found is reported, not thrown away"


@pytest.mark.parametrize("mode", list(RetrievalMode))
def test_that_a_search_can_look_into_some_documents_only(store: CollectionStore, mode: RetrievalMode) -> None:
    context = RecordingContext()
    retrieval = RetrievalConfig(mode=mode, top_k=5, only=HitFilter(documents=("handbook.md",)))
    search(
        context,
        SearchRequest(collection=store.ref(NAME), queries=(Question(text="warranty days"),), retrieval=retrieval),
    )
    (found,) = context.produced
    assert found.hits and {hit.document for hit in found.hits} == {"handbook.md"}
    best = found.hits[0]
    assert set(best.ranks) and best.ranks[mode.value] == 1
