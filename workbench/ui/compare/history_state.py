"""What the history of comparisons shows. No Qt."""

from dataclasses import dataclass

from workbench.compare.history import ComparisonEntry, matches
from workbench.compare.overlay.types import Overlay


@dataclass(frozen=True, slots=True)
class HistoryState:
    entries: tuple[ComparisonEntry, ...] = ()
    """All that are kept, newest first."""
    wanted: str = ""
    """Words that are looked for."""
    selected: tuple[int, ...] = ()
    """Numbers of the chosen ones, as far as they are shown."""
    deleted: tuple[ComparisonEntry, ...] = ()
    """What was deleted last and can come back."""
    busy: str = ""
    """What is being read, for people; empty when nothing is."""
    overlay: Overlay | None = None
    """Two of them over each other."""

    @property
    def shown(self) -> tuple[ComparisonEntry, ...]:
        return tuple(entry for entry in self.entries if matches(entry, self.wanted))

    @property
    def chosen(self) -> tuple[ComparisonEntry, ...]:
        """The selected ones, newest first."""
        return tuple(entry for entry in self.shown if entry.id in self.selected)

    @property
    def only(self) -> ComparisonEntry | None:
        """The selected one, when it is one."""
        return self.chosen[0] if len(self.chosen) == 1 else None

    def find(self, number: int) -> ComparisonEntry | None:
        return next((entry for entry in self.entries if entry.id == number), None)
