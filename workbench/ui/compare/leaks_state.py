"""What the page about leaks shows. No Qt."""

from dataclasses import dataclass, field

from workbench.compare.leak_types import Leak, LeakKind
from workbench.compare.types import ComparisonReport
from workbench.datasets.types import Example


@dataclass(frozen=True, slots=True)
class LeaksState:
    """Which leaks are listed, and what excluding them has come to."""

    kind: LeakKind | None = None
    """Only leaks of this kind; None: all."""
    is_working: bool = False
    """The verdict is being told anew."""
    before: tuple[tuple[str, ...], ...] = ()
    """What was excluded before, step by step: undo goes back."""


@dataclass(frozen=True, slots=True)
class LeakLine:
    """One line of the list: a test question beside the row in which it was found."""

    leak: Leak
    example: Example
    is_excluded: bool = False
    key: tuple[str, str] = field(default=("", ""))
    """Question and place."""


def leak_lines(report: ComparisonReport, kind: LeakKind | None) -> tuple[LeakLine, ...]:
    """The leaks of a finished comparison, of one kind or all, certain ones first."""
    examples = {example.id: example for example in report.examples}
    order = list(LeakKind)
    excluded = set(report.excluded)
    return tuple(
        LeakLine(leak, examples[leak.example_id], leak.example_id in excluded, (leak.example_id, leak.where))
        for leak in sorted(report.leaks, key=lambda leak: order.index(leak.kind))
        if leak.example_id in examples and kind in (None, leak.kind)
    )
