"""What tuning cost elsewhere: tuned arms and their bare bases are asked for general abilities that nobody tuned for.

Answers are kept beside the runs by what gave them, so that an adapter and a base are asked once, whichever comparisons
they are in.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workbench.compare.answering import Tools
from workbench.compare.arm_types import Arm, GeneralResult
from workbench.compare.journal import Journal
from workbench.compare.judging import Hashes
from workbench.compare.loaded_model import LoadedModel
from workbench.compare.progress import Trials
from workbench.compare.types import CompareRequest
from workbench.datasets.rows_file import hash_file
from workbench.finetune.evaluation.abilities import own_set, read_abilities
from workbench.finetune.evaluation.answering import AnswerJournal, Asking, answer_all, answer_tokens
from workbench.finetune.evaluation.summing_up import evaluated_rows, gain_over_abilities, gains_by_ability
from workbench.finetune.evaluation.types import AbilityGain, AskedQuestion, Change, Gain, GivenAnswer, Side
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.llm.types import AdapterRef, ChatEngine, LoadConfig, ModelRef

FOLDER = "general"
"""Beside the folders of the runs."""
LONGEST_ANSWER = 512
"""Tokens."""

Answers = Mapping[str, GivenAnswer]


@dataclass(slots=True)
class _Waiting:
    """A tuned model that has answered and whose base has not."""

    arm: Arm
    base: ModelRef
    answers: Answers


@dataclass
class Forgetting:
    """Asks, and writes what it finds into what the run measured."""

    context: JobContext
    request: CompareRequest
    tools: Tools
    journal: Journal
    trials: Trials
    _waiting: list[_Waiting] = field(default_factory=list)

    def is_wanted(self, arm: Arm) -> bool:
        """Whether the arm is tuned."""
        return arm.adapter is not None or arm.base is not None

    def look(self, arm: Arm, hashes: Hashes, model: LoadedModel, *, has_time: bool) -> None:
        """Ask the arm's model with its adapter and, where they are one, its bare base. Whatever goes wrong is told in
        the result: the arm's own answers are not touched by it."""
        if not has_time:
            self._keep(arm, GeneralResult(problem="The time was used up before."))
            return
        load = self.request.load_for(arm.model)
        try:
            engine = model.engine()
            tuned = self._answers(engine, arm.name, hashes.model, load, arm.adapter, hashes.adapter)
            if arm.adapter is None:
                assert arm.base is not None
                self._waiting.append(_Waiting(arm, arm.base, tuned))
                return
            self._keep(arm, self._result(self._answers(engine, arm.model.name, hashes.model, load), tuned))
        except PART_FAULTS as error:
            self._keep(arm, GeneralResult(problem=str(error) or type(error).__name__))

    def finish(self) -> None:
        """Ask the bases of fine-tuned models, one after the other, when no other model is loaded any more."""
        bases: dict[str, Answers] = {}
        for waiting in self._waiting:
            try:
                if waiting.base.path not in bases:
                    bases[waiting.base.path] = self._base_answers(waiting.base)
                self._keep(waiting.arm, self._result(bases[waiting.base.path], waiting.answers))
            except PART_FAULTS as error:
                self._keep(waiting.arm, GeneralResult(problem=str(error) or type(error).__name__))

    def _base_answers(self, base: ModelRef) -> Answers:
        load = self.request.load_for(base)
        self.trials.tell(f"Loading {base.name}")
        engine = self.tools.open_engine(base, load)
        try:
            return self._answers(engine, base.name, self.tools.model_hash(base), load)
        finally:
            engine.close()

    def _answers(
        self,
        engine: ChatEngine,
        who: str,
        model_hash: str,
        load: LoadConfig,
        adapter: AdapterRef | None = None,
        adapter_hash: str = "",
    ) -> Answers:
        """What was answered before is taken over block by block."""
        scale = adapter.scale if adapter else 1.0
        decides = json.dumps([model_hash, adapter_hash, scale, load.model_dump(mode="json"), self._hash])
        key = hashlib.sha256(decides.encode()).hexdigest()[:32]
        done = 0

        def on_answer() -> None:
            nonlocal done
            done += 1
            self.trials.tell(f"General abilities of {who}: {done} of {len(self._questions)}")

        asking = Asking(
            engine=engine,
            adapter=adapter or AdapterRef(path=""),
            adapter_hash=adapter_hash,
            max_tokens=answer_tokens(engine, self._questions, LONGEST_ANSWER),
            is_cancelled=self.context.is_cancelled,
            check_cancelled=self.context.check_cancelled,
            on_answer=on_answer,
        )
        side = Side.TUNED if adapter is not None else Side.BASE
        journal = AnswerJournal(self.journal.folder.parent / FOLDER / key)
        return answer_all(asking, journal, self._questions, side)

    def _result(self, base: Answers, tuned: Answers) -> GeneralResult:
        rows = evaluated_rows(self._questions, base, tuned, ())
        abilities = gains_by_ability(rows)
        gain = gain_over_abilities(rows, abilities)
        if gain is None:
            return GeneralResult(problem="The base has none of the abilities that are asked for.")
        return general_result(gain, abilities)

    def _keep(self, arm: Arm, found: GeneralResult) -> None:
        self.trials.measured.general[arm.name] = found
        self.journal.keep(self.trials.measured)

    @cached_property
    def _questions(self) -> tuple[AskedQuestion, ...]:
        return read_abilities(own_set())

    @cached_property
    def _hash(self) -> str:
        return hash_file(own_set())


def general_result(gain: Gain, abilities: tuple[AbilityGain, ...]) -> GeneralResult:
    """What a comparison shows of the evaluation."""
    worse = [each for each in abilities if each.can_show and each.gain.change is Change.WORSE]
    worse.sort(key=lambda each: each.gain.difference)
    return GeneralResult(
        questions=gain.count,
        before=gain.base.mean,
        after=gain.tuned.mean,
        difference=gain.difference,
        low=gain.low,
        high=gain.high,
        p_value=gain.p_value,
        weakest=tuple(each.ability for each in worse),
    )
