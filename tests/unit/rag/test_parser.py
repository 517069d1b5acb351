"""The parsing child: too slow, killed, out of memory; the next file gets a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled
from workbench.rag.parser import Parser


@pytest.fixture
def parser() -> Iterator[Parser]:
    with Parser() as parser:
        yield parser


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("Hello.")
    return path


def test_that_a_file_comes_back_as_text_with_its_hash(parser: Parser, text: Path) -> None:
    parsed = parser.parse(text, "a.txt")
    assert parsed.pages[0].text == "Hello."
    assert parsed.sha256 == "2d8bd7d9bb5f85ba643f0110d50cb506a1fe439e769a22503193ea6046bb87f7"


def test_that_a_file_that_takes_too_long_is_given_up(text: Path) -> None:
    with Parser(seconds_per_file=0.0) as hurried, pytest.raises(WorkbenchError, match=r"a\.txt took longer"):
        hurried.parse(text, "a.txt")


def test_that_a_dead_child_is_replaced_at_the_next_file(parser: Parser, text: Path) -> None:
    parser.parse(text, "a.txt")
    assert parser._child is not None
    parser._child._process.kill()
    with pytest.raises(WorkbenchError, match=r"a\.txt made its reader stop"):
        parser.parse(text, "a.txt")
    assert parser.parse(text, "a.txt").pages[0].text == "Hello."


def test_that_a_cancel_takes_effect_while_a_file_is_read(parser: Parser, text: Path) -> None:
    def cancelled() -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        parser.parse(text, "a.txt", cancelled)
    assert parser._child is None


def test_that_the_child_has_a_home_of_its_own_and_bounded_memory(parser: Parser, text: Path) -> None:
    parser.parse(text, "a.txt")
    assert parser._child is not None
    process = Path(f"/proc/{parser._child._process.pid}")
    if not process.is_dir():
        pytest.skip("needs /proc")
    environment = (process / "environ").read_bytes().decode().split("\0")
    assert f"HOME={(process / 'cwd').resolve()}" in environment
    limits = (process / "limits").read_text()
    assert "3000000000" in next(line for line in limits.splitlines() if line.startswith("Max address space"))


def test_that_nothing_stays_behind(text: Path) -> None:
    with Parser() as parser:
        parser.parse(text, "a.txt")
        assert parser._child is not None
        folder = Path(parser._child._folder.name)
        assert folder.is_dir()
    assert not folder.exists()
