"""Work on data files that must not happen in the window: parsing of untrusted files, loading of pyarrow."""

import datetime
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pydantic import Field

from workbench.boundary import Boundary
from workbench.datasets.doctor import Check, check_rows, find_leaks, mended, without
from workbench.datasets.doctor.mending import FIXES
from workbench.datasets.large_files import Choices, is_large, look_through, prepare_large
from workbench.datasets.mapping import COLUMN_ROLES, as_text, map_rows, mapping_with
from workbench.datasets.readers import read_table
from workbench.datasets.rows_file import hash_file, write_rows
from workbench.datasets.streams import HEAD_ROWS, stream_rows
from workbench.datasets.types import ColumnMapping, Dataset, Finding, FindingKind, RowProblem, Table, TrainingRow
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext

SHOWN_CHARACTERS = 2000


class InspectRequest(Boundary):
    path: str
    mapping: ColumnMapping | None = None
    """None: guessed."""
    named: dict[str, str] = Field(default_factory=dict)
    """Columns by their roles that come before what is guessed; where `mapping` says nothing."""
    shown_rows: int = Field(50, ge=0, le=1000)
    shown_problems: int = Field(200, ge=0, le=10_000)
    test_questions: tuple[str, ...] = ()
    """Rows that ask one of these are a finding."""


class InspectReport(Boundary):
    """What is in a file, and what the mapping makes of it."""

    path: str
    file_format: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    """The first rows, cells as text, long ones shortened."""
    numbers: tuple[int, ...]
    """The row number in the file of each of `rows`."""
    row_count: int
    """Rows that could be read."""
    problems: tuple[RowProblem, ...]
    problem_count: int
    """All of them; `problems` holds the first."""
    mapping: ColumnMapping
    training_rows: tuple[TrainingRow, ...] = ()
    """The first rows as conversations, when the mapping is complete."""
    training_row_count: int = 0
    findings: tuple[Finding, ...] = ()
    """The data doctor's."""


class PrepareRequest(Boundary):
    """Make a data set of a file: the rows go to a file, the description comes back."""

    name: str
    path: str
    mapping: ColumnMapping | None = None
    """None: guessed."""
    named: dict[str, str] = Field(default_factory=dict)
    """As in `InspectRequest`."""
    system_text: str = ""
    """The system message of rows that have none of their own; an empty one leaves the mapping as it is."""
    folder: str
    """Where rows files lie (`DatasetStore.folder`)."""
    drop: tuple[FindingKind, ...] = ()
    """Rows with these findings are left out (of duplicates, the first stays)."""
    mend: tuple[FindingKind, ...] = ()
    """Rows with these findings are mended by rule; the file itself is not changed."""
    test_questions: tuple[str, ...] = ()
    """With FindingKind.LEAK in `drop`: training rows that ask one of these are left out."""


class PrepareReport(Boundary):
    dataset: Dataset
    problems: tuple[RowProblem, ...] = ()
    findings: tuple[Finding, ...] = ()
    dropped: int = 0
    """Rows left out because of `PrepareRequest.drop`."""
    mended: int = 0
    """Rows changed because of `PrepareRequest.mend`."""


def inspect(context: JobContext, request: InspectRequest, also: Check | None = None) -> InspectReport:
    """Read a file, guess the mapping, look at the rows. `also`: one check of the rows more."""
    context.progress(0, 0, f"Reading {Path(request.path).name}")
    if is_large(Path(request.path)):
        return _inspect_large(context, request, also)
    table = read_table(Path(request.path))
    mapping = request.mapping or mapping_with(table, request.named)
    _check_columns(table, mapping)
    mapped = map_rows(table, mapping) if mapping.is_complete else None
    context.check_cancelled()
    problems = sorted([*table.problems, *(mapped.problems if mapped else ())], key=lambda problem: problem.row)
    return InspectReport(
        path=request.path,
        file_format=table.file_format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=table.columns,
        rows=tuple(_shown(table, index) for index in range(min(request.shown_rows, len(table.rows)))),
        numbers=table.numbers[: request.shown_rows],
        row_count=len(table.rows),
        problems=tuple(problems[: request.shown_problems]),
        problem_count=len(problems),
        mapping=mapping,
        training_rows=mapped.rows[: request.shown_rows] if mapped else (),
        training_row_count=len(mapped.rows) if mapped else 0,
        findings=_findings(context, mapped.rows, request.test_questions, also) if mapped else (),
    )


def _findings(
    context: JobContext, rows: Sequence[TrainingRow], questions: Sequence[str], also: Check | None
) -> tuple[Finding, ...]:
    return (*check_rows(rows, also=also, on_progress=partial(_tell, context)), *find_leaks(rows, questions))


