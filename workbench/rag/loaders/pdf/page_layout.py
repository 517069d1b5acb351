"""One page: its text in reading order, its blocks, and for every letter its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.rag.loaders.pdf.columns import Item, as_drawn, in_reading_order
from workbench.rag.loaders.pdf.forms import FormField, read_fields
from workbench.rag.loaders.pdf.letters import read_letters
from workbench.rag.loaders.pdf.paragraphs import Block, PageWriter, write_lines, write_table
from workbench.rag.loaders.pdf.rulings import find_grids, find_rules, find_strokes, rules_above
from workbench.rag.loaders.pdf.segments import Segment, find_segments
from workbench.rag.loaders.pdf.tables import Table, tables_of_grid

MADE_UP = -1
"""The place of a letter that does not stand on the page."""


@dataclass(frozen=True, slots=True)
class PageLayout:
    """What stands on a page."""

    text: str
    places: list[int]
    """For each code point the index of PDFium's character; -1 for what was made up, -2 - n for the n-th form field."""
    blocks: list[Block]
    fields: list[FormField]
    height: float


def lay_out(document: Any, sheet: Any, *, is_simple: bool = False) -> PageLayout:
    """The text of a page (`pypdfium2.PdfPage`). A simple layout takes lines as the file draws them: no columns, no
    tables, half the time."""
    textpage = sheet.get_textpage()
    frame = sheet.get_bbox()
    letters = read_letters(textpage, frame)
    page = PageWriter()
    for number, layer in enumerate(letters.layers):
        segments = find_segments(layer, letters)
        if is_simple:
            write_lines(page, as_drawn(segments))
            continue
        # What runs another way than most of the text is a stamp or a label, hardly a table.
        items = _with_drawn_tables(sheet, segments, layer[0].angle, frame) if not number else list[Item](segments)
        for part in in_reading_order(items):
            if isinstance(part, Table):
                write_table(page, part)
            else:
                write_lines(page, part)
    fields = read_fields(document, sheet, textpage)
    _write_fields(page, fields)
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    is_turned = bool(letters.layers) and letters.layers[0][0].angle in {90, 270}
    return PageLayout("".join(page.letters), page.places, page.blocks, fields, width if is_turned else height)


def _with_drawn_tables(
    sheet: Any, segments: Sequence[Segment], angle: int, frame: tuple[float, float, float, float]
) -> list[Item]:
    rest, items = list(segments), list[Item]()
    strokes = find_strokes(sheet, angle, frame)
    rules = find_rules(strokes)
    for segment in segments:
        segment.rules_above = rules_above(segment.box, rules)
    for grid in find_grids(strokes):
        box = grid.box
        inside = [s for s in rest if box.holds((s.box.left + s.box.right) / 2, s.box.middle)]
        tables, plain = tables_of_grid(grid, inside)
        if tables:
            items += tables
            taken = set(map(id, inside))
            rest = [*(s for s in rest if id(s) not in taken), *plain]
    return [*items, *rest]


def _write_fields(page: PageWriter, fields: Sequence[FormField]) -> None:
    """What was filled in stands below the page's own text, one field per line."""
    if not fields:
        return
    page.begin_block()
    for number, field in enumerate(fields):
        if number:
            page.put("\n")
        page.put(f"{field.label}: ")
        page.letters += field.value
        page.places += [-2 - number] * len(field.value)
