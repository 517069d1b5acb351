"""What a look at folders says of what could not be read before."""

from pathlib import Path

from workbench.embedding import EmbedderRef
from workbench.jobs.context import RecordingContext
from workbench.rag.indexing_types import DocumentStatus, FailedFile, FileIndexed, IndexRequest
from workbench.rag.looking import Look
from workbench.rag.parser import Parser
from workbench.rag.reasons import ReasonCode
from workbench.rag.surveying import Survey
from workbench.rag.telling import Telling
from workbench.rag.types import CollectionRef

EMBEDDER = EmbedderRef(name="tiny", path="/e", content_hash="e" * 64)


def look(source: Path, *failed: FailedFile) -> tuple[list[tuple[str, str]], int]:
    """What was said of files, and how many count as gone."""
    collection = CollectionRef(name="c", folder=str(source / "index"), embedder=EMBEDDER)
    request = IndexRequest(collection=collection, sources=(str(source),), failed=failed)
    context = RecordingContext()
    telling = Telling(context, request)
    with Parser() as parser:
        Look(context, request, telling).plan(Survey(parser, None, context.check_cancelled))
    said = [item for item in context.produced if isinstance(item, FileIndexed)]
    return [(item.name, item.reason) for item in said], telling.counts[DocumentStatus.REMOVED]


def test_that_a_folder_that_answers_again_is_not_called_gone(tmp_path: Path) -> None:
    (tmp_path / "nas").mkdir()
    (tmp_path / "nas" / "a.txt").write_text("a")
    silent = FailedFile(path=str(tmp_path / "nas"), file_state="", reason_code=ReasonCode.NO_ANSWER)
    assert look(tmp_path, silent) == ([("nas", "The folder answers again.")], 0)


def test_that_a_file_that_could_not_be_read_and_is_gone_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    broken = FailedFile(path=str(tmp_path / "b.pdf"), file_state="", reason_code=ReasonCode.DAMAGED)
    assert look(tmp_path, broken) == ([("b.pdf", "The file is gone.")], 1)
