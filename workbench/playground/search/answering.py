"""The evaluator of real searches: a candidate's prompt is put to the model, its answer judged by the metric."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.llm.types import AdapterRef, ChatEngine, Completion, FinishReason, GenerationRequest
from workbench.playground.assembling import as_request, assemble, final_answer
from workbench.playground.search.journal import AnswerRecord, SearchJournal
from workbench.playground.search.scoring_table import Pair
from workbench.playground.search.types import Candidate
from workbench.playground.template import PromptRenderer
from workbench.playground.types import QUESTION
from workbench.scoring import metrics
from workbench.scoring.types import MetricChoice, ScoreValue

_GIVES_UP_AFTER = 16
"""Answers in a row that the model could not give, whoever asked: it is gone, and scores of 0 would say nothing."""


@dataclass(slots=True)
class AnsweringEvaluator:
    """Implements `Evaluator`. Answers are kept in the journal as they come."""

    engine: ChatEngine
    renderer: PromptRenderer
    journal: SearchJournal
    model_hash: str
    metric: MetricChoice
    examples: Mapping[str, Example]
    """By id: search questions and held-out ones."""
    is_cancelled: Callable[[], bool]
    check_cancelled: Callable[[], None]
    adapter: AdapterRef | None = None
    candidates: dict[str, Candidate] = field(default_factory=dict)
    answers: dict[Pair, AnswerRecord] = field(default_factory=dict)
    """Everything that was answered in this search, by earlier attempts too."""
    _failures: int = 0
    _last_problem: str = ""

    def score(self, pairs: Sequence[Pair]) -> list[float]:
        """Raises WorkbenchError when the model cannot answer any more, JobCancelled after a cancel."""
        self.check_cancelled()
        kept = [self.journal.find_answer(pair, self.model_hash) for pair in pairs]
        requests: list[GenerationRequest] = []
        if all(kept):
            self.answers |= {pair: answer for pair, answer in zip(pairs, kept, strict=True) if answer is not None}
        else:  # the whole batch again: a batch is composed from its list alone, so the same list gives the same texts
            for number, pair in enumerate(pairs):
                self._prepare(number, pair, requests)
        if requests:
            self.journal.begin_work()
            self.engine.complete_all(requests, lambda completion: self._keep(pairs, completion), self._is_over)
        self.check_cancelled()
        if self._is_model_gone():
            raise WorkbenchError(
                f"The last {self._failures} answers failed: {self._last_problem}",
                hint="See to it that the model answers, then start the search again: it goes on where it was.",
                code="model_gone",
            )
        return [self.judge(pair).value or 0.0 for pair in pairs]

    def judge(self, pair: Pair) -> ScoreValue:
        """The score of an answer and why; what could not be answered or judged is worth 0."""
        answer, example = self.answers[pair], self.examples[pair[1]]
        if answer.problem:
            return ScoreValue(value=0.0, explanation=answer.problem)
        said = final_answer(self.candidates[pair[0]].prompt, answer.text).answer
        return metrics.score(self.metric.name, said, example.answers, options=self.metric.options)

    def _prepare(self, number: int, pair: Pair, requests: list[GenerationRequest]) -> None:
        candidate, example = self.candidates[pair[0]], self.examples[pair[1]]
        try:
            values = {**example.variables, QUESTION: example.question}
            messages = assemble(self.renderer, candidate.prompt, values)
            requests.append(as_request(candidate.prompt, messages, id=str(number), adapter=self.adapter))
        except WorkbenchError as problem:
            self.journal.begin_work()
            self._note(self._record(pair, problem=str(problem)))

    def _keep(self, pairs: Sequence[Pair], completion: Completion) -> None:
        if completion.finish_reason is FinishReason.CANCELLED:
            return
        pair = pairs[int(completion.id)]
        if completion.finish_reason is FinishReason.ERROR:
            self._failures += 1
            self._last_problem = completion.problem or "There was no answer."
            # Not written down: a search that is continued asks again.
            self.answers[pair] = self._record(pair, problem=self._last_problem)
            return
        self._failures = 0
        usage = completion.usage
        self._note(
            self._record(pair, text=completion.text).model_copy(
                update={
                    "prompt_tokens": usage.prompt_tokens,
                    "generated_tokens": usage.generated_tokens,
                    "cost": completion.cost,
                }
            )
        )

    def _is_model_gone(self) -> bool:
        return self._failures >= _GIVES_UP_AFTER

    def _is_over(self) -> bool:
        return self._is_model_gone() or self.is_cancelled()

    def _record(self, pair: Pair, *, text: str = "", problem: str = "") -> AnswerRecord:
        return AnswerRecord(
            candidate=pair[0],
            question=pair[1],
            model_hash=self.model_hash,
            text=text,
            problem=problem,
            at=self.journal.seconds(),
        )

    def _note(self, answer: AnswerRecord) -> None:
        self.answers[(answer.candidate, answer.question)] = answer
        self.journal.add_answer(answer)
