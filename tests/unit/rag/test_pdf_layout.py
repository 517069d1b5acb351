"""PDF pages as people read them: columns, tables, headings, turned pages, what repeats, words cut by a line's end."""

import random

import pytest
from fpdf import FPDF

from tests.unit.rag.documents import picture_png, zip_bytes
from tests.unit.rag.pdf_pages import PROSE, columns_pdf, pages_pdf, raw_pdf, table_pdf, turned_pdf
from workbench.errors import WorkbenchError
from workbench.rag.loaders import load
from workbench.rag.loaders.parsed import WantedPage
from workbench.rag.loaders.pdf import load_pdf, reading, render_page
from workbench.rag.types import MarkKind, PageText

ROWS = [("Item", "Weight", "Price"), ("Alder kettle", "900 g", "45"), ("Maple toaster", "1200 g", "30")]


def page_of(data: bytes, number: int = 1) -> PageText:
    return load(data, "x.pdf").pages[number - 1]


def marked(page: PageText, kind: MarkKind) -> list[str]:
    return [page.text[mark.start : mark.end] for mark in page.marks if mark.kind is kind]


def numbered(word: str, count: int = 24) -> str:
    return " ".join(f"The {word} column says in sentence number {n} what comes next." for n in range(count))


@pytest.mark.parametrize("row_by_row", [False, True])
@pytest.mark.parametrize("names", [("left", "right"), ("first", "second", "third")])
def test_that_columns_are_read_one_after_the_other(names: tuple[str, ...], row_by_row: bool) -> None:
    texts = [numbered(name) for name in names]
    page = page_of(columns_pdf(texts, title="A title above all of them", row_by_row=row_by_row))
    assert " ".join(page.text.split()) == " ".join(["A title above all of them", *texts])


def test_that_a_page_number_between_two_columns_and_a_table_in_one_of_them_change_nothing() -> None:
    def draw(pdf: FPDF, _number: int) -> None:
        for column, name in enumerate(("left", "right")):
            pdf.set_xy(20 + column * 90, 30)
            pdf.multi_cell(80, 5, numbered(name, 12))
        pdf.set_y(pdf.get_y() + 5)
        for row in ROWS:
            pdf.set_x(20)
            for cell in row:
                pdf.cell(26, 6, cell)
            pdf.ln(6)
        pdf.set_xy(20, pdf.get_y() + 5)
        pdf.multi_cell(80, 5, numbered("lower", 4))
        pdf.text(104, 285, "7")

    page = page_of(pages_pdf(1, draw))
    table = "\n".join(" | ".join(row) for row in ROWS)
    assert marked(page, MarkKind.TABLE) == [table]
    parts = [numbered("left", 12), table, numbered("lower", 4), numbered("right", 12), "7"]
    assert " ".join(page.text.split()) == " ".join(" ".join(parts).split())


@pytest.mark.parametrize("ruled", [True, False])
def test_that_a_table_is_rows_of_cells_between_its_paragraphs(ruled: bool) -> None:
    page = page_of(table_pdf(ROWS, ruled=ruled, before=PROSE, after=PROSE))
    table = "\n".join(" | ".join(row) for row in ROWS)
    assert marked(page, MarkKind.TABLE) == [table]
    (mark,) = (mark for mark in page.marks if mark.kind is MarkKind.TABLE)
    assert page.text[mark.start : mark.header_end] == "Item | Weight | Price"
    assert page.text == f"{PROSE.strip()}\n\n{table}\n\n{PROSE.strip()}"


def test_that_words_of_two_lines_in_a_cell_stay_in_their_cell() -> None:
    def draw(pdf: FPDF, _number: int) -> None:
        with pdf.table(col_widths=(30, 60), width=90) as table:
            table.row(("Name", "What it does"))
            table.row(("Alder", "Boils water for tea and for coffee, and keeps it warm for hours"))
            table.row(("Maple", "Toasts"))

    lines = page_of(pages_pdf(1, draw)).text.split("\n")
    assert lines[1] == "Alder | Boils water for tea and for coffee, and keeps it warm for hours"
    assert lines[2] == "Maple | Toasts"


