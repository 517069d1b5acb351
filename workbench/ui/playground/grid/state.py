"""Everything that the Grid page shows. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.errors import WorkbenchError
from workbench.playground.grid.combining import AS_THE_PROMPT_SAYS, read_scales
from workbench.playground.grid.metrics import GRID_METRICS
from workbench.playground.grid.types import Cell, GridReport, GridRequest, GridRow, Outcome, SettingsVariant
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble

DRAFT = "draft"
"""The key of the prompt as it stands in the editor."""


class Page(StrEnum):
    SETUP = "setup"
    RESULTS = "results"


class RowFilter(StrEnum):
    """Which rows the table shows."""

    ALL = "all"
    DIFFERENT = "different"
    """The combinations do not agree."""
    WRONG = "wrong"
    """At least one answer is not right."""
    FAILED = "failed"
    """At least one answer did not come about."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen for the grid."""

    key: str
    text: str
    tooltip: str = ""
    has_adapter: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of the data set, read."""

    source: str
    """ "mails.csv" or the data set's name."""
    rows: tuple[GridRow, ...]
    left_out: tuple[str, ...] = ()
    """Rows that cannot be used, each in a sentence."""
    columns: tuple[str, ...] = ()
    """Variables that every row fills."""
    count: int = 0
    """How many rows there are before the limit."""


@dataclass(frozen=True, slots=True)
class Results:
    """A grid and what it has so far, or at its end."""

    request: GridRequest
    outcomes: Mapping[tuple[int, int], Outcome] = field(default_factory=dict)
    """By combination and row. Replaced, never changed, so that views can tell what is new."""
    report: GridReport | None = None

    @property
    def missing(self) -> int:
        return self.request.size - len(self.outcomes)

    @property
    def failed(self) -> int:
        return self.report.failed if self.report else 0

    @property
    def metric(self) -> str:
        return self.request.metrics[0].name


@dataclass(frozen=True, slots=True)
class HistoryLine:
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class GridPageState:
    page: Page = Page.SETUP
    rows: Rows | None = None
    rows_trouble: Trouble | None = None
    is_reading: bool = False
    limit: int = 0
    """Only so many rows; 0 is all."""
    data_sets: tuple[str, ...] = ()
    versions: tuple[Choice, ...] = ()
    chosen_versions: frozenset[str] = frozenset()
    answerers: tuple[Choice, ...] = ()
    chosen_answerers: frozenset[str] = frozenset()
    is_scanning: bool = False
    scales: str = "1"
    """How strongly the chosen adapters are applied, as it is written: "0.5, 1"."""
    variants: tuple[SettingsVariant, ...] = (AS_THE_PROMPT_SAYS,)
    chosen_variants: frozenset[str] = frozenset({AS_THE_PROMPT_SAYS.name})
    """By name."""
    variant_trouble: str = ""
    metric: str = GRID_METRICS[0].name
    unfilled: tuple[str, ...] = ()
    """Variables of the chosen prompts that not every row fills."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What fills them for all rows."""
    prompt_trouble: str = ""
    """Why the draft cannot be run; only said when it is chosen."""
    running: Running | None = None
    trouble: Trouble | None = None
    results: Results | None = None
    selected: tuple[int, int] | None = None
    """The cell that is looked at: combination and row."""
    cell: Cell | None = None
    """Its transcript, once it was read."""
    cell_trouble: str = ""
    shown: RowFilter = RowFilter.ALL
    history: tuple[HistoryLine, ...] = ()

    @property
    def is_running(self) -> bool:
        return self.running is not None

    @property
    def columns(self) -> int:
        """How many combinations are chosen."""
        scales = 1 if self.scales_trouble or not self.has_adapters else len(read_scales(self.scales))
        answering = len(self.chosen_answerers) + self._adapters * (scales - 1)
        return len(self.chosen_versions) * answering * len(self.chosen_variants)

    @property
    def scales_trouble(self) -> str:
        """Why adapters cannot be applied so; empty where they can, or none is chosen."""
        if not self.has_adapters:
            return ""
        try:
            read_scales(self.scales)
        except WorkbenchError as problem:
            return f"{problem.message} {problem.hint}"
        return ""

    @property
    def _adapters(self) -> int:
        return sum(choice.has_adapter and choice.key in self.chosen_answerers for choice in self.answerers)

    @property
    def has_adapters(self) -> bool:
        """Whether an adapter is chosen."""
        return self._adapters > 0

    @property
    def cells(self) -> int:
        return self.columns * (len(self.rows.rows) if self.rows else 0)

    @property
    def not_ready(self) -> str:
        """Why it cannot run yet; empty when it can."""
        if self.is_running:
            return "A grid is running."
        if self.is_reading:
            return "The rows are being read."
        if self.rows is None:
            return "Choose rows: a file with questions and answers, or a data set."
        for chosen, what in (
            (self.chosen_versions, "prompt version"),
            (self.chosen_answerers, "model"),
            (self.chosen_variants, "variant of the settings"),
        ):
            if not chosen:
                return f"Choose at least one {what}."
        if self.scales_trouble:
            return self.scales_trouble
        return self.prompt_trouble if DRAFT in self.chosen_versions else ""

    @property
    def can_go_on(self) -> bool:
        """Whether cells of the shown grid are missing or failed, and nothing runs."""
        results = self.results
        return results is not None and not self.is_running and bool(results.missing or results.failed)

    @property
    def shown_rows(self) -> tuple[int, ...]:
        """The places of the rows that pass the filter."""
        results = self.results
        if results is None:
            return ()
        places = range(len(results.request.rows))
        if self.shown is RowFilter.ALL:
            return tuple(places)
        columns = range(len(results.request.combinations))
        return tuple(row for row in places if self._passes([results.outcomes.get((c, row)) for c in columns]))

    def _passes(self, outcomes: list[Outcome | None]) -> bool:
        made = [outcome for outcome in outcomes if outcome is not None]
        match self.shown:
            case RowFilter.DIFFERENT:
                return len({(outcome.has_failed, outcome.value) for outcome in made}) > 1
            case RowFilter.WRONG:
                return any(outcome.value is not None and outcome.value < 1.0 for outcome in made)
            case RowFilter.FAILED:
                return any(outcome.has_failed for outcome in made)
            case _:
                return True
