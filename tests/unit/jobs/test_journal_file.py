"""What a task has done is read back whole, whatever moment the process was killed in."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.jobs.journal_file import append_record, read_records, write_whole


class Fruit(Boundary):
    name: str


def test_that_records_are_read_in_the_order_in_which_they_were_added(tmp_path: Path) -> None:
    path = tmp_path / "fruit.jsonl"
    append_record(path, Fruit(name="apple"))
    append_record(path, Fruit(name="pear"))
    assert [fruit.name for fruit in read_records(path, Fruit)] == ["apple", "pear"]


def test_that_half_a_line_is_left_out_and_the_next_record_is_not_glued_to_it(tmp_path: Path) -> None:
    path = tmp_path / "fruit.jsonl"
    append_record(path, Fruit(name="apple"))
    with path.open("a") as file:
        file.write('{"name": "pe')
    assert [fruit.name for fruit in read_records(path, Fruit)] == ["apple"]
    append_record(path, Fruit(name="plum"))
    assert [fruit.name for fruit in read_records(path, Fruit)] == ["apple", "plum"]


def test_that_a_file_that_is_not_there_has_no_records(tmp_path: Path) -> None:
    assert list(read_records(tmp_path / "fruit.jsonl", Fruit)) == []


def test_that_a_whole_file_replaces_the_old_one(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.json", "old")
    write_whole(tmp_path / "report.json", "new")
    assert (tmp_path / "report.json").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".new"] == []