def test_that_lines_between_rows_say_what_belongs_to_a_row() -> None:
    def draw(pdf: FPDF, _number: int) -> None:
        with pdf.table(col_widths=(20, 60, 30), width=110, borders_layout="HORIZONTAL_LINES") as table:
            table.row(("Pos", "Description", "Amount"))
            table.row(("1", "Alder kettle in cream with a lid that closes by itself and a long cable", "108.00"))
            table.row(("2", "Maple blender", "115.00"))

    lines = page_of(pages_pdf(1, draw)).text.split("\n")
    assert lines[0] == "Pos | Description | Amount"
    assert lines[1] == "1 | Alder kettle in cream with a lid that closes by itself and a long cable | 108.00"
    assert lines[2] == "2 | Maple blender | 115.00"


def test_that_a_line_spread_over_a_narrow_column_parts_no_paragraph() -> None:
    def draw(pdf: FPDF, _number: int) -> None:
        pdf.set_xy(20, 20)
        pdf.multi_cell(50, 5, PROSE, align="J")

    assert page_of(pages_pdf(1, draw)).text == PROSE.strip()


def test_that_running_text_beside_a_label_is_no_table() -> None:
    page = page_of(columns_pdf([PROSE, PROSE]))
    assert not marked(page, MarkKind.TABLE)


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("is_page_turned", [True, False])
def test_that_turned_text_is_read_line_by_line(turns: int, is_page_turned: bool) -> None:
    data = turned_pdf(["First line.", "Second line."], turns, is_page_turned=is_page_turned)
    page = page_of(data)
    assert page.text == "First line.\nSecond line."
    start = page.text.index("Second")
    assert len(render_page(data, "x.pdf", WantedPage(page=1, start=start, end=len(page.text), scale=1.0)).boxes) == 1


def test_that_larger_and_bolder_lines_are_headings_with_levels() -> None:
    def draw(pdf: FPDF, _number: int) -> None:
        for size, style, text in (
            (20, "", "Handbook"), (14, "", "Holidays"), (10, "", PROSE), (10, "B", "Left-over days"), (10, "", PROSE),
        ):  # fmt: skip
            pdf.set_font("Helvetica", style, size)
            pdf.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")
            pdf.ln(3)

    page = page_of(pages_pdf(1, draw))
    levels = {page.text[m.start : m.end]: m.level for m in page.marks if m.kind is MarkKind.HEADING}
    assert levels == {"Handbook": 1, "Holidays": 2, "Left-over days": 3}


