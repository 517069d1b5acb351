"""Files of every kind become text or a sentence that says why not; what they are decides their content."""

import json
import random

import pytest

from tests.unit.rag.documents import docx_bytes, pdf_bytes, zip_bytes
from workbench.errors import WorkbenchError
from workbench.rag.loaders import containers, load
from workbench.rag.loaders.parsed import WantedPage
from workbench.rag.loaders.pdf import _png, render_page


def problem_of(data: bytes, name: str) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        load(data, name)
    assert name in caught.value.message
    return caught.value


def test_that_a_pdf_gives_its_pages_from_one() -> None:
    parsed = load(pdf_bytes(["First page.", "Second page."]), "two.pdf")
    assert [(page.number, page.text) for page in parsed.pages] == [(1, "First page."), (2, "Second page.")]


def test_that_content_counts_and_not_the_name() -> None:
    assert load(pdf_bytes(["Hello."]), "letter.txt").file_type == "PDF"
    assert load(b"# Title\n\nText.", "strange.pdf").file_type == "Markdown"


def test_that_lines_of_a_paragraph_become_one_line() -> None:
    sentence = "A parcel to another country takes nine working days, and heavy goods are sent by truck on Thursdays. "
    (page,) = load(pdf_bytes([sentence * 3]), "long.pdf").pages
    assert " ".join((sentence * 3).split()) == page.text


def test_that_an_encrypted_pdf_needs_a_password() -> None:
    assert problem_of(pdf_bytes(["Secret."], password="pw"), "locked.pdf").code == "needs_password"


def test_that_a_pdf_of_pictures_needs_ocr() -> None:
    picture = _png(b"\x80" * 300, 10, 10, 30, 3)
    assert problem_of(pdf_bytes(["", ""], picture=picture), "scan.pdf").code == "needs_ocr"


def test_that_an_empty_pdf_is_empty() -> None:
    assert problem_of(pdf_bytes([""]), "blank.pdf").code == "empty"


def test_that_a_cut_pdf_says_that_its_end_is_missing() -> None:
    data = pdf_bytes(["Some text. " * 200])
    problem = problem_of(data[: len(data) // 3], "cut.pdf")
    assert problem.code == "damaged"
    assert "cut off" in problem.message


def test_that_pages_without_text_are_named() -> None:
    parsed = load(pdf_bytes(["One.", "", "", "Four."]), "gaps.pdf")
    assert parsed.warnings == ("Pages 2-3 hold no text.",)


def test_that_a_page_is_drawn_with_boxes_around_the_passage() -> None:
    data = pdf_bytes(["The Alder kettle weighs 900 grams."])
    (page,) = load(data, "kettle.pdf").pages
    start = page.text.index("900")
    image = render_page(data, "kettle.pdf", WantedPage(page=1, start=start, end=start + 3))
    whole = render_page(data, "kettle.pdf", WantedPage(page=1, end=len(page.text)))
    assert image.png.startswith(b"\x89PNG")
    (box,), (line,) = image.boxes, whole.boxes
    assert 0 < box[2] - box[0] < (line[2] - line[0]) / 4
    assert line[0] <= box[0] <= box[2] <= line[2] <= image.width


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_that_text_is_decoded(encoding: str) -> None:
    text = "Die Kündigungsfrist beträgt sechs Wochen, der Preis 4,50 für Köln und Zürich."
    parsed = load(text.encode(encoding), "frist.txt")
    assert parsed.pages[0].text == text
    assert parsed.encoding.startswith(encoding.split("-sig")[0])


def test_that_japanese_in_an_old_encoding_is_read() -> None:
    text = "名前,年齢,住所\n佐藤太郎,30,東京\n三木英子,25,大阪\n髙橋淳,35,名古屋\n"
    assert "佐藤太郎" in load(text.encode("cp932"), "people.csv").pages[0].text


def test_that_random_bytes_are_refused() -> None:
    assert problem_of(random.Random(0).randbytes(5000), "noise.txt").code == "binary"


def test_that_nothing_is_empty() -> None:
    assert problem_of(b"", "nothing.md").code == "empty"
    assert problem_of(b" \n\n", "blank.md").code == "empty"


def test_that_a_csv_keeps_its_column_names_in_every_row() -> None:
    parsed = load(b"Name;Price\nAlder;45\nMaple;30\n", "prices.csv")
    assert parsed.pages[0].text == "Name: Alder; Price: 45\nName: Maple; Price: 30"


def test_that_a_notebook_shows_prose_code_and_printed_output() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Prose."]},
        {"cell_type": "code", "source": "print(2)", "outputs": [{"text": ["2\n"]}]},
    ]
    parsed = load(json.dumps({"nbformat": 4, "cells": cells}).encode(), "n.ipynb")
    assert parsed.pages[0].text == "# Title\nProse.\n\n```python\nprint(2)\n```\n\n```\n2\n```"


def test_that_form_feeds_part_pages() -> None:
    assert [page.text for page in load(b"one\ftwo", "pages.txt").pages] == ["one", "two"]


def test_that_invisible_characters_are_removed_and_counted() -> None:
    parsed = load("pay\u200b me\U000e0041\U000e0042 now".encode(), "tags.txt")
    assert parsed.pages[0].text == "pay me now"
    assert parsed.warnings == ("3 invisible characters were removed.",)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 40, "pack it as ZIP"),
        (b"Rar!\x1a\x07\x01\0" + b"\0" * 40, "pack it as ZIP"),
        (b"a.txt".ljust(257, b"\0") + b"ustar\0" + b"00" + b"\0" * 300, "pack it as ZIP"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "text recognition"),
    ],
)
def test_that_what_is_not_read_says_what_to_do(data: bytes, hint: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        load(data, "thing")
    assert hint in caught.value.hint


def test_that_a_link_over_several_lines_or_with_brackets_leaves_its_text_only() -> None:
    html = b"<!doctype html><p>See <a href='http://x.example/a_(b)'>the<br>long [old] list</a> of <b>1980</b>.</p>"
    text = load(html, "shop.html").pages[0].text
    assert "http" not in text
    assert " ".join(text.split()) == "See the long [old] list of **1980**."


def test_that_html_loses_links_and_scripts_and_keeps_headings() -> None:
    html = b"<!doctype html><title>Shop</title><h1>Prices</h1><p>See <a href='http://x.example/'>the list</a>.</p>"
    parsed = load(html + b"<script>steal()</script><img src='http://x.example/a.png' alt='kettle'>", "shop.html")
    text = parsed.pages[0].text
    assert "# Prices" in text
    assert "See the list." in text
    assert "http" not in text
    assert "steal" not in text


def test_that_a_word_file_is_read() -> None:
    parsed = load(docx_bytes("We deliver on Thursdays.", heading="Delivery"), "x.docx")
    assert parsed.pages[0].text == "# Delivery\n\nWe deliver on Thursdays."
    assert parsed.is_markdown


def test_that_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_UNPACKED_BYTES", 1_000_000)
    data = zip_bytes(word__document_xml=b"0" * 2_000_000)
    problem = problem_of(data, "bomb.docx")
    assert problem.code == "bomb"
    assert "unpacks to 2 MB, the limit is 1 MB" in problem.message


def test_that_a_cut_word_file_is_damaged() -> None:
    assert problem_of(docx_bytes("text")[:-500], "cut.docx").code == "damaged"


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"\x7fELF\x02\x01\0"])
def test_that_other_files_are_named(data: bytes) -> None:
    assert problem_of(data, "thing.bin").code == "unsupported"
