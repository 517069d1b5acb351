"""Folders and drives that do not answer are named and passed over; what changed or vanished is said."""

import os
import signal
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.unit.rag.hanging import HangingParser
from workbench.errors import WorkbenchError
from workbench.rag.folders import FoundFile
from workbench.rag.hashing import open_regular, reading_problem
from workbench.rag.parser import Parser
from workbench.rag.reasons import ReasonCode
from workbench.rag.surveying import Survey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a/one.txt", "nas/deep/two.txt", "z/three.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def survey_of(parser: Parser) -> Survey:
    return Survey(parser, None, lambda: None)


pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="stops a process")


def test_that_a_folder_that_does_not_answer_is_named_and_the_rest_goes_on(folder: Path) -> None:
    with HangingParser(folder / "nas") as parser:
        survey = survey_of(parser)
        found = [f for f in survey.files([folder], []) if isinstance(f, FoundFile)]
        assert {f.name: f.code for f in found} == {
            "a/one.txt": ReasonCode.NONE,
            "nas": ReasonCode.NO_ANSWER,
            "z/three.txt": ReasonCode.NONE,
        }
        assert "nas did not answer in time" in next(f.problem for f in found if f.name == "nas")
        # What lies there is not taken for deleted, and nobody waits for it again.
        assert not survey.has_vanished(folder / "nas" / "gone.txt")
        assert survey.has_vanished(folder / "a" / "gone.txt")
        assert parser.stopped == 1


def test_that_a_drive_that_hangs_while_a_file_is_read_is_waited_for_once(folder: Path) -> None:
    with HangingParser(folder / "a" / "one.txt") as parser:
        survey = survey_of(parser)
        files = {f.name: f for f in survey.files([folder], []) if isinstance(f, FoundFile)}
        for name in ("a/one.txt", "z/three.txt"):
            with pytest.raises(WorkbenchError) as caught:
                survey.hashed(files[name])
            assert caught.value.code == ReasonCode.NO_ANSWER
        assert parser.stopped == 1
        assert parser._child is None, "the second file of that drive was not even asked for"


@pytest.fixture
def parser() -> Iterator[Parser]:
    with Parser() as parser:
        yield parser


def test_that_states_and_hashes_come_from_the_child(parser: Parser, folder: Path) -> None:
    survey = survey_of(parser)
    (one,) = (f for f in survey.files([folder / "a"], []) if isinstance(f, FoundFile))
    assert one.device == one.path.stat().st_dev
    assert one.state == "", "written a moment ago"
    assert survey.hashed(one).sha256 == sha256(b"a/one.txt").hexdigest()


def test_that_what_vanished_or_became_a_pipe_is_said(parser: Parser, folder: Path) -> None:
    survey = survey_of(parser)
    (one,) = (f for f in survey.files([folder / "a"], []) if isinstance(f, FoundFile))
    one.path.unlink()
    with pytest.raises(WorkbenchError, match=r"one\.txt vanished while it was read") as caught:
        survey.hashed(one)
    assert caught.value.code == ReasonCode.CHANGED
    with pytest.raises(WorkbenchError, match=r"one\.txt vanished"):
        parser.parse(one.path, "one.txt")
    os.mkfifo(one.path)
    with pytest.raises(WorkbenchError, match="is not a file"):
        parser.parse(one.path, "one.txt")


def test_that_a_file_without_permission_is_named() -> None:
    problem = reading_problem(PermissionError(13, "Permission denied"), "a.txt")
    assert (problem.message, problem.code) == ("a.txt cannot be read: Permission denied.", ReasonCode.NO_PERMISSION)


def test_that_a_device_is_never_read() -> None:
    with pytest.raises(WorkbenchError, match="is not a file"):
        open_regular(Path("/dev/null"))


def test_that_a_name_that_is_no_text_is_reported(folder: Path) -> None:
    place = os.fsencode(folder / "a") + b"/\xff\xfe.txt"
    try:
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("the file system takes only Unicode names")
    with Parser() as parser:
        found = {f.name: f.code for f in survey_of(parser).files([folder / "a"], []) if isinstance(f, FoundFile)}
    assert found == {"one.txt": ReasonCode.NONE, "\ufffd\ufffd.txt": ReasonCode.UNREADABLE}
