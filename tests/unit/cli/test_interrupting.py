"""Ctrl-C where no job is there to stop, or again while one is being stopped."""

from pathlib import Path

import pytest

from workbench.cli import main
from workbench.cli.workplace import Workplace


def test_that_an_interrupted_command_ends_with_a_line_and_closes_what_it_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press_ctrl_c(_place: Workplace) -> None:
        raise KeyboardInterrupt

    closed: list[str] = []
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    monkeypatch.setattr(Workplace, "database", property(press_ctrl_c))
    monkeypatch.setattr(Workplace, "close", lambda _place: closed.append("closed"))
    assert main(["collections", "list"]) == 130
    assert closed == ["closed"]
    assert capsys.readouterr().err == "Stopped at once.\n"


@pytest.mark.parametrize("moment", ["workbench.cli.build_parser", "workbench.cli.output.Output.__init__"])
def test_that_ctrl_c_while_it_starts_ends_with_a_line_too(
    moment: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press_ctrl_c(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(moment, press_ctrl_c)
    assert main(["collections", "list"]) == 130
    assert capsys.readouterr().err == "Stopped at once.\n"
