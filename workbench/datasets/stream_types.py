"""What a file that is read row by row gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from workbench.datasets.types import RowProblem


@dataclass(frozen=True, slots=True)
class StreamedRow:
    """One row's values and its number in the file, from 1."""

    number: int
    values: Mapping[str, object]

    @property
    def size(self) -> int:
        """About how many characters it holds."""
        return sum(len(value) if isinstance(value, str) else 100 for value in self.values.values())


StreamItem: TypeAlias = StreamedRow | RowProblem
