"""How the program starts: window, command line or worker, importing only what that needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import __main__ as start

ROOT = Path(__file__).parents[2]


def test_that_arguments_start_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["workbench", "models", "list"])
    monkeypatch.setattr("workbench.cli.main", len)
    assert start.main() == 2


def test_that_without_a_display_the_demo_runs_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []

    def run(arguments: list[str]) -> int:
        commands.append(arguments)
        return 0

    monkeypatch.setattr(sys, "argv", ["workbench"])
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("workbench.cli.main", run)
    assert start.main() == 0 and commands == [["demo"]]
    assert capsys.readouterr().err.startswith("There is no display, so the demo runs here;")


def test_that_a_worker_imports_neither_window_nor_command_line() -> None:
    program = (
        "import sys; sys.argv = ['workbench', '--worker']; import workbench.__main__ as start;"
        "start.main(); print(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=dict(os.environ), stdin=subprocess.DEVNULL, capture_output=True
    )
    modules = set(run.stderr.decode().split())
    assert run.returncode == 0 and "workbench.jobs.worker" in modules
    unwanted = {"workbench.cli", "workbench.ui", "workbench.app", "workbench.jobs.runner", "PySide6", "sqlalchemy"}
    assert not unwanted & modules
