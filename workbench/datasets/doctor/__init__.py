"""The data doctor: what is wrong with training rows, said with row numbers before hours are spent on them."""

from collections.abc import Callable, Iterable, Sequence

from workbench.datasets.doctor.keys import input_key, normalise
from workbench.datasets.doctor.labels import label_balance
from workbench.datasets.doctor.language import other_languages
from workbench.datasets.doctor.leaks import find_leaks
from workbench.datasets.doctor.leftovers import leftovers
from workbench.datasets.doctor.lengths import empty_rows, few_rows, nearly_empty, odd_lengths, too_long
from workbench.datasets.doctor.mending import mended
from workbench.datasets.doctor.personal import personal_data, secrets
from workbench.datasets.doctor.repetition import repetitions
from workbench.datasets.types import Finding, Severity, TrainingRow

__all__ = ["check_rows", "find_leaks", "input_key", "mended", "normalise", "without"]

_CHECKS: tuple[Callable[[Sequence[TrainingRow]], list[Finding]], ...] = (
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
    count_tokens: Callable[[TrainingRow], int] | None = None,
    max_tokens: int = 0,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Finding]:
    """Everything found in one set of rows, errors first. `count_tokens`, `max_tokens` find rows that would be cut."""
    findings: list[Finding] = []
    for done, check in enumerate(_CHECKS):
        on_progress(done, len(_CHECKS))
        findings += check(rows)
    if count_tokens is not None and max_tokens:
        findings += too_long(rows, count_tokens, max_tokens)
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))


def without(rows: Sequence[TrainingRow], findings: Iterable[Finding]) -> list[TrainingRow]:
    """The rows that none of the findings names."""
    named = {number for finding in findings for number in finding.rows}
    return [row for row in rows if row.number not in named]
