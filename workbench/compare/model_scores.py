"""Scores that need a model, given after all answers are there: each model is loaded once, nothing is judged twice.

A judge that fails costs its own scores, never an answer: what it could not judge is without a score, and says why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.compare.answering import Tools
from workbench.compare.budget import Budget, budget_of
from workbench.compare.failures import explain_failure
from workbench.compare.journal import Journal
from workbench.compare.judge.asking import JudgeDesk
from workbench.compare.judge.faithfulness import FaithfulnessScorer
from workbench.compare.judge.grading import grade_all
from workbench.compare.judge.pairwise import judge_pairs, measure_bias, pairs_of, score_pairs
from workbench.compare.judge.score_journal import ScoreJournal
from workbench.compare.judge.similarity import SimilarityScorer
from workbench.compare.judge.types import ModelScoring, TrialScored
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.log import get_logger
from workbench.scoring.model_metrics import FAITHFULNESS, JUDGE, MODEL_METRICS, PAIRWISE, SIMILARITY, title_of
from workbench.scoring.types import MetricChoice, ScoreValue

_log = get_logger("compare")
_Scores = dict[int, ScoreValue]
"""Place in the list of trials to the score."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The trials with their new scores, and how these came about; None where no model was asked to score."""

    trials: tuple[Trial, ...]
    scoring: ModelScoring | None = None


def score_with_models(
    context: JobContext,
    request: CompareRequest,
    trials: Sequence[Trial],
    tools: Tools,
    journal: Journal,
    budget: Budget | None = None,
) -> Scored:
    """Run every metric of the request that needs a model, the quick ones first. What is done is told as it is done.

    A judge is asked until the budget is used up (that of the request, from now on, where none is given).
    """
    wanted = [metric for metric in request.metrics if metric.name in MODEL_METRICS]
    if not wanted:
        return Scored(tuple(trials))
    budget = budget or budget_of(request)
    budget.allow_all()
    stage = _Stage(context, request, list(trials), tools, journal, _open_scores(request, journal), budget)
    try:
        for metric in sorted(wanted, key=lambda choice: MODEL_METRICS[choice.name].asks_judge):
            stage.score(metric)
    finally:
        stage.close()
    return Scored(tuple(stage.explained()), stage.scoring)


def _open_scores(request: CompareRequest, journal: Journal) -> ScoreJournal:
    return ScoreJournal(journal.folder, Path(request.earlier) if request.earlier else None)


