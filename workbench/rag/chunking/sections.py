"""The chunks of earlier versions: sections of Markdown, cut by semantic-text-splitter.

Kept as it was: indexes that were built with it go on with it until they are rebuilt with another chunker.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from workbench.rag.types import PageText

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
# A word piece tokenizer counts a "word" of a million letters as one unknown token; this bounds such chunks.
_CHARACTERS_PER_TOKEN = 10
# The splitter's time grows faster than its text: blocks of this many characters keep it linear (measured: three
# million letters without a space took four minutes in one piece).
_BLOCK = 20_000


class SectionSplitter:
    """Cuts pages by their Markdown headings, then by size."""

    def __init__(self, tokenizer: Any, capacity: int, overlap: int, count_tokens: Callable[[str], int]) -> None:
        """`capacity` and `overlap` in tokens, without special ones."""
        from semantic_text_splitter import MarkdownSplitter, TextSplitter

        self._capacity = capacity
        self._count_tokens = count_tokens
        self._markdown = MarkdownSplitter.from_huggingface_tokenizer(tokenizer, capacity, overlap)
        self._text = TextSplitter.from_huggingface_tokenizer(tokenizer, capacity, overlap)
        self._halves = TextSplitter.from_huggingface_tokenizer(tokenizer, max(capacity // 2, 1))

    def split(self, pages: Sequence[PageText], *, is_markdown: bool) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
        """(page, start, end, headings above) of each chunk, in reading order."""
        splitter = self._markdown if is_markdown else self._text
        # Headings go on over a page break, except on slides, which carry their own.
        above: tuple[str, ...] = ()
        for page in pages:
            headings = list(_headings(page.text, above)) if is_markdown else []
            for begin, stop, path in _sections(headings, page.text, above):
                for start, end in self._spans(page.text[begin:stop], splitter):
                    yield page.number, begin + start, begin + end, path
            above = headings[-1][1] if headings else above

    def _spans(self, section: str, splitter: Any) -> Iterator[tuple[int, int]]:
        for offset, part in _blocks(section, _BLOCK):
            for begin, piece in self._without_endless_words(part):
                for start, text in splitter.chunk_indices(piece):
                    yield from self._fitting(offset + begin + start, text)

    def _without_endless_words(self, text: str) -> Iterator[tuple[int, str]]:
        longest = self._capacity * _CHARACTERS_PER_TOKEN
        if max((len(word) for word in text.split()), default=0) > longest:
            yield from _blocks(text, longest)
        else:
            yield 0, text

    def _fitting(self, start: int, text: str) -> Iterator[tuple[int, int]]:
        """The chunk itself, or its halves where the splitter's slack made it longer than the embedder sees."""
        if self._count_tokens(text) <= self._capacity:
            yield start, start + len(text)
        else:
            for offset, half in self._halves.chunk_indices(text):
                yield start + offset, start + offset + len(half)


def _blocks(text: str, longest: int) -> Iterator[tuple[int, str]]:
    """(offset, part) with parts of at most `longest` characters, cut at a paragraph, a line, a word, or anywhere."""
    start = 0
    while len(text) - start > longest:
        end = start + longest
        for gap in ("\n\n", "\n", " "):
            found = text.rfind(gap, start + longest // 2, end)
            if found > start:
                end = found + len(gap)
                break
        else:
            # Not between a letter and its accent.
            while end > start + longest // 2 and unicodedata.combining(text[end]):
                end -= 1
        yield start, text[start:end]
        start = end
    if start < len(text):
        yield start, text[start:]


_Heading = tuple[int, tuple[str, ...]]


def _headings(text: str, above: tuple[str, ...]) -> Iterator[_Heading]:
    """(offset, path of headings) for each Markdown heading outside of code."""
    levels: list[tuple[int, str]] = [(number, title) for number, title in enumerate(above, 1)]
    offset, fenced = 0, ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if fence and (not fenced or fence[1] == fenced):
            fenced = "" if fenced else fence[1]
        elif not fenced and (found := _HEADING.match(line)):
            level = len(found[1])
            title = " ".join(found[2].replace("*", "").replace("`", "").split())
            levels = [(number, name) for number, name in levels if number < level]
            levels.append((level, title))
            yield offset, tuple(name for _, name in levels)
        offset += len(line) + 1


def _sections(
    headings: Sequence[_Heading], text: str, above: tuple[str, ...]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """(start, end, path of headings): a chunk that spanned two sections would stand under the wrong heading.

    A heading with nothing below it stays with the section that follows.
    """
    begin, path = 0, above
    for offset, candidate in headings:
        if not _only_headings(text[begin:offset]):
            yield begin, offset, path
            begin = offset
        path = candidate
    yield begin, len(text), path


def _only_headings(text: str) -> bool:
    return all(_HEADING.match(line) or not line.strip() for line in text.split("\n"))
