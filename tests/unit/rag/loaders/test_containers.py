"""Archives, books and OpenDocument: what lies inside is read within limits, and nothing is ever written."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.unit.rag.documents import docx_bytes, pdf_bytes
from tests.unit.rag.loaders.files import archive_of, epub_bytes, opendocument_bytes
from workbench.errors import WorkbenchError
from workbench.rag.loaders import load
from workbench.rag.loaders import parsed as parsed_module
from workbench.rag.loaders.parsed import Allowance, Reading
from workbench.rag.reasons import ReasonCode

LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


def problem_of(data: bytes, name: str, how: "Reading | None" = None) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        load(data, name, how)
    return caught.value


def test_that_the_documents_of_an_archive_are_pages_below_their_names() -> None:
    files: dict[str, bytes | str] = {
        "b/terms.docx": docx_bytes("Thirty days.", heading="Payment"),
        "a.txt": "#### no heading\nPlain.",
        "__MACOSX/._a.txt": "x",
        ".DS_Store": "x",
        "photo.jpg": b"\xff\xd8\xff\xe0",
        "c.pdf": pdf_bytes(["One.", "Two."]),
    }
    parsed = load(archive_of(files), "all.zip")
    assert [page.text for page in parsed.pages] == [
        "# a.txt\n\n\\#### no heading\nPlain.",
        "# b/terms.docx\n\n## Payment\n\nThirty days.",
        "# c.pdf\n\nOne.",
        "Two.",
    ]
    assert parsed.warnings == ("Left out: photo.jpg is a picture, not a document with text.",)


def test_that_names_that_climb_out_of_the_archive_are_only_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    parsed = load(archive_of({"../../slip.txt": "a", "/etc/slip.txt": "b", "..\\slip.txt": "c"}), "slip.zip")
    assert [page.text.split("\n")[0] for page in parsed.pages] == ["# slip.txt", "# slip.txt (2)", "# etc/slip.txt"]
    assert list(tmp_path.rglob("*slip*")) == []


def test_that_an_archive_with_itself_inside_ends() -> None:
    inner = archive_of({"a.txt": "here"})
    for _ in range(30):
        inner = archive_of({"again.zip": inner, "again2.zip": inner})
    problem = problem_of(inner, "quine.zip")
    assert problem.code in {ReasonCode.UNSUPPORTED, ReasonCode.BOMB}


def test_that_files_bytes_and_time_of_an_archive_are_bounded_together() -> None:
    data = archive_of({f"{n:02}.txt": "x" * 100 for n in range(20)})
    for allowance, read in ((Allowance(files=5), 5), (Allowance(unpacked_bytes=750), 7)):
        parsed = load(data, "many.zip", Reading(allowance=allowance))
        assert len(parsed.pages) == read
        assert parsed.warnings[0].startswith(f"{read:02}.txt and what follows in many.zip was left out")
    assert problem_of(data, "slow.zip", Reading(allowance=Allowance(seconds=-1.0))).code == ReasonCode.UNSUPPORTED


def test_that_the_text_of_an_archive_is_bounded_and_what_was_read_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed_module, "MAX_CHARACTERS", 250)
    inner = archive_of({f"{n}.txt": "x" * 100 for n in range(2)})
    # The text of an archive inside counts once.
    parsed = load(archive_of({"a.zip": inner, "b.txt": "y" * 40, "c.txt": "z" * 100}), "long.zip")
    assert [page.text.split("\n")[0] for page in parsed.pages] == ["# a.zip", "## 1.txt", "# b.txt"]
    assert parsed.warnings[0].startswith("c.txt and what follows in long.zip was left out: more text")


def test_that_an_archive_of_zeros_is_refused_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive_of({f"{n}.txt": bytes(1_000_000) for n in range(300)})
    unpacked: list[object] = []
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda _archive, entry, *_: unpacked.append(entry))
    problem = problem_of(data, "bomb.zip")
    assert problem.code == ReasonCode.BOMB
    assert "unpacks to 300 MB" in problem.message
    assert unpacked == []


def test_that_an_entry_that_lies_about_its_size_is_damaged() -> None:
    data = bytearray(archive_of({"word/document.xml": b"<a>" + b"x" * 5000 + b"</a>"}))
    for magic, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(magic) + place, 100)
    assert problem_of(bytes(data), "liar.docx").code == ReasonCode.DAMAGED


def test_that_chapters_of_a_book_are_pages_in_the_order_of_reading() -> None:
    parsed = load(epub_bytes({"b.xhtml": "<h1>Two</h1>", "a.xhtml": "<h1>Three</h1><p>End.</p>"}), "book")
    assert [page.text for page in parsed.pages] == ["# Two", "# Three\n\nEnd."]
    assert parsed.title == "A Book"


def test_that_a_book_that_is_locked_by_its_seller_is_refused() -> None:
    lock = '<encryption><EncryptedData><EncryptionMethod Algorithm="aes128-cbc"/></EncryptedData></encryption>'
    problem = problem_of(epub_bytes({"a.xhtml": "x"}, **{"META-INF__encryption.xml": lock}), "drm.epub")
    assert (problem.code, "DRM" in problem.message) == (ReasonCode.UNSUPPORTED, True)


def test_that_an_opendocument_text_keeps_headings_lists_tables_and_notes() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    table = "".join(f"<table:table-row>{cell.format(a)}{cell.format(b)}</table:table-row>" for a, b in ("ab", "12"))
    body = (
        '<text:h text:outline-level="2">Rent</text:h>'
        '<text:p>Due<text:s text:c="2"/>on <text:span>the 1st</text:span>.<text:note><text:note-body><text:p>or 2nd'
        "</text:p></text:note-body></text:note></text:p>"
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>deeper</text:p>"
        f"</text:list-item></text:list></text:list-item></text:list><table:table>{table}</table:table>"
    )
    parsed = load(opendocument_bytes("text", body), "x.odt")
    assert parsed.pages[0].text == (
        "## Rent\n\nDue  on the 1st. (or 2nd)\n\n- one\n  - deeper\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"
    )


def test_that_slides_of_opendocument_are_pages_with_their_notes() -> None:
    slide = (
        '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Plan</text:p></draw:text-box>'
        "</draw:frame><draw:frame><draw:text-box><text:p>Move in May.</text:p></draw:text-box></draw:frame>"
        "<presentation:notes><draw:frame><draw:text-box><text:p>Say thanks.</text:p></draw:text-box></draw:frame>"
        "</presentation:notes></draw:page>"
    )
    parsed = load(opendocument_bytes("presentation", slide + slide.replace("Plan", "End")), "x.odp")
    assert [page.text for page in parsed.pages] == [
        f"# {title}\n\nMove in May.\n\n### Notes:\n\nSay thanks." for title in ("Plan", "End")
    ]


@pytest.mark.parametrize(
    "data",
    [
        f'<?xml version="1.0"?>{LAUGHS}<a>&c;</a>'.encode(),
        f'<?xml version="1.0"?>{LAUGHS}<rss><channel><title>&c;</title></channel></rss>'.encode(),
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'.encode("utf-16"),
        archive_of({"word/document.xml": f"{LAUGHS}<a>&c;</a>"}),
        archive_of({"xl/workbook.xml": "<a/>", "xl/sharedStrings.xml": f"{LAUGHS}<a/>".encode("utf-16")}),
        opendocument_bytes("text", "", **{"meta.xml": f"{LAUGHS}<a/>"}),
        epub_bytes({"a.xhtml": "x"}, **{"META-INF__encryption.xml": f"{LAUGHS}<a/>"}),
    ],
)
def test_that_xml_that_declares_entities_is_refused(data: bytes) -> None:
    problem = problem_of(data, "laughs.xml")
    assert problem.code == ReasonCode.DANGEROUS
    assert "laughs.xml" in problem.message


def test_that_a_document_type_alone_is_harmless() -> None:
    data = (
        b'<?xml version="1.0"?><!DOCTYPE note SYSTEM "http://x.example/note.dtd"><note><to>Ana</to><fee>4</fee></note>'
    )
    assert load(data, "note.xml").pages[0].text == "to: Ana; fee: 4"


def test_that_records_of_xml_are_lines_and_feeds_have_their_entries() -> None:
    records = b"<all><item id='7'><name>Alder</name><price>45</price></item><p>A <b>bold</b> word.</p></all>"
    (page,) = load(b"<?xml version='1.0'?>" + records, "r").pages
    assert page.text.strip() == "id: 7; name: Alder; price: 45\nA bold word."
    feed = (
        "<rss version='2.0'><channel><title>News</title><item><title>Rent</title><description>It rises."
        "</description></item></channel></rss>"
    )
    parsed = load(f'<?xml version="1.0"?>{feed}'.encode(), "n.xml")
    assert (parsed.file_type, parsed.title) == ("Feed", "News")
    assert "It rises." in parsed.pages[0].text


def test_that_rich_text_is_read_in_its_code_page() -> None:
    data = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}}\f0 \'d1\'f0\'ee\'ea \u8364? 12\par End.}"
    assert load(data, "r.doc").pages[0].text == "Срок € 12\nEnd."


def zip_with_password(password: bytes, name: str, content: bytes) -> bytes:
    """Traditional PKWARE encryption, which the standard library reads and does not write."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(value: int, letter: int) -> int:
        polynomial = (value ^ letter) & 0xFF
        for _ in range(8):
            polynomial = polynomial >> 1 ^ (0xEDB88320 if polynomial & 1 else 0)
        return value >> 8 ^ polynomial

    def update(letter: int) -> None:
        keys[0] = crc(keys[0], letter)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    for letter in password:
        update(letter)
    checksum = zlib.crc32(content)
    out = bytearray()
    for letter in bytes(11) + bytes([checksum >> 24]) + content:
        stream = (keys[2] | 2) & 0xFFFF
        out.append(letter ^ (stream * (stream ^ 1) >> 8 & 0xFF))
        update(letter)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr(name, bytes(out))
    data = bytearray(plain.getvalue())
    for magic, flags, place in ((b"PK\x03\x04", 6, 14), (b"PK\x01\x02", 8, 16)):
        at = data.index(magic)
        struct.pack_into("<H", data, at + flags, 1)
        struct.pack_into("<III", data, at + place, checksum, len(out), len(content))
    return bytes(data)


