"""Pages into chunks: exact offsets, never across a page or a heading, each with the headings above it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from workbench.embedding import SPECIAL_TOKENS, EmbedderRef, load_tokenizer
from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.types import ChunkingConfig, ChunkSpan

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
# A word piece tokenizer counts a "word" of a million letters as one unknown token; this bounds such chunks.
_CHARACTERS_PER_TOKEN = 10
_MAX_TITLE = 120
# The splitter's time grows faster than its text: blocks of this many characters keep it linear (measured: three
# million letters without a space took four minutes in one piece).
_BLOCK = 20_000


def check_chunking(chunking: ChunkingConfig, embedder: EmbedderRef) -> None:
    """Raise WorkbenchError when chunks would be longer than the embedder can see."""
    if chunking.chunk_tokens > embedder.max_tokens:
        raise WorkbenchError(
            f"The embedder {embedder.name} sees at most {embedder.max_tokens} tokens at once, "
            f"so chunks of {chunking.chunk_tokens} tokens would be searched by their beginning only.",
            hint=f"Choose a chunk size of at most {embedder.max_tokens}, or another embedder.",
            code="chunks_too_long",
        )


class Chunker:
    """Cuts documents for one collection; keeps its tokenizer."""

    def __init__(self, chunking: ChunkingConfig, embedder: EmbedderRef) -> None:
        from semantic_text_splitter import MarkdownSplitter, TextSplitter

        check_chunking(chunking, embedder)
        self._tokenizer = load_tokenizer(embedder)
        capacity = chunking.chunk_tokens - SPECIAL_TOKENS
        overlap = min(chunking.overlap, capacity // 2)
        self._capacity = capacity
        self._markdown = MarkdownSplitter.from_huggingface_tokenizer(self._tokenizer, capacity, overlap)
        self._text = TextSplitter.from_huggingface_tokenizer(self._tokenizer, capacity, overlap)
        self._halves = TextSplitter.from_huggingface_tokenizer(self._tokenizer, max(capacity // 2, 1))

    def count_tokens(self, text: str) -> int:
        """Tokens of a text without the special ones."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def chunk(self, parsed: Parsed, document: str, sha256: str) -> list[ChunkSpan]:
        """The chunks of a document, in reading order. `document` names it where it has no headings."""
        title = parsed.title or readable(document)
        splitter = self._markdown if parsed.is_markdown else self._text
        spans: list[ChunkSpan] = []
        # Headings go on over a page break, except on slides, which carry their own.
        above: tuple[str, ...] = ()
        for page in parsed.pages:
            headings = list(_headings(page.text, above)) if parsed.is_markdown else []
            for begin, stop, path in _sections(headings, page.text, above):
                heading = (" > ".join(path) or title)[:_MAX_TITLE]
                for start, end in self._spans(page.text[begin:stop], splitter):
                    number = f"{sha256[:20]}-{len(spans)}"
                    span = ChunkSpan(id=number, page=page.number, start=begin + start, end=begin + end, title=heading)
                    spans.append(span)
            above = headings[-1][1] if headings else above
        return spans

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
        if self.count_tokens(text) <= self._capacity:
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


def readable(document: str) -> str:
    """A file name as a title: "sales-terms.pdf" is "Sales terms"."""
    stem = " ".join(re.sub(r"[-_]+", " ", PurePath(document).stem).split())
    return stem[:1].upper() + stem[1:]


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
