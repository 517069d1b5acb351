"""Every way in which a data file can be wrong, and what is said about it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from workbench.datasets.readers import read_table
from workbench.datasets.types import Table
from workbench.errors import WorkbenchError


def table_of(folder: Path, name: str, content: bytes | str) -> Table:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def problems_of(table: Table) -> list[tuple[int, str]]:
    return [(problem.row, problem.message) for problem in table.problems]


def nested(depth: int) -> str:
    return '{"a":' + "[" * depth + "]" * depth + "}"


def xlsx(*sheets: list[list[Any]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "delimiter"),
    [
        ("a.csv", "p,c\nx,1\ny,2\n", ","),
        ("a.csv", "p;c\nx;1,5\ny;2,5\n", ";"),
        ("a.tsv", "p\tc\nx\t1\ny\t2\n", "\t"),
        ("a.csv", "p\tc\nx\t1\ny\t2\n", "\t"),
        ("a.txt", "p|c\nx|1\ny|2\n", "|"),
        ("a.csv", b"\xef\xbb\xbfp,c\r\nx,1\r\ny,2\r\n", ","),
        ("a.csv", "p,c\nx,1\ny,2\n".encode("utf-16"), ","),
    ],
)
def test_that_delimiter_and_encoding_are_found(tmp_path: Path, name: str, content: bytes | str, delimiter: str) -> None:
    table = table_of(tmp_path, name, content)
    assert table.columns == ("p", "c")
    assert [row["p"] for row in table.rows] == ["x", "y"]
    assert table.delimiter == delimiter
    assert table.problems == ()


@pytest.mark.parametrize(
    ("content", "row", "said", "kept"),
    [
        ("p,c\nx,1,2,3\ny,2\n", 2, "The row has 4 fields, the header in row 1 has 2.", ["y"]),
        ("p,c\nx\ny,2\n", 2, "The row has 1 field", ["y"]),
        ('p,c\n"x,1\ny,2\nz,3\n', 2, "never closed", ["y", "z"]),
        ('p,c\ny,2\nz,"3\n', 3, "A quote is opened at character 3 and never closed.", ["y"]),
        ('p,c\n"x" y,1\nz,3\n', 2, "closing quote", ["z"]),
        ("p,c\nx\0,1\ny,2\n", 2, "NUL", ["y"]),
    ],
)
def test_that_a_broken_csv_row_is_named_and_the_others_stay(
    tmp_path: Path, content: str, row: int, said: str, kept: list[str]
) -> None:
    table = table_of(tmp_path, "a.csv", content)
    assert [r["p"] for r in table.rows] == kept
    assert table.problems[0].row == row
    assert said in table.problems[0].message
    assert table.problems[0].dropped


def test_that_a_row_keeps_its_own_line_number(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.csv", 'p,c\n"two\nlines",1\n\ny,2\n')
    assert table.numbers == (2, 5)
    assert table.rows[0]["p"] == "two\nlines"


def test_that_windows_1252_is_read_and_told(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.csv", "p,c\nx,1\ncafé,2\n".encode("cp1252"))
    assert table.rows[1]["p"] == "café"
    assert problems_of(table)[0][0] == 3
    assert "not UTF-8" in problems_of(table)[0][1]
    assert not table.problems[0].dropped


def test_that_columns_without_a_name_or_with_the_same_are_told_apart(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.csv", "p,,p\n1,2,3\n")
    assert table.columns == ("p", "column 2", "p (2)")
    assert len(table.problems) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1,2,3]", "Expected an object, found a list."),
        ("5", "Expected an object, found a number."),
        ('{"a": NaN}', "NaN"),
        ("{'a': 1}", "character 2"),
        (nested(65), "more than 64 levels deep"),
        (nested(20_000), "more than 64 levels deep"),
        ('{"a": ' + "9" * 5000 + "}", "4300"),
    ],
)
def test_that_a_broken_json_line_is_named_and_the_others_stay(tmp_path: Path, line: str, said: str) -> None:
    table = table_of(tmp_path, "a.jsonl", f'{{"a": "x"}}\n{line}\n{{"a": "y"}}\n')
    assert [row["a"] for row in table.rows] == ["x", "y"]
    assert table.problems[0].row == 2
    assert said in table.problems[0].message


def test_that_a_cut_last_line_is_called_unfinished(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.jsonl", '{"a": "x"}\n{"a": "y"}\n{"a": "unfin')
    assert problems_of(table) == [(3, "The line is unfinished: the file seems to be cut off.")]
    assert len(table.rows) == 2


def test_that_brackets_inside_a_text_are_no_nesting(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.jsonl", json.dumps({"a": '"[' * 200}) + "\n")
    assert table.problems == ()


def test_that_values_of_another_kind_are_pointed_out(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.jsonl", '{"a": "x"}\n{"a": 3}\n{"a": "y"}\n')
    assert problems_of(table) == [(2, "“a” holds a number here and text in most rows.")]
    assert len(table.rows) == 3


def test_that_a_json_array_and_an_object_with_one_are_read(tmp_path: Path) -> None:
    rows = [{"a": 1}, {"a": 2}, 7]
    for content in (rows, {"version": 1, "data": rows[:2]}):
        table = table_of(tmp_path, "a.json", json.dumps(content, indent=2))
        assert [row["a"] for row in table.rows] == [1, 2]
    assert problems_of(table_of(tmp_path, "b.json", json.dumps(rows))) == [(3, "Expected an object, found a number.")]


def test_that_the_rows_before_a_cut_in_a_json_array_are_read(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.json", '[{"a": 1}, {"a": "two"}, {"a": "unfin')
    assert table.numbers == (1, 2)
    assert (3, "The file is cut off in this row.") in problems_of(table)


def test_that_an_array_without_its_closing_bracket_is_called_cut_off(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.json", '[{"a": 1}, {"a": 2},')
    assert len(table.rows) == 2
    assert problems_of(table) == [(3, "The file is cut off in this row.")]


def test_that_another_format_in_between_is_named(tmp_path: Path) -> None:
    lines = table_of(tmp_path, "a.jsonl", '{"q": "x", "a": "y"}\nquestion;answer\n{"q": "z", "a": "w"}\n')
    assert len(lines.rows) == 2
    assert "another format mixed into this file" in lines.problems[0].message
    cells = table_of(tmp_path, "a.csv", 'q;a\nx;y\n{"q": "z", "a": "w"}\n')
    assert len(cells.rows) == 1
    assert problems_of(cells) == [(3, "The row looks like JSON, but the file is a table: are two formats mixed in it?")]


def test_that_json_lines_in_a_json_file_are_recognised(tmp_path: Path) -> None:
    assert len(table_of(tmp_path, "a.json", '{"a": 1}\n{"a": 2}\n').rows) == 2


def test_that_a_spreadsheet_is_read_by_values(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a.xlsx", xlsx([["p", "c"], ["x", 1], ["y", None], [None, None], ["z", 2.5]]))
    assert [dict(row) for row in table.rows] == [{"p": "x", "c": 1}, {"p": "y", "c": None}, {"p": "z", "c": 2.5}]
    assert table.numbers == (2, 3, 5)


def test_that_a_longer_sheet_row_a_second_sheet_and_an_unsaved_formula_are_told(tmp_path: Path) -> None:
    content = xlsx([["p", "c"], ["x", 1, "extra"], ["y", "=1+1"], ["z", 3]], [["other"], ["sheet"]])
    table = table_of(tmp_path, "a.xlsx", content)
    assert [row["p"] for row in table.rows] == ["z"]
    said = problems_of(table)
    assert said[0] == (0, "Only the sheet “Sheet 1” was read, not “Sheet 2”.")
    assert said[1] == (2, "The row has 3 cells, the header in row 1 has 2.")
    assert said[2][0] == 3
    assert "B3" in said[2][1]


def test_that_a_parquet_file_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"p": ["x", "y"], "m": [[{"role": "user", "content": "hi"}], []]}), path)
    table = read_table(path)
    assert table.columns == ("p", "m")
    assert table.rows[0]["m"] == [{"role": "user", "content": "hi"}]


def _zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _ in range(450):
                member.write(bytes(1_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "empty.csv is empty."),
        ("blank.jsonl", b"\n\n  \n", "blank.jsonl is empty."),
        ("a.csv", b"%PDF-1.7 ...", "a.csv is a PDF document, not a table."),
        ("a.csv", b"<!DOCTYPE html><html>", "a.csv is a web page"),
        ("a.jsonl", b"version https://git-lfs.github.com/spec/v1\n", "a.jsonl is a Git-LFS pointer"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls is an old Office file"),
        ("a.csv", bytes(range(256)) * 20, "a.csv is not a text file."),
        ("a.xlsx", b"PK\x03\x04 cut", "a.xlsx is damaged"),
        ("a.parquet", b"PAR1 nonsense", "a.parquet is not a readable Parquet file."),
        ("a.json", b'{"a": 1, "b": [1, 2]}', "a.json holds an object, not a list of rows."),
        ("a.json", b'{"rows": [{"a": 1}, {"a": ', "a.json is not readable JSON"),
        ("a.json", b'[{"a": ', "a.json is not readable JSON: row 1: The file is cut off in this row."),
        ("a.json", b"[" * 100_000, "more than 64 levels deep"),
        ("a.txt", (", ".join(["word"] * 700)).encode(), "does not look like a table"),
    ],
)
def test_that_a_file_that_is_no_table_is_refused_by_name(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        table_of(tmp_path, name, content)
    assert said in caught.value.message
    assert caught.value.hint


def test_that_a_spreadsheet_that_unpacks_to_too_much_is_refused_before_it_does(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="unpacks to 450 MB"):
        table_of(tmp_path, "bomb.xlsx", _zip_bomb())


def test_that_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"no file .*gone\.csv"):
        read_table(tmp_path / "gone.csv")
