"""Metrics that need a model to judge: they run after all answers are there, each model loaded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from workbench.errors import WorkbenchError
from workbench.scoring.judge_prompt import problem_in_prompt, prompt_in_force
from workbench.scoring.judge_settings import JudgeSettings
from workbench.scoring.metric_options import options_of
from workbench.scoring.metrics import METRICS, find_metric
from workbench.scoring.types import MetricChoice

SIMILARITY = "semantic_similarity"
FAITHFULNESS = "faithfulness"
JUDGE = "judge"
PAIRWISE = "pairwise_judge"


@dataclass(frozen=True, slots=True)
class ModelMetric:
    """One idea of what a good answer is, for a model to judge."""

    name: str
    title: str
    sentence: str
    """What it measures, for people."""
    asks_judge: bool
    """Whether a language model judges; otherwise an embedder compares."""


_ALL = (
    ModelMetric(
        SIMILARITY,
        "Same meaning",
        "How near the answer's meaning is to the nearest right answer's: the cosine of their embeddings, below 0 as 0.",
        asks_judge=False,
    ),
    ModelMetric(
        FAITHFULNESS,
        "Faithfulness",
        "Share of the answer's sentences that the passages in its prompt support.",
        asks_judge=False,
    ),
    ModelMetric(
        JUDGE,
        "Judge",
        "A language model grades the answer by a rubric of yours.",
        asks_judge=True,
    ),
    ModelMetric(
        PAIRWISE,
        "Judge, in pairs",
        "A language model says which of two arms' answers is better, asked in both orders: a win counts 1, a tie ½.",
        asks_judge=True,
    ),
)
MODEL_METRICS: Mapping[str, ModelMetric] = MappingProxyType({metric.name: metric for metric in _ALL})


def needs_model(name: str) -> bool:
    """Whether a model judges by this metric, after all answers."""
    return name in MODEL_METRICS


def title_of(name: str) -> str:
    """What people call a metric; the name itself of one that is not known (any more)."""
    if name in MODEL_METRICS:
        return MODEL_METRICS[name].title
    try:
        metric, named = find_metric(name)
    except WorkbenchError:
        return name
    return f"{metric.title} at {named['k']}" if "k" in named else metric.title


def sentence_of(name: str) -> str:
    """What a metric measures, in a sentence; empty of one that is not known."""
    if name in MODEL_METRICS:
        return MODEL_METRICS[name].sentence
    try:
        return find_metric(name)[0].sentence
    except WorkbenchError:
        return ""


def check_metric(name: str, options: Mapping[str, Any]) -> None:
    """WorkbenchError when there is no such metric, or it has no such option."""
    if name not in MODEL_METRICS:
        try:
            find_metric(name)
        except WorkbenchError as problem:
            known = ", ".join([*METRICS, *MODEL_METRICS])
            raise WorkbenchError(problem.message, hint=f"Known metrics: {known}.", code=problem.code) from problem
    if unknown := sorted(set(options) - {option.name for option in options_of(name)}):
        own = ", ".join(option.name for option in options_of(name))
        known = own or ("none; the judge is set up under judge" if name in (JUDGE, PAIRWISE) else "none")
        raise WorkbenchError(
            f"The metric {name!r} has no option {unknown[0]!r}.", hint=f"Its options: {known}.", code="unknown_option"
        )


def problem_of_scores(metrics: Sequence[MetricChoice], judge: JudgeSettings) -> str:
    """Why answers cannot be scored like that, in a sentence; empty when they can."""
    names = [metric.name for metric in metrics]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        return f"the metric {twice[0]!r} is named twice"
    asking = [name for name in names if name in MODEL_METRICS and MODEL_METRICS[name].asks_judge]
    if asking and not judge.model.strip():
        return f"the metric {asking[0]!r} needs a judge: name its model under judge"
    for name in asking:
        is_pairwise = name == PAIRWISE
        if problem := problem_in_prompt(prompt_in_force(judge, is_pairwise=is_pairwise), is_pairwise=is_pairwise):
            return problem.rstrip(".")
    return ""
