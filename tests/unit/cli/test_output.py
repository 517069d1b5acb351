"""What reaches stdout: JSON that every reader understands, and words where it takes nothing."""

import errno
import io
import json
import math
import os
import sys

import pytest

from workbench.cli import main
from workbench.cli.output import Output, OutputRefused, to_json


def test_that_what_json_cannot_say_is_null_or_escaped() -> None:
    line = to_json({"mean": math.nan, "all": [1.5, (math.inf,)], "name": "a\udcff", "text": "é"})
    assert json.loads(line) == {"mean": None, "all": [1.5, [None]], "name": "a\udcff", "text": "é"}
    assert line.encode("utf-8").decode("utf-8") == line
    assert "é" in line and "NaN" not in line


class FullDisk(io.StringIO):
    """Takes nothing, like /dev/full."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("words", [("collections", "list", "--json"), ("models", "list"), ("text", "c", "d", "--json")])
def test_that_a_full_stdout_is_named_and_not_the_data_folder(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", FullDisk())
    assert main([*words]) == 1
    monkeypatch.undo()
    said = capsys.readouterr().err
    assert f"Error: The output cannot be written: {os.strerror(errno.ENOSPC)}.\n" in said
    assert "data folder" not in said and "The disk is full" not in said


def test_that_a_problem_of_stdout_is_told_beside_it_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Output(json=True).problem(OutputRefused("The output cannot be written."))
    said = capsys.readouterr()
    assert said.out == ""
    assert "The output cannot be written." in said.err
