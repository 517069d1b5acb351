"""Conducts a comparison: model after model, and of each all arms block by block, so that a run that is cut short has
asked the same questions of all of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from workbench.compare.answering import ArmPreparer, Tools
from workbench.compare.arm_types import Arm, Timing
from workbench.compare.asking import Asking
from workbench.compare.blocks import Block, blocks_of
from workbench.compare.budget import Budget, budget_of
from workbench.compare.earlier_runs import EarlierRuns
from workbench.compare.fingerprints import alone_key, arm_print
from workbench.compare.journal import Alone, Journal
from workbench.compare.judging import Hashes
from workbench.compare.loaded_model import LoadedModel
from workbench.compare.measuring import measure_alone, pick_timed
from workbench.compare.progress import Trials
from workbench.compare.resident_memory import ResidentMeter
from workbench.compare.searching import Searches
from workbench.compare.types import CompareRequest
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.log import get_logger
from workbench.playground.template import PromptRenderer

if TYPE_CHECKING:
    from workbench.compare.forgetting import Forgetting

_log = get_logger("compare")


@dataclass(slots=True)
class ArmAtWork:
    """An arm whose model is being asked."""

    arm: Arm
    hashes: Hashes
    print: str
    """Hash of what decides its answers."""
    is_given_up: bool = False


class Conductor:
    """One execution: what it works with."""

    def __init__(
        self,
        context: JobContext,
        request: CompareRequest,
        tools: Tools,
        journal: Journal,
        trials: Trials,
        budget: Budget | None = None,
    ) -> None:
        """`budget` stands for the one of the request, which counts from now on."""
        self._context, self._request, self._tools = context, request, tools
        self._journal, self._trials = journal, trials
        self._earlier = EarlierRuns(request.earlier, without=journal.folder)
        self._budget = budget or budget_of(request)
        self._renderer = PromptRenderer()
        self._resident = ResidentMeter()
        self._searches = Searches(tools.open_searcher, self._resident)
        self._forgetting = self._new_forgetting() if request.forgetting else None

    def conduct(self) -> None:
        """All arms, each model loaded once; what one of them runs into ends neither the others nor the comparison."""
        begun = 0
        try:
            for arms in by_model(self._request.arms):
                begun += len(arms)
                self._budget.allow(begun / len(self._request.arms))
                self._with_one_model(arms)
            if self._forgetting is not None:
                self._forgetting.finish()
        finally:
            self._renderer.close()
        if self._trials.missing:
            update = {"why_missing": self._budget.used_up_in_words}
            self._trials.measured = self._trials.measured.model_copy(update=update)
        self._journal.keep(self._trials.measured)

    def _with_one_model(self, arms: Sequence[Arm]) -> None:
        model = LoadedModel(self._tools, self._request, arms[0], self._resident, self._trials.tell)
        try:
            at_work = [begun for arm in arms if (begun := self._begin(arm)) is not None]
            for block in blocks_of(self._request.examples, self._request.waves):
                if self._budget.is_used_up:
                    break
                for work in at_work:
                    self._guarded(work, partial(self._answer, work, block, model))
                if block.number == 0:  # early: a run that is cut short knows what its arms cost
                    for work in at_work:
                        self._guarded(work, partial(self._measure, work, model))
            if (forgetting := self._forgetting) is not None:
                for work in (work for work in at_work if forgetting.is_wanted(work.arm)):
                    self._guarded(work, partial(self._look_for_forgetting, work, model, forgetting))
        finally:
            model.close()

    def _begin(self, arm: Arm) -> ArmAtWork | None:
        """What exactly answers for the arm; None where that is not there (any more)."""
        if self._journal.has_crashed(arm.name):
            error = WorkbenchError("The process that answered for this arm stopped unexpectedly, twice.")
            self._trials.give_up(arm, error)
            return None
        self._trials.tell(f"{arm.name}: looking what is there")
        try:
            hashes = Hashes(
                self._tools.model_hash(arm.model), self._tools.adapter_hash(arm), self._tools.template_hash(arm.model)
            )
        except PART_FAULTS as error:
            self._trials.give_up(arm, error)
            return None
        return ArmAtWork(arm, hashes, arm_print(arm, hashes.model, hashes.adapter, self._request.load_for(arm.model)))

    def _guarded(self, work: ArmAtWork, do: Callable[[], None]) -> None:
        """Do something for an arm that was not given up; what it runs into is its problem alone."""
        if work.is_given_up:
            return
        with self._journal.attempt(work.arm.name):
            try:
                do()
            except PART_FAULTS as error:
                _log.info("arm %s failed", work.arm.name, exc_info=error)
                work.is_given_up = True
                self._trials.give_up(work.arm, error)

    def _answer(self, work: ArmAtWork, block: Block, model: LoadedModel) -> None:
        asking = Asking(
            context=self._context,
            arm=work.arm,
            hashes=work.hashes,
            print=work.print,
            journal=self._journal,
            trials=self._trials,
            earlier=self._earlier,
            searches=self._searches,
            model=model,
            preparer=self._preparer,
        )
        for repeat in range(self._request.repeats_of(work.arm)):
            if self._budget.is_used_up:
                return
            asking.answer(block, repeat)

    def _preparer(self, arm: Arm, model: LoadedModel) -> ArmPreparer:
        """For the batches: hits are searched once."""
        return ArmPreparer(arm, model.engine(), partial(self._searches.hits, arm), self._renderer)

    def _measure(self, work: ArmAtWork, model: LoadedModel) -> None:
        """What the arm costs, measured now or before; not where it has no answer yet or the time is used up."""
        arm, measured = work.arm, self._trials.measured
        examples = pick_timed(self._request.examples, self._request.timed_questions)
        key = alone_key(arm, work.print, examples)
        found = self._journal.find_alone(key) or _taken_over(self._earlier.find_alone(key))
        if found is None:
            if self._budget.is_used_up or not self._trials.has_answers(arm):
                return
            found = self._measure_now(arm, examples, model)
        if not found.timing.problem:
            self._journal.add_alone(key, found)
        measured.timings[arm.name], measured.memories[arm.name] = found.timing, found.memory
        if found.peak_bytes is not None:
            measured.peaks[arm.name] = found.peak_bytes
        self._journal.keep(measured)

    def _measure_now(self, arm: Arm, examples: Sequence[Example], model: LoadedModel) -> Alone:
        """Alone and warm. Searches are made again: they are part of what a person waits for."""
        engine, meters = model.engine(), model.meters()
        preparer = ArmPreparer(
            arm, engine, lambda example: self._searches.search(arm, example.question), self._renderer
        )

        def on_done(number: int) -> None:
            self._trials.tell(f"{arm.name}: timing {number} of {len(examples)}")

        try:
            found = measure_alone(arm, preparer, engine, examples, meters, self._context.is_cancelled, on_done)
        except PART_FAULTS as error:
            found = Alone(timing=Timing(problem=str(error)))
        self._context.check_cancelled()
        return found

    def _new_forgetting(self) -> "Forgetting":
        from workbench.compare.forgetting import Forgetting  # brings what fine-tuning is made of

        return Forgetting(self._context, self._request, self._tools, self._journal, self._trials)

    def _look_for_forgetting(self, work: ArmAtWork, model: LoadedModel, forgetting: "Forgetting") -> None:
        forgetting.look(work.arm, work.hashes, model, has_time=not self._budget.is_used_up)


def _taken_over(found: Alone | None) -> Alone | None:
    """Times of an earlier run are told from those of this one."""
    if found is None:
        return None
    return found.model_copy(update={"timing": found.timing.model_copy(update={"taken_over": True})})


def by_model(arms: Sequence[Arm]) -> Iterator[list[Arm]]:
    """Arms in groups of one model, in the order in which the models first appear; adapters of a kind together."""
    groups: dict[str, list[Arm]] = {}
    for arm in arms:
        groups.setdefault(arm.model.path, []).append(arm)
    for group in groups.values():
        yield sorted(group, key=lambda arm: (arm.adapter_hash, arm.adapter_scale))
