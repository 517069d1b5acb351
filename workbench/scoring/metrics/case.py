"""What a metric gets to see of one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """One answer with everything that a metric may judge it by."""

    answer: str
    references: tuple[str, ...] = ()
    """Right answers; any of them counts. Empty: the question has no answer and wants to be refused."""
    retrieved: tuple[str, ...] | None = None
    """Documents of the retrieved chunks, best first; None when nothing was retrieved by design."""
    relevant: tuple[str, ...] = ()
    """Documents that hold the answer."""
    cited: tuple[str, ...] | None = None
    """One document per citation mark of the answer, "" for a mark that points nowhere; None without retrieval."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the metric, such as `tolerance` or `labels`."""
