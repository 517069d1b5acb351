"""What the arms of the set-up are made of, and what is wrong with them. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.compare.arm_checks import ArmProblem
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.sources_held import SourcesHeld
from workbench.compare.standard_arms import Missing, usable_collections
from workbench.compare.stock import Stock
from workbench.llm.fit import Fit
from workbench.llm.types import LoadConfig


@dataclass(frozen=True, slots=True)
class Places:
    """Where in a collection may be looked."""

    folders: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    """With the number of their documents, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """Whether a model fits into the memory, and the numbers in words."""

    fit: Fit
    words: str


@dataclass(frozen=True, slots=True)
class ArmsState:
    stock: Stock = field(default_factory=Stock)
    load: LoadConfig = field(default_factory=LoadConfig)
    fits: Mapping[str, Fitting] = field(default_factory=dict)
    """By the model's name."""
    places: Mapping[str, Places] = field(default_factory=dict)
    """By the collection's name, as far as they were read."""
    overlaps: Mapping[str, int] = field(default_factory=dict)
    """By a file of rows: how many test questions stand in it, as far as that was looked for."""
    held: SourcesHeld = field(default_factory=SourcesHeld)
    """Which collection holds the sources of the questions, as far as that was looked for."""
    wanted_collection: str = ""
    """The collection that the user wants the standard arms to search; empty: the one that fits the questions best."""
    is_awaited: bool = False
    """Whether arms are made as soon as it is known what is here."""
    why: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the arm's name: why it is made of what it is made of, where the program chose."""
    missing: tuple[Missing, ...] = ()
    """What the standard arms lack here."""
    problems: tuple[tuple[ArmProblem, ...], ...] = ()
    """Of each arm, in their order."""
    removed: tuple[int, ArmSpec] | None = None
    """The arm that was removed last, and where it stood."""
    replaced: tuple[ArmSpec, ...] = ()
    """The arms that others were put in place of."""

    @property
    def collections(self) -> tuple[str, ...]:
        """Names of those that the standard arms could search."""
        return tuple(ref.name for ref in usable_collections(self.stock))

    def problems_of(self, index: int) -> tuple[ArmProblem, ...]:
        return self.problems[index] if 0 <= index < len(self.problems) else ()