def test_that_a_locked_archive_asks_for_its_password() -> None:
    data = zip_with_password(b"sesame", "a.txt", b"The fee is 12 euros.")
    assert problem_of(data, "locked.zip").code == ReasonCode.NEEDS_PASSWORD
    assert problem_of(data, "locked.zip", Reading("guess")).code == ReasonCode.WRONG_PASSWORD
    assert load(data, "locked.zip", Reading("sesame")).pages[0].text == "# a.txt\n\nThe fee is 12 euros."


# Written with pyzipper: a.txt, deflated, AES with 256 bits (AE-2), password "sesame".
AES_ZIP = bytes.fromhex(
    "504b03041400010063004c157a5d00000000320000001400000005000b00612e7478740199070002004145030800c86fb4c8b01f7e3d"
    "0679bdb5dc6e93bedeb6fd0e4a5deb6b13d20bf57d10bcf71bc944db7b5818ee6698287303f3d5f5d619504b010214031400010063004c"
    "157a5d00000000320000001400000005000b000000000000000000800100000000612e7478740199070002004145030800504b05060000"
    "0000010001003e000000600000000000"
)


def test_that_an_archive_that_is_locked_with_aes_asks_for_its_password() -> None:
    assert problem_of(AES_ZIP, "locked.zip").code == ReasonCode.NEEDS_PASSWORD
    assert problem_of(AES_ZIP, "locked.zip", Reading("guess")).code == ReasonCode.WRONG_PASSWORD
    assert load(AES_ZIP, "locked.zip", Reading("sesame")).pages[0].text == "# a.txt\n\nThe fee is 12 euros."
    broken = AES_ZIP.replace(bytes.fromhex("0e4a5deb"), bytes.fromhex("0e4a5dec"))
    assert problem_of(broken, "locked.zip", Reading("sesame")).code == ReasonCode.DAMAGED


