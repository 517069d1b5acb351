"""Setting llama.cpp up: what is done where the installed build does not work on this processor."""

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "packaging" / "install_engine.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("install_engine", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(script: ModuleType, monkeypatch: pytest.MonkeyPatch, tries: Iterator[bool]) -> tuple[int, list[set[str]]]:
    """The exit status, and the options of every installation."""
    installed: list[set[str]] = []

    def install(*options: str, environment: Mapping[str, str]) -> None:
        installed.append({*options, *environment})

    monkeypatch.setattr(script, "install", install)
    monkeypatch.setattr(script, "answers", lambda: next(tries))
    status: int = script.main()
    return status, installed


def test_that_a_build_that_answers_is_kept(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    status, installed = run(script, monkeypatch, iter([True]))
    assert status == 0
    assert len(installed) == 1
    assert "--force-reinstall" not in installed[0]


def test_that_a_build_for_another_processor_is_compiled_again(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, installed = run(script, monkeypatch, iter([False, True]))
    assert status == 0
    assert {"--force-reinstall", "--no-cache-dir", "--no-binary"} <= installed[1]
    assert "compiling it here" in capsys.readouterr().out


def test_that_a_build_that_never_answers_is_an_error(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, installed = run(script, monkeypatch, iter([False, False, False]))
    assert status == 1
    assert "CMAKE_ARGS" in installed[2]
    assert "does not answer" in capsys.readouterr().err


def test_that_what_the_user_told_cmake_stays_when_it_is_compiled_for_any_processor(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_CUDA=ON")
    told: list[Mapping[str, str]] = []
    monkeypatch.setattr(script, "install", lambda *options, environment: told.append(environment))
    monkeypatch.setattr(script, "answers", lambda: False)
    script.main()
    assert told[2]["CMAKE_ARGS"] == "-DGGML_CUDA=ON -DGGML_NATIVE=OFF"


def test_that_the_installed_build_answers(script: ModuleType) -> None:
    assert script.answers()


def test_that_a_process_that_dies_is_no_answer(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "_TRY", "import os; os.kill(os.getpid(), 4)")
    assert not script.answers()
    assert capsys.readouterr().err