def _inspect_large(context: JobContext, request: InspectRequest, also: Check | None) -> InspectReport:
    look = look_through(
        Path(request.path),
        request.mapping,
        lambda said: context.progress(0, 0, said),
        request.test_questions,
        request.named,
        also,
    )
    _check_columns(look.head, look.mapping)
    shown = min(request.shown_rows, len(look.head.rows))
    mapped = map_rows(look.head, look.mapping) if look.mapping.is_complete else None
    return InspectReport(
        path=request.path,
        file_format=look.head.file_format,
        encoding=look.head.encoding,
        delimiter=look.head.delimiter,
        columns=look.head.columns,
        rows=tuple(_shown(look.head, index) for index in range(shown)),
        numbers=look.head.numbers[:shown],
        row_count=look.rows,
        problems=tuple(look.problems[: request.shown_problems]),
        problem_count=look.problem_count,
        mapping=look.mapping,
        training_rows=mapped.rows[: request.shown_rows] if mapped else (),
        training_row_count=look.trained,
        findings=look.findings,
    )


def _tell(context: JobContext, done: int, total: int) -> None:
    context.progress(done, total, "Looking for problems")


def prepare(context: JobContext, request: PrepareRequest, also: Check | None = None) -> PrepareReport:
    """Write the usable rows of a file; the caller records the data set. `also`: one check of the rows more.

    Raises WorkbenchError when no row is left.
    """
    path = Path(request.path)
    context.progress(0, 0, f"Reading {path.name}")
    large = is_large(path)
    source_hash = hash_file(path) if path.is_file() and not large else ""
    table = stream_rows(path).head(HEAD_ROWS) if large else read_table(path)
    mapping = request.mapping or mapping_with(table, request.named)
    if request.system_text:
        mapping = mapping.model_copy(update={"system_text": request.system_text})
    if not mapping.is_complete:
        raise WorkbenchError(
            f"It is not clear which columns of {path.name} are question and answer ({', '.join(table.columns[:8])}).",
            hint="Name them “question” and “answer”, or map the columns on the Data tab.",
            code="no_mapping",
        )
    _check_columns(table, mapping)
    if unknown := set(request.mend) - set(FIXES):
        raise WorkbenchError(
            f"No rule can mend: {', '.join(sorted(unknown))}.",
            hint=f"There are rules for {', '.join(FIXES)}; leave the other rows out.",
            code="no_fix",
        )
    if large:
        return _prepare_large(context, request, path, mapping, also)
    mapped = map_rows(table, mapping)
    findings = _findings(context, mapped.rows, request.test_questions, also)
    kept = without(mapped.rows, [finding for finding in findings if finding.kind in request.drop])
    rows = mended(kept, findings, request.mend)
    problems = tuple(sorted([*table.problems, *mapped.problems], key=lambda problem: problem.row))
    if not rows:
        raise _no_rows(path, problems)
    rows_path, digest = write_rows(rows, Path(request.folder))
    dataset = Dataset(
        name=request.name,
        content_hash=digest,
        rows_path=str(rows_path),
        source_path=str(path.absolute()),
        source_hash=source_hash,
        mapping=mapping,
        row_count=len(rows),
        problem_count=sum(problem.dropped for problem in problems),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        left_out=request.drop,
        mended=request.mend,
    )
    return PrepareReport(
        dataset=dataset,
        problems=problems[:1000],
        findings=findings,
        dropped=len(mapped.rows) - len(rows),
        mended=sum(before != after for before, after in zip(kept, rows, strict=True)),
    )


def _prepare_large(
    context: JobContext, request: PrepareRequest, path: Path, mapping: ColumnMapping, also: Check | None
) -> PrepareReport:
    choices = Choices(frozenset(request.drop), request.mend, request.test_questions, also)
    folder = Path(request.folder)
    made = prepare_large(path, request.name, mapping, choices, folder, lambda said: context.progress(0, 0, said))
    if made is None:
        raise _no_rows(path, ())
    return PrepareReport(
        dataset=made.dataset,
        problems=tuple(made.problems[:1000]),
        findings=made.findings,
        dropped=made.dropped,
        mended=made.mended,
    )


def _no_rows(path: Path, problems: Sequence[RowProblem]) -> WorkbenchError:
    first = next((str(problem) for problem in problems), "every row was left out")
    return WorkbenchError(
        f"{path.name} has no row that can be trained ({first})", hint="Check the columns.", code="no_rows"
    )


def _shown(table: Table, index: int) -> dict[str, str]:
    return {column: as_text(table.rows[index].get(column))[:SHOWN_CHARACTERS] for column in table.columns}


def _check_columns(table: Table, mapping: ColumnMapping) -> None:
    named = [getattr(mapping, field) for field in COLUMN_ROLES]
    missing = [name for name in named if name and name not in table.columns]
    if missing:
        raise WorkbenchError(
            f"{table.name} has no column “{missing[0]}”.",
            hint=f"It has: {', '.join(table.columns[:12])}.",
            code="no_column",
        )