def test_that_a_member_with_another_password_is_named() -> None:
    plain = io.BytesIO(zip_with_password(b"sesame", "a.txt", b"The fee is 12 euros."))
    with zipfile.ZipFile(plain, "a") as archive:
        archive.writestr("c.zip", zip_with_password(b"other", "b.txt", b"The rent is 900 euros."))
    parsed = load(plain.getvalue(), "locked.zip", Reading("sesame"))
    assert [page.text for page in parsed.pages] == ["# a.txt\n\nThe fee is 12 euros."]
    assert parsed.warnings == ("Left out: The password does not open c.zip.",)


def test_that_locked_office_files_are_opened_with_their_password() -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(docx_bytes("Secret fees.", heading="Fees"))).encrypt("sesame", out)
    data = out.getvalue()
    assert problem_of(data, "locked.docx").code == ReasonCode.NEEDS_PASSWORD
    assert problem_of(data, "locked.docx", Reading("guess")).code == ReasonCode.WRONG_PASSWORD
    assert load(data, "locked.docx", Reading("sesame")).pages[0].text == "# Fees\n\nSecret fees."
    # The password of an archive opens what lies locked in it.
    assert "Secret fees." in load(archive_of({"x.docx": data}), "a.zip", Reading("sesame")).pages[0].text
    assert problem_of(archive_of({"x.docx": data}), "a.zip").code == ReasonCode.NEEDS_PASSWORD
