"""Reading order: columns one after the other, text that spans them before and after, aligned text as tables.

Lines are taken from top to bottom; those that leave the same gap free belong together (the whitespace-cut family of
algorithms: Nagy and Seth 1984, Breuel 2002). What stands on both sides of the gap decides whether that are columns of
prose or columns of a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from workbench.rag.loaders.pdf.geometry import Interval, around, common, gaps, merged
from workbench.rag.loaders.pdf.segments import Line, Segment, find_lines, is_rtl, pitch_of, usual_size
from workbench.rag.loaders.pdf.tables import Table, table_of_columns


@dataclass(frozen=True)
class Lines:
    """Lines of one column from top to bottom."""

    lines: list[Line]
    left: float
    right: float
    """How wide the column is, which may be wider than these lines."""


Part = Lines | Table

_DEEPEST = 6
_NARROWEST_GAP = 0.8
"""Of a gap between columns, in font sizes."""


Item = Segment | Table


@dataclass
class _Band:
    """Neighbouring lines that leave the same gaps free."""

    strips: list[list[Item]]
    free: list[Interval]
    """Gaps that nothing crosses and that have text on both sides; none in plain text."""


def as_drawn(segments: Sequence[Segment]) -> Lines:
    """The lines in the order of the file, which is the reading order in most of them."""
    lines: list[list[Segment]] = []
    for segment in segments:
        if lines and lines[-1][-1].box.shares_line_with(segment.box):
            lines[-1].append(segment)
        else:
            lines.append([segment])
    left, right = min(s.box.left for s in segments), max(s.box.right for s in segments)
    return Lines([Line(line) for line in lines], left, right)


def in_reading_order(items: Sequence[Item], depth: int = 0) -> list[Part]:
    """The text of a region. Drawn tables keep their place among it."""
    if not items:
        return []
    narrowest = _NARROWEST_GAP * usual_size([item for item in items if isinstance(item, Segment)])
    width = (min(item.box.left for item in items), max(item.box.right for item in items))
    parts: list[Part] = []
    for band in _bands(items, narrowest):
        inside = [item for strip in band.strips for item in strip]
        if not band.free or depth >= _DEEPEST:
            parts += _from_top_to_bottom(inside, width)
        else:
            parts += _read_band(inside, band.free, width, depth)
    return _joined(parts)


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Neighbouring lines of one column as one part: a line that was spread to fill the column parts no paragraph."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Lines) and isinstance(last, Lines) and (last.left, last.right) == (part.left, part.right):
            joined[-1] = Lines([*last.lines, *part.lines], part.left, part.right)
        else:
            joined.append(part)
    return joined


def _from_top_to_bottom(items: Sequence[Item], width: Interval) -> list[Part]:
    """Lines, and tables between them."""
    parts: list[Part] = []
    rest = [item for item in items if isinstance(item, Segment)]
    for table in sorted((item for item in items if isinstance(item, Table)), key=lambda table: table.box.top):
        above = [segment for segment in rest if segment.box.middle < table.box.top]
        parts += [Lines(find_lines(above), *width)] if above else []
        parts.append(table)
        rest = [segment for segment in rest if segment.box.middle >= table.box.top]
    return [*parts, Lines(find_lines(rest), *width)] if rest else parts


def _bands(items: Sequence[Item], narrowest: float) -> list[_Band]:
    left, right = min(item.box.left for item in items), max(item.box.right for item in items)
    bands: list[_Band] = []
    room: list[Interval] = []
    for strip in _strips(items):
        free = gaps(((i.box.left, i.box.right) for i in strip), left - narrowest, right + narrowest, narrowest)
        if bands and bands[-1].free:
            shared = common(room, free, narrowest)
            inner = _separating(shared, [*bands[-1].strips, strip])
            if inner and not _stands_in_gap(strip, bands[-1].free):
                bands[-1].strips.append(strip)
                bands[-1].free, room = inner, shared
                continue
        inner = _separating(free, [strip])
        if inner or not bands or bands[-1].free:
            bands.append(_Band([strip], inner))
        else:
            bands[-1].strips.append(strip)
        room = free
    return bands


def _stands_in_gap(strip: Sequence[Item], free: Sequence[Interval]) -> bool:
    """Whether a line is nothing but one thing between two columns, such as the number of the page."""
    return len(strip) == 1 and any(a < strip[0].box.left and strip[0].box.right < b for a, b in free)


def _strips(items: Sequence[Item]) -> list[list[Item]]:
    """Items that overlap in height, from top to bottom."""
    strips: list[list[Item]] = []
    bottom = float("-inf")
    for item in sorted(items, key=lambda i: i.box.top):
        # Letters reach a little into their neighbours' lines.
        inset = 0.25 * item.box.height if isinstance(item, Segment) else 0.0
        if strips and item.box.top + inset < bottom:
            strips[-1].append(item)
        else:
            strips.append([item])
        bottom = max(bottom, item.box.bottom - inset)
    return strips


def _separating(free: Sequence[Interval], strips: Sequence[Sequence[Item]]) -> list[Interval]:
    """The gaps with something on both sides."""
    left = min(item.box.left for strip in strips for item in strip)
    right = max(item.box.right for strip in strips for item in strip)
    return [gap for gap in free if left < gap[0] and gap[1] < right]


def _read_band(items: Sequence[Item], free: Sequence[Interval], width: Interval, depth: int) -> list[Part]:
    edges = [float("-inf"), *((start + end) / 2 for start, end in free), float("inf")]
    columns = [[i for i in items if a <= (i.box.left + i.box.right) / 2 < b] for a, b in pairwise(edges)]
    columns = [column for column in columns if column]
    texts = [[item for item in column if isinstance(item, Segment)] for column in columns]
    segments = [segment for column in texts for segment in column]
    lines = find_lines(segments)
    if len(segments) < len(items) or _are_prose(texts, lines):
        ordered = columns[::-1] if is_rtl("".join(s.text for s in segments)) else columns
        return [part for column in ordered for part in in_reading_order(column, depth + 1)]
    return _tables_and_lines(lines, width)


def _are_prose(columns: Sequence[Sequence[Segment]], lines: Sequence[Line]) -> bool:
    """Whether these are columns of running text, to be read one after the other, and no table."""
    by_column = [find_lines(column) for column in columns]
    if min(map(len, by_column)) < 2:
        return False
    written = sum(_is_running_text(column) for column in by_column)
    if written == len(columns):
        return True
    on_one_line = sum(len(line.segments) > 1 for line in lines)
    # A file draws a table row by row and columns one after the other.
    turns = _turns(columns)
    return turns < len(columns) + 1 and (written > 0 or on_one_line < 0.5 * min(map(len, by_column)))


def _is_running_text(lines: Sequence[Line]) -> bool:
    """Lines of several words that fill the width of their column."""
    box = around(line.box for line in lines)
    words = median(_words(line.text) for line in lines)
    full = sum(line.box.width > 0.7 * box.width for line in lines)
    return words >= 4 and full >= 0.4 * len(lines)


def _words(text: str) -> float:
    """Words; for scripts that do not part them, two characters count as one."""
    dense = sum("\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" for letter in text)
    return dense / 2 if dense > len(text) / 2 else len(text.split())


def _turns(columns: Sequence[Sequence[Segment]]) -> int:
    """How often the file goes from one column to another one."""
    order = sorted((s.order, number) for number, column in enumerate(columns) for s in column)
    return sum(a[1] != b[1] for a, b in pairwise(order))


def _tables_and_lines(lines: Sequence[Line], width: Interval) -> list[Part]:
    """Groups of lines with several cells as tables, each with columns of its own; the others as they are."""
    parts: list[Part] = []
    for group in _groups(lines):
        wide = [number for number, line in enumerate(group) if len(line.segments) > 1]
        columns = _columns([group[number] for number in wide])
        # A label with its value, or a line that a tab parts, is no table.
        if len(columns) < 2 or len(wide) < (3 if len(columns) == 2 else 2) or len(wide) < 0.34 * len(group):
            parts.append(Lines(group, *width))
            continue
        first, last = wide[0], wide[-1] + 1
        parts += [Lines(group[:first], *width)] if first else []
        parts.append(table_of_columns(group[first:last], columns))
        parts += [Lines(group[last:], *width)] if group[last:] else []
    return parts


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that follow each other closely; a heading begins a group."""
    pitch = pitch_of(lines)
    groups: list[list[Line]] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else None
        is_far = before is None or line.box.middle - before.box.middle > 1.7 * max(pitch, line.size)
        is_alone = len(line.segments) == 1
        is_head = is_alone and before is not None and len(before.segments) > 1 and line.is_bold and not before.is_bold
        is_head = is_head or (is_alone and before is not None and line.size > 1.12 * before.size)
        if is_far or is_head or (before is not None and len(before.segments) == 1 and before.size > 1.12 * line.size):
            groups.append([])
        groups[-1].append(line)
    return groups


def _columns(lines: Sequence[Line]) -> list[Interval]:
    """Where the cells of these lines stand; what one wide cell spans does not join the columns below it."""
    cells = [segment for line in lines for segment in line.segments]
    if not cells:
        return []
    most = max(len(line.segments) for line in lines)
    full = [s.box for line in lines if len(line.segments) >= max(2, 0.6 * most) for s in line.segments]
    return merged((box.left, box.right) for box in full)
