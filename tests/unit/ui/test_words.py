"""Paces, sizes and searches in words."""

from pathlib import Path

import pytest

from workbench import naming
from workbench.ui import fuzzy, pace, sizes


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_that_the_time_left_follows_the_pace() -> None:
    clock = Clock()
    measured = pace.Pace(clock)
    for done in range(6):
        measured.report(done, 20)
        clock.now += 2
    clock.now -= 2
    assert measured.seconds_left() == pytest.approx(30)


def test_that_nothing_is_promised_before_a_pace_is_seen() -> None:
    clock = Clock()
    measured = pace.Pace(clock)
    assert measured.seconds_left() is None
    measured.report(0, 10)
    clock.now += 5
    assert measured.seconds_left() is None
    measured.report(1, 0)
    assert measured.seconds_left() is None


def test_that_a_new_phase_starts_a_new_pace() -> None:
    clock = Clock()
    measured = pace.Pace(clock)
    for done in (0, 50, 99):
        measured.report(done, 100)
        clock.now += 1
    measured.report(0, 10)
    assert measured.seconds_left() is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (725, "12 min"),
        (7800, "2 h 10 min"),
        (7200, "2 h"),
    ],
)
def test_that_durations_read_well(seconds: float, words: str) -> None:
    assert naming.duration_in_words(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (4200, "4.2 kB"), (123_456, "123 kB"), (6_300_000, "6.3 MB"), (82.1e9, "82.1 GB"),
     (2.5e12, "2.5 TB")],
)  # fmt: skip
def test_that_sizes_read_well(size: float, words: str) -> None:
    assert sizes.in_words(size) == words


def test_that_a_folder_weighs_what_its_files_weigh(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"12345")
    (tmp_path / "a" / "b" / "two").write_bytes(b"123")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    links = (tmp_path / "a" / "loop").lstat().st_size
    assert sizes.size_of(tmp_path) in (8, 8 + links)
    assert sizes.size_of(tmp_path / "a" / "one") == 5
    assert sizes.size_of(tmp_path / "missing") == 0


COMMANDS = ["Go to: Home", "Go to: Compare", "Preferences", "Help: Where is my data", "Open a model file", "Quit"]


@pytest.mark.parametrize(
    ("query", "first"),
    [("comp", "Go to: Compare"), ("pref", "Preferences"), ("data", "Help: Where is my data"),
     ("omf", "Open a model file"), ("q", "Quit"), ("GO HOME", "Go to: Home"), ("", "Go to: Home")],
)  # fmt: skip
def test_that_a_few_letters_find_a_command(query: str, first: str) -> None:
    assert COMMANDS[fuzzy.best(query, COMMANDS)[0]] == first


def test_that_letters_that_are_not_there_find_nothing() -> None:
    assert fuzzy.best("xyz", COMMANDS) == []
    assert fuzzy.score("emoh", "Home") is None
