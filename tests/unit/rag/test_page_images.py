"""Pages of PDFs as pictures, of those inside archives and mailboxes too: what is gone, changed, locked or on a drive
that hangs is said."""

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.unit.rag.documents import pdf_bytes
from tests.unit.rag.loaders.files import archive_of
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.rag import page_images
from workbench.rag.loaders import load
from workbench.rag.loaders.extracting import extract
from workbench.rag.loaders.nested import own_span
from workbench.rag.loaders.parsed import WantedPage
from workbench.rag.members import named_below, places_of
from workbench.rag.page_images import PageImageReport, PageImageRequest, close_viewer, page_image
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
    wanted = WantedPage(page=1, end=3)
    request = PageImageRequest(path=str(path), name=path.name, wanted=wanted, password=password)
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


PRICES = ["The zebra eats grass.", "# of trumpets: 3\nA trumpet costs 40 euros.\nA violin costs 90 euros."]


def mailbox_of(*contents: bytes) -> bytes:
    """A mailbox with one mail for each PDF, which is attached."""
    parts = []
    for content in contents:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "ann@example.org", "bob@example.org", "Prices"
        mail["Date"] = "Mon, 01 Jan 2024 00:00:00 +0000"
        mail.set_content("See the attachment.")
        mail.add_attachment(content, maintype="application", subtype="pdf", filename="prices.pdf")
        parts.append(b"From ann@example.org Mon Jan  1 00:00:00 2024\n" + mail.as_bytes())
    return b"\n".join(parts)


def draw(path: Path, wanted: WantedPage) -> PageImageReport:
    return page_image(RecordingContext(), PageImageRequest(path=str(path), name=path.name, wanted=wanted))


def in_archive() -> bytes:
    prices = pdf_bytes(PRICES)
    return archive_of({"notes.txt": "Nothing.", "2024/prices.pdf": prices, "inner.zip": archive_of({"p.pdf": prices})})


@pytest.mark.parametrize(
    ("content", "member"),
    [
        (in_archive(), "2024/prices.pdf"),
        (in_archive(), "inner.zip/p.pdf"),
        (mailbox_of(pdf_bytes(["Another one."]), pdf_bytes(PRICES)), "Prices (mail 2)/prices.pdf"),
    ],
    ids=["archive", "archive in archive", "mailbox"],
)
def test_that_a_pdf_inside_a_file_is_drawn_with_its_passage_marked(tmp_path: Path, content: bytes, member: str) -> None:
    holder, alone = tmp_path / "holder", tmp_path / "prices.pdf"
    holder.write_bytes(content)
    alone.write_bytes(pdf_bytes(PRICES))
    pages = load(content, "holder").pages
    places = places_of("holder", pages)
    (page,) = (
        page for page in pages if places[page.number].document == named_below("holder", member) and "40" in page.text
    )
    number = places[page.number].page
    assert number == 2
    (own,) = (page for page in load(alone.read_bytes(), "prices.pdf").pages if page.number == number)
    passage = "trumpet costs 40"
    at, own_at = page.text.index(passage), own.text.index(passage)
    sha256 = hashlib.sha256(content).hexdigest()
    wanted = WantedPage(page=number, start=at, end=at + len(passage), sha256=sha256, member=member, text=page.text)
    inside = draw(holder, wanted)
    outside = draw(alone, WantedPage(page=number, start=own_at, end=own_at + len(passage)))
    assert len(inside.boxes) == 1
    assert inside == outside


def test_that_names_of_files_and_backslashes_above_a_page_do_not_move_its_passage() -> None:
    own = "# of trumpets\n``` 40 euros"
    stored = "# all.zip\n\n## prices.pdf\n\n\\# of trumpets\n\\``` 40 euros"
    at = stored.index("40 euros")
    start, end = own_span(stored, own, at, at + 8)
    assert own[start:end] == "40 euros"
    assert own_span(stored, own, 0, 20)[0] == 0
    assert own_span(stored, "another page", at, at + 8) == (0, 0)


def test_that_only_the_wanted_file_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[str] = []
    read = zipfile.ZipFile.read

    def recorded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        unpacked.append(entry.filename)
        return read(archive, entry, pwd)

    monkeypatch.setattr(zipfile.ZipFile, "read", recorded)
    data = archive_of(
        {"../a.pdf": pdf_bytes(["First."]), "a.pdf": pdf_bytes(["Second."]), "b.pdf": pdf_bytes(["Third."])}
    )
    assert "Second." in load(extract(data, "all.zip", "a.pdf (2)"), "a.pdf").pages[0].text
    assert unpacked == ["a.pdf"]


def test_that_a_locked_pdf_in_a_mailbox_is_drawn_with_its_password(tmp_path: Path) -> None:
    path = tmp_path / "mails.mbox"
    path.write_bytes(mailbox_of(pdf_bytes(PRICES, password="sesame")))
    wanted = WantedPage(page=2, member="Prices (mail 1)/prices.pdf")
    request = PageImageRequest(path=str(path), name=path.name, wanted=wanted)
    with pytest.raises(WorkbenchError) as caught:
        page_image(RecordingContext(), request)
    assert caught.value.code == ReasonCode.NEEDS_PASSWORD
    page_image(RecordingContext(), request.model_copy(update={"password": "sesame"}))


def test_that_an_archive_that_changed_or_is_gone_is_said(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(in_archive())
    wanted = WantedPage(page=1, member="2024/prices.pdf", sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    draw(path, wanted)
    path.write_bytes(archive_of({"2024/prices.pdf": pdf_bytes(["Other prices."])}))
    with pytest.raises(WorkbenchError, match=r"^all\.zip was changed since it was indexed\."):
        draw(path, wanted)
    path.unlink()
    with pytest.raises(WorkbenchError, match=r"^all\.zip is no longer at"):
        draw(path, wanted)


def test_that_what_is_not_in_the_archive_or_no_pdf_is_said(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(archive_of({"a.pdf": "No PDF at all."}))
    with pytest.raises(WorkbenchError, match=r"^b\.pdf was not found in all\.zip"):
        draw(path, WantedPage(page=1, member="b.pdf"))
    with pytest.raises(WorkbenchError, match=r"^all\.zip/a\.pdf is no PDF"):
        draw(path, WantedPage(page=1, member="a.pdf"))
