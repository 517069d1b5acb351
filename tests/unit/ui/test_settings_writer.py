"""Settings are written beside the window's thread, the last ones always."""

import threading
from pathlib import Path

import pytest

from workbench.settings import LlmSettings, Settings
from workbench.ui.settings_writer import SettingsWriter


def of_length(context_length: int) -> Settings:
    return Settings(llm=LlmSettings(context_length=context_length))


def no_problem(problem: OSError) -> None:
    raise AssertionError(problem)


def test_that_a_slow_disk_stalls_nobody_and_the_last_settings_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, saved, save = threading.Event(), list[int](), Settings.save

    def slow(settings: Settings, path: Path) -> None:
        assert disk.wait(60)
        saved.append(settings.llm.context_length)
        save(settings, path)

    monkeypatch.setattr(Settings, "save", slow)
    path = tmp_path / "settings.json"
    writer = SettingsWriter(path, no_problem)
    for length in (1000, 2000, 3000):
        writer.write(of_length(length))  # comes back, although the disk does not answer
    assert not path.exists()
    disk.set()
    writer.finish()
    assert Settings.load(path) == of_length(3000)
    assert saved[-1] == 3000 and len(saved) <= 3


def test_that_a_full_disk_is_told_and_the_next_settings_are_tried_again(tmp_path: Path) -> None:
    problems: list[OSError] = []
    path = tmp_path / "settings.json"
    writer = SettingsWriter(path, problems.append)
    path.with_suffix(".new").mkdir()
    writer.write(of_length(1000))
    writer.finish()
    assert [type(problem) for problem in problems] == [IsADirectoryError]
    path.with_suffix(".new").rmdir()
    writer.write(of_length(2000))
    writer.finish()
    assert Settings.load(path) == of_length(2000)
