"""The data doctor: what is wrong with training rows, said with row numbers before hours are spent on them."""

from collections.abc import Callable, Iterable, Sequence

from workbench.datasets.doctor.keys import input_key, normalise
from workbench.datasets.doctor.labels import label_balance
from workbench.datasets.doctor.language import other_languages
from workbench.datasets.doctor.leaks import find_leaks
from workbench.datasets.doctor.leftovers import leftovers
from workbench.datasets.doctor.lengths import empty_rows, few_rows, nearly_empty, odd_lengths
from workbench.datasets.doctor.mending import mended
from workbench.datasets.doctor.personal import personal_data, secrets
from workbench.datasets.doctor.repetition import repetitions
from workbench.datasets.types import Finding, Severity, TrainingRow

__all__ = ["Check", "check_rows", "find_leaks", "input_key", "mended", "normalise", "without"]

Check = Callable[[Sequence[TrainingRow]], list[Finding]]
_CHECKS: tuple[Check, ...] = (
    empty_rows,
    nearly_empty,
    odd_lengths,
    repetitions,
    leftovers,
    other_languages,
    secrets,
    personal_data,
    label_balance,
    few_rows,
)


def check_rows(
    rows: Sequence[TrainingRow],
    *,
    also: Check | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Finding]:
    """Everything found in one set of rows, errors first. `also`: one check more, of what only a model can tell."""
    findings: list[Finding] = []
    checks = _CHECKS if also is None else (*_CHECKS, also)
    for done, check in enumerate(checks):
        on_progress(done, len(checks))
        findings += check(rows)
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def without(rows: Sequence[TrainingRow], findings: Iterable[Finding]) -> list[TrainingRow]:
    """The rows that none of the findings names."""
    named = {number for finding in findings for number in finding.rows}
    return [row for row in rows if row.number not in named]
