"""One arm answers one block of questions: what is known already is taken over, the rest is one batch.

A block that was never asked, or not to its end, is asked as a whole, because a batch is composed from its list alone:
answers that it had stay as they are. Where only failures are left, they are asked again alone
(docs/decisions/0020-answers-are-taken-over-by-block.md).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.compare.answering import ArmPreparer, Prepared
from workbench.compare.arm_types import Arm
from workbench.compare.blocks import Block
from workbench.compare.earlier_runs import EarlierRuns
from workbench.compare.fingerprints import block_keys, question_print, seeded
from workbench.compare.journal import Journal
from workbench.compare.judging import Hashes, failed_trial, trial_of
from workbench.compare.loaded_model import LoadedModel
from workbench.compare.progress import Trials
from workbench.compare.searching import Searches
from workbench.compare.trial_types import Trial
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.types import Completion

TELLING = 8
"""When so many questions of a batch fail and none is answered, the arm is given up: the next ones would fail too, and
a server that is gone keeps each of them waiting."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What one arm's blocks are asked with."""

    context: JobContext
    arm: Arm
    hashes: Hashes
    print: str
    """Hash of what decides the arm's answers."""
    journal: Journal
    trials: Trials
    earlier: EarlierRuns
    searches: Searches
    model: LoadedModel
    preparer: Callable[[Arm, LoadedModel], ArmPreparer]

    def answer(self, block: Block, repeat: int) -> None:
        """Raises what the model, the index or the run's files raise, WorkbenchError where every question failed."""
        keys = self._keys(block, repeat)
        known = {example.id: self._known(example, repeat, keys[example.id]) for example in block.examples}
        wanted = [example for example in block.examples if not self._has_answer(known[example.id])]
        for example in block.examples:
            if example not in wanted:
                self._take_over(known[example.id], example)
        if not wanted:
            return
        only_failures = all(trial is not None for trial in known.values())
        asked = wanted if only_failures else block.examples
        began = time.monotonic()
        self._ask(asked, wanted, repeat, keys)
        self.trials.watch.add(self.arm.name, len(asked), time.monotonic() - began)

    def _keys(self, block: Block, repeat: int) -> dict[str, str]:
        if self.arm.collection is not None:
            self.trials.tell(f"{self.arm.name}: searching {self.arm.collection.name}")
            self.searches.search_all(self.arm, block.examples, self.context.check_cancelled)
        questions = {
            example.id: question_print(self.arm, example, self.searches.hits(self.arm, example))
            for example in block.examples
        }
        return block_keys(self.print, questions, seeded(self.arm.generation, repeat).seed)

    def _known(self, example: Example, repeat: int, key: str) -> tuple[Trial, bool] | None:
        """An answer, else a failure, of this run or of an earlier one (False)."""
        own = self.journal.find(self.arm.name, example.id, repeat, key)
        if own is not None and not own.has_failed:
            return own, True
        other = self.earlier.find(key)
        if other is None:
            return (own, True) if own is not None else None
        moved = {"arm": self.arm.name, "example_id": example.id, "repeat": repeat, "taken_over": True}
        return other.model_copy(update=moved), False

    @staticmethod
    def _has_answer(known: tuple[Trial, bool] | None) -> bool:
        return known is not None and not known[0].has_failed

    def _take_over(self, known: tuple[Trial, bool] | None, example: Example) -> None:
        assert known is not None
        trial, is_own = known
        self.trials.take(trial, example, self.arm, is_written=not is_own)

    def _ask(self, asked: Sequence[Example], wanted: Sequence[Example], repeat: int, keys: Mapping[str, str]) -> None:
        preparer = self.preparer(self.arm, self.model)
        engine = self.model.engine()
        by_id = {example.id: example for example in wanted}
        prepared: dict[str, Prepared] = {}
        for example in asked:
            try:
                prepared[example.id] = preparer.prepare(example, repeat)
            except WorkbenchError as problem:
                if example.id in by_id:
                    failed = failed_trial(self.arm, example, str(problem), key=keys[example.id], repeat=repeat)
                    self.trials.take(failed, example, self.arm)

        def on_done(completion: Completion) -> None:
            example = by_id.get(completion.id)
            if example is None or self.context.is_cancelled():
                return
            trial = trial_of(
                self.arm, example, prepared[example.id], completion, self.hashes, key=keys[example.id], repeat=repeat
            )
            self.trials.take(trial, example, self.arm)
            self.trials.tell_of(self.arm)

        self.trials.tell_of(self.arm)
        completions = engine.complete_all(
            [each.request for each in prepared.values()], on_done, self.context.is_cancelled
        )
        self.context.check_cancelled()
        _check_alive(completions)


def _check_alive(completions: Sequence[Completion]) -> None:
    if len(completions) >= TELLING and all(completion.problem for completion in completions):
        raise WorkbenchError(f"Of {len(completions)} questions none was answered: {completions[-1].problem}")
