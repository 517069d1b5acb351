"""The comparison as a job: every arm answers every question, each model is loaded once, what is done stays done."""

import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.boundary import Boundary
from workbench.compare.answering import ArmPreparer, Prepared, RealTools, Tools
from workbench.compare.catalogue import Catalogue, resolve_from
from workbench.compare.fingerprints import trial_key
from workbench.compare.journal import Journal
from workbench.compare.judging import Hashes, Judge, failed_trial, trial_of
from workbench.compare.leak_stage import look_for_leaks
from workbench.compare.measuring import MemoryMeter, measure_timing, pick_timed
from workbench.compare.model_scores import score_with_models
from workbench.compare.provenance import provenance_of
from workbench.compare.searching import Searches
from workbench.compare.spec import ComparisonSpec
from workbench.compare.summing_up import Measured, summarize
from workbench.compare.types import Arm, CompareRequest, ComparisonReport, Timing, Trial, TrialDone
from workbench.datasets.types import Example, RowProblem
from workbench.errors import WorkbenchError
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.llm.types import ChatEngine, Completion, LoadConfig
from workbench.log import get_logger

RUN_COMPARISON = "workbench.compare.tasks:run_comparison"
PREPARE = "workbench.compare.tasks:prepare"
BLOCK = 32
"""Questions that are answered as one batch. A block is made as a whole, also when a run is continued: a batch is
composed from its list alone, so the same block gives the same texts."""

_log = get_logger("compare")


class PrepareRequest(Boundary):
    """A comparison by names, and what the names mean."""

    spec: ComparisonSpec
    catalogue: Catalogue
    load: LoadConfig = LoadConfig()


class Preparation(Boundary):
    request: CompareRequest
    problems: tuple[RowProblem, ...] = ()
    """Rows of the question file that are left out."""


def prepare(context: JobContext, request: PrepareRequest) -> Preparation:
    """Find and read everything that a comparison names: what takes a moment and may read files of any kind."""
    context.progress(0, 0, "Getting everything ready")
    resolved = resolve_from(request.catalogue, request.spec, load=request.load)
    return Preparation(request=resolved.request, problems=resolved.problems)


def run_comparison(context: JobContext, request: CompareRequest) -> ComparisonReport:
    """Answer, score, time and judge. The returned report has no trials: they were produced one by one as `TrialDone`
    and lie in the folder's report.json (a message between processes is limited to 16 MB).
    """
    report = compare(context, request, RealTools())
    scoring = report.model_scoring
    told = scoring.model_copy(update={"pairs": ()}) if scoring else None
    return report.model_copy(update={"trials": (), "examples": (), "model_scoring": told})


def compare(context: JobContext, request: CompareRequest, tools: Tools) -> ComparisonReport:
    """The whole comparison with its trials. What an earlier attempt left in the folder is taken over."""
    folder = Path(request.folder) if request.folder else context.run_folder
    if folder is None:
        raise WorkbenchError("The comparison has no folder to work in.", code="no_folder")
    started = time.monotonic()
    provenance = provenance_of(request)
    run = _Run(context, request, tools, Journal(folder), Judge(request.metrics, request.examples))
    for arms in by_model(request.arms):
        run.answer_with_one_model(arms)
    answers = [trial for own in run.trials.values() for trial in own.values()]
    scored = score_with_models(context, request, answers, tools, run.journal)
    leaks = look_for_leaks(context, request, tools, run.journal)
    report = summarize(request, scored.trials, run.measured, leaks).model_copy(
        update={
            "model_scoring": scored.scoring,
            "machine": f"{platform.system()} {platform.machine()}",
            "seconds": time.monotonic() - started,
            **provenance,
        }
    )
    run.journal.finish(report)
    return report


def by_model(arms: Sequence[Arm]) -> Iterator[list[Arm]]:
    """Arms in groups of one model, in the order in which the models first appear; adapters of a kind together."""
    groups: dict[str, list[Arm]] = {}
    for arm in arms:
        groups.setdefault(arm.model.path, []).append(arm)
    for group in groups.values():
        yield sorted(group, key=lambda arm: arm.adapter_hash)


