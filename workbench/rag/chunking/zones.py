"""What a page consists of, for a chunker: stretches of text under one heading, and tables and code in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workbench.rag.chunking.markdown import markdown_marks
from workbench.rag.types import MarkKind, PageMark, PageText

Headings = tuple[tuple[int, str], ...]
"""The headings above a text with their levels, the outermost first."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A table or code from `start` to `end`."""

    start: int
    end: int
    header_end: int = 0
    """Where the rows that name a table's columns end; 0 without such."""
    is_whole: bool = True
    """Small enough for one chunk, so that it is not cut."""

    def moved(self, by: int) -> "Zone":
        """Counted from another place of the text."""
        header_end = self.header_end + by if self.header_end else 0
        return replace(self, start=self.start + by, end=self.end + by, header_end=header_end)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text of a page that chunks may cover, from `start` to `end`; no chunk reaches beyond it."""

    start: int
    end: int
    headings: tuple[tuple[int, Headings], ...]
    """What stands above the text from each place on."""
    zones: tuple[Zone, ...] = ()

    def headings_at(self, place: int) -> Headings:
        return next((above for since, above in reversed(self.headings) if since <= place), self.headings[0][1])


def read_marks(page: PageText, *, is_markdown: bool) -> Sequence[PageMark]:
    """What is known of the parts of a page: from its reader, or from its Markdown."""
    return page.marks or (markdown_marks(page.text) if is_markdown else ())


def sections(page: PageText, marks: Sequence[PageMark], above: Headings) -> Iterator[Stretch]:
    """One stretch for each heading; one with nothing below it stays with the next. `above` are those of the pages
    before. What repeats on every page is left out."""
    zones = tuple(_zone(mark) for mark in marks if mark.kind in {MarkKind.TABLE, MarkKind.CODE})
    begin = text_from = 0
    for mark in marks:
        if mark.kind is MarkKind.REPEATED:
            yield Stretch(begin, mark.start, ((begin, above),), _inside(zones, begin, mark.start))
            begin = text_from = mark.end
        elif mark.kind is MarkKind.HEADING:
            if page.text[text_from : mark.start].strip():
                yield Stretch(begin, mark.start, ((begin, above),), _inside(zones, begin, mark.start))
                begin = mark.start
            above = below(above, mark, page.text)
            text_from = mark.end
    yield Stretch(begin, len(page.text), ((begin, above),), _inside(zones, begin, len(page.text)))


def whole_page(page: PageText, marks: Sequence[PageMark], above: Headings) -> Iterator[Stretch]:
    """All of a page but what repeats on every page."""
    begin, headings = 0, [(0, above)]
    for mark in marks:
        if mark.kind is MarkKind.HEADING:
            headings.append((mark.start, below(headings[-1][1], mark, page.text)))
        elif mark.kind is MarkKind.REPEATED:
            yield Stretch(begin, mark.start, tuple(headings))
            begin = mark.end
    yield Stretch(begin, len(page.text), tuple(headings))


def last_headings(page: PageText, marks: Sequence[PageMark], above: Headings) -> Headings:
    """What stands above the next page."""
    for mark in marks:
        if mark.kind is MarkKind.HEADING:
            above = below(above, mark, page.text)
    return above


def below(above: Headings, heading: PageMark, text: str) -> Headings:
    """The headings above the text that follows a heading."""
    written = text[heading.start : heading.end].lstrip("#").rstrip("# ")
    title = " ".join(written.replace("*", "").replace("`", "").split())
    return (*(known for known in above if known[0] < heading.level), (heading.level, title))


def _zone(mark: PageMark) -> Zone:
    return Zone(mark.start, mark.end, mark.header_end)


def _inside(zones: Sequence[Zone], start: int, end: int) -> tuple[Zone, ...]:
    return tuple(zone for zone in zones if start <= zone.start and zone.end <= end)