@dataclass(slots=True)
class _Stage:
    context: JobContext
    request: CompareRequest
    trials: list[Trial]
    tools: Tools
    journal: Journal
    scores: ScoreJournal
    budget: Budget
    scoring: ModelScoring = field(default_factory=ModelScoring)
    _examples: dict[str, Example] = field(default_factory=dict)
    _desk: JudgeDesk | None = None

    def __post_init__(self) -> None:
        self._examples = {example.id: example for example in self.request.examples}

    def score(self, metric: MetricChoice) -> None:
        """One metric over all answers; whatever happens to its model ends here."""
        places = [place for place, trial in enumerate(self.trials) if not trial.has_failed]
        part = f"score by {metric.name}"
        if not places:
            return
        if self.journal.has_crashed(part):
            self._leave_out(metric, places, WorkbenchError("The process that scored stopped unexpectedly, twice."))
            return
        with self.journal.attempt(part):
            try:
                found = _SCORERS[metric.name](self, metric, places)
            except PART_FAULTS as error:
                _log.info("the metric %s failed", metric.name, exc_info=error)
                self._leave_out(metric, places, error)
                return
        self._take(metric.name, found)

    def explained(self) -> list[Trial]:
        """The trials; where a model decides, why they are not right is told by its score."""
        deciding = self.request.metrics[0].name
        if deciding not in MODEL_METRICS:
            return self.trials
        arms = {arm.name: arm for arm in self.request.arms}
        found = []
        for trial in self.trials:
            failure, evidence = explain_failure(trial, self._examples[trial.example_id], arms[trial.arm], deciding)
            found.append(trial.model_copy(update={"failure": failure, "failure_evidence": evidence}))
        return found

    def close(self) -> None:
        if self._desk is not None:
            self._desk.close()

    # -- the metrics --------------------------------------------------------------------------------------------------

    def similarity(self, metric: MetricChoice, places: Sequence[int]) -> _Scores:
        name = self._note_embedder(metric)
        embedder = self.tools.open_embedder(name)
        scorer = SimilarityScorer(embedder, embedder.content_hash, self.scores)
        return dict(zip(places, scorer.score_all(self._cases(places), self._teller(metric, places)), strict=True))

    def faithfulness(self, metric: MetricChoice, places: Sequence[int]) -> _Scores:
        name = self._note_embedder(metric)
        embedder = self.tools.open_embedder(name)
        scorer = FaithfulnessScorer(embedder, embedder.content_hash, self.scores)
        trials = [self.trials[place] for place in places]
        return dict(zip(places, scorer.score_all(trials, self._teller(metric, places)), strict=True))

    def rubric(self, metric: MetricChoice, places: Sequence[int]) -> _Scores:
        desk = self._open_desk()
        found = grade_all(self._cases(places), desk)
        self._note_gaps(metric.name, found, desk)
        return dict(zip(places, found, strict=True))

    def pairwise(self, metric: MetricChoice, places: Sequence[int]) -> _Scores:
        desk = self._open_desk()
        judgements = judge_pairs(pairs_of(self._cases(places), desk.judge.settings.seed), desk)
        self.scoring = self.scoring.model_copy(update={"pairs": tuple(judgements), "bias": measure_bias(judgements)})
        by_answer = score_pairs(judgements)
        alone = ScoreValue(explanation="There is no other arm's answer to hold it against.")
        found = [by_answer.get((t.arm, t.example_id, t.repeat), alone) for t in (self.trials[p] for p in places)]
        self._note_gaps(metric.name, found, desk)
        return dict(zip(places, found, strict=True))

    # -- what they share ----------------------------------------------------------------------------------------------

    def _cases(self, places: Sequence[int]) -> list[tuple[Trial, Example]]:
        return [(self.trials[place], self._examples[self.trials[place].example_id]) for place in places]

    def _teller(self, metric: MetricChoice, places: Sequence[int]) -> Callable[[int], None]:
        def tell(done: int) -> None:
            self.context.progress(done, len(places), f"{title_of(metric.name)}: {done} of {len(places)}")

        return tell

    def _note_embedder(self, metric: MetricChoice) -> str:
        """The name of its embedder; empty for the one that comes with the program."""
        self.context.progress(0, 0, f"{title_of(metric.name)}: loading the embedder")
        name = str(metric.options.get("embedder", ""))
        known = {**self.scoring.embedders, metric.name: name or "the starter embedder"}
        self.scoring = self.scoring.model_copy(update={"embedders": known})
        return name

    def _open_desk(self) -> JudgeDesk:
        """The judge's desk, one for all its metrics. WorkbenchError when there is no judge, or its file is gone."""
        if self._desk is None:
            judge = self.request.judge
            if judge is None:
                raise WorkbenchError("No judge is named.", hint="Choose a model under Scores.", code="no_judge")
            self.scoring = self.scoring.model_copy(update={"judge": judge.model.name, "settings": judge.settings})
            own_hash = self.tools.model_hash(judge.model)
            answered = {trial.arm for trial in self.trials if trial.model_hash == own_hash}
            same = tuple(arm.name for arm in self.request.arms if arm.name in answered)
            self.scoring = self.scoring.model_copy(update={"judge_hash": own_hash, "judges_itself": same})
            load = self.request.load_for(judge.model)
            self._desk = JudgeDesk(self.context, self.tools, self.scores, judge, load, own_hash, self.budget)
        return self._desk

    def _note_gaps(self, metric: str, found: Sequence[ScoreValue], desk: JudgeDesk) -> None:
        missing = sum(score.value is None for score in found)
        if missing:
            why = desk.problem or next(score.explanation for score in found if score.value is None)
            self._note_problem(metric, f"{missing} of {len(found)} answers have no score. {why}")

    def _note_problem(self, metric: str, sentence: str) -> None:
        self.scoring = self.scoring.model_copy(update={"problems": {**self.scoring.problems, metric: sentence}})

    def _leave_out(self, metric: MetricChoice, places: Sequence[int], error: BaseException) -> None:
        reason = str(error) or type(error).__name__
        self._note_problem(metric.name, reason)
        self._take(metric.name, dict.fromkeys(places, ScoreValue(explanation=reason)))

    def _take(self, metric: str, found: _Scores) -> None:
        for place, score in found.items():
            trial = self.trials[place]
            self.trials[place] = trial.model_copy(update={"scores": {**trial.scores, metric: score}})
            self.context.produce(
                TrialScored(arm=trial.arm, example_id=trial.example_id, repeat=trial.repeat, scores={metric: score})
            )


_SCORERS: dict[str, Callable[[_Stage, MetricChoice, Sequence[int]], _Scores]] = {
    SIMILARITY: _Stage.similarity,
    FAITHFULNESS: _Stage.faithfulness,
    JUDGE: _Stage.rubric,
    PAIRWISE: _Stage.pairwise,
}
