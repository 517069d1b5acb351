"""Rows of cells as text that can be found: small tables as tables, long ones row by row under their column names."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

_WHOLE_CHARACTERS = 1_000
"""A Markdown table up to this length is kept as one: it fits into a passage or two."""
MAX_COLUMNS = 200
MAX_ROWS = 100_000

Row = Sequence[str]


def table_text(rows: Sequence[Row]) -> str:
    """A table as Markdown. In a long one every row says what its numbers are: passages are cut between rows."""
    rows = trimmed(rows)
    if not rows:
        return ""
    titles, rows = _split_titles(rows)
    parts = [" ".join(filter(None, row)) for row in titles]
    if rows:
        whole = markdown_table(rows)
        parts.append(whole if len(whole) <= _WHOLE_CHARACTERS or not has_header(rows) else row_lines(rows))
    return "\n\n".join(parts)


def _split_titles(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Lines of one cell above the header are the table's title."""
    number = 0
    while number < len(rows) and sum(1 for cell in rows[number] if cell) <= 1:
        number += 1
    return (list(rows[:number]), list(rows[number:])) if 0 < number < len(rows) else ([], list(rows))


def has_header(rows: Sequence[Row]) -> bool:
    """Whether the first row names columns: words, each another one."""
    names = [cell for cell in rows[0] if cell]
    return len(rows) > 1 and len(names) > 1 and len(set(names)) == len(names) and not any(map(_is_number, names))


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ".").rstrip("%"))
    except ValueError:
        return False
    return True


def trimmed(rows: Iterable[Row]) -> list[list[str]]:
    """Cells on one line, without empty rows and columns around and between them."""
    cleaned = [[" ".join(cell.split()) for cell in row] for row in rows]
    cleaned = [row for row in cleaned if any(row)]
    width = max((len(row) for row in cleaned), default=0)
    used = [n for n in range(width) if any(n < len(row) and row[n] for row in cleaned)]
    return [[row[n] if n < len(row) else "" for n in used] for row in cleaned]


def markdown_table(rows: Sequence[Row]) -> str:
    """Rows of equal length as a table of GitHub's Markdown; the first is its head."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def row_lines(rows: Sequence[Row]) -> str:
    """The rows below the head as lines "column: value; ..."."""
    return "\n".join(row_line(rows[0], row) for row in rows[1:])


def row_line(header: Row, row: Row) -> str:
    """One row, its empty cells left out; cells beyond the header stand alone."""
    names = [*header, *[""] * (len(row) - len(header))]
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell)


def cell_text(value: object, number_format: str = "") -> str:
    """A spreadsheet's value as a person reads it: 3 for 3.0, 12 % for 0.12 shown as per cent, dates as ISO 8601."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number_text(value, number_format)
        case datetime():
            midnight = value.time() == time()
            return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _number_text(value: float, number_format: str) -> str:
    if number_format.endswith("%"):
        return f"{value * 100:.10g} %"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"
