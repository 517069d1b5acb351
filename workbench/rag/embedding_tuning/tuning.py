"""A whole tuning: keep questions apart, make pairs, train, save, build the index, compare."""

import shutil
import time
from pathlib import Path

from workbench.embedding import load_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.jobs.journal_file import write_whole
from workbench.rag.building_beside import build_if_needed, place_for
from workbench.rag.chunk_writing import embedded_text
from workbench.rag.durability import write_durably
from workbench.rag.embedding_tuning.judging import compare, is_better, sentence_of
from workbench.rag.embedding_tuning.mining import Miner
from workbench.rag.embedding_tuning.saving import save_tuned
from workbench.rag.embedding_tuning.splitting import split_by_document
from workbench.rag.embedding_tuning.training import EmbedderTraining
from workbench.rag.embedding_tuning.types import Prepared, TunedEmbedder, TuneRequest, TuningReport
from workbench.rag.evaluation.types import EvaluationQuestion, NeededIndex
from workbench.rag.index_files import has_table
from workbench.rag.index_kinds import UNFINISHED, kind_of
from workbench.rag.retrieval import open_retriever
from workbench.rag.search_types import RetrievalMode

REPORT = "report.json"
_PREPARED = "prepared.json"
_SOURCE = "restore.jsonl"
_SLICE = 64


def tune_embedder(context: JobContext, request: TuneRequest) -> TuningReport:
    """Goes on where an earlier attempt of the same request was. Raises WorkbenchError in words."""
    began = time.monotonic()
    folder = Path(request.folder)
    prepared = _prepare(context, request, folder)
    training = EmbedderTraining(request.collection.embedder, prepared.pairs, request.config, folder, prepared.threads)
    weights = training.run(context)
    context.progress(0, 0, "Saving the tuned embedder")
    asked = list(dict.fromkeys(pair.question for pair in prepared.pairs))
    tuned = save_tuned(request, weights, prepared.trained_on, asked)
    needed = _needed(request, tuned)
    built = build_if_needed(context, needed)
    modes = list(dict.fromkeys((request.mode, RetrievalMode.VECTOR)))
    wanted = set(prepared.held_out)
    held_out = [question for question in request.questions if question.id in wanted]
    comparisons = compare(
        context,
        open_retriever(request.collection, threads=prepared.threads),
        open_retriever(built, threads=prepared.threads),
        held_out,
        modes,
        request.k,
    )
    report = TuningReport(
        tuned=tuned,
        index=NeededIndex(collection=built),
        comparisons=comparisons,
        trained_on=prepared.trained_on,
        held_out=len(held_out),
        pairs=len(prepared.pairs),
        left_out=prepared.left_out,
        k=request.k,
        is_better=is_better(comparisons[0]),
        sentence=sentence_of(comparisons[0], len(held_out)),
        seconds=time.monotonic() - began,
    )
    write_whole(folder / REPORT, report.model_dump_json())
    return report


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def _prepare(context: JobContext, request: TuneRequest, folder: Path) -> Prepared:
    """Decided once, before the first step."""
    path = folder / _PREPARED
    if path.exists():
        return Prepared.model_validate_json(path.read_text(encoding="utf-8"))
    training, held_out = split_by_document(request.questions, request.config.held_out_share, request.config.seed)
    context.progress(0, 0, "Opening the index")
    chunks = open_retriever(request.collection, threads=context.threads).all_chunks()
    embedder = load_embedder(request.collection.embedder, threads=context.threads)
    import numpy as np

    vectors = np.zeros((len(chunks), embedder.dimension), dtype=np.float32)
    for start in range(0, len(chunks), _SLICE):
        context.progress(start, len(chunks), "Reading the passages")
        texts = [embedded_text(chunk, embedder) for chunk in chunks[start : start + _SLICE]]
        vectors[start : start + len(texts)] = embedder.embed_documents(texts)
    pairs, left_out = Miner(chunks, vectors, embedder, request.config).pairs(context, training, request.irrelevant)
    if not pairs:
        raise WorkbenchError(
            "None of the questions has a passage in the collection.", hint="Check their sources.", code="no_pairs"
        )
    prepared = Prepared(
        pairs=tuple(pairs),
        held_out=tuple(question.id for question in held_out),
        trained_on=len(training) - left_out,
        left_out=left_out,
        threads=context.threads,
    )
    write_whole(path, prepared.model_dump_json())
    return prepared


def _needed(request: TuneRequest, tuned: TunedEmbedder) -> NeededIndex:
    """The index of the same chunks with the tuned embedder."""
    target = request.collection.model_copy(update={"embedder": tuned.embedder, "chunks": 0})
    place = place_for(Path(request.indexes_folder), target)
    source = place / _SOURCE
    if not source.exists() and (not has_table(place) or (place / UNFINISHED).exists()):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(place / UNFINISHED, kind_of(target).encode())
        # A copy: should the process die now, the original is still there for the next attempt.
        shutil.copyfile(request.source, source.with_suffix(".new"))
        source.with_suffix(".new").replace(source)
    return NeededIndex(
        collection=target.model_copy(update={"folder": str(place)}), source=str(source), keeps_chunks=True
    )


def only_ids(questions: tuple[EvaluationQuestion, ...]) -> tuple[EvaluationQuestion, ...]:
    """Questions of several sets with ids of their own: the same text once, with all its places."""
    by_text: dict[str, EvaluationQuestion] = {}
    for question in questions:
        key = " ".join(question.text.split()).casefold()
        known = by_text.get(key)
        places = tuple(dict.fromkeys((*(known.relevant if known else ()), *question.relevant)))
        by_text[key] = (known or question).model_copy(update={"relevant": places})
    return tuple(question.model_copy(update={"id": str(number)}) for number, question in enumerate(by_text.values(), 1))
