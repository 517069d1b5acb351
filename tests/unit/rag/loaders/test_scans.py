"""Scanned pages: refused with a word, or recognised by a program that is installed and was asked for."""

import os
import sys
from pathlib import Path

import pytest

from tests.unit.rag.documents import pdf_bytes
from workbench.errors import WorkbenchError
from workbench.rag.indexing_types import TextRecognition
from workbench.rag.loaders import load
from workbench.rag.loaders.ocr import Tesseract, recognizer_for
from workbench.rag.loaders.parsed import Reading
from workbench.rag.loaders.pdf import _png
from workbench.rag.parser import Parser
from workbench.rag.reasons import ReasonCode

PICTURE = _png(b"\x80" * 300, 10, 10, 30, 3)
SCAN = pdf_bytes(["", ""], picture=PICTURE)

PROGRAM = """#!{python}
import sys
picture = sys.stdin.buffer.read()
assert picture.startswith(b"\\x89PNG"), picture[:8]
if "xxx" in sys.argv:
    sys.exit("no data for xxx")
print("The fee is", len(sys.argv), "euros,", " ".join(sys.argv[1:5]))
"""


class Reader:
    """Recognises the same words in every picture."""

    def __init__(self) -> None:
        self.pictures: list[bytes] = []

    def recognize(self, picture: bytes) -> str:
        self.pictures.append(picture)
        return f"Words {len(self.pictures)}"


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of that name which takes the same arguments and gives the same kind of answer."""
    if os.name == "nt":
        pytest.skip("a script with a first line")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "tesseract"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def test_that_scanned_pages_are_recognised_where_it_was_asked_for() -> None:
    reader = Reader()
    parsed = load(SCAN, "scan.pdf", Reading(recognizer=reader))
    assert [page.text for page in parsed.pages] == ["Words 1", "Words 2"]
    assert parsed.warnings == ("The text of 2 scanned pages was recognised and may hold mistakes.",)
    assert all(picture.startswith(b"\x89PNG") for picture in reader.pictures)


def test_that_only_the_pages_without_text_are_recognised() -> None:
    reader = Reader()
    parsed = load(pdf_bytes(["One.", "", "Three."]), "some.pdf", Reading(recognizer=reader))
    assert [page.text for page in parsed.pages] == ["One.", "Words 1", "Three."]
    assert len(reader.pictures) == 1


def test_that_pages_for_which_there_is_no_time_are_counted() -> None:
    with pytest.raises(WorkbenchError):
        load(SCAN, "scan.pdf", Reading(recognizer=Reader(), seconds=0.0))
    parsed = load(pdf_bytes(["One.", ""]), "some.pdf", Reading(recognizer=Reader(), seconds=0.0))
    assert parsed.warnings == ("1 scanned pages were left out: recognising them took too long.",)


def test_that_a_picture_is_read_where_it_was_asked_for() -> None:
    assert load(PICTURE, "photo.png", Reading(recognizer=Reader())).pages[0].text == "Words 1"
    with pytest.raises(WorkbenchError, match=r"photo\.png is a picture"):
        load(PICTURE, "photo.png")


def test_that_without_the_program_only_scans_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    how = Reading(recognizer=recognizer_for(TextRecognition(is_on=True)))
    with pytest.raises(WorkbenchError, match="Tesseract is not installed") as caught:
        load(SCAN, "scan.pdf", how)
    assert caught.value.code == ReasonCode.NEEDS_OCR
    parsed = load(pdf_bytes(["One.", ""]), "some.pdf", how)
    assert "Tesseract is not installed" in parsed.warnings[-1]
    assert recognizer_for(TextRecognition()) is None


def test_that_the_program_is_run_in_the_parsing_child(tesseract: None, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(SCAN)
    with Parser() as parser:
        parsed = parser.parse(path, "scan.pdf", recognition=TextRecognition(is_on=True, languages="eng+deu"))
        assert parsed.pages[1].text == "The fee is 7 euros, stdin stdout -l eng+deu"
        with pytest.raises(WorkbenchError, match="scanned"):
            parser.parse(path, "scan.pdf")


def test_that_a_language_without_data_is_said(tesseract: None) -> None:
    from workbench.rag.loaders.ocr import find_program

    with pytest.raises(WorkbenchError, match="failed") as caught:
        Tesseract(find_program(), "xxx").recognize(PICTURE)
    assert "no data for xxx" in caught.value.details
