"""Which of the questions a metric can judge, and what that takes: said before anything runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.datasets.types import Example
from workbench.scoring.metrics import METRICS, find_metric
from workbench.scoring.metrics.format_fields import fields_in
from workbench.scoring.metrics.json_answers import json_fields_of
from workbench.scoring.metrics.numeric import numbers_in
from workbench.scoring.model_metrics import FAITHFULNESS, JUDGE, PAIRWISE, SIMILARITY

_RETRIEVAL = ("recall_at_k", "mrr", "ndcg", "citation_precision")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a metric reaches."""

    judged: int
    """Questions whose answers it can judge."""
    sentence: str

    @property
    def is_possible(self) -> bool:
        return self.judged > 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What a metric is to judge."""

    examples: tuple[Example, ...]
    arms: int
    searching_arms: int
    """Of the arms, those with documents."""


def reach_of(metric: str, setting: Setting) -> Reach:
    """The reach of a metric; without questions nothing is known yet."""
    if not setting.examples:
        return Reach(0, "Choose the questions first.")
    if metric in (JUDGE, PAIRWISE):
        return _reach_of_judge(metric, setting)
    name = metric if metric in METRICS or metric in (SIMILARITY, FAITHFULNESS) else find_metric(metric)[0].name
    if name in _RETRIEVAL or name == FAITHFULNESS:
        return _reach_of_retrieval(name, setting)
    if name == "json_valid":
        return Reach(len(setting.examples), _all(len(setting.examples)))
    return _reach_by_answers(name, setting.examples)


def _reach_of_judge(metric: str, setting: Setting) -> Reach:
    count = len(setting.examples)
    if metric == PAIRWISE:
        pairs = setting.arms * (setting.arms - 1) // 2
        if not pairs:
            return Reach(0, "It needs two arms at least.")
        return Reach(count, f"{_all(count)} Up to {2 * pairs * count:,} replies: every pair in both orders.")
    return Reach(count, f"{_all(count)} Up to {max(1, setting.arms) * count:,} replies: one for each answer.")


def _reach_of_retrieval(metric: str, setting: Setting) -> Reach:
    if not setting.searching_arms:
        return Reach(0, "No arm searches documents: there is nothing for it to judge.")
    arms = f"{setting.searching_arms} of {setting.arms} arms search documents; only they have this score."
    count = len(setting.examples)
    if metric == FAITHFULNESS:
        return Reach(count, f"{_all(count)} {arms}")
    named = sum(bool(example.sources) for example in setting.examples)
    if not named:
        return Reach(0, "No question names its sources: it cannot tell what should have been found.")
    said = _all(count) if named == count else f"Judges {named} of {count} questions: the others name no sources."
    return Reach(named, f"{said} {arms}")


_NEEDS: dict[str, tuple[Callable[[str], bool], str]] = {
    "numeric": (lambda text: bool(numbers_in(text)), "hold a number"),
    "json_fields": (lambda text: bool(json_fields_of(text)), "are JSON with fields"),
    "format_fields": (lambda text: bool(fields_in(text)), "have lines “Key: value”"),
}
"""What a right answer must be like, and how that is said."""


def _reach_by_answers(metric: str, examples: Sequence[Example]) -> Reach:
    known = [example for example in examples if not example.answers_unknown]
    if not known:
        return Reach(0, "Nobody said what is right: answers cannot be compared with anything.")
    fits, needed = _NEEDS.get(metric, (lambda _: True, ""))
    judged = [example for example in known if not example.answers or any(fits(text) for text in example.answers)]
    if needed and not any(example.answers for example in judged):
        return Reach(0, f"The right answers do not {needed}.".replace("do not are", "are not"))
    if len(judged) == len(examples):
        return Reach(len(judged), _all(len(judged)))
    why = f"only these right answers {needed}" if needed else "of the others nobody said what is right"
    return Reach(len(judged), f"Judges {len(judged)} of {len(examples)} questions: {why}.")


def _all(count: int) -> str:
    return f"Judges all {count} questions." if count > 1 else "Judges the one question."
