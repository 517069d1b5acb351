"""Which paragraphs are headings: those of the document's outline, and those that are larger or bolder than the text."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from workbench.rag.loaders.pdf.paragraphs import Block, BlockKind

_MAX_OUTLINE = 5_000
_MAX_LENGTH = 160
_LARGER = 1.12
_DEEPEST = 6
_NUMBERED = re.compile(r"(\d+(?:\.\d+)*)\.?\s+\S")

Outline = Mapping[int, Sequence[tuple[str, int]]]
"""For each page, from 1: titles as `_bare`, and their level from 1."""

PageBlocks = tuple[int, str, Sequence[Block]]
"""A page's number, its text and its blocks."""


def read_outline(document: Any) -> Outline:
    """The bookmarks that point to a page; a broken outline gives what could be read of it."""
    import pypdfium2

    found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    try:
        for entry in islice(document.get_toc(max_depth=_DEEPEST), _MAX_OUTLINE):
            target, title = entry.get_dest(), _bare(entry.get_title() or "")
            page = target.get_index() if target is not None else None
            if page is not None and page >= 0 and title:
                found[page + 1].append((title, entry.level + 1))
    except (pypdfium2.PdfiumError, ValueError, UnicodeDecodeError):
        return found
    return found


def _bare(title: str) -> str:
    """A title without numbers, spaces and marks, for comparing."""
    return re.sub(r"[\W\d_]+", "", title).casefold()


def find_headings(pages: Sequence[PageBlocks], outline: Outline) -> dict[tuple[int, int], int]:
    """The level, from 1, of each block that is a heading, by (page number, start of the block)."""
    body = _body_size(pages)
    if not body:
        return {}
    by_title: dict[tuple[int, int], int] = {}
    by_look: dict[tuple[int, int], Block] = {}
    for number, text, blocks in pages:
        titles = dict(outline.get(number, ()))
        for block, following in _with_next(blocks):
            if block.kind is not BlockKind.TEXT or block.lines > 3:
                continue
            written = text[block.start : block.end]
            level = titles.get(_bare(written))
            if level:
                by_title[number, block.start] = level
            elif following is not None and _looks_like_one(written, block, following, body):
                by_look[number, block.start] = block
    return _leveled(by_title, by_look, {number: text for number, text, _ in pages}, _sizes(pages, by_title))


def _with_next(blocks: Sequence[Block]) -> Iterator[tuple[Block, Block | None]]:
    for position, block in enumerate(blocks):
        yield block, blocks[position + 1] if position + 1 < len(blocks) else None


def _body_size(pages: Sequence[PageBlocks]) -> float:
    """The font size of most letters."""
    letters: Counter[float] = Counter()
    for _, _, blocks in pages:
        for block in blocks:
            if block.kind is BlockKind.TEXT:
                letters[round(block.size * 2) / 2] += block.end - block.start
    return letters.most_common(1)[0][0] if letters else 0.0


def _looks_like_one(text: str, block: Block, following: Block, body: float) -> bool:
    title = text.rstrip(" :")
    if len(title) > _MAX_LENGTH or sum(letter.isalpha() for letter in title) < 2 or title[-1] in ".,;!?-":
        return False
    if block.size >= _LARGER * body:
        return "\n" not in text or block.size >= 1.3 * body
    is_standing_alone = not (following.is_bold and following.kind is BlockKind.TEXT) and "\n" not in text
    return block.is_bold and is_standing_alone and block.size >= 0.95 * body and _may_begin(title)


def _may_begin(title: str) -> bool:
    """Whether a bold line may be a heading: not long, and it begins as one does."""
    return len(title) <= 100 and (title[0].isupper() or title[0].isdigit() or not title[0].islower())


def _sizes(pages: Sequence[PageBlocks], by_title: Mapping[tuple[int, int], int]) -> dict[float, int]:
    """The level that the outline gives to headings of a size."""
    found: defaultdict[float, Counter[int]] = defaultdict(Counter)
    for number, _, blocks in pages:
        for block in blocks:
            if (number, block.start) in by_title:
                found[_look(block)][by_title[number, block.start]] += 1
    return {look: levels.most_common(1)[0][0] for look, levels in found.items()}


def _look(block: Block) -> float:
    """What makes headings of one level alike: their size; bold ones stand a little above light ones."""
    return round(block.size * 2) / 2 + 0.1 * block.is_bold


def _leveled(
    by_title: Mapping[tuple[int, int], int],
    by_look: Mapping[tuple[int, int], Block],
    texts: Mapping[int, str],
    known: Mapping[float, int],
) -> dict[tuple[int, int], int]:
    """Levels by numbering ("2.1 Scope" is of the second), by what the outline says of a size, else by size."""
    looks = sorted({_look(block) for block in by_look.values()} | set(known), reverse=True)
    found = dict(by_title)
    for (number, start), block in by_look.items():
        numbering = _NUMBERED.match(texts[number][block.start : block.end])
        look = _look(block)
        deeper = [level for size, level in known.items() if size > look]
        level = known.get(look) or (max(deeper) + 1 if deeper else looks.index(look) + 1)
        if numbering and not known:
            level = max(level, numbering[1].count(".") + 1)
        found[number, start] = min(level, _DEEPEST)
    return found
