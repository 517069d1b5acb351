"""Reflective rewriting after GEPA (Agrawal et al. 2025, "Reflective prompt evolution can outperform reinforcement
learning").

The only file that imports gepa, which drives the loop: choose a parent, look at its answers to a few questions, have
the writer propose a better instruction, keep it when it does better on those questions, then on all of them. Here it
gets the search's own evaluator, writer, prompts and allowance. It reaches no network (only a writer given by name
would; ours is a function), and writes no files (there is no `run_dir`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import WorkbenchError
from workbench.log import get_logger
from workbench.playground.search.answering import AnsweringEvaluator
from workbench.playground.search.candidates import rewritten
from workbench.playground.search.catalogue import system_text
from workbench.playground.search.search import Dropped, DropReason, Race
from workbench.playground.search.types import Candidate
from workbench.playground.search.writing import Writer, fitting, instruction_in, rewriting_request
from workbench.playground.types import Prompt

_COMPONENT = "instruction"
_VALIDATION = 24
"""Questions on which a rewritten instruction is compared with the others."""
_LOOKED_AT = 4
"""Answers that the writer sees at once."""
_MOST_ROUNDS = 40
_STALLED_AFTER = 6
"""Rounds in a row that cost nothing: all answers looked at are right already."""
_ENTERING = 4
"""Rewritten instructions that race against the best of the others."""

_log = get_logger("playground")


@dataclass(slots=True)
class GepaRewriter:
    """Implements `Rewriter`."""

    evaluator: AnsweringEvaluator
    writer: Writer
    start: Prompt
    seed: int
    is_cancelled: Callable[[], bool]
    check_cancelled: Callable[[], None]
    on_candidate: Callable[[Candidate], None] = lambda _candidate: None
    """Told of every rewritten candidate, before it is asked anything."""
    problem: str = ""
    """Why rewriting ended early; "" when it did not."""
    made: list[Candidate] = field(default_factory=list)

    def rewrite(self, race: Race, *, reserve: int) -> Sequence[str]:
        """The best rewritten instructions by their scores on the first questions of the race."""
        import gepa

        parent = self.evaluator.candidates[race.leader]
        adapter = _Adapter(self, race, parent, reserve)
        asked = list(race.questions[: race.asked])
        result = gepa.optimize(
            seed_candidate={_COMPONENT: system_text(parent.prompt)},
            trainset=asked,
            valset=asked[:_VALIDATION],
            adapter=adapter,
            candidate_selection_strategy="pareto",
            reflection_minibatch_size=min(_LOOKED_AT, len(asked)),
            stop_callbacks=[adapter.is_over],
            logger=_Quiet(),
            track_best_outputs=False,
            seed=self.seed,
        )
        self.check_cancelled()
        scored = zip(result.val_aggregate_scores, result.candidates, strict=True)
        ranked = sorted(scored, key=lambda pair: -pair[0])
        ids = [adapter.candidate(texts[_COMPONENT]).id for _, texts in ranked]
        entering = [one for one in dict.fromkeys(ids) if one != parent.id][:_ENTERING]
        rejected = [made.id for made in self.made if made.id not in entering]
        race.dropped |= dict.fromkeys(rejected, Dropped(DropReason.REWRITTEN, race.rounds + 1))
        return entering


class _Adapter:
    """What gepa asks of the system that it improves (`gepa.core.adapter.GEPAAdapter`)."""

    def __init__(self, rewriter: GepaRewriter, race: Race, parent: Candidate, reserve: int) -> None:
        self._rewriter, self._race, self._parent, self._reserve = rewriter, race, parent, reserve
        self._by_text = {system_text(parent.prompt): parent}
        self._used_before, self._stalled = -1, 0

    def candidate(self, text: str) -> Candidate:
        """The candidate with that instruction; registered when it is new."""
        if text not in self._by_text:
            made = rewritten(self._parent, text, len(self._rewriter.made) + 1)
            known = self._rewriter.evaluator.candidates.get(made.id)
            if known is None:
                self._rewriter.evaluator.candidates[made.id] = made
                self._rewriter.made.append(made)
                self._rewriter.on_candidate(made)
            self._by_text[text] = known or made
        return self._by_text[text]

    def is_over(self, state: Any) -> bool:
        """gepa's stop callback: the budget, a cancel, a writer that failed, or nothing left to learn."""
        used = self._race.table.allowance.used
        self._stalled = self._stalled + 1 if used == self._used_before else 0
        self._used_before = used
        return (
            self._rewriter.is_cancelled()
            or bool(self._rewriter.problem)
            or self._race.table.allowance.left() <= self._reserve
            or self._stalled >= _STALLED_AFTER
            or int(state.i) + 1 >= _MOST_ROUNDS
        )

    def evaluate(self, batch: list[str], candidate: dict[str, str], capture_traces: bool = False) -> Any:
        from gepa import EvaluationBatch

        one = self.candidate(candidate[_COMPONENT]).id
        answered = set(self._race.table.ask([one], batch, reserve=self._reserve))
        # Questions that the budget no longer reached are worth 0: it is the end, and no reason to prefer this text.
        scores = [self._race.table.scores[one][question] if question in answered else 0.0 for question in batch]
        traces = [(one, question) if question in answered else None for question in batch]
        return EvaluationBatch(outputs=list(batch), scores=scores, trajectories=traces if capture_traces else None)

    def batch_evaluate(self, items: list[tuple[dict[str, str], list[str]]]) -> list[Any]:
        return [self.evaluate(batch, candidate, capture_traces=True) for candidate, batch in items]

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: Any, components_to_update: list[str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        records = [self._record(*trace) for trace in eval_batch.trajectories if trace is not None]
        return dict.fromkeys(components_to_update, records)

    def propose_new_texts(
        self,
        candidate: dict[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Any]]],
        components_to_update: list[str],
    ) -> dict[str, str]:
        """The same text again where the writer has nothing to offer: gepa then finds no improvement in it."""
        before, start, writer = candidate[_COMPONENT], self._rewriter.start, self._rewriter.writer
        records = reflective_dataset.get(_COMPONENT, ())
        try:
            written = writer.write(fitting(writer, records, lambda some: rewriting_request(before, some, start)))
        except WorkbenchError as problem:
            self._rewriter.problem = str(problem)
            return {_COMPONENT: before}
        return {_COMPONENT: instruction_in(written, start) or before}

    def _record(self, candidate: str, question: str) -> dict[str, str]:
        evaluator = self._rewriter.evaluator
        example, answer = evaluator.examples[question], evaluator.answers[(candidate, question)]
        judged = evaluator.judge((candidate, question))
        right = example.answers[0] if example.answers else "(it should say that there is no answer)"
        feedback = f"{judged.value or 0.0:.2f} of 1. {judged.explanation}".strip()
        if not judged.value or judged.value < 1:
            feedback = f"{feedback} Right would be: {right}"
        return {"question": example.question, "answer": answer.text or "(none)", "feedback": feedback}


class _Quiet:
    """gepa's diary, which otherwise goes to stdout."""

    def log(self, message: str) -> None:
        _log.debug("gepa: %s", message)
