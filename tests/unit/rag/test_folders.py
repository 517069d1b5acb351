"""Walking what was added: hidden things left out, pipes and loops never opened."""

import os
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.rag.folders import FoundFile, LeftOut, check_sources, has_vanished, walk


def files(*sources: Path) -> dict[str, str]:
    return {found.name: found.problem for found in walk(sources) if isinstance(found, FoundFile)}


def test_that_names_are_paths_below_the_added_folder(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.md").write_text("a")
    (tmp_path / "deep" / "er" / "b.md").write_text("b")
    assert files(tmp_path) == {"a.md": "", "deep/er/b.md": ""}
    assert files(tmp_path / "a.md") == {"a.md": ""}


def test_that_hidden_files_and_links_to_folders_are_left_out(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    left_out = {found.path.name: found.reason for found in walk([tmp_path]) if isinstance(found, LeftOut)}
    assert left_out == {".git": "hidden", "loop": "a link to a folder"}


def test_that_pipes_devices_and_dead_links_are_reported_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    problems = files(tmp_path, Path("/dev/zero"))
    assert problems["pipe.txt"] == "It is a pipe, not a file."
    assert problems["dead.txt"] == "The link points to nothing."
    assert problems["self.txt"].startswith("It cannot be looked at")
    assert problems["zero"] == "It is a device, not a file."


def test_that_a_file_added_twice_comes_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    assert len(list(walk([tmp_path / "a.md", tmp_path]))) == 1


def test_that_only_missing_sources_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="There is no file or folder"):
        check_sources([tmp_path / "nowhere"])
    check_sources([tmp_path / "nowhere", tmp_path])
    assert files(tmp_path / "nowhere") == {"nowhere": "There is no such file or folder."}
    assert has_vanished(tmp_path / "nowhere")
