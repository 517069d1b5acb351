"""Headers, footers and page numbers: what repeats at the edge of page after page."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.rag.loaders.pdf.paragraphs import Block, BlockKind

_MIN_PAGES = 3
_MARGIN = 0.14
"""Of the page's height, at the top and at the bottom."""
_LONGEST = 200
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p\.?|s\.?)\s*)?(\d{1,5}|[ivxlc]{1,7})(?:\s*(?:of|/|von|de)\s*\d+)?\W*", re.I
)


@dataclass(frozen=True, slots=True)
class EdgeBlock:
    """A block at the edge of a page."""

    page: int
    start: int
    end: int
    text: str
    is_top: bool


def edge_blocks(number: int, text: str, blocks: Sequence[Block], height: float) -> list[EdgeBlock]:
    """The blocks of a page that stand in its margins and are short."""
    found: list[EdgeBlock] = []
    for block in blocks:
        is_top = block.box.bottom < _MARGIN * height
        is_bottom = block.box.top > (1 - _MARGIN) * height
        if (is_top or is_bottom) and block.kind is not BlockKind.CODE and block.end - block.start <= _LONGEST:
            found.append(EdgeBlock(number, block.start, block.end, text[block.start : block.end], is_top))
    return found


def find_furniture(edges: Sequence[EdgeBlock], pages: int) -> set[tuple[int, int]]:
    """(page, start) of the blocks that repeat on many pages, numbers apart, or that are the number of their page."""
    if pages < _MIN_PAGES:
        return set()
    by_look: defaultdict[tuple[bool, str], list[EdgeBlock]] = defaultdict(list)
    for edge in edges:
        by_look[edge.is_top, re.sub(r"\d+|\b[ivxlc]+\b", "#", edge.text.casefold())].append(edge)
    # Left and right pages may have headers of their own, and chapters too.
    needed = max(_MIN_PAGES, round(0.3 * pages)) if pages <= 50 else max(10, round(0.1 * pages))
    repeated = [edge for some in by_look.values() if len({e.page for e in some}) >= needed for edge in some]
    return {(edge.page, edge.start) for edge in [*repeated, *_page_numbers(edges, pages)]}


def _page_numbers(edges: Sequence[EdgeBlock], pages: int) -> list[EdgeBlock]:
    """Numbers that rise with the pages."""
    numbered = [
        (edge, int(found[1]) - edge.page)
        for edge in edges
        if (found := _PAGE_NUMBER.fullmatch(edge.text)) and found[1].isdigit()
    ]
    offsets = Counter(offset for _, offset in numbered)
    usual = {offset for offset, count in offsets.items() if count >= max(_MIN_PAGES, 0.3 * pages)}
    return [edge for edge, offset in numbered if offset in usual]
