"""Pages of PDFs as pictures: what is gone, locked or on a drive that hangs is said."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.rag.documents import pdf_bytes
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.rag import page_images
from workbench.rag.page_images import PageImageRequest, close_viewer, page_image
from workbench.rag.parser import Parser
from workbench.rag.reasons import ReasonCode


@pytest.fixture(autouse=True)
def closed_viewer() -> Iterator[None]:
    yield
    close_viewer()


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "locked.pdf"
    path.write_bytes(pdf_bytes(["The fee is 12 euros."], password="sesame"))
    return path


def show(path: Path, password: str = "") -> bytes:
    request = PageImageRequest(path=str(path), name=path.name, page=1, end=3, password=password)
    return base64.b64decode(page_image(RecordingContext(), request).png)


def test_that_a_page_of_a_locked_file_is_drawn_with_its_password(locked: Path) -> None:
    with pytest.raises(WorkbenchError) as caught:
        show(locked)
    assert caught.value.code == ReasonCode.NEEDS_PASSWORD
    assert show(locked, "sesame").startswith(b"\x89PNG")


def test_that_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"gone\.pdf is no longer at"):
        show(tmp_path / "gone.pdf")


def test_that_a_drive_that_does_not_answer_is_said(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = Parser(seconds_of_silence=0.0)
    monkeypatch.setattr(page_images._viewer, "parser", hurried)
    with pytest.raises(WorkbenchError, match="does not answer") as caught:
        show(locked)
    assert caught.value.code == ReasonCode.NO_ANSWER
