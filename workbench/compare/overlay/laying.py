"""Lays two reports over each other: paired differences on shared questions, and what changed."""

from collections.abc import Mapping, Sequence

from workbench.compare.overlay.matching import match_arms, match_questions
from workbench.compare.overlay.sentences import sentences_of
from workbench.compare.overlay.settings import arm_changes, shared_changes
from workbench.compare.overlay.types import ArmOverlay, ChangedQuestion, Overlay, OverlaySide, SettingChange
from workbench.compare.scores import question_scores
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict import decide
from workbench.compare.verdict_sentences import in_a_word
from workbench.datasets.types import Example

_Trials = Mapping[tuple[str, int], Trial]
"""An arm's trials by question and repeat."""


def overlay(
    before: ComparisonReport,
    after: ComparisonReport,
    *,
    side_before: OverlaySide | None = None,
    side_after: OverlaySide | None = None,
) -> Overlay:
    """The later report over the earlier one; the sides say what the history knows of them."""
    questions = match_questions(before.examples, after.examples)
    metric = next((name for name in (*after.metrics, *before.metrics) if name in before.metrics), "")
    arms = match_arms(before, after)
    laid = _Laid(before, after, questions, metric)
    ids_before = {example.id for example in before.examples}
    unsaid = Overlay(
        before=side_before or side_of(before),
        after=side_after or side_of(after),
        metric=metric,
        shared_questions=len(questions),
        only_before=len(before.examples) - len(questions),
        only_after=len(after.examples) - len(questions),
        reworded=tuple(e.id for e in after.examples if e.id in ids_before and questions.get(e.id) != e.id),
        arms=tuple(laid.arm(old, new) for old, new in arms.items()),
        arms_only_before=tuple(result.name for result in before.arms if result.name not in arms),
        arms_only_after=tuple(result.name for result in after.arms if result.name not in arms.values()),
        changes=shared_changes(before, after),
    )
    return unsaid.model_copy(update={"sentences": tuple(sentences_of(unsaid))})


def side_of(report: ComparisonReport, *, number: int = 0, name: str = "", created: str = "") -> OverlaySide:
    """What an overlay says of one comparison."""
    verdict = report.verdict
    return OverlaySide(
        id=number,
        name=name or report.name,
        created=created or (report.environment.started if report.environment else ""),
        metric=verdict.metric,
        verdict=in_a_word(verdict),
        recommended=verdict.recommended or "",
        reasons=verdict.reasons,
        questions=len(report.examples),
    )


class _Laid:
    """Both reports, indexed for one arm after the other."""

    def __init__(
        self, before: ComparisonReport, after: ComparisonReport, questions: Mapping[str, str], metric: str
    ) -> None:
        self._before, self._after = before, after
        self._questions = questions
        self._metric = metric
        self._texts = {example.id: example for example in before.examples}
        self._trials = _by_arm(before.trials), _by_arm(after.trials)
        self._scores = question_scores(before.trials, metric), question_scores(after.trials, metric)

    def arm(self, old: str, new: str) -> ArmOverlay:
        trials = self._trials[0].get(old, {}), self._trials[1].get(new, {})
        scores = self._paired(old, new)
        changed = [self._changed(i, *pair, *trials) for i, pair in scores.items() if pair[0] != pair[1]]
        changed.sort(key=lambda question: -abs(question.after - question.before))
        values = {
            "before": old,
            "after": new,
            "improved": tuple(question for question in changed if question.after > question.before),
            "worsened": tuple(question for question in changed if question.after < question.before),
            "changes": self._settings(old, new),
        }
        return ArmOverlay.model_validate({**values, **self._difference(scores), **self._agreement(*trials)})

    def _paired(self, old: str, new: str) -> dict[str, tuple[float, float]]:
        """Scores before and after of every shared question that has both, by the earlier id."""
        first, second = self._scores[0].get(old, {}), self._scores[1].get(new, {})
        pairs = {i: (first.get(i), second.get(other)) for i, other in self._questions.items()}
        return {i: (one, two) for i, (one, two) in pairs.items() if one is not None and two is not None}

    def _difference(self, scores: Mapping[str, tuple[float, float]]) -> dict[str, float | int | None]:
        """The statistics of the verdict, on two "arms" that are the same one before and after."""
        if not scores:
            return {}
        one, two = {i: pair[0] for i, pair in scores.items()}, {i: pair[1] for i, pair in scores.items()}
        verdict = decide({"before": one, "after": two}, {}, metric=self._metric, example_ids=list(scores))
        means = {"mean_before": sum(one.values()) / len(one), "mean_after": sum(two.values()) / len(two)}
        if not verdict.pairs:
            return {"questions": len(scores), **means}
        pair = verdict.pairs[0]
        is_turned = pair.second == "before"
        return {
            "questions": len(scores),
            **means,
            "difference": -pair.difference if is_turned else pair.difference,
            "low": -pair.high if is_turned else pair.low,
            "high": -pair.low if is_turned else pair.high,
            "p_value": pair.p_value,
        }

    def _changed(self, example_id: str, before: float, after: float, old: _Trials, new: _Trials) -> ChangedQuestion:
        example = self._texts.get(example_id) or Example(id=example_id, question="")
        return ChangedQuestion(
            example_id=example_id,
            question=example.question,
            before=before,
            after=after,
            answer_before=_answer(old.get((example_id, 0))),
            answer_after=_answer(new.get((self._questions[example_id], 0))),
        )

    def _agreement(self, old: _Trials, new: _Trials) -> dict[str, int]:
        answers = same = same_scores = 0
        for (example_id, repeat), trial in old.items():
            other = new.get((self._questions.get(example_id, ""), repeat))
            if other is None:
                continue
            answers += 1
            same += (trial.answer, trial.problem) == (other.answer, other.problem)
            both = trial.scores.keys() & other.scores.keys()
            same_scores += all(trial.scores[m].value == other.scores[m].value for m in both)
        return {"answers": answers, "same_answers": same, "same_scores": same_scores}

    def _settings(self, old: str, new: str) -> tuple[SettingChange, ...]:
        if self._before.request is None or self._after.request is None:
            return ()
        first = next((arm for arm in self._before.request.arms if arm.name == old), None)
        second = next((arm for arm in self._after.request.arms if arm.name == new), None)
        return arm_changes(first, second) if first and second else ()


def _by_arm(trials: Sequence[Trial]) -> dict[str, dict[tuple[str, int], Trial]]:
    found: dict[str, dict[tuple[str, int], Trial]] = {}
    for trial in trials:
        found.setdefault(trial.arm, {})[trial.example_id, trial.repeat] = trial
    return found


def _answer(trial: Trial | None) -> str:
    return "" if trial is None else trial.said
