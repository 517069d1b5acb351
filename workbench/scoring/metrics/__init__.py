"""Every metric by its name. `score` is the one way to judge an answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Any

from workbench.errors import WorkbenchError
from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.citations import citation_precision
from workbench.scoring.metrics.contains import contains
from workbench.scoring.metrics.exact_match import exact_match
from workbench.scoring.metrics.format_fields import format_fields
from workbench.scoring.metrics.json_answers import json_fields, json_valid
from workbench.scoring.metrics.label_accuracy import label_accuracy
from workbench.scoring.metrics.numeric import numeric
from workbench.scoring.metrics.overlap import bleu, chrf
from workbench.scoring.metrics.pattern import regex
from workbench.scoring.metrics.retrieval import mrr, ndcg, recall_at_k
from workbench.scoring.metrics.rouge_l import rouge_l
from workbench.scoring.metrics.token_f1 import token_f1
from workbench.scoring.refusal import is_refusal
from workbench.scoring.types import ScoreValue

__all__ = ["METRICS", "Case", "Metric", "find_metric", "refusal_score", "score"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One idea of what a good answer is."""

    name: str
    title: str
    sentence: str
    """What it measures, for people."""
    judge: Callable[[Case], ScoreValue]
    judges_answer: bool = True
    """Whether it compares the answer with references, so that refusing matters."""
    takes_k: bool = False
    """Whether a name like `recall_at_5` sets its cutoff."""
    longest: int = 4_000_000
    """Characters of an answer and of a right answer; longer ones are not judged, so that scoring ends in a second."""
    most_pairs: float = inf
    """Characters of the answer times those of a right answer, for work that grows with both."""


_ALL = (
    Metric(
        "exact_match",
        "Exact match",
        "The answer equals a reference, apart from case, punctuation, articles.",
        exact_match,
    ),
    Metric("token_f1", "Word F1", "Words shared by answer and reference.", token_f1),
    Metric("contains", "Contains", "The reference stands in the answer.", contains),
    Metric("regex", "Pattern", "The answer matches the reference as a regular expression.", regex, longest=50_000),
    Metric("label_accuracy", "Label", "The answer is the right label.", label_accuracy),
    Metric("numeric", "Number", "The answer's number is within tolerance.", numeric),
    Metric("json_valid", "Valid JSON", "The whole answer is a JSON object or list.", json_valid, judges_answer=False),
    Metric("json_fields", "JSON fields", "Share of the reference's JSON fields that are right.", json_fields),
    Metric(
        "format_fields", "Format lines", "Share of the reference's lines “Key: value” that are right.", format_fields
    ),
    Metric("rouge_l", "ROUGE-L", "Longest common subsequence of words.", rouge_l, most_pairs=4e10),
    Metric("bleu", "BLEU", "N-grams of words shared with the reference.", bleu, longest=200_000),
    Metric("chrf", "chrF", "N-grams of characters shared with the reference.", chrf, longest=200_000),
    Metric(
        "citation_precision",
        "Right citations",
        "Marks that point at a source of the answer.",
        citation_precision,
        False,
    ),
    Metric("recall_at_k", "Recall", "Sources of the answer that retrieval found.", recall_at_k, False, True),
    Metric("mrr", "Reciprocal rank", "How high the first source stands.", mrr, False),
    Metric("ndcg", "nDCG", "How high all sources stand.", ndcg, False, True),
)
METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
_WITH_K = re.compile(r"^(recall|ndcg)(?:_at_|@)(\d+)$")


def find_metric(name: str) -> tuple[Metric, dict[str, Any]]:
    """The metric of a name and the options that the name carries: `recall_at_5` is recall with k = 5.

    WorkbenchError when there is none.
    """
    if name in METRICS:
        return METRICS[name], {}
    if found := _WITH_K.match(name):
        return METRICS["recall_at_k" if found[1] == "recall" else "ndcg"], {"k": max(int(found[2]), 1)}
    raise WorkbenchError(
        f"There is no metric named {name!r}.", hint=f"Known metrics: {', '.join(METRICS)}.", code="unknown_metric"
    )


def score(
    name: str,
    answer: str,
    references: Sequence[str] | None,
    *,
    retrieved: Sequence[str] | None = None,
    relevant: Sequence[str] = (),
    cited: Sequence[str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> ScoreValue:
    """Judge one answer by the metric `name`; the fields are those of `Case`.

    Without references the question is unanswerable: right exactly when the answer refuses. An answerable question that
    is refused scores 0. What cannot be judged has the value None and says why; so it is with `references` of None:
    nobody knows what is right, and only metrics judge that need no reference.
    """
    metric, named = find_metric(name)
    case = Case(
        answer,
        tuple(references or ()),
        None if retrieved is None else tuple(retrieved),
        tuple(relevant),
        None if cited is None else tuple(cited),
        {**named, **(options or {})},
    )
    if not metric.judges_answer:
        return metric.judge(case)
    if references is None:
        return ScoreValue(explanation="The right answer is not known: only what retrieval found can be judged.")
    return refusal_score(case.answer, case.references) or _too_long(metric, case) or metric.judge(case)


def _too_long(metric: Metric, case: Case) -> ScoreValue | None:
    for what, texts in (("answer", (case.answer,)), ("right answer", case.references)):
        if (characters := max(map(len, texts))) > metric.longest:
            said = f"The {what} has {characters:,} characters; {metric.title} compares up to {metric.longest:,}."
            return ScoreValue(explanation=said)
    if len(case.answer) * max(map(len, case.references)) > metric.most_pairs:
        return ScoreValue(explanation=f"Answer and right answer are too long for {metric.title} to be compared.")
    return None


def refusal_score(answer: str, references: Sequence[str]) -> ScoreValue | None:
    """The judgement where refusing decides it: an unanswerable question, or a refused answerable one; else None."""
    refused = is_refusal(answer)
    if not references:
        said = "Refused, as it should be." if refused else "Answered, although the question has no answer."
        return ScoreValue(value=float(refused), explanation=said)
    if refused and not any(is_refusal(reference) for reference in references):
        return ScoreValue(value=0.0, explanation="Refused, although there is an answer.")
    return None
