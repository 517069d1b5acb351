"""From a completion to a scored trial."""

from collections.abc import Sequence

from workbench.compare.answering import Prepared
from workbench.compare.arm_types import Arm
from workbench.compare.failures import explain_failure
from workbench.compare.trial_types import Trial
from workbench.datasets.types import Example
from workbench.llm.types import Completion, FinishReason
from workbench.playground.assembling import final_answer
from workbench.scoring.judging import Scorer
from workbench.scoring.model_metrics import needs_model
from workbench.scoring.types import MetricChoice, ScoreValue


class Judge:
    """Scores the answers of a comparison by its metrics."""

    def __init__(self, metrics: Sequence[MetricChoice], examples: Sequence[Example]) -> None:
        self._metrics = metrics
        self._scorer = Scorer(
            [metric for metric in metrics if not needs_model(metric.name)], [example.answers for example in examples]
        )

    def judge(self, trial: Trial, example: Example, arm: Arm) -> Trial:
        """The trial with its scores and, where it is not right, the reason. A failed trial has no scores."""
        scores = {} if trial.has_failed else self._score(trial, example, arm)
        scored = trial.model_copy(update={"scores": scores})
        failure, evidence = explain_failure(scored, example, arm, self._metrics[0].name)
        return scored.model_copy(update={"failure": failure, "failure_evidence": evidence})

    def _score(self, trial: Trial, example: Example, arm: Arm) -> dict[str, ScoreValue]:
        has_collection = arm.collection is not None
        return self._scorer.score(
            trial.answer,
            None if example.answers_unknown else example.answers,
            retrieved=[hit.document for hit in trial.hits] if has_collection else None,
            relevant=example.sources,
            cited=_cited(trial) if has_collection else None,
        )


def _cited(trial: Trial) -> list[str]:
    """The document behind every mark of the answer, "" for a mark that points nowhere."""
    from workbench.rag.citations import parse

    parsed = parse(trial.answer, list(trial.used_hits))
    return [citation.document for citation in parsed.citations] + [""] * len(parsed.dangling)


def trial_of(
    arm: Arm,
    example: Example,
    prepared: Prepared,
    completion: Completion,
    hashes: "Hashes",
    *,
    key: str,
    repeat: int = 0,
) -> Trial:
    """What is kept of an answer; the arm without an adapter is proved to have had none by the engine's own word.

    Where the arm's prompt reasons, its rule takes the answer out of the whole text, which begins as the prompt says.
    """
    problem = completion.problem or ("The answer was stopped." if _was_stopped(completion) else "")
    if not problem and completion.adapter_hash != hashes.adapter:
        problem = f"Another adapter answered than the arm's: {completion.adapter_hash[:12] or 'none'}."
    if not problem and completion.adapter_scale != arm.adapter_scale:
        problem = f"The adapter answered at a scale of {completion.adapter_scale:g}, not {arm.adapter_scale:g}."
    text = prepared.request.prefix + completion.text if arm.prompt else completion.text
    answer = final_answer(arm.prompt, text).answer if arm.prompt else text
    return Trial(
        arm=arm.name,
        example_id=example.id,
        repeat=repeat,
        key=key,
        prompt=completion.final_prompt,
        hits=prepared.hits,
        used=tuple(prepared.hits.index(hit) for hit in prepared.used_hits),
        answer=answer,
        text=text if text != answer else "",
        finish_reason=completion.finish_reason,
        usage=completion.usage,
        model_hash=hashes.model,
        adapter_hash=completion.adapter_hash,
        adapter_scale=completion.adapter_scale,
        template_hash=hashes.template,
        problem=problem,
        cost=completion.cost,
    )


def failed_trial(arm: Arm, example: Example, problem: str, *, key: str = "", repeat: int = 0) -> Trial:
    """Stands for an answer that did not come about."""
    return Trial(
        arm=arm.name,
        example_id=example.id,
        repeat=repeat,
        key=key,
        finish_reason=FinishReason.ERROR,
        problem=problem or "No answer.",
    )


def _was_stopped(completion: Completion) -> bool:
    return completion.finish_reason in (FinishReason.CANCELLED, FinishReason.ERROR)


class Hashes:
    """What exactly answers for an arm."""

    __slots__ = ("adapter", "model", "template")

    def __init__(self, model: str, adapter: str, template: str) -> None:
        self.model, self.adapter, self.template = model, adapter, template
