"""How a document would be cut: the job, on stored documents."""

import pytest

from tests.unit.rag.documents import HANDBOOK
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.rag.chunk_preview import ChunkPreview, ChunkPreviewRequest, PreviewedPage, preview_chunks
from workbench.rag.types import ChunkingConfig, MarkKind, PageMark, PageText, StoredDocument
from workbench.settings import ChunkerKind


def preview(
    *pages: PageText, page: int = 0, part: int = 0, part_characters: int = 0
) -> tuple[ChunkPreview, list[PreviewedPage]]:
    context = RecordingContext()
    document = StoredDocument(name="a.md", sha256="a" * 64, pages=pages, spans=(), is_markdown=True)
    request = ChunkPreviewRequest(
        document=document,
        embedder=starter_embedder(),
        chunking=ChunkingConfig.of(ChunkerKind.STRUCTURE, 40, 0),
        page=page,
        part=part,
        part_characters=part_characters,
    )
    report = preview_chunks(context, request)
    return report, [item for item in context.produced if isinstance(item, PreviewedPage)]


def test_that_chunks_of_all_pages_are_counted_and_those_of_one_are_shown() -> None:
    report, (shown,) = preview(PageText(number=1, text=HANDBOOK), PageText(number=2, text="A last word."), page=2)
    assert (report.chunks, shown.number) == (3, 2)
    assert [(chunk.number, chunk.title) for chunk in shown.chunks] == [(3, "Handbook > Illness")]
    assert report.shortest <= report.mean <= report.longest <= 38
    assert str(report).startswith("3 chunks of ")


def test_that_a_long_page_is_shown_in_parts() -> None:
    text = "A sentence about kettles. " * 100
    _, (first,) = preview(PageText(number=1, text=text), part_characters=1000)
    _, (last,) = preview(PageText(number=1, text=text), part=2, part_characters=1000)
    assert (first.parts, first.offset, last.offset) == (3, 0, 2000)
    assert last.text == text[2000:]
    assert all(chunk.end > 2000 for chunk in last.chunks)


def test_that_what_is_in_no_chunk_is_told() -> None:
    mark = PageMark(kind=MarkKind.REPEATED, start=0, end=4)
    report, (shown,) = preview(PageText(number=1, text="ACME\n\nText.", marks=(mark,)))
    assert shown.left_out == ((0, 4),)
    assert report.chunks == 1


def test_that_a_page_that_does_not_exist_is_said() -> None:
    with pytest.raises(WorkbenchError, match=r"a\.md has no page 9"):
        preview(PageText(number=1, text="Text."), page=9)
