"""What a task has done is read back whole, whatever moment the process was killed in."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.jobs.journal_file import (
    append_record,
    read_object,
    read_placed,
    read_record_at,
    read_records,
    write_whole,
)


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


def test_that_a_record_is_found_at_the_place_where_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "fruit.jsonl"
    places = [append_record(path, Fruit(name=name)) for name in ("Äpfel", "pear", "plum")]
    assert [place for place, _ in read_placed(path, Fruit)] == places
    assert read_record_at(path, places[1], Fruit).name == "pear"


def test_that_a_line_under_way_is_left_alone_by_those_who_only_look(tmp_path: Path) -> None:
    path = tmp_path / "fruit.jsonl"
    path.write_bytes(b'{"name": "apple"}\n{"name": "pe')
    assert [fruit.name for _, fruit in read_placed(path, Fruit, is_ours=False)] == ["apple"]
    assert path.read_bytes().endswith(b'"pe')


def test_that_what_is_no_object_reads_as_empty(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", '{"a": 1}')
    write_whole(tmp_path / "b.json", "[1, 2")
    assert read_object(tmp_path / "a.json") == {"a": 1}
    assert read_object(tmp_path / "b.json") == read_object(tmp_path / "none.json") == {}
