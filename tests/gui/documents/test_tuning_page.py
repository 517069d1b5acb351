"""The page "Improve search" as a user meets it; jobs are spoken by the test."""

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QTableView

from tests.fakes import FakeJobs, FakeMessages
from tests.gui.acting import click, find
from tests.gui.documents.test_documents_tab import a_file, fill
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.rag.embedding_tuning.forgetting import REQUEST
from workbench.rag.embedding_tuning.judging import comparison_of, is_better, sentence_of
from workbench.rag.embedding_tuning.tasks import TUNE
from workbench.rag.embedding_tuning.types import TunedEmbedder, TuneRequest, TuningConfig, TuningReport, TuningStep
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.evaluation.types import EvaluationQuestion, NeededIndex, QuestionOutcome, RelevantPlace
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import RebuildReport
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.tuning_page import TuningPage


@pytest.fixture
def page(tab: DocumentsTab, store: CollectionStore) -> TuningPage:
    fill(tab, store, *(a_file(f"{n}.md") for n in range(12)))
    sets = QuestionSetStore(store.database)
    sets.create("handbook", "mine")
    questions = [
        EvaluationQuestion(text=f"Question {n}?", relevant=(RelevantPlace(document=f"{n % 12}.md"),)) for n in range(36)
    ]
    sets.add("handbook", "mine", questions)
    tab.show_page("improve")
    page = tab.page("improve")
    assert isinstance(page, TuningPage)
    return page


def report_for(request: TuneRequest, gain: float, store: CollectionStore) -> TuningReport:
    """As the job would make it, its index remembered beside."""
    before = [QuestionOutcome(setting=0, question=str(n), ndcg=0.3 + 0.01 * (n % 5)) for n in range(11)]
    after = [one.model_copy(update={"ndcg": one.ndcg + gain}) for one in before]
    comparison = comparison_of(RetrievalMode.HYBRID, before, after)
    embedder = request.collection.embedder.model_copy(update={"name": request.name, "content_hash": "t" * 64})
    folder = store.paths.collections / "handbook-tuned"
    target = request.collection.model_copy(update={"embedder": embedder, "folder": str(folder)})
    folder.mkdir(exist_ok=True)
    (folder / "spans.jsonl").write_text(
        "".join(
            f'{{"sha256":"{d.sha256}","spans":[{d.spans[0].model_dump_json()}]}}\n' for d in store.texts.all("handbook")
        ),
        encoding="utf-8",
    )
    built = RebuildReport(documents=12, chunks=12, spans=str(folder / "spans.jsonl"))
    store.indexes.keep_beside(target, built)
    return TuningReport(
        tuned=TunedEmbedder(
            embedder=embedder,
            base=request.collection.embedder,
            collection="handbook",
            trained_on=25,
            config=TuningConfig(),
            created="2026-01-01T00:00:00Z",
        ),
        index=NeededIndex(collection=target),
        comparisons=(comparison,),
        trained_on=25,
        held_out=11,
        pairs=25,
        left_out=0,
        k=10,
        is_better=is_better(comparison),
        sentence=sentence_of(comparison, 11),
    )


def start(page: TuningPage, jobs: FakeJobs, store: CollectionStore) -> TuneRequest:
    click(find(page, QPushButton, "tuning_start"))
    folder = jobs.of(TUNE)[-1].spec.params["folder"]
    path = store.paths.home / "tunings" / folder.rpartition("/")[2] / REQUEST
    return TuneRequest.model_validate_json(path.read_text(encoding="utf-8"))


def test_that_a_better_embedder_is_used_on_a_click_and_taken_back(
    page: TuningPage, jobs: FakeJobs, store: CollectionStore
) -> None:
    request = start(page, jobs, store)
    assert len(request.questions) == 36 and request.mode is RetrievalMode.HYBRID
    (job,) = jobs.of(TUNE)
    job.produce(TuningStep(step=1, steps=6, loss=1.5))
    job.progress(1, 6, "Training: step 1 of 6")
    assert page.strip.isVisible()
    job.finish(report_for(request, 0.4, store))
    assert "finds more" in find(page, QLabel, "tuning_sentence").text()
    model = find(page, QTableView, "tuning_table").model()
    assert "+40.0 points" in model.index(0, 4).data()
    click(find(page, QPushButton, "tuning_use"))
    assert store.get("handbook").embedder.name == request.name
    click(find(page, QPushButton, "tuning_undo"))
    assert store.get("handbook").embedder == request.collection.embedder


def test_that_one_that_is_not_better_cannot_be_used(page: TuningPage, jobs: FakeJobs, store: CollectionStore) -> None:
    request = start(page, jobs, store)
    jobs.of(TUNE)[0].finish(report_for(request, 0.0, store))
    assert "cannot be told apart" in find(page, QLabel, "tuning_sentence").text()
    assert not find(page, QPushButton, "tuning_use").isVisible()
    assert len(store.indexes.list_indexes("handbook")) == 1


def test_that_a_stop_offers_to_go_on(page: TuningPage, jobs: FakeJobs, store: CollectionStore) -> None:
    start(page, jobs, store)
    click(find(page.strip, QPushButton, "job_strip_stop"))
    (job,) = jobs.of(TUNE)
    assert job.cancelled
    job.end_cancelled()
    button = find(page, QPushButton, "tuning_start")
    assert button.text() == "Go on"
    click(button)
    assert jobs.of(TUNE)[1].spec.params == job.spec.params


def test_that_a_tuning_is_shown_only_with_its_collection(
    tab: DocumentsTab, page: TuningPage, jobs: FakeJobs, store: CollectionStore, messages: FakeMessages
) -> None:
    store.create("letters", starter_embedder(), ChunkingConfig())
    start(page, jobs, store)
    (job,) = jobs.of(TUNE)
    tab.presenter.select_collection("")
    tab.presenter.select_collection("handbook")
    assert page.strip.isVisible(), "although nothing was heard of it yet"
    tab.presenter.refresh()
    tab.presenter.select_collection("letters")
    job.progress(1, 6, "Training: step 1 of 6")
    job.produce(TuningStep(step=1, steps=6, loss=1.5))
    assert not page.strip.isVisible()
    page.strip.stop_requested.emit()
    assert not job.cancelled
    tab.presenter.select_collection("handbook")
    assert any(label.text() == "Training: step 1 of 6" for label in page.strip.findChildren(QLabel))
    tab.presenter.select_collection("letters")
    job.fail(WorkbenchError("The disk is full."))
    assert messages.texts("error") == ["The disk is full."]
    assert not any(label.text() == "The disk is full." for label in page.findChildren(QLabel) if label.isVisible())
    tab.presenter.select_collection("handbook")
    assert find(page, QPushButton, "tuning_start").isEnabled()


def test_that_too_few_questions_are_said_before_the_start(page: TuningPage) -> None:
    find(page, QCheckBox, "tuning_set_mine").setChecked(False)
    assert not find(page, QPushButton, "tuning_start").isEnabled()
    assert "of at least 20 questions" in find(page, QLabel, "tuning_reason").text()
