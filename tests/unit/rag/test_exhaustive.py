"""Questions to every passage, and searches that look only in some documents, with the real index."""

from pathlib import Path

import pytest

from tests.llm_models import write_saying_gguf
from tests.unit.rag.test_tasks import NAME
from workbench.database import Database
from workbench.jobs.context import RecordingContext
from workbench.llm.engines import close_engines
from workbench.llm.library import describe_gguf
from workbench.llm.types import LoadConfig
from workbench.paths import WorkbenchPaths
from workbench.rag.exhaustive import ExhaustiveProgress, ExhaustiveReport, ExhaustiveRequest, Finding, Reached
from workbench.rag.exhaustive_filter import FilterKind, PassageFilter, PassingRequest
from workbench.rag.search_types import Question, RetrievalConfig, RetrievalMode, SearchRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import count_passing, exhaust, search
from workbench.rag.types import HitFilter

pytestmark = pytest.mark.slow


@pytest.fixture
def database(indexed: Database) -> Database:
    return indexed


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


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
    report = ask_all(store, model, context, passes=PassageFilter(kind=FilterKind.NONE))
    assert report.is_complete and report.read == report.likely == report.chunks == 5
    findings = [item for item in context.produced if isinstance(item, Finding)]
    assert len(findings) == 5 - report.problems
    (group,) = report.groups
    assert group.answer == "3 years" and len(group.citations) == len(findings)
    for citation in group.citations:
        assert store.texts.page(NAME, citation.document, citation.page)[citation.start : citation.end] == citation.text
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
    report = ask_all(store, model, Stopping(), passes=PassageFilter(kind=FilterKind.NONE))
    assert report.groups, "what was found is reported, not thrown away"


def test_that_a_run_goes_on_behind_the_place_where_it_was_stopped(store: CollectionStore, tmp_path: Path) -> None:
    model = write_saying_gguf(tmp_path / "m.gguf", "3 years")
    everything = PassageFilter(kind=FilterKind.NONE)
    context = RecordingContext()
    chunks = sorted((c for c in found_places(store)), key=lambda place: place)
    document, page, start = chunks[2]
    report = ask_all(
        store,
        model,
        context,
        passes=everything,
        after=Reached(document=document, page=page, start=start),
        found_before=7,
    )
    assert (report.read, report.likely, report.is_complete) == (5, 5, True)
    findings = [item for item in context.produced if isinstance(item, Finding)]
    assert [f.citation.number for f in findings] == list(range(8, 8 + len(findings))) and len(findings) <= 2
    last = [item for item in context.produced if isinstance(item, ExhaustiveProgress)][-1]
    assert last.reached == Reached(document=chunks[-1][0], page=chunks[-1][1], start=chunks[-1][2])


def found_places(store: CollectionStore) -> list[tuple[str, int, int]]:
    texts = store.texts.all(NAME)
    return [(document.name, span.page, span.start) for document in texts for span in document.spans]


def test_that_the_filters_are_counted_before_a_model_reads(store: CollectionStore) -> None:
    request = PassingRequest(collection=store.ref(NAME), question="Which warranty is there?")
    report = count_passing(RecordingContext(), request)
    assert report.chunks == report.passing(PassageFilter(kind=FilterKind.NONE)) == 5
    with_words = report.passing(PassageFilter(kind=FilterKind.WORDS))
    assert 0 < with_words < 5
    counts = [report.passing(PassageFilter(likeness=step / 10)) for step in range(11)]
    assert counts == sorted(counts, reverse=True) and counts[-1] == with_words and counts[0] >= counts[5]
    named = count_passing(RecordingContext(), request.model_copy(update={"words": "zebra"}))
    assert named.with_words == 0


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
