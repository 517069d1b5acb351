"""Spreadsheets and tables of text: sheets are pages, rows say what their numbers are."""

import io
from datetime import date, datetime
from typing import Any

import pytest

from tests.unit.rag.loaders.files import opendocument_bytes, xls_bytes
from workbench.errors import WorkbenchError
from workbench.rag.loaders import load
from workbench.rag.loaders.tables import cell_text, table_text
from workbench.rag.reasons import ReasonCode


def xlsx_bytes(sheets: dict[str, list[list[Any]]], formats: dict[str, str] | None = None) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for place, number_format in (formats or {}).items():
            sheet[place].number_format = number_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_that_sheets_are_pages_with_their_tables() -> None:
    rows: list[list[Any]] = [
        ["Item", "Price", "Since", "Share"],
        ["Kettle", 45.0, datetime(2024, 5, 6), 0.125],
        ["Toaster", 30, None, 1],
    ]
    parsed = load(xlsx_bytes({"Prices": rows, "Empty": [], "Notes": [["Ask Ana."]]}, {"D2": "0.0%"}), "book.bin")
    assert [page.text for page in parsed.pages] == [
        "## Prices\n\n| Item | Price | Since | Share |\n| --- | --- | --- | --- |\n"
        "| Kettle | 45 | 2024-05-06 | 12.5 % |\n| Toaster | 30 |  | 1 |",
        "",
        "## Notes\n\n| Ask Ana. |\n| --- |",
    ]
    assert (parsed.file_type, parsed.is_markdown) == ("Excel", True)


def test_that_a_formula_without_a_stored_value_is_shown_itself() -> None:
    (page,) = load(xlsx_bytes({"S": [["a", "b"], [1, "=A2*2"]]}), "f.xlsx").pages
    assert "| 1 | =A2*2 |" in page.text


def test_that_every_row_of_a_long_table_says_what_it_holds() -> None:
    rows = [["Prices of May", ""], ["Item", "Price"], *([f"Item {n}", str(n)] for n in range(100))]
    text = table_text(rows)
    assert text.startswith("Prices of May\n\nItem: Item 0; Price: 0\n")
    assert text.endswith("Item: Item 99; Price: 99")


def test_that_numbers_without_a_head_stay_a_table() -> None:
    assert table_text([["1", "2"]] * 200).startswith("| 1 | 2 |\n| --- | --- |\n| 1 | 2 |")


def test_that_an_old_excel_file_is_read() -> None:
    data = xls_bytes({"Preise": [["Gerät", "Preis"], ["Kessel", 45.0]], "Второй": [["один", 1.5]]})
    parsed = load(data, "old.xls")
    assert [page.text.split("\n")[0] for page in parsed.pages] == ["## Preise", "## Второй"]
    assert "| Kessel | 45 |" in parsed.pages[0].text
    assert "| один | 1.5 |" in parsed.pages[1].text


def test_that_an_opendocument_sheet_writes_out_what_it_repeats() -> None:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row{}>{}</table:table-row>"
    body = row.format("", cell.format("", "A") + cell.format("", "B"))
    body += row.format(' table:number-rows-repeated="2"', cell.format(' table:number-columns-repeated="2"', "7"))
    # Sheets end in a million empty rows.
    body += row.format(
        ' table:number-rows-repeated="1048000"', '<table:table-cell table:number-columns-repeated="16384"/>'
    )
    parsed = load(opendocument_bytes("spreadsheet", f'<table:table table:name="One">{body}</table:table>'), "a.ods")
    assert parsed.pages[0].text == "## One\n\n| A | B |\n| --- | --- |\n| 7 | 7 |\n| 7 | 7 |"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "^"])
def test_that_a_table_of_text_is_read_with_any_delimiter(delimiter: str) -> None:
    rows = [["Name", "Price", "Note"], ["Alder", "4", "big"], ["Maple", "3", "small"]]
    data = "\n".join(delimiter.join(row) for row in rows).encode()
    expected = "Name: Alder; Price: 4; Note: big\nName: Maple; Price: 3; Note: small"
    assert load(data, "prices.csv").pages[0].text == expected


def test_that_a_delimiter_within_quotes_and_lines_within_cells_part_nothing() -> None:
    parsed = load(b'sep=;\nName;Note\n"Alder; big";"two\nlines"\n', "prices.csv")
    assert parsed.pages[0].text == "Name: Alder; big; Note: two lines"


def test_that_a_table_is_known_by_its_content_and_prose_is_none() -> None:
    assert load(b"Name,Price,Note\nAlder,45,big\nMaple,30,small\n", "export.txt").file_type == "CSV"
    prose = b"Dear Ana, dear Ben, dear all,\nwe met, talked, and parted.\nIt was good, long, and late.\n" * 3
    assert load(prose, "letter.txt").file_type == "Text"


def test_that_values_are_written_as_people_read_them() -> None:
    values = [None, True, 3.0, 0.1 + 0.2, date(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5), "a\nb"]
    assert [cell_text(v) for v in values] == [
        "", "TRUE", "3", "0.3", "2024-01-02", "2024-01-02 03:04:05", "a\nb",
    ]  # fmt: skip


def test_that_a_broken_old_excel_file_is_damaged() -> None:
    with pytest.raises(WorkbenchError) as caught:
        load(xls_bytes({"A": [["x"]]})[:700], "cut.xls")
    assert caught.value.code == ReasonCode.DAMAGED
