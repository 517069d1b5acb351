"""Marked pieces of a text: colour where somebody looks, brackets in files and pipes."""

import sys

import pytest

from workbench.cli.output import Output

PIECES = [("What", False), (" is", False), ("↵\n", False), ("it", False), ("A", True), ("↵\n", True), ("B\x1b", True)]


def test_that_marked_pieces_stand_in_brackets_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Output(json=False).marked(PIECES)
    assert capsys.readouterr().out == "What· is·↵\nit[A][↵\n][B\\x1b]\n"


def test_that_a_terminal_gets_two_colours_that_end_with_the_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    Output(json=False).marked(PIECES)
    *_, learned = capsys.readouterr().out.partition("it\x1b[0m")
    assert learned == "\x1b[30;42mA\x1b[0m\x1b[30;102m↵\x1b[0m\n\x1b[30;42mB\\x1b\x1b[0m\n"


def test_that_who_wants_no_colour_gets_brackets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    Output(json=False).marked([("A", True)])
    assert capsys.readouterr().out == "[A]\n"
