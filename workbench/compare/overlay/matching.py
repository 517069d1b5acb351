"""Which question and which arm of one comparison is which of the other."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence

from workbench.compare.arm_types import Arm
from workbench.compare.types import ComparisonReport
from workbench.datasets.types import Example

_SAYS_NOTHING: dict[str, bool | set[str]] = {
    "name": True,
    "training_seconds": True,
    "indexing_seconds": True,
    "prompt_file": True,
    "prompt_name": True,
    "prompt_label": True,
    "adapter_name": True,
    "adapter": {"path"},
    "model": {"name", "path", "source", "licence"},
}
"""Fields of an arm that may differ without another answer."""


def match_questions(before: Sequence[Example], after: Sequence[Example]) -> dict[str, str]:
    """Ids of the earlier one's questions to those of the later one's with the same text.

    Those with the same id first; the rest where the text stands once on either side.
    """
    later = {(example.id, example.question): example for example in after}
    found = {e.id: e.id for e in before if (e.id, e.question) in later}
    taken = set(found.values())
    lonely = [example for example in after if example.id not in taken]
    once = {text for text, count in Counter(example.question for example in lonely).items() if count == 1}
    by_text = {example.question: example.id for example in lonely if example.question in once}
    rest = [example for example in before if example.id not in found]
    counts = Counter(example.question for example in rest)
    found |= {e.id: by_text[e.question] for e in rest if e.question in by_text and counts[e.question] == 1}
    return found


def match_arms(before: ComparisonReport, after: ComparisonReport) -> dict[str, str]:
    """Names of the earlier one's arms to those of the later one's: by name, then by what they are made of."""
    names = {result.name for result in after.arms}
    found = {result.name: result.name for result in before.arms if result.name in names}
    prints = {name: mark for name, mark in _prints(after).items() if name not in found}
    by_print = {mark: name for name, mark in prints.items()}
    for name, mark in _prints(before).items():
        if name not in found and mark in by_print:
            found[name] = by_print.pop(mark)
    return {result.name: found[result.name] for result in before.arms if result.name in found}


def _prints(report: ComparisonReport) -> Mapping[str, str]:
    return {arm.name: fingerprint(arm) for arm in report.request.arms} if report.request else {}


def fingerprint(arm: Arm) -> str:
    """Hash of what decides the arm's answers, whatever things are called and wherever they lie."""
    values = arm.model_dump(mode="json", exclude=dict(_SAYS_NOTHING))
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
