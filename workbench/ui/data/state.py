"""Everything that the Data tab shows. No Qt."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench.datasets.tasks import InspectReport
from workbench.datasets.types import ColumnMapping, Dataset, Finding, FindingKind, Layout, TrainingRow
from workbench.naming import row_numbers
from workbench.rag.row_writing import WrittenRow
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble

_NO_MAPPING = ColumnMapping()


class Page(StrEnum):
    LIBRARY = "library"
    """The saved data sets."""
    IMPORT = "import"
    """A file on its way to a data set."""
    PASSAGES = "passages"
    """Rows with retrieved passages, made from a collection."""


class ColumnRole(StrEnum):
    """What a column of a file can mean; the names of `ColumnMapping`'s fields."""

    QUESTION = "question"
    CONTEXT = "context"
    ANSWER = "answer"
    SYSTEM = "system"
    MESSAGES = "messages"
    DOCUMENT = "document"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Treatments:
    """What the user decided about the data doctor's findings."""

    left_out: frozenset[FindingKind] = frozenset()
    mended: frozenset[FindingKind] = frozenset()

    def leaving_out(self, kind: FindingKind, is_left_out: bool) -> "Treatments":
        """Rows are left out or mended, never both."""
        if is_left_out:
            return Treatments(self.left_out | {kind}, self.mended - {kind})
        return Treatments(self.left_out - {kind}, self.mended)

    def mending(self, kind: FindingKind, is_mended: bool) -> "Treatments":
        if is_mended:
            return Treatments(self.left_out - {kind}, self.mended | {kind})
        return Treatments(self.left_out, self.mended - {kind})

    def only(self, kinds: Collection[FindingKind]) -> "Treatments":
        """Those of findings that are there."""
        return Treatments(self.left_out & frozenset(kinds), self.mended & frozenset(kinds))


NOTHING_TREATED = Treatments()
SAY_COLUMNS = "Say which column asks and which one answers."


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One line of the problems list: a row of the file that is left out or doubtful."""

    row: int
    text: str
    outcome: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One thing that the data doctor found, and whether its rows are left out."""

    kind: FindingKind
    severity: str
    text: str
    hint: str
    rows: str
    can_leave_out: bool
    left_out: bool
    can_mend: bool
    mended: bool


