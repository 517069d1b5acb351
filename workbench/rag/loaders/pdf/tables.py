"""Tables: rows of cells, from drawn grids or from text that stands in columns."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from workbench.rag.loaders.pdf.geometry import Box, Interval, around
from workbench.rag.loaders.pdf.rulings import Grid
from workbench.rag.loaders.pdf.segments import Line, Segment, find_lines, is_rtl

_NUMBER = re.compile(r"[-+(]?[\d.,:/%\u20ac$\u00a3\u00a5 ()-]*\d[\d.,:/%\u20ac$\u00a3\u00a5 )-]*$")

Cell = list[Line]
Row = list[Cell]


@dataclass(frozen=True)
class Table:
    """Rows of cells, each a list of lines."""

    rows: list[Row]
    box: Box
    header_rows: int
    """How many rows at the top name the columns."""
    order: int


def tables_of_grid(grid: Grid, segments: Sequence[Segment]) -> tuple[list[Table], list[Segment]]:
    """The text inside a drawn grid as tables, and what stands in it without being one: rows of a single cell."""
    rows: list[list[list[Segment]]] = []
    walls = [grid.walls(row) for row in range(len(grid.ys) - 1)]
    cells: list[list[list[Segment]]] = [[[] for _ in grid.xs[:-1]] for _ in grid.ys[:-1]]
    for segment in segments:
        row = grid.row(segment.box.middle)
        for piece in _cut_at(segment, walls[row]):
            cells[row][grid.column(row, (piece.box.left + piece.box.right) / 2)].append(piece)
    tables: list[Table] = []
    plain: list[Segment] = []
    for number, row_cells in enumerate([*cells, None]):
        if row_cells is not None and len(walls[number]) > 2:
            rows.append(row_cells)
            continue
        plain += [piece for cell in row_cells or () for piece in cell]
        table = _drawn_table(rows)
        tables += [table] if table else []
        plain += [] if table else [piece for row_ in rows for cell in row_ for piece in cell]
        rows = []
    return tables, plain


def _drawn_table(rows: Sequence[list[list[Segment]]]) -> Table | None:
    """None when there is too little in it to be a table."""
    filled = [row for row in rows if any(row)]
    used = [column for column in range(len(filled[0])) if any(row[column] for row in filled)] if filled else []
    if len(filled) < 2 or len(used) < 2 or not any(sum(map(bool, row)) >= 2 for row in filled):
        return None
    table = [one for row in filled for one in _rows_without_rules([find_lines(row[column]) for column in used])]
    segments = [segment for row in filled for cell in row for segment in cell]
    box = around(segment.box for segment in segments)
    return Table(_in_direction(table), box, _header_rows(table), min(segment.order for segment in segments))


def _rows_without_rules(row: Row) -> list[Row]:
    """A row that holds several rows with no line drawn between them: its cells have short lines side by side."""
    tall = [cell for cell in row if len(cell) > 1]
    if len(tall) < 2 or median(len(line.text.split()) for cell in tall for line in cell) > 3:
        return [row]
    lines = sorted((line for cell in row for line in cell), key=lambda line: line.box.middle)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and groups[-1][0].box.shares_line_with(line.box):
            groups[-1].append(line)
        else:
            groups.append([line])
    if sum(len(group) > 1 for group in groups) < 0.5 * len(groups):
        return [row]
    members = [set(map(id, group)) for group in groups]
    return [[[line for line in cell if id(line) in member] for cell in row] for member in members]


def _cut_at(segment: Segment, xs: Sequence[float]) -> list[Segment]:
    """Parts of a run that a vertical line of the grid cuts between two words."""
    inner = [x for x in xs if segment.box.left < x < segment.box.right]
    if not inner:
        return [segment]
    parts: dict[int, Segment] = {}
    for word in segment.words:
        column = sum(x <= (word.box.left + word.box.right) / 2 for x in inner)
        parts.setdefault(column, Segment([], segment.is_bold, segment.is_mono)).words.append(word)
    return list(parts.values())


def table_of_columns(lines: Sequence[Line], columns: Sequence[Interval]) -> Table:
    """Lines whose runs stand in these columns as a table; what a cell goes on with in the next line stays in it."""
    between_rules = _rows_between_rules(lines, columns)
    if between_rules is not None:
        return _table(between_rules, lines)
    rows: list[Row] = []
    last: Line | None = None
    steps = [b.box.middle - a.box.middle for a, b in itertools.pairwise(lines)]
    usual = median(steps) if steps else 0.0
    for line in lines:
        row = _row([line], columns)
        if rows and last is not None and _continues(rows[-1], row, line.box.middle - last.box.middle, usual):
            for cell, more in zip(rows[-1], row, strict=True):
                cell += more
        else:
            rows.append(row)
        last = line
    return _table(rows, lines)


def _table(rows: list[Row], lines: Sequence[Line]) -> Table:
    box = around(line.box for line in lines)
    order = min(segment.order for line in lines for segment in line.segments)
    return Table(_in_direction(rows), box, _header_rows(rows), order)


def _row(lines: Sequence[Line], columns: Sequence[Interval]) -> Row:
    cells: list[list[Segment]] = [[] for _ in columns]
    for line in lines:
        for segment in line.segments:
            cells[_column(segment, columns, is_alone=len(line.segments) == 1)].append(segment)
    return [find_lines(cell) for cell in cells]


def _rows_between_rules(lines: Sequence[Line], columns: Sequence[Interval]) -> list[Row] | None:
    """Rows as the horizontal lines part them; None where lines are drawn between few of them."""
    groups = [list(group) for _, group in groupby(lines, key=lambda line: line.segments[0].rules_above)]
    if len(groups) < 3 or len(groups) < 0.5 * len(lines):
        return None
    return [row for group in groups for row in _rows_without_rules(_row(group, columns))]


def _column(segment: Segment, columns: Sequence[Interval], *, is_alone: bool) -> int:
    """The column that it stands in; text that runs over several stands where it begins."""
    box = segment.box
    middle = box.left + 1 if is_alone and not is_rtl(segment.text) else (box.left + box.right) / 2
    return min(range(len(columns)), key=lambda n: max(columns[n][0] - middle, middle - columns[n][1]))


def _continues(above: Row, row: Row, step: float, usual: float) -> bool:
    """Whether a line without anything in the first column belongs to the row above: one cell that runs on, or lines
    that stand closer than rows do."""
    if row[0] or not above[0]:
        return False
    return step < 0.85 * usual or (sum(map(bool, row)) == 1 and step <= 1.05 * usual)


def _in_direction(rows: list[Row]) -> list[Row]:
    text = "".join(line.text for row in rows for cell in row for line in cell)
    return [row[::-1] for row in rows] if is_rtl(text) else rows


def cell_text(cell: Cell) -> str:
    return " ".join(line.text for line in cell)


def _header_rows(rows: Sequence[Row]) -> int:
    """One, when the first row holds words and no number while others do or it looks different; else none."""
    if len(rows) < 2:
        return 0
    first, others = rows[0], rows[1:]
    texts = [cell_text(cell) for cell in first if cell]
    if len(texts) < 2 or any(_NUMBER.fullmatch(text) for text in texts) or texts[0].endswith(":"):
        return 0
    below = [cell_text(cell) for row in others for cell in row if cell]
    has_numbers = sum(bool(_NUMBER.fullmatch(text)) for text in below) >= 0.15 * len(below)
    is_bold = all(line.is_bold for cell in first for line in cell)
    is_bold = is_bold and not all(line.is_bold for row in others for cell in row for line in cell)
    return int(has_numbers or is_bold or (len(rows[0]) > 2 and len(texts) == len(first)))
