"""Is it the right label?"""

import re

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.exact_match import shown
from workbench.scoring.metrics.text import plain, texts_of, without_marks
from workbench.scoring.types import ScoreValue


def label_accuracy(case: Case) -> ScoreValue:
    """1 when the answer is the label, or names it and no other of `options["labels"]`."""
    given = _label_in(
        plain(without_marks(case.answer)), [plain(str(label)) for label in texts_of(case.options.get("labels", ()))]
    )
    right = given in {plain(reference) for reference in case.references}
    expected = "" if right else f", expected “{shown(case.references[0])}”"
    return ScoreValue(value=float(right), explanation=f"Label “{shown(given)}”{expected}.")


def _label_in(answer: str, labels: list[str]) -> str:
    """The one label that the answer names; the whole answer when it is not exactly one."""
    if answer in labels:
        return answer
    named = [label for label in labels if label and re.search(rf"(?<!\w){re.escape(label)}(?!\w)", answer)]
    # "card payment" also names "card": the longer label is meant.
    named = [label for label in named if not any(label != other and label in other for other in named)]
    return named[0] if len(named) == 1 else answer
