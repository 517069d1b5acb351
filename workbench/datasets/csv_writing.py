"""Tables for spreadsheet programs."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also in their full-width forms, which spreadsheet programs take for the same."""


def to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The lines of a CSV file, in which no text can become a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: object) -> object:
    """A model's answer must not become a formula of the spreadsheet that opens it."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell
