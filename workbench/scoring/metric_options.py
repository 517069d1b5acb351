"""What can be set of a metric: for the form of the window, and for telling a mistyped option from a known one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class OptionKind(StrEnum):
    NUMBER = "number"
    WHOLE = "whole"
    SWITCH = "switch"
    """1 or 0."""
    CHOICE = "choice"
    TEXT = "text"
    LIST = "list"
    """Several texts."""


@dataclass(frozen=True, slots=True)
class MetricOption:
    """One setting of a metric."""

    name: str
    title: str
    sentence: str
    """What it does, for people."""
    kind: OptionKind
    default: float | int | str = 0
    choices: tuple[tuple[str, str], ...] = ()
    """Value and title."""


_IGNORE_CASE = MetricOption(
    "ignore_case", "Ignore case", "Capital and small letters are the same.", OptionKind.SWITCH, 1
)
_FIELDS = MetricOption(
    "fields",
    "Only these fields",
    "Names, with commas between them; none: all fields.",
    OptionKind.LIST,
    "",
)
_K = MetricOption("k", "First k", "Only the first k documents count; 0: all that were found.", OptionKind.WHOLE, 0)
_EMBEDDER = MetricOption(
    "embedder", "Embedder", "A folder with an embedder; none: the one that comes with the program.", OptionKind.TEXT, ""
)

OPTIONS: Mapping[str, tuple[MetricOption, ...]] = MappingProxyType(
    {
        "exact_match": (_IGNORE_CASE,),
        "contains": (_IGNORE_CASE,),
        "regex": (
            MetricOption(
                "pattern",
                "Pattern",
                "A regular expression for all answers; none: each right answer is one.",
                OptionKind.TEXT,
                "",
            ),
            _IGNORE_CASE,
        ),
        "numeric": (
            MetricOption("tolerance", "Tolerance", "So far off is still right.", OptionKind.NUMBER, 0.0),
            MetricOption(
                "relative", "Relative tolerance", "As a share of the right number: 0.05 is 5 %.", OptionKind.NUMBER, 0.0
            ),
            MetricOption(
                "position",
                "Which number",
                "Of the answer's numbers.",
                OptionKind.CHOICE,
                "first",
                (("first", "the first"), ("last", "the last"), ("any", "any of them")),
            ),
        ),
        "label_accuracy": (
            MetricOption(
                "labels",
                "Labels",
                "All labels there are, with commas between them; none: those of the right answers.",
                OptionKind.LIST,
                "",
            ),
        ),
        "json_fields": (_FIELDS,),
        "format_fields": (_FIELDS,),
        "recall_at_k": (_K,),
        "ndcg": (_K,),
        "semantic_similarity": (_EMBEDDER,),
        "faithfulness": (_EMBEDDER,),
    }
)
"""By the metric's name; the others have none."""


def options_of(metric: str) -> tuple[MetricOption, ...]:
    """The settings of a metric; those of `recall_at_5` are set by its name."""
    return OPTIONS.get(metric, ())
