"""Pages into chunks: exact offsets, never across a page, each with the headings above it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from workbench.embedding import SPECIAL_TOKENS, EmbedderRef, load_tokenizer
from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.types import ChunkingConfig, ChunkSpan, PageText

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
# A word piece tokenizer counts a "word" of a million letters as one unknown token; this bounds such chunks.
_CHARACTERS_PER_TOKEN = 10
_MAX_TITLE = 120


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
        self._letters = TextSplitter(capacity * _CHARACTERS_PER_TOKEN)
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
            for start, end in self._spans(page, splitter):
                path = _path_at(headings, page.text, start, above)
                number = len(spans)
                spans.append(
                    ChunkSpan(
                        id=f"{sha256[:20]}-{number}",
                        page=page.number,
                        start=start,
                        end=end,
                        title=(" > ".join(path) or title)[:_MAX_TITLE],
                    )
                )
            above = headings[-1][1] if headings else above
        return spans

    def _spans(self, page: PageText, splitter: Any) -> Iterator[tuple[int, int]]:
        # Words without end are cut by letters first: the tokenizer would take minutes over them.
        for offset, part in self._bounded(page.text):
            for start, text in splitter.chunk_indices(part):
                yield from self._fitting(offset + start, text)

    def _bounded(self, text: str) -> Iterator[tuple[int, str]]:
        longest = max((len(word) for word in text.split()), default=0)
        if longest <= self._capacity * _CHARACTERS_PER_TOKEN:
            yield 0, text
        else:
            yield from self._letters.chunk_indices(text)

    def _fitting(self, start: int, text: str) -> Iterator[tuple[int, int]]:
        """The chunk itself, or its halves where the splitter's slack made it longer than the embedder sees."""
        if self.count_tokens(text) <= self._capacity:
            yield start, start + len(text)
        else:
            for offset, half in self._halves.chunk_indices(text):
                yield start + offset, start + offset + len(half)


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


def _path_at(headings: Sequence[_Heading], text: str, start: int, above: tuple[str, ...]) -> tuple[str, ...]:
    """The headings above a chunk; those that the chunk itself begins with count."""
    path = above
    for offset, candidate in headings:
        if offset > start and text[start:offset].strip() and not _only_headings(text[start:offset]):
            break
        path = candidate
    return path


def _only_headings(text: str) -> bool:
    return all(_HEADING.match(line) or not line.strip() for line in text.split("\n"))
