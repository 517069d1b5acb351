"""Is it the right number?"""

import re

from workbench.scoring.metrics.case import Case
from workbench.scoring.metrics.exact_match import shown
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue

_NUMBER = re.compile(r"(?<![\w.,-])[-+\u2212]?\d[\d.,\u00a0\u202f']*(?:[eE][-+]?\d+)?|(?<![\w.])[-+\u2212]?\.\d+")
_CLOSE = 1e-9


def numeric(case: Case) -> ScoreValue:
    """1 when the answer's number is within tolerance of any reference's.

    Options: `tolerance` (absolute, default 0), `relative` (share of the reference, default 0), `position` ("first",
    the default, "last" or "any" of the answer's numbers).
    """
    wanted = [found[0] for reference in case.references if (found := numbers_in(reference))]
    if not wanted:
        return ScoreValue(explanation=f"The reference “{shown(case.references[0])}” has no number.")
    given = numbers_in(without_marks(case.answer))
    if not given:
        return ScoreValue(value=0.0, explanation="The answer has no number.")
    position = case.options.get("position", "first")
    given = given if position == "any" else [given[-1 if position == "last" else 0]]
    absolute, relative = float(case.options.get("tolerance", 0.0)), float(case.options.get("relative", 0.0))
    right = any(abs(g - w) <= max(absolute, relative * abs(w), _CLOSE * abs(w)) for g in given for w in wanted)
    return ScoreValue(value=float(right), explanation=f"{given[0]:g} against {wanted[0]:g}.")


def numbers_in(text: str) -> list[float]:
    """Every number of a text: 1,234.5 and 1.234,5 are the same; a lone comma before three digits groups thousands."""
    return [value for match in _NUMBER.finditer(text) if (value := _parse(match[0])) is not None]


def _parse(written: str) -> float | None:
    digits = re.sub("[\u00a0\u202f']", "", written).replace("\u2212", "-").rstrip(".,")
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        digits = digits.replace("," if comma < point else ".", "").replace(",", ".")
    elif comma >= 0:
        groups = digits.split(",")
        grouped = all(len(group) == 3 for group in groups[1:])
        digits = "".join(groups) if grouped or len(groups) > 2 else ".".join(groups)
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        return float(digits)
    except ValueError:
        return None
