"""Chunks: exact offsets, bounded length, headings above them."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rag.documents import HANDBOOK
from workbench.embedding import SPECIAL_TOKENS, starter_embedder
from workbench.errors import WorkbenchError
from workbench.rag.chunking import Chunker, check_chunking, readable
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.types import ChunkingConfig, PageText

SHA = "a" * 64
SMALL = ChunkingConfig(chunk_tokens=20, overlap=4)


@cache
def chunker(config: ChunkingConfig = SMALL) -> Chunker:
    return Chunker(config, starter_embedder())


def parsed(*texts: str, markdown: bool = True) -> Parsed:
    pages = tuple(PageText(number=number, text=text) for number, text in enumerate(texts, 1))
    return Parsed(pages=pages, is_markdown=markdown)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=400), min_size=1, max_size=3), st.booleans())
def test_that_chunks_lie_within_their_page_fit_the_embedder_and_leave_nothing_out(
    texts: list[str], markdown: bool
) -> None:
    document = parsed(*texts, markdown=markdown)
    spans = chunker().chunk(document, "x.md", SHA)
    covered: dict[int, set[int]] = {page.number: set() for page in document.pages}
    for span in spans:
        text = document.pages[span.page - 1].text
        assert 0 <= span.start < span.end <= len(text)
        assert chunker().count_tokens(text[span.start : span.end]) <= SMALL.chunk_tokens - SPECIAL_TOKENS
        covered[span.page].update(range(span.start, span.end))
    for page in document.pages:
        left_out = (c for i, c in enumerate(page.text) if i not in covered[page.number])
        assert not any(c.isalnum() for c in left_out)
    assert len({span.id for span in spans}) == len(spans)


def test_that_chunks_carry_the_headings_above_them() -> None:
    spans = chunker(ChunkingConfig()).chunk(parsed(HANDBOOK), "handbook.md", SHA)
    assert [span.title for span in spans] == ["Handbook > Holidays", "Handbook > Illness"]


def test_that_headings_in_code_are_none() -> None:
    spans = chunker(ChunkingConfig()).chunk(parsed("# Real\n\n```\n# comment\n```\n\nText."), "x.md", SHA)
    assert {span.title for span in spans} == {"Real"}


def test_that_a_text_without_headings_stands_under_its_file_name() -> None:
    (span,) = chunker(ChunkingConfig()).chunk(parsed("Plain.", markdown=False), "sales/price-list_2.txt", SHA)
    assert span.title == "Price list 2"
    assert readable("a.b.pdf") == "A.b"


def test_that_a_word_without_end_is_cut() -> None:
    text = "x" * 50_000
    spans = chunker().chunk(parsed(text, markdown=False), "x.txt", SHA)
    assert max(span.end - span.start for span in spans) <= 200
    assert spans[-1].end == len(text)


def test_that_chunks_longer_than_the_embedder_sees_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="at most 256 tokens"):
        check_chunking(ChunkingConfig(chunk_tokens=257), starter_embedder())
    check_chunking(ChunkingConfig(chunk_tokens=256), starter_embedder())


def test_that_an_overlap_of_more_than_half_is_refused() -> None:
    with pytest.raises(ValueError, match="at most half"):
        ChunkingConfig(chunk_tokens=40, overlap=21)
