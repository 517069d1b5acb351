"""Walking what was added: hidden things left out, pipes and loops never opened."""

import os
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.folders import FoundFile, LeftOut, OwnFolders, has_vanished, list_folder, walk
from workbench.rag.sources import check_sources


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


@pytest.fixture
def own(home: WorkbenchPaths) -> OwnFolders:
    return OwnFolders(home.home, home.projects)


def test_that_the_data_folder_below_an_added_folder_is_left_out_and_named_once(
    home: WorkbenchPaths, own: OwnFolders
) -> None:
    above = home.home.parent
    (above / "mine.md").write_text("a")
    (home.logs / "app.log").write_text("log")
    (home.projects / "facts.md").write_text("facts")
    found = list(walk([above], own))
    assert [f.name for f in found if isinstance(f, FoundFile)] == ["mine.md"]
    assert [f for f in found if isinstance(f, LeftOut)] == [LeftOut(home.home, "the data folder of LLM Workbench")]


def test_that_a_link_into_the_data_folder_is_left_out(home: WorkbenchPaths, own: OwnFolders, tmp_path: Path) -> None:
    home.settings.write_text("{}")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "settings.json").symlink_to(home.settings)
    (left_out,) = walk([folder], own)
    assert isinstance(left_out, LeftOut)
    assert left_out.reason == "a link into the data folder of LLM Workbench"


def test_that_a_listing_asks_nothing_of_the_folders_in_it(
    own: OwnFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs" / "drive").mkdir(parents=True)
    asked: list[str] = []
    real = Path.stat

    def noted(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        asked.append(path.name)
        return real(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", noted)
    listing = list_folder(tmp_path / "docs", own)
    assert [entry.name for entry in listing.entries] == ["drive"]
    assert "docs" in asked and "drive" not in asked, "a drive that hangs there would take its neighbours along"


@pytest.mark.skipif(os.name != "posix", reason="links that lead to themselves")
def test_that_a_link_to_itself_is_named_and_the_folder_is_read(own: OwnFolders, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("a")
    (folder / "me.md").symlink_to("me.md")
    problems = {found.name: found.problem for found in walk([folder], own) if isinstance(found, FoundFile)}
    assert problems.pop("me.md").startswith("It cannot be looked at")
    assert problems == {"a.md": ""}


def test_that_a_path_inside_the_data_folder_is_refused(home: WorkbenchPaths, own: OwnFolders, tmp_path: Path) -> None:
    home.settings.write_text("{}")
    alias = tmp_path / "alias"
    alias.symlink_to(home.logs, target_is_directory=True)
    for source in (home.home, home.settings, home.logs, alias, home.projects / ".." / "logs"):
        with pytest.raises(WorkbenchError, match="lies in LLM Workbench's own data folder") as caught:
            check_sources([source], own)
        assert "outside" in caught.value.hint
        (found,) = walk([source], own)
        assert isinstance(found, FoundFile)
        assert found.problem.startswith("It lies in LLM Workbench's own data folder")


def test_that_a_refused_path_does_not_stop_the_others(home: WorkbenchPaths, own: OwnFolders, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    sources = [home.logs, tmp_path / "a.md"]
    check_sources(sources, own)
    problems = {f.name: bool(f.problem) for f in walk(sources, own) if isinstance(f, FoundFile)}
    assert problems == {"logs": True, "a.md": False}


def test_that_an_opened_sample_project_can_be_indexed_where_it_is(home: WorkbenchPaths, own: OwnFolders) -> None:
    documents = home.projects / "facts" / "documents"
    documents.mkdir(parents=True)
    (documents / "a.md").write_text("a")
    for source in (documents, documents / "a.md"):
        check_sources([source], own)
        assert [(f.path, f.problem) for f in walk([source], own) if isinstance(f, FoundFile)] == [
            (documents / "a.md", "")
        ]
