"""Chunks: exact offsets, bounded length, nothing left out, headings above them; the same for every chunker."""

import time
from functools import cache

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rag.documents import HANDBOOK
from workbench.embedding import SPECIAL_TOKENS, starter_embedder
from workbench.errors import WorkbenchError
from workbench.rag.chunking import Chunker, check_chunking, readable
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.types import ChunkingConfig, ChunkSpan, MarkKind, PageMark, PageText
from workbench.settings import ChunkerKind, RagSettings

SHA = "a" * 64
SMALL = ChunkingConfig(chunk_tokens=20, overlap=4)


@cache
def chunker(config: ChunkingConfig = SMALL) -> Chunker:
    return Chunker(config, starter_embedder())


def parsed(*texts: str, markdown: bool = True) -> Parsed:
    pages = tuple(PageText(number=number, text=text) for number, text in enumerate(texts, 1))
    return Parsed(pages=pages, is_markdown=markdown)


@settings(max_examples=60)
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


# -- by structure, tokens, characters ---------------------------------------------------------------------------------

NEW = [ChunkerKind.STRUCTURE, ChunkerKind.TOKENS, ChunkerKind.CHARACTERS]
PIECES = st.sampled_from([
    "word", "Sentence one. ", "e.g. ", "x" * 90,
    "\n", "\n\n", " ", "# Title\n", "| a | b |\n|---|---|\n", "| 1 | 2 |\n",
    "```\n", "e\u0301", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\u6f22\u5b57\u3002",
    "\u0645\u0631\u062d\u0628\u0627 ",
])  # fmt: skip


def sized(kind: ChunkerKind, size: int = 20, overlap: int = 4) -> ChunkingConfig:
    if kind is ChunkerKind.CHARACTERS:
        return ChunkingConfig.of(kind, max(5 * size, 50), 5 * overlap)
    return ChunkingConfig.of(kind, size, overlap)


def texts_of(spans: list[ChunkSpan], document: Parsed) -> list[str]:
    return [document.pages[span.page - 1].text[span.start : span.end] for span in spans]


def marked(text: str, *marks: PageMark) -> Parsed:
    return Parsed(pages=(PageText(number=1, text=text, marks=marks),))


@pytest.mark.parametrize("kind", NEW)
@settings(max_examples=60)
@given(st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=80).map("".join), st.booleans())
def test_that_no_text_is_left_out_and_no_grapheme_torn(kind: ChunkerKind, text: str, markdown: bool) -> None:
    config = sized(kind)
    spans = chunker(config).chunk(parsed(text, markdown=markdown), "x.md", SHA)
    covered = {place for span in spans for place in range(span.start, span.end)}
    assert all(letter.isspace() for place, letter in enumerate(text) if place not in covered)
    borders = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    for span in spans:
        assert {span.start, span.end} <= borders
        assert not text[span.start].isspace() and not text[span.end - 1].isspace()
        piece = text[span.start : span.end]
        # A letter of many code points may be longer than allowed: it is not torn.
        is_one = len(regex.findall(r"\X", piece)) == 1
        tokens = chunker(config).count_tokens(piece)
        if kind is ChunkerKind.CHARACTERS:
            assert is_one or (len(piece) <= config.chunk_characters and tokens <= 254)
        else:
            assert is_one or tokens <= config.chunk_tokens - SPECIAL_TOKENS


@pytest.mark.parametrize("kind", NEW)
def test_that_chunks_end_with_sentences_and_repeat_whole_ones(kind: ChunkerKind) -> None:
    text = " ".join(f"Sentence number {number} is about a kettle." for number in range(40))
    document = parsed(text, markdown=False)
    chunks = texts_of(chunker(sized(kind, 40, 12)).chunk(document, "x.txt", SHA), document)
    assert all(chunk.startswith("Sentence") and chunk.endswith("kettle.") for chunk in chunks)
    assert chunks[1].startswith(chunks[0][-len("Sentence number 3 is about a kettle.") :])


def test_that_initials_numbers_and_short_words_end_no_sentence() -> None:
    text = "On 3. May Dr. J. Smith met, e.g. Ada Lovelace, at No. 12. They spoke."
    document = parsed(" ".join([text] * 6), markdown=False)
    chunks = texts_of(chunker(sized(ChunkerKind.STRUCTURE, 40, 0)).chunk(document, "x.txt", SHA), document)
    assert len(chunks) > 1 and all(chunk.endswith("spoke.") for chunk in chunks)