@dataclass(slots=True)
class _Run:
    """One execution: what it works with, and what it has so far."""

    context: JobContext
    request: CompareRequest
    tools: Tools
    journal: Journal
    judge: Judge
    trials: dict[str, dict[str, Trial]] = field(default_factory=dict)
    measured: Measured = field(default_factory=Measured)
    done: int = 0

    def answer_with_one_model(self, arms: Sequence[Arm]) -> None:
        """All arms of one model, which is loaded once; nothing that happens here ends the comparison."""
        self._progress(f"Loading {arms[0].model.name}")
        try:
            engine = self.tools.open_engine(arms[0].model, self.request.load_for(arms[0].model))
        except PART_FAULTS as error:
            for arm in arms:
                self._give_up(arm, error)
            return
        try:
            searches = Searches(self.tools.open_searcher)
            meter = MemoryMeter(engine)
            for arm in arms:
                self._answer_guarded(arm, engine, searches, meter)
        finally:
            engine.close()

    def _answer_guarded(self, arm: Arm, engine: ChatEngine, searches: Searches, meter: MemoryMeter) -> None:
        if self.journal.has_crashed(arm.name):
            self._give_up(arm, WorkbenchError("The process that answered for this arm stopped unexpectedly, twice."))
            return
        with self.journal.attempt(arm.name):
            try:
                self._answer(arm, engine, searches, meter)
            except PART_FAULTS as error:
                _log.info("arm %s failed", arm.name, exc_info=error)
                self._give_up(arm, error)

    def _answer(self, arm: Arm, engine: ChatEngine, searches: Searches, meter: MemoryMeter) -> None:
        hashes = Hashes(
            self.tools.model_hash(arm.model), self.tools.adapter_hash(arm), self.tools.template_hash(arm.model)
        )
        keys = {
            example.id: trial_key(arm, example, hashes.model, hashes.adapter, self.request.load_for(arm.model))
            for example in self.request.examples
        }
        if arm.collection is not None:
            self._progress(f"{arm.name}: searching {arm.collection.name}")
            searches.search_all(arm, self.request.examples, self.context.check_cancelled)
        preparer = ArmPreparer(arm, engine, lambda example: searches.hits(arm, example))
        for block in _blocks(self.request.examples):
            known = [self.journal.find(arm.name, example.id, keys[example.id]) for example in block]
            if all(known):
                for example, trial in zip(block, known, strict=True):
                    if trial is not None:
                        self._take(self.judge.judge(trial, example, arm), is_new=False)
                continue
            self._answer_block(arm, block, preparer, engine, hashes, keys)
        self._measure(arm, engine, searches, meter, f"{arm.name} {keys[self.request.examples[0].id]}")

    def _answer_block(
        self,
        arm: Arm,
        block: Sequence[Example],
        preparer: ArmPreparer,
        engine: ChatEngine,
        hashes: Hashes,
        keys: dict[str, str],
    ) -> None:
        by_id = {example.id: example for example in block}
        prepared: dict[str, Prepared] = {}
        for example in block:
            try:
                prepared[example.id] = preparer.prepare(example)
            except WorkbenchError as problem:
                self._take(self.judge.judge(failed_trial(arm, example, str(problem), keys[example.id]), example, arm))

        def on_done(completion: Completion) -> None:
            if self.context.is_cancelled():
                return
            example = by_id[completion.id]
            trial = trial_of(arm, example, prepared[example.id], completion, hashes, keys[example.id])
            self._take(self.judge.judge(trial, example, arm))
            self._progress(f"{arm.name}: {len(self.trials[arm.name])} of {len(self.request.examples)}")

        self._progress(f"{arm.name}: {len(self.trials.get(arm.name, ()))} of {len(self.request.examples)}")
        engine.complete_all([each.request for each in prepared.values()], on_done, self.context.is_cancelled)
        self.context.check_cancelled()

    def _measure(self, arm: Arm, engine: ChatEngine, searches: Searches, meter: MemoryMeter, key: str) -> None:
        """Time and memory, alone and warm. Searches are made again: they are part of what a person waits for."""
        examples = pick_timed(self.request.examples, self.request.timed_questions)
        preparer = ArmPreparer(arm, engine, lambda example: searches.search(arm, example.question))

        def on_done(number: int) -> None:
            self._progress(f"{arm.name}: timing {number} of {len(examples)}")

        meter.start()
        kept = self.journal.find_timing(key)
        asked = examples if kept is None else examples[:1]
        try:
            timing = measure_timing(preparer, engine, asked, self.context.is_cancelled, on_done)
        except PART_FAULTS as error:
            timing = Timing(problem=str(error))
        self.context.check_cancelled()
        if kept is None and not timing.problem:
            self.journal.add_timing(key, timing)
        self.measured.timings[arm.name] = kept or timing
        self.measured.memories[arm.name] = meter.read(arm)

    def _give_up(self, arm: Arm, error: BaseException) -> None:
        """The arm's missing answers become failed trials with the reason; its finished ones stay."""
        reason = str(error) or type(error).__name__
        self.measured.problems[arm.name] = reason
        for example in self.request.examples:
            if example.id not in self.trials.get(arm.name, {}):
                self._take(self.judge.judge(failed_trial(arm, example, reason), example, arm), is_new=False)

    def _take(self, trial: Trial, *, is_new: bool = True) -> None:
        if is_new:
            self.journal.add(trial)
        own = self.trials.setdefault(trial.arm, {})
        self.done += trial.example_id not in own
        own[trial.example_id] = trial
        self.context.produce(TrialDone(trial=trial, done=self.done, total=self._total))

    @property
    def _total(self) -> int:
        return len(self.request.arms) * len(self.request.examples)

    def _progress(self, label: str) -> None:
        self.context.progress(self.done, self._total, label)


def _blocks(examples: Sequence[Example]) -> Iterator[Sequence[Example]]:
    for start in range(0, len(examples), BLOCK):
        yield examples[start : start + BLOCK]
