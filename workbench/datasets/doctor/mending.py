"""What can be mended without a person: each kind of finding has one rule, and the file itself is never changed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from workbench.datasets.doctor.leftovers import mend_encoding, strip_markup
from workbench.datasets.doctor.personal import mask
from workbench.datasets.types import Finding, FindingKind, TrainingRow

FIXES: Mapping[FindingKind, Callable[[str], str]] = MappingProxyType(
    {FindingKind.BROKEN_TEXT: mend_encoding, FindingKind.MARKUP: strip_markup, FindingKind.PERSONAL: mask}
)


def mended(
    rows: Sequence[TrainingRow], findings: Sequence[Finding], kinds: Collection[FindingKind]
) -> list[TrainingRow]:
    """The rows, with those of the named kinds of findings mended.

    Raises KeyError for a kind that has no rule (`Finding.can_fix` says which have one).
    """
    wanted = [(FIXES[kind], _rows_of(findings, kind)) for kind in FIXES if kind in kinds]
    if missing := set(kinds) - set(FIXES):
        raise KeyError(f"no rule mends {sorted(missing)}")
    return [_mended(row, [fix for fix, numbers in wanted if row.number in numbers]) for row in rows]


def _mended(row: TrainingRow, fixes: Sequence[Callable[[str], str]]) -> TrainingRow:
    if not fixes:
        return row
    messages = []
    for message in row.messages:
        text = message.content
        for fix in fixes:
            text = fix(text)
        messages.append(message.model_copy(update={"content": text}))
    return row.model_copy(update={"messages": tuple(messages)})


def _rows_of(findings: Sequence[Finding], kind: FindingKind) -> frozenset[int]:
    return frozenset(number for finding in findings if finding.kind is kind for number in finding.rows)