def test_that_a_table_that_fits_is_not_cut() -> None:
    table = "| Item | Price |\n| --- | --- |\n| Alder | 45 |\n| Maple | 30 |"
    document = parsed("Words before it that go on for a while and a while. " * 3 + f"\n\n{table}\n\nWords after it.")
    chunks = texts_of(chunker(sized(ChunkerKind.STRUCTURE, 45, 8)).chunk(document, "x.md", SHA), document)
    assert sum(table in chunk for chunk in chunks) == 1


def test_that_a_large_table_is_cut_between_rows_below_its_column_names() -> None:
    rows = "".join(f"| Item {number} | {number * 7} |\n" for number in range(30))
    document = parsed(f"# Prices\n\n| Item | Price |\n| --- | --- |\n{rows}")
    spans = chunker(sized(ChunkerKind.STRUCTURE, 50, 10)).chunk(document, "x.md", SHA)
    chunks = texts_of(spans, document)
    assert len(chunks) > 3
    assert [line for chunk in chunks for line in chunk.split("\n") if line.startswith("| Item ")][1:] == rows.split(
        "\n"
    )[:-1]
    assert spans[0].title == "Prices"
    assert {span.title for span in spans[1:]} == {"Prices > | Item | Price |"}


def test_that_code_that_fits_is_not_cut() -> None:
    code = "```python\ndef weigh(kettle):\n    # not a heading\n    return kettle.grams\n```"
    document = parsed("Some words before the code that take their room. " * 3 + f"\n\n{code}\n\nAnd after.")
    chunks = texts_of(chunker(sized(ChunkerKind.STRUCTURE, 50, 8)).chunk(document, "x.md", SHA), document)
    assert sum(code in chunk for chunk in chunks) == 1


def test_that_headings_go_on_over_pages_and_a_bare_one_stays_with_what_follows() -> None:
    document = parsed("# Book\n\n## Chapter\n\nText one.", "Text two.\n\n### Deep\n\nText three.\n\n## Next\n\nFour.")
    spans = chunker(sized(ChunkerKind.STRUCTURE)).chunk(document, "x.md", SHA)
    assert [(span.page, span.title) for span in spans] == [
        (1, "Book > Chapter"), (2, "Book > Chapter"), (2, "Book > Chapter > Deep"), (2, "Book > Next"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", NEW)
def test_that_what_repeats_on_every_page_is_in_no_chunk(kind: ChunkerKind) -> None:
    text = "ACME manual\n\nThe kettle weighs 900 grams.\n\n17"
    document = marked(
        text,
        PageMark(kind=MarkKind.REPEATED, start=0, end=11),
        PageMark(kind=MarkKind.REPEATED, start=len(text) - 2, end=len(text)),
    )
    spans = chunker(sized(kind)).chunk(document, "x.pdf", SHA)
    assert texts_of(spans, document) == ["The kettle weighs 900 grams."]


def test_that_marks_of_a_pdf_are_headings_and_tables() -> None:
    text = "Prices\n\nItem | Price\nAlder | 45\nMaple | 30\n\nWords that stand below the table."
    document = marked(
        text,
        PageMark(kind=MarkKind.HEADING, start=0, end=6, level=1),
        PageMark(kind=MarkKind.TABLE, start=8, end=43, header_end=20),
    )
    spans = chunker(sized(ChunkerKind.STRUCTURE, 18, 0)).chunk(document, "x.pdf", SHA)
    assert texts_of(spans, document)[0] == "Prices\n\nItem | Price\nAlder | 45\nMaple | 30"
    assert {span.title for span in spans} == {"Prices"}


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("word", ["x", "\U0001f600", "\u6f22", "lorem ipsum "])
def test_that_the_time_grows_with_the_text(kind: ChunkerKind, word: str) -> None:
    def once(length: int) -> float:
        document = parsed(word * (length // len(word)), markdown=False)
        started = time.process_time()
        spans = chunker(sized(kind, 200, 20)).chunk(document, "x.txt", SHA)
        assert spans[-1].end >= length - 2 * len(word)
        return time.process_time() - started

    def seconds(length: int) -> float:
        """The best of three: a garbage collection in a process of thousands of tests takes a second by itself."""
        return min(once(length) for _ in range(3))

    once(10_000)
    short, long = seconds(20_000), seconds(100_000)
    assert long < 5 * 3 * max(short, 0.01)


def test_that_an_older_index_keeps_the_chunker_that_built_it() -> None:
    stored = ChunkingConfig.model_validate_json('{"chunk_tokens": 100, "overlap": 16}')
    assert stored.chunker is ChunkerKind.SECTIONS


def test_that_settings_decide_how_new_collections_are_cut() -> None:
    rag = RagSettings(chunker=ChunkerKind.CHARACTERS, chunk_characters=400, overlap=300)
    chunking = ChunkingConfig.from_settings(rag)
    assert (chunking.size, chunking.unit, chunking.overlap) == (400, "characters", 200)
