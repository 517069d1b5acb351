"""From questions to the job of a tuning and back."""

from collections.abc import Sequence
from pathlib import Path

from workbench.datasets.test_sets.types import Origin, Review
from workbench.errors import WorkbenchError
from workbench.jobs.journal_file import write_whole
from workbench.jobs.placing import place
from workbench.jobs.spec import JobSpec
from workbench.rag.embedding_tuning.forgetting import FOLDER, REQUEST
from workbench.rag.embedding_tuning.saving import FOLDER as EMBEDDERS
from workbench.rag.embedding_tuning.saving import remove_tuned
from workbench.rag.embedding_tuning.splitting import split_by_document
from workbench.rag.embedding_tuning.tasks import TUNE
from workbench.rag.embedding_tuning.tuning import is_finished, only_ids
from workbench.rag.embedding_tuning.types import TuneOrder, TuneRequest, TuningConfig, TuningReport
from workbench.rag.evaluation.running import documents_hash
from workbench.rag.evaluation.set_store import QuestionSetStore
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.judgement_store import JudgedPassage, JudgementStore, Verdict
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore


def questions_to_tune_with(
    sets: QuestionSetStore, judgements: JudgementStore, collection: str, test_sets: Sequence[str], *, thumbs: bool
) -> tuple[tuple[EvaluationQuestion, ...], dict[str, tuple[RelevantPlace, ...]]]:
    """Questions with the places that answer them, and places that the user called useless, by question."""
    questions = [
        question
        for name in test_sets
        for question in sets.questions(collection, name)
        if question.review is Review.ACCEPTED and question.relevant
    ]
    useless: dict[str, tuple[RelevantPlace, ...]] = {}
    if thumbs:
        for judged in judgements.judged_passages(collection):
            text, where = judged.judgement.question, _place(judged)
            if judged.judgement.verdict is Verdict.RELEVANT:
                questions.append(EvaluationQuestion(text=text, relevant=(where,), origin=Origin.MARKED))
            else:
                useless[text] = (*useless.get(text, ()), where)
    return only_ids(tuple(questions)), useless


def _place(judged: JudgedPassage) -> RelevantPlace:
    one = judged.judgement
    return RelevantPlace(document=judged.document, page=judged.page, start=one.start, end=one.end)


def tune_request(
    store: CollectionStore,
    collection: str,
    questions: tuple[EvaluationQuestion, ...],
    *,
    name: str,
    irrelevant: dict[str, tuple[RelevantPlace, ...]] | None = None,
    config: TuningConfig | None = None,
    mode: RetrievalMode = RetrievalMode.HYBRID,
) -> TuneRequest:
    """The request with its folder: that of an unfinished tuning of the same, which it continues, or a new one.

    Writes all texts: not on the thread of a window. Raises WorkbenchError when there is too little to tune with.
    """
    config = config or TuningConfig()
    split_by_document(questions, config.held_out_share, config.seed)  # refuses now what would be refused later
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise WorkbenchError(f"{name!r} cannot be an embedder's name.", hint="Use 1 to 80 printable characters.")
    ref = store.ref(collection)
    request = TuneRequest(
        name=name.strip(),
        collection=ref,
        questions=questions,
        irrelevant=irrelevant or {},
        config=config,
        mode=mode,
        documents=documents_hash(store, collection),
        indexes_folder=str(store.indexes.free_folder(collection).parent),
        embedders_folder=str(store.paths.home / EMBEDDERS),
    )
    folder = place(store.paths.home / FOLDER, name, request.content(), otherwise="tuning", is_finished=is_finished)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    request = request.model_copy(update={"folder": str(folder), "source": str(folder / "documents.jsonl")})
    with Path(request.source).open("w", encoding="utf-8") as file:
        for document in store.texts.all(collection):
            file.write(document.model_dump_json() + "\n")
    write_whole(folder / REQUEST, request.model_dump_json())
    return request


def tune_job(request: TuneRequest) -> JobSpec:
    """The durable job; it waits for others that write to the collection, and they for it."""
    return JobSpec(
        task=TUNE,
        params=TuneOrder(collection=request.collection.name, folder=request.folder).model_dump(mode="json"),
        title=f"Tune the embedder of {request.collection.name}",
        lane=f"collection {request.collection.name}",
        durable=True,
        background=True,
    )


def use_tuned(store: CollectionStore, report: TuningReport) -> None:
    """Let the index of the tuned embedder answer; `indexing.undo_rebuild` takes it back.

    Raises WorkbenchError when it was not better, or the documents changed since.
    """
    if not report.is_better:
        raise WorkbenchError("The tuned embedder is not better; it is not used.", code="not_better")
    name, identity = report.tuned.collection, report.tuned.embedder.identity
    for index in store.indexes.list_indexes(name):
        if index.embedder.identity == identity:
            if not index.is_active:
                store.indexes.switch_to(name, index.id)
            return
    raise WorkbenchError(
        "The index of the tuned embedder is gone.", hint="Rebuild the collection with it, or tune again.", code="gone"
    )


def drop_tuned(store: CollectionStore, report: TuningReport) -> None:
    """What was not better goes: its index and its embedder. Nothing that answers or answered is touched."""
    name, identity = report.tuned.collection, report.tuned.embedder.identity
    if store.find(name) is None:
        return
    for index in store.indexes.list_indexes(name):
        if index.embedder.identity == identity:
            if index.is_active or index.left_at:
                return
            store.indexes.drop(name, index.id)
    remove_tuned(report.tuned.embedder, store.paths.home / EMBEDDERS)
