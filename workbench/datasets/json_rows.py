"""JSON lines and JSON arrays, checked before anything else touches them.

The depth is limited here because a short file of 20,000 nested brackets ends a process that parses it with pyarrow.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NoReturn

from workbench.datasets.delimited import decode
from workbench.datasets.types import RowProblem, Table
from workbench.errors import WorkbenchError

MAX_DEPTH = 64
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]')
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")
_KINDS = {str: "text", bool: "yes/no", int: "a number", float: "a number", list: "a list", dict: "an object"}


def read_json_lines(content: bytes, name: str) -> Table:
    """One object per line. Raises WorkbenchError for a file without any row."""
    text, encoding, problems = decode(content)
    rows: list[Mapping[str, object]] = []
    numbers: list[int] = []
    lines = text.split("\n")
    last = max((i for i, line in enumerate(lines) if line.strip()), default=-1)
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            rows.append(parse_object(line))
            numbers.append(index + 1)
        except UnusableError as problem:
            cut = index == last and problem.is_cut
            said = "The line is unfinished: the file seems to be cut off." if cut else str(problem)
            problems.append(RowProblem(row=index + 1, message=said))
    return finish_table(rows, numbers, problems, name, "jsonl", encoding)


def read_json_object(content: bytes, name: str) -> Table:
    """An object with one array of objects in it. Rows are counted from 1."""
    text, encoding, problems = decode(content)
    try:
        check_depth(text, MAX_DEPTH + 2)
        document = parse_json(text)
    except UnusableError as problem:
        raise WorkbenchError(
            f"{name} is not readable JSON: {problem}", hint="Check where the file was exported from.", code="bad_json"
        ) from problem
    rows: list[Mapping[str, object]] = []
    numbers: list[int] = []
    for number, item in enumerate(_rows_of(document, name), 1):
        if not isinstance(item, dict):
            problems.append(RowProblem(row=number, message=f"Expected an object, found {kind_of(item)}."))
            continue
        try:
            check_characters(text, item)
        except UnusableError as problem:
            problems.append(RowProblem(row=number, message=str(problem)))
            continue
        rows.append(item)
        numbers.append(number)
    return finish_table(rows, numbers, problems, name, "json", encoding)


def looks_like_json_lines(content: bytes) -> bool:
    """Whether a file that starts with "{" holds one object per line rather than one object."""
    first, _, rest = content.partition(b"\n")
    try:
        parse_object(first.decode("utf-8-sig"))
    except (UnicodeDecodeError, UnusableError):
        return False
    return bool(rest.strip()) or b"[" not in first


class UnusableError(Exception):
    """Why a line or a document is no row, in words."""

    def __init__(self, message: str, *, is_cut: bool = False) -> None:
        super().__init__(message)
        self.is_cut = is_cut


def parse_object(line: str) -> dict[str, object]:
    """The object of one line. Raises UnusableError."""
    start = line.lstrip("\ufeff \t")[:1]
    if start not in "{[\"-0123456789tfnN'":
        shown = line.strip()[:30]
        raise UnusableError(f"The line is not JSON (“{shown}”); is another format mixed into this file?")
    check_depth(line, MAX_DEPTH)
    value = parse_json(line)
    if not isinstance(value, dict):
        raise UnusableError(f"Expected an object, found {kind_of(value)}.")
    check_characters(line, value)
    return value


def check_characters(written: str, value: object) -> None:
    """Raises UnusableError where JSON text spells out half a character, which no text and no database keeps."""
    if not _ESCAPED_HALF.search(written):
        return
    if half := _HALF.search(json.dumps(value, ensure_ascii=False)):
        raise UnusableError(f"It holds \\u{ord(half.group()):04x}, half of a character: that is not valid text.")


def check_depth(text: str, limit: int) -> None:
    """Raises UnusableError for brackets nested deeper than `limit`."""
    if text.count("[") + text.count("{") <= limit:
        return
    depth = 0
    for mark in _MARKS.finditer(text):
        if mark.group() in "[{":
            depth += 1
            if depth > limit:
                raise UnusableError(f"It is nested more than {limit} levels deep.")
        elif mark.group() in "]}":
            depth -= 1


def parse_json(text: str) -> object:
    """A value as JSON has them, without NaN and Infinity. Raises UnusableError."""
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        where = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise UnusableError(f"{error.msg} ({where}character {error.colno}).", is_cut=at_end) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; NaN
        raise UnusableError(str(error)) from error


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python would read."""
    raise ValueError(f"{name} is not a JSON number.")


def _rows_of(document: object, name: str) -> list[object]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list) and value]
        if len(lists) == 1 and all(isinstance(item, dict) for item in lists[0]):
            return lists[0]
    raise WorkbenchError(
        f"{name} holds {kind_of(document)}, not a list of rows.",
        hint="The file should be an array of objects, or one object per line.",
        code="no_rows",
    )


def finish_table(
    rows: list[Mapping[str, object]],
    numbers: list[int],
    problems: list[RowProblem],
    name: str,
    file_format: str,
    encoding: str,
) -> Table:
    """The table of rows that were read, with values of another kind than their column's pointed out."""
    if not rows and not problems:
        raise WorkbenchError(f"{name} has no rows.", hint="Choose a file with at least one row.", code="no_rows")
    columns = tuple(dict.fromkeys(key for row in rows for key in row))
    problems = [*problems, *_mixed_kinds(columns, rows, numbers)]
    problems.sort(key=lambda problem: problem.row)
    return Table(columns, tuple(rows), tuple(problems), tuple(numbers), name, file_format, encoding)


def _mixed_kinds(
    columns: Sequence[str], rows: Sequence[Mapping[str, object]], numbers: Sequence[int]
) -> list[RowProblem]:
    """Rows whose value is of another kind than the same column's in most rows."""
    problems = []
    for column in columns:
        kinds: dict[str, list[int]] = defaultdict(list)
        for row, number in zip(rows, numbers, strict=True):
            if row.get(column) is not None:
                kinds[kind_of(row[column])].append(number)
        if len(kinds) < 2:
            continue
        usual = Counter({kind: len(found) for kind, found in kinds.items()}).most_common(1)[0][0]
        for kind, found in kinds.items():
            if kind != usual:
                message = f"“{column}” holds {kind} here and {usual} in most rows."
                problems += [RowProblem(row=number, message=message, dropped=False) for number in found]
    return problems


def kind_of(value: object) -> str:
    """ "text", "a number", ... for messages."""
    return _KINDS.get(type(value), "nothing")
