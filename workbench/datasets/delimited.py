"""CSV and TSV: every row has the header's columns or is named as a problem. Nothing is ever shifted."""

import codecs
import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.datasets.text_lines import NOT_UTF8
from workbench.datasets.types import RowProblem, Table
from workbench.errors import WorkbenchError

DELIMITERS = (",", ";", "\t", "|")
SNIFFED_LINES = 100
MAX_COLUMNS = 500
MAX_RESTARTS = 200
"""How many never-closed quotes are stepped over before the rest of a file is given up."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_delimited(content: bytes, name: str, *, delimiter: str = "") -> Table:
    """The table of a CSV or TSV file. `delimiter` empty: detected. WorkbenchError when there is no table at all."""
    text, encoding, problems = decode(content)
    lines = _split_lines(text)
    chosen = delimiter or detect_delimiter(lines[:SNIFFED_LINES])
    records = _read_records(lines, chosen)
    if not records.found:
        raise WorkbenchError(
            f"{name} has no rows.", hint="Choose a file with a header and at least one row.", code="no_rows"
        )
    if len(records.found[0][1]) > MAX_COLUMNS:
        raise WorkbenchError(
            f"{name} has {len(records.found[0][1])} columns; it does not look like a table.",
            hint="Choose a file with a header and one row per example.",
            code="not_a_table",
        )
    columns, header_problems = name_columns(records.found[0][1])
    rows, numbers, row_problems = _fit_to_header(records.found[1:], columns, records.found[0][0])
    everything = [*problems, *header_problems, *records.problems, *row_problems]
    everything.sort(key=lambda problem: problem.row)
    return Table(columns, tuple(rows), tuple(everything), tuple(numbers), name, "csv", encoding, chosen)


def decode(content: bytes) -> tuple[str, str, list[RowProblem]]:
    """Text, encoding and what is doubtful about it. UTF-8 unless a byte order mark or a foreign byte says otherwise."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding, []
            except UnicodeDecodeError as error:
                raise WorkbenchError(
                    f"The file says that it is {encoding}, but byte {error.start} is not.",
                    hint="Save it again as UTF-8.",
                    code="bad_encoding",
                ) from error
    try:
        return content.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = content.decode("cp1252", errors="replace")
        return text, "cp1252", [RowProblem(row=line, message=NOT_UTF8, dropped=False)]


def detect_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that gives most lines the same number of fields, more than one; a comma when none does."""
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        counts = Counter(len(record) for _, record in _read_records(lines, candidate).found)
        width, agreeing = counts.most_common(1)[0] if counts else (1, 0)
        score = (agreeing / max(1, counts.total()), width)
        if width > 1 and score > best_score:
            best, best_score = candidate, score
    return best


def name_columns(header: Sequence[str]) -> tuple[tuple[str, ...], list[RowProblem]]:
    """Distinct, non-empty column names; every repair is told."""
    names: list[str] = []
    problems: list[RowProblem] = []
    for position, cell in enumerate(header, 1):
        name = cell.strip()
        if not name:
            name = f"column {position}"
            problems.append(
                RowProblem(row=1, message=f"Column {position} has no name; it is called “{name}”.", dropped=False)
            )
        if name in names:
            other = next(f"{name} ({n})" for n in itertools.count(2) if f"{name} ({n})" not in names)
            problems.append(
                RowProblem(row=1, message=f"Two columns are called “{name}”; one is now “{other}”.", dropped=False)
            )
            name = other
        names.append(name)
    return tuple(names), problems


@dataclass(slots=True)
class _Records:
    found: list[tuple[int, list[str]]] = field(default_factory=list)
    """Line on which the record starts, and its fields."""
    problems: list[RowProblem] = field(default_factory=list)


def _split_lines(text: str) -> list[str]:
    """Only line ends end lines: `str.splitlines` also breaks at U+2028 and form feeds, which are text inside a cell."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line + "\n" for line in (lines[:-1] if lines[-1] == "" else lines)]


def _read_records(lines: Sequence[str], delimiter: str) -> _Records:
    """All records, going on behind a quote that is never closed and behind a misplaced one."""
    records = _Records()
    start = 0
    for _ in range(MAX_RESTARTS):
        next_start = _read_from(lines, start, delimiter, records)
        if next_start is None:
            return records
        start = next_start
    records.problems.append(
        RowProblem(row=start + 1, message="Too many quotes are never closed; the rest was not read.")
    )
    return records


def _read_from(lines: Sequence[str], start: int, delimiter: str, records: _Records) -> int | None:
    """Read on from line index `start`; the line to go on from when a quote runs to the end of the file, else None."""
    reader = csv.reader(_lines_from(lines, start), delimiter=delimiter, strict=True)
    while True:
        first = start + reader.line_num
        try:
            record = next(reader, None)
        except csv.Error as error:
            unfinished = "unexpected end" in str(error)
            records.problems.append(RowProblem(row=first + 1, message=say(error, lines[first])))
            if unfinished:
                return first + 1
            continue
        if record is None:
            return None
        if any(cell.strip() for cell in record):
            records.found.append((first + 1, record))


def _lines_from(lines: Sequence[str], start: int) -> Iterator[str]:
    return (lines[index] for index in range(start, len(lines)))


def say(error: csv.Error, line: str) -> str:
    """The reader's complaint about a record that begins with `line`, in words."""
    text = str(error)
    if "unexpected end" in text:
        return f"A quote is opened at character {line.find(chr(34)) + 1} and never closed."
    if "field larger" in text:
        return "A cell is longer than 131,072 characters; probably a quote is missing."
    if "expected after" in text:
        return "Text follows a closing quote; a quote inside a cell must be doubled."
    return f"The row cannot be read ({text})."


def _fit_to_header(
    records: Sequence[tuple[int, list[str]]], columns: Sequence[str], header_line: int
) -> tuple[list[Mapping[str, object]], list[int], list[RowProblem]]:
    rows: list[Mapping[str, object]] = []
    numbers: list[int] = []
    problems: list[RowProblem] = []
    for line, record in records:
        if problem := problem_with(record, len(columns), header_line):
            problems.append(RowProblem(row=line, message=problem))
            continue
        rows.append(dict(zip(columns, record, strict=True)))
        numbers.append(line)
    return rows, numbers, problems


def problem_with(record: Sequence[str], width: int, header_line: int) -> str:
    """Why a record does not fit its header; empty when it does."""
    if len(record) != width and record[0].lstrip().startswith("{"):
        return "The row looks like JSON, but the file is a table: are two formats mixed in it?"
    if len(record) != width:
        fields = "1 field" if len(record) == 1 else f"{len(record)} fields"
        return f"The row has {fields}, the header in row {header_line} has {width}."
    if any("\0" in cell for cell in record):
        return "The row contains a NUL character."
    return ""
