"""Test questions among the rows that examples are drawn from."""

from pathlib import Path

from workbench.compare.overlaps import count_overlap


def test_that_a_test_question_is_found_whatever_its_case_and_punctuation(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("question,answer\nHow heavy is it?,2 kg\nHow loud?,quiet\n", encoding="utf-8")
    assert count_overlap(rows, ["how heavy is IT", "How tall is it?"]) == 1


def test_that_a_file_that_cannot_be_read_holds_none(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\n1\n", encoding="utf-8")
    assert count_overlap(tmp_path / "rows.csv", ["1"]) == 0
    assert count_overlap(tmp_path / "nothing.csv", ["1"]) == 0