def test_that_the_outline_says_what_is_a_heading() -> None:
    def draw(pdf: FPDF, number: int) -> None:
        pdf.start_section(f"Part {'ABC'[number - 1]}", level=0)
        pdf.cell(0, 8, f"Part {'ABC'[number - 1]}", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(6)
        pdf.multi_cell(0, 5, PROSE)

    parsed = load(pages_pdf(3, draw), "x.pdf")
    assert [marked(page, MarkKind.HEADING) for page in parsed.pages] == [["Part A"], ["Part B"], ["Part C"]]


def test_that_a_broken_outline_harms_nobody() -> None:
    data = raw_pdf("BT /F1 12 Tf 50 700 Td (Some text.) Tj ET", outline="/Outlines << /First 99 0 R /Count 3 >>")
    assert page_of(data).text == "Some text."


def test_that_headers_footers_and_page_numbers_are_marked_and_stay_in_the_text() -> None:
    def draw(pdf: FPDF, number: int) -> None:
        pdf.text(20, 12, f"ACME manual, chapter {number}")
        pdf.set_xy(20, 40)
        pdf.multi_cell(0, 5, f"Sheet {number} tells of its own things. {PROSE}")
        pdf.text(100, 290, str(number))

    parsed = load(pages_pdf(5, draw), "x.pdf")
    assert len(parsed.pages) == 5
    for page in parsed.pages:
        assert marked(page, MarkKind.REPEATED) == [f"ACME manual, chapter {page.number}", str(page.number)]
        assert page.text.startswith("ACME manual")


def test_that_a_line_that_is_all_of_a_page_is_not_left_out() -> None:
    parsed = load(pages_pdf(4, lambda pdf, _number: pdf.text(20, 12, "Background")), "x.pdf")
    assert not any(page.marks for page in parsed.pages)


def test_that_a_word_cut_at_a_line_end_is_joined_and_a_compound_is_not() -> None:
    lines = [
        "This sentence was set in a narrow column with hyphen-",
        "ation at its line ends, and the Franco-",
        "German",
    ]
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    page = page_of(raw_pdf(f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET"))
    assert "with hyphenation at its line ends" in page.text
    assert "the Franco-German" in page.text


def test_that_ligatures_become_letters() -> None:
    words = load_pdf(columns_pdf(["office"]), "x.pdf").pages[0].text
    assert words == "office"
    from workbench.rag.loaders.pdf.letters import _letters

    assert [_letters(code) for code in (0xFB01, 0xFB03, 0xFEFB, 0x20)] == ["fi", "ffi", "\u0644\u0627", ""]


def test_that_no_letter_is_lost_or_made_up_whatever_the_layout() -> None:
    rng = random.Random(5)

    def draw(pdf: FPDF, _number: int) -> None:
        for _ in range(60):
            pdf.set_font("Helvetica", rng.choice(["", "B"]), rng.choice([7, 10, 16]))
            pdf.text(rng.uniform(5, 180), rng.uniform(8, 290), rng.choice(["Alpha", "12.5", "beta gamma", "x"]))

    pages = load(pages_pdf(6, draw), "x.pdf").pages
    assert len(pages) == 6
    for page in pages:
        counted = {word: page.text.count(word) for word in ("Alpha", "12.5", "beta", "gamma")}
        assert sum(counted.values()) + page.text.split().count("x") >= 60


def test_that_a_pdf_in_an_archive_keeps_its_tables_below_its_name() -> None:
    page = load(zip_bytes(a=b"words", prices=table_pdf(ROWS, ruled=True)), "many.zip").pages[1]
    table = "\n".join(" | ".join(row) for row in ROWS)
    assert marked(page, MarkKind.TABLE) == [table]
    assert marked(page, MarkKind.HEADING) == ["# prices"]
    (mark,) = (mark for mark in page.marks if mark.kind is MarkKind.TABLE)
    assert page.text[mark.start : mark.header_end] == "Item | Weight | Price"


def test_that_scanned_and_empty_pages_are_named() -> None:
    def draw(pdf: FPDF, number: int) -> None:
        if number == 1:
            pdf.multi_cell(0, 5, PROSE)
        elif number < 4:
            pdf.image(picture_png(), x=0, y=0, w=210, h=297)

    parsed = load(pages_pdf(5, draw), "x.pdf")
    assert parsed.warnings == (
        "Pages 2-3 are scanned: without text recognition (OCR) nothing is found there.",
        "Pages 4-5 hold no text.",
    )


def test_that_a_long_file_is_read_simply_when_its_time_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CAREFUL_SECONDS", -1.0)
    parsed = load(table_pdf(ROWS, ruled=True), "x.pdf")
    assert not marked(parsed.pages[0], MarkKind.TABLE)
    assert parsed.warnings == ("The file is long: from page 1 on, columns and tables were not looked for.",)


def test_that_what_was_read_when_the_time_was_over_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_SECONDS", -1.0)
    parsed = load(pages_pdf(3, lambda pdf, _number: pdf.multi_cell(0, 5, PROSE)), "x.pdf")
    assert len(parsed.pages) == 1
    assert parsed.warnings == ("Only the first 1 of 3 pages were read: it took too long. Split the file to have all.",)


def test_that_too_much_text_is_refused_before_all_of_it_is_read() -> None:
    data = pages_pdf(4, lambda pdf, _number: pdf.multi_cell(0, 5, PROSE))
    with pytest.raises(WorkbenchError, match="on the first 2 of its 4 pages") as caught:
        load_pdf(data, "x.pdf", max_characters=300)
    assert caught.value.code == "too_long"
