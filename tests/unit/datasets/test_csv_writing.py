"""Exported tables hold no formulas."""

import csv
import io

import pytest

from workbench.datasets.csv_writing import to_csv


@pytest.mark.parametrize("text", ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1+1", "＝1+1"])
def test_that_no_cell_and_no_column_name_can_become_a_formula(text: str) -> None:
    header, row = csv.reader(io.StringIO(to_csv(["question", text], [[text, 1]]), newline=""))
    assert header == ["question", f"'{text}"]
    assert row == [f"'{text}", "1"]


def test_that_numbers_and_other_text_stay() -> None:
    assert to_csv(["a"], [[-1], ["x = 1"]]) == "a\r\n-1\r\nx = 1\r\n"
