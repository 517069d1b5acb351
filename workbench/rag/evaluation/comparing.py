"""The loop of a measurement: build what is missing, ask every question with every setting, keep each answer."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

from workbench.errors import WorkbenchError
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.log import get_logger
from workbench.rag.building_beside import build_if_needed
from workbench.rag.evaluation.journal import MeasureJournal
from workbench.rag.evaluation.measures import DEPTH, holds, judge, ranks_of
from workbench.rag.evaluation.reporting import describe_setting, report_of
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    FoundPlace,
    Measure,
    MeasureReport,
    MeasureRequest,
    QuestionOutcome,
    SettingProgress,
)
from workbench.rag.retrieval import Searcher, open_retriever
from workbench.rag.search_types import Hit, RetrievalConfig
from workbench.rag.types import CollectionRef

_log = get_logger("rag")
_TELL_EVERY_SECONDS = 0.3

OpenSearcher = Callable[[CollectionRef, str], Searcher]
"""An index and the folder of the reranker (or nothing) to what searches it."""


def measure_question(
    searcher: Searcher, question: EvaluationQuestion, retrieval: RetrievalConfig, k: int, setting: int
) -> QuestionOutcome:
    """Ask one question and judge what came."""
    began = time.perf_counter()
    hits = searcher.search(question.text, retrieval)
    seconds = time.perf_counter() - began
    scores = judge(hits, question.relevant, k)
    return QuestionOutcome(
        setting=setting,
        question=question.id,
        recall=scores.recall,
        mrr=scores.mrr,
        ndcg=scores.ndcg,
        found=tuple(_found(hit, question) for hit in hits[:k]),
        ranks=ranks_of(hits, question.relevant),
        characters=sum(hit.end - hit.start for hit in hits[:k]),
        seconds=seconds,
    )


def _found(hit: Hit, question: EvaluationQuestion) -> FoundPlace:
    return FoundPlace(
        document=hit.document,
        page=hit.page,
        start=hit.start,
        end=hit.end,
        score=hit.score,
        is_relevant=any(holds(hit, place) for place in question.relevant),
    )


class Comparing:
    """One measurement. A cancel ends it after the question that is being asked; what was found is in the journal."""

    def __init__(self, context: JobContext, request: MeasureRequest, open_searcher: OpenSearcher) -> None:
        self._context = context
        self._request = request
        self._open_searcher = open_searcher
        self._journal = MeasureJournal(Path(request.folder))
        self._outcomes: list[QuestionOutcome] = []
        self._chunks: dict[int, int] = {}
        self._problems: dict[int, str] = {}

    def run(self) -> MeasureReport:
        """Raises WorkbenchError when no setting could be measured."""
        began = time.monotonic()
        built: dict[str, CollectionRef] = {}
        for number in self._in_order():
            try:
                ref = self._index_of(number, built)
                self._measure(number, ref)
            except PART_FAULTS as problem:
                _log.info("setting %d could not be measured: %s", number, problem)
                self._problems[number] = str(problem)
                self._context.produce(
                    SettingProgress(setting=number, done=0, total=len(self._request.questions), problem=str(problem))
                )
        if len(self._problems) == len(self._request.settings):
            first = next(iter(self._problems.values()))
            raise WorkbenchError(f"No setting could be measured. {first}", code="nothing_measured")
        report = report_of(
            self._request,
            self._outcomes,
            chunks=self._chunks,
            problems=self._problems,
            seconds=time.monotonic() - began,
        )
        self._journal.finish(report)
        return report

    def _in_order(self) -> list[int]:
        """Settings whose index is there first: the table fills at once."""
        return sorted(
            range(len(self._request.settings)),
            key=lambda n: (bool(self._request.indexes[n].source), self._request.indexes[n].collection.folder, n),
        )

    def _index_of(self, number: int, built: dict[str, CollectionRef]) -> CollectionRef:
        needed = self._request.indexes[number]
        folder = needed.collection.folder
        if folder not in built:
            built[folder] = build_if_needed(self._context, needed)
        self._chunks[number] = built[folder].chunks
        return built[folder]

    def _measure(self, number: int, ref: CollectionRef) -> None:
        setting = self._request.settings[number]
        retrieval = RetrievalConfig(mode=setting.mode, top_k=DEPTH, rerank=setting.rerank)
        searcher: Searcher | None = None
        found: list[QuestionOutcome] = []
        told = 0.0
        label = f"Measuring {describe_setting(setting)}"
        for position, question in enumerate(self._request.questions):
            self._tell_progress(number, position, label)
            outcome = self._journal.find(number, question.id)
            if outcome is None:
                if searcher is None:
                    searcher = self._open_searcher(ref, self._request.reranker if setting.rerank else "")
                outcome = measure_question(searcher, question, retrieval, self._request.k, number)
                self._journal.add(outcome)
            found.append(outcome)
            self._outcomes.append(outcome)
            if time.monotonic() - told > _TELL_EVERY_SECONDS:
                told = time.monotonic()
                self._tell(number, found)
        self._tell(number, found)

    def _tell_progress(self, number: int, position: int, label: str) -> None:
        questions = len(self._request.questions)
        done = self._in_order().index(number) * questions + position
        self._context.progress(done, questions * len(self._request.settings), label)

    def _tell(self, number: int, found: Sequence[QuestionOutcome]) -> None:
        means = {measure: fmean(outcome.value(measure) for outcome in found) for measure in Measure}
        self._context.produce(
            SettingProgress(setting=number, done=len(found), total=len(self._request.questions), means=means)
        )


def open_indexed(context: JobContext) -> OpenSearcher:
    """Searchers of indexes on the disk."""

    def opened(ref: CollectionRef, reranker: str) -> Searcher:
        return open_retriever(ref, reranker, threads=context.threads)

    return opened