@dataclass(frozen=True, slots=True)
class ImportState:
    """A file that was dropped or chosen."""

    path: str
    report: InspectReport | None = None
    mapping: ColumnMapping = _NO_MAPPING
    trouble: Trouble | None = None
    """Why the file, or this mapping of it, cannot be used."""
    shown_row: int = 0
    """Index into the report's rows."""
    name: str = ""
    name_trouble: str = ""
    treatments: Treatments = NOTHING_TREATED
    undoable: tuple[Treatments, ...] = ()
    """What was decided before, the last decision last."""
    is_saving: bool = False
    origin: str = ""
    """What it was made of, where another tab made it."""
    warning: str = ""
    """What is to be known before it is used."""

    @property
    def file_name(self) -> str:
        return Path(self.path).name

    @property
    def kind_in_words(self) -> str:
        """ "CSV, separated by semicolons, Windows-1252"."""
        if self.report is None:
            return ""
        return ", ".join(part for part in _describe(self.report) if part)

    @property
    def shown_conversation(self) -> TrainingRow | None:
        """The shown row after mapping; None when it gives none."""
        if self.report is None or not 0 <= self.shown_row < len(self.report.numbers):
            return None
        number = self.report.numbers[self.shown_row]
        return next((row for row in self.report.training_rows if row.number == number), None)

    @property
    def conversation_gap(self) -> str:
        """Why there is no conversation to show for the row."""
        if self.report is None or not self.report.numbers:
            return ""
        if not self.mapping.is_complete:
            return SAY_COLUMNS
        number = self.report.numbers[self.shown_row]
        problem = next((p.message for p in self.report.problems if p.row == number), "")
        return f"This row is left out: {problem}" if problem else "This row is left out."

    @property
    def problem_lines(self) -> tuple[ProblemLine, ...]:
        if self.report is None:
            return ()
        return tuple(
            ProblemLine(p.row, p.message, "left out" if p.dropped else "kept, please check")
            for p in self.report.problems
        )

    @property
    def hidden_problem_count(self) -> int:
        return 0 if self.report is None else self.report.problem_count - len(self.report.problems)

    @property
    def finding_lines(self) -> tuple[FindingLine, ...]:
        return () if self.report is None else tuple(self._finding_line(finding) for finding in self.report.findings)

    @property
    def problem_count(self) -> int:
        """What the badge counts: unusable and doubtful rows, and the data doctor's findings."""
        return 0 if self.report is None else self.report.problem_count + len(self.report.findings)

    @property
    def is_checked(self) -> bool:
        """Whether the rows were looked at: without question and answer there is nothing to look at."""
        return self.report is not None and (self.mapping.is_complete or self.problem_count > 0)

    @property
    def has_rows(self) -> bool:
        return self.report is not None and self.report.row_count > 0

    @property
    def usable_rows(self) -> int:
        """Rows that the data set would have (rows named by several findings count once)."""
        if self.report is None:
            return 0
        dropped = {
            row for finding in self.report.findings if finding.kind in self.treatments.left_out for row in finding.rows
        }
        return max(0, self.report.training_row_count - len(dropped))

    @property
    def can_save(self) -> bool:
        return not self.is_saving and not self.trouble and self.usable_rows > 0 and bool(self.name.strip())

    def _finding_line(self, finding: Finding) -> FindingLine:
        return FindingLine(
            kind=finding.kind,
            severity=str(finding.severity),
            text=finding.message,
            hint=finding.hint,
            rows=row_numbers(finding.rows),
            can_leave_out=bool(finding.rows) and finding.kind is not FindingKind.SAME_ANSWER,
            left_out=finding.kind in self.treatments.left_out,
            can_mend=finding.can_fix,
            mended=finding.kind in self.treatments.mended,
        )


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class PassagesState:
    """Making rows that carry retrieved passages."""

    dataset: str = ""
    collection: str = ""
    collections: tuple[str, ...] = ()
    top_k: int = 4
    answers_are_quoted: bool = True
    """The answers stand in the documents; else the documents only guide them."""
    without_answer: int = 0
    """Percent of the rows whose passages lack the answer."""
    writes: bool = False
    """A model writes questions and answers, instead of a data set that has them."""
    models: tuple[str, ...] = ()
    model: str = ""
    count: int = 20
    """Rows that it shall write."""
    written: tuple[WrittenRow, ...] = ()
    """What it wrote, for a look."""
    dropped: frozenset[int] = frozenset()
    """Places in `written` that are not taken."""
    name: str = ""
    name_trouble: str = ""
    trouble: Trouble | None = None
    is_running: bool = False
    made: str = ""
    """What came out, in a sentence."""
    left_out: tuple[LeftOutRow, ...] = ()

    @property
    def taken(self) -> tuple[WrittenRow, ...]:
        return tuple(row for place, row in enumerate(self.written) if place not in self.dropped)

    @property
    def can_make(self) -> bool:
        if self.is_running or not self.collection:
            return False
        if self.writes and not self.written:
            return bool(self.model)
        return bool((self.taken if self.writes else self.dataset) and self.name.strip())


@dataclass(frozen=True, slots=True)
class DataState:
    page: Page = Page.LIBRARY
    datasets: tuple[Dataset, ...] = ()
    selected: str = ""
    """Name of the data set whose rows are shown."""
    rows: tuple[TrainingRow, ...] = ()
    """The first rows of the selected data set."""
    shown_row: int = 0
    rows_trouble: Trouble | None = None
    asked_to_delete: str = ""
    """Name of the data set that waits for a yes."""
    running: Running | None = None
    importing: ImportState | None = None
    waiting: tuple[str, ...] = ()
    """Files that were dropped together and come after this one."""
    passages: PassagesState = PassagesState()

    @property
    def selected_dataset(self) -> Dataset | None:
        return next((dataset for dataset in self.datasets if dataset.name == self.selected), None)

    @property
    def shown_conversation(self) -> TrainingRow | None:
        return self.rows[self.shown_row] if 0 <= self.shown_row < len(self.rows) else None


def layout_in_words(layout: Layout) -> str:
    match layout:
        case Layout.COLUMNS:
            return "One column asks, another answers"
        case Layout.MESSAGES:
            return "One column holds the conversation"


def _describe(report: InspectReport) -> tuple[str, ...]:
    separators = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    separated = separators.get(report.delimiter, "")
    encodings = {"utf-8": "", "utf-8-sig": "UTF-8 with a byte order mark", "cp1252": "Windows-1252"}
    return (
        "TSV" if report.delimiter == "\t" else report.file_format.upper(),
        f"separated by {separated}" if separated and report.delimiter != "\t" else "",
        encodings.get(report.encoding, report.encoding.upper()),
    )
