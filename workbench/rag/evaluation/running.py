"""From a test set and settings to a job and back: the indexes that are needed, folders, continuing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.placing import place
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.rag.building_beside import needed_index
from workbench.rag.evaluation.generating import GenerateRequest
from workbench.rag.evaluation.journal import is_finished, read_outcomes, read_report, write_request
from workbench.rag.evaluation.reporting import report_of
from workbench.rag.evaluation.tasks import GENERATE, MEASURE
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    Measure,
    MeasureOrder,
    MeasureReport,
    MeasureRequest,
    QuestionOutcome,
    RetrievalSetting,
)
from workbench.rag.index_kinds import kind_of
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig, CollectionRef, TextLanguage
from workbench.settings import ChunkerKind

FOLDER = "measurements"
"""In the data folder: one folder per measurement that is not yet recorded whole."""
MOST_SETTINGS = 60
CHARACTERS_PER_TOKEN = 5
"""Of running English text, for sizes that are given in tokens."""


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """What a person asks for."""

    collection: str
    test_set: str
    questions: tuple[EvaluationQuestion, ...]
    settings: tuple[RetrievalSetting, ...]
    k: int = 10
    measure: Measure = Measure.NDCG
    reranker: str = ""


def chunkings_of(
    current: ChunkingConfig, sizes: Sequence[int], overlaps: Sequence[int], chunkers: Sequence[ChunkerKind] = ()
) -> list[ChunkingConfig]:
    """Every way to cut with every size and every overlap that fits it; what is empty stays as it is.

    Sizes and overlaps are in tokens; where characters are counted, a token stands for five. Without overlaps a sixth of
    the size, or the current one's. Raises WorkbenchError when a size cannot be, or nothing is left.
    """
    # Sizes are in tokens: a collection that is cut by characters is then compared with being cut by tokens.
    usual_chunker = ChunkerKind.TOKENS if sizes and current.unit != "tokens" else current.chunker
    found: dict[ChunkingConfig, None] = {}
    for chunker in chunkers or [usual_chunker]:
        unit = CHARACTERS_PER_TOKEN if chunker is ChunkerKind.CHARACTERS else 1
        now = current.chunk_characters if chunker is ChunkerKind.CHARACTERS else current.chunk_tokens
        for size in [unit * size for size in sizes] or [now]:
            if not 16 <= size // unit <= 8192 or size > 32_768:
                raise WorkbenchError(f"Chunks of {size // unit} tokens are not possible.", hint="Choose 16 to 6500.")
            usual = current.overlap if (chunker, size) == (current.chunker, current.size) else size // 6
            for overlap in [unit * overlap for overlap in overlaps] or [usual]:
                if 0 <= overlap <= size // 2:
                    found[ChunkingConfig.of(chunker, max(size, 50 if unit > 1 else 16), overlap)] = None
    if not found:
        raise WorkbenchError("No overlap fits a chunk size.", hint="At most half of the size can overlap.")
    return list(found)


def combinations_of(
    *,
    chunkings: Sequence[ChunkingConfig],
    embedders: Sequence[EmbedderRef],
    modes: Sequence[RetrievalMode],
    reranks: Sequence[bool],
    language: TextLanguage,
) -> list[RetrievalSetting]:
    """Every combination."""
    return [
        RetrievalSetting(chunking=chunking, embedder=embedder, language=language, mode=mode, rerank=rerank)
        for embedder, chunking, mode, rerank in product(embedders, chunkings, modes, reranks)
    ]


def current_setting(store: CollectionStore, collection: str, search: SearchSettings) -> RetrievalSetting:
    """How the collection is searched now."""
    found = store.get(collection)
    return RetrievalSetting(
        chunking=found.chunking,
        embedder=found.embedder,
        language=found.language,
        mode=search.mode,
        rerank=bool(search.reranker),
    )


def measure_request(store: CollectionStore, plan: MeasurePlan, current: RetrievalSetting) -> MeasureRequest:
    """The request with its folder: that of an unfinished measurement of the same, which it continues, or a new one.

    Reads and writes all texts where an index must be built: not on the thread of a window. Raises WorkbenchError.
    """
    settings = tuple(_with_current(plan.settings, current))
    if not 1 <= len(settings) <= MOST_SETTINGS:
        raise WorkbenchError(
            f"{len(settings)} settings are {'too many' if settings else 'nothing'} to compare.",
            hint=f"Choose 1 to {MOST_SETTINGS}.",
            code="settings",
        )
    if any(setting.rerank for setting in settings) and not plan.reranker:
        raise WorkbenchError(
            "Reranking needs a local cross-encoder.", hint="Put one into a models folder.", code="no_reranker"
        )
    ref = store.ref(plan.collection)
    if not ref.chunks:
        raise WorkbenchError(f"{plan.collection!r} has no documents to search.", hint="Add some first.", code="empty")
    targets = {kind_of(target): target for target in (_target(ref, setting) for setting in settings)}
    needed = {kind: needed_index(store, target) for kind, target in targets.items()}
    request = MeasureRequest(
        collection=plan.collection,
        test_set=plan.test_set,
        questions=plan.questions,
        settings=settings,
        indexes=tuple(needed[kind_of(_target(ref, setting))] for setting in settings),
        current=settings.index(current) if current in settings else -1,
        k=plan.k,
        measure=plan.measure,
        reranker=plan.reranker,
        documents=documents_hash(store, plan.collection),
    )
    folder = place_measurement(request, store.paths)
    request = request.model_copy(update={"folder": str(folder)})
    write_request(request)
    return request


def _with_current(settings: Sequence[RetrievalSetting], current: RetrievalSetting) -> list[RetrievalSetting]:
    """The current one takes part always: without it nobody knows whether a change is worth it."""
    return [current, *(setting for setting in dict.fromkeys(settings) if setting != current)]


def _target(ref: CollectionRef, setting: RetrievalSetting) -> CollectionRef:
    changes = {"chunking": setting.chunking, "embedder": setting.embedder, "language": setting.language}
    return ref.model_copy(update=changes)


def documents_hash(store: CollectionStore, collection: str) -> str:
    """SHA-256 over names and contents of what is searched, and what is hidden."""
    known = store.files.known(collection)
    lines = sorted(f"{d.sha256} {d.is_deleted} {d.name}" for d in known)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def place_measurement(request: MeasureRequest, paths: WorkbenchPaths) -> Path:
    """Where its work is kept."""
    name = f"{request.collection} {request.test_set}"
    return place(paths.home / FOLDER, name, request.content(), otherwise="measurement", is_finished=is_finished)


def measure_job(request: MeasureRequest) -> JobSpec:
    """The durable job of a placed request; it waits for others that write to the collection, and they for it."""
    return JobSpec(
        task=MEASURE,
        params=MeasureOrder(collection=request.collection, folder=request.folder).model_dump(mode="json"),
        title=f"Measure {request.collection}: {len(request.settings)} settings",
        lane=f"collection {request.collection}",
        durable=True,
        background=True,
    )


def generate_job(request: GenerateRequest) -> JobSpec:
    """The job that writes questions; it shares the worker that keeps models loaded."""
    return JobSpec(
        task=GENERATE,
        params=request.model_dump(mode="json"),
        title=f"Write questions about {request.collection.name}",
        worker="llm",
    )


def load_measurement(request: MeasureRequest) -> tuple[MeasureReport, tuple[QuestionOutcome, ...]]:
    """What a measurement has found: its report when it came to its end, else what there is by now."""
    outcomes = read_outcomes(request)
    folder = Path(request.folder)
    report = read_report(folder) if is_finished(folder) else report_of(request, outcomes, is_complete=False)
    return report, outcomes
