"""Pages into chunks: exact offsets, never across a page, each with the headings above it."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from workbench.embedding import SPECIAL_TOKENS, EmbedderRef, load_tokenizer
from workbench.errors import WorkbenchError
from workbench.rag.chunking.cutting import FIXED, STRUCTURED, CutRules, Cutter
from workbench.rag.chunking.rulers import CharacterRuler, TokenRuler
from workbench.rag.chunking.sections import SectionSplitter
from workbench.rag.chunking.zones import Headings, last_headings, read_marks, sections, whole_page
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.types import ChunkingConfig, ChunkSpan, PageText
from workbench.settings import ChunkerKind

_MAX_TITLE = 120
_MAX_HEADER = 300

_Piece = tuple[int, int, int, str]
"""Page, start, end, headings above."""


def check_chunking(chunking: ChunkingConfig, embedder: EmbedderRef) -> None:
    """Raise WorkbenchError when chunks would be longer than the embedder can see."""
    if chunking.chunker is not ChunkerKind.CHARACTERS and chunking.chunk_tokens > embedder.max_tokens:
        raise WorkbenchError(
            f"The embedder {embedder.name} sees at most {embedder.max_tokens} tokens at once, "
            f"so chunks of {chunking.chunk_tokens} tokens would be searched by their beginning only.",
            hint=f"Choose a chunk size of at most {embedder.max_tokens}, or another embedder.",
            code="chunks_too_long",
        )


class Chunker:
    """Cuts documents for one collection; keeps its tokenizer."""

    def __init__(self, chunking: ChunkingConfig, embedder: EmbedderRef) -> None:
        check_chunking(chunking, embedder)
        self._tokenizer = load_tokenizer(embedder)
        self._kind = chunking.chunker
        capacity = chunking.chunk_tokens - SPECIAL_TOKENS
        overlap = min(chunking.overlap, capacity // 2)
        if self._kind is ChunkerKind.SECTIONS:
            self._splitter = SectionSplitter(self._tokenizer, capacity, overlap, self.count_tokens)
            return
        by_characters = self._kind is ChunkerKind.CHARACTERS
        is_structured = self._kind is ChunkerKind.STRUCTURE
        seen = embedder.max_tokens - SPECIAL_TOKENS
        rules = CutRules(
            size=chunking.chunk_characters if by_characters else capacity,
            overlap=chunking.overlap if by_characters else overlap,
            most_tokens=seen if by_characters else capacity,
            seen_tokens=seen,
            fullness=STRUCTURED if is_structured else FIXED,
            is_even=is_structured,
        )
        make_ruler = CharacterRuler if by_characters else lambda text: TokenRuler(text, self._tokenizer)
        self._cutter = Cutter(rules, make_ruler, self.count_tokens)

    def count_tokens(self, text: str) -> int:
        """Tokens of a text without the special ones."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def chunk(self, parsed: Parsed, document: str, sha256: str) -> list[ChunkSpan]:
        """The chunks of a document, in reading order. `document` names it where it has no headings."""
        title = parsed.title or readable(document)
        pieces = self._by_sections(parsed) if self._kind is ChunkerKind.SECTIONS else self._by_rules(parsed)
        return [
            ChunkSpan(id=f"{sha256[:20]}-{number}", page=page, start=start, end=end, title=above or title[:_MAX_TITLE])
            for number, (page, start, end, above) in enumerate(pieces)
        ]

    def _by_sections(self, parsed: Parsed) -> Iterator[_Piece]:
        for page, start, end, path in self._splitter.split(parsed.pages, is_markdown=parsed.is_markdown):
            yield page, start, end, " > ".join(path)[:_MAX_TITLE]

    def _by_rules(self, parsed: Parsed) -> Iterator[_Piece]:
        above: Headings = ()
        for page in parsed.pages:
            marks = read_marks(page, is_markdown=parsed.is_markdown)
            parts = sections if self._kind is ChunkerKind.STRUCTURE else whole_page
            for stretch in parts(page, marks, above):
                for cut in self._cutter.cut(page.text, stretch):
                    path = _path(stretch.headings_at(cut.start))
                    yield page.number, cut.start, cut.end, _with_header(path, page, cut.header)
            above = last_headings(page, marks, above)


def _path(headings: Headings) -> str:
    return " > ".join(title for _, title in headings)[:_MAX_TITLE]


def _with_header(path: str, page: PageText, header: tuple[int, int] | None) -> str:
    """The headings, and below them the names of the columns for the rows of a table that was cut."""
    if header is None:
        return path
    lines = page.text[header[0] : header[1]].split("\n")
    names = " ".join(line.strip() for line in lines if re.search(r"\w", line))
    return " > ".join(filter(None, [path, names[:_MAX_HEADER]]))


def readable(document: str) -> str:
    """A file name as a title: "sales-terms.pdf" is "Sales terms"."""
    stem = " ".join(re.sub(r"[-_]+", " ", PurePath(document).stem).split())
    return stem[:1].upper() + stem[1:]
