"""A listing reads only what is new or was changed."""

import os
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.llm import gguf_header, library
from workbench.llm.header_cache import HeaderCache
from workbench.llm.library import list_models
from workbench.llm.types import ModelRef

NOWHERE = Path("/nowhere")


@pytest.fixture(autouse=True)
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose header was read."""
    read_header, found = gguf_header.read_header, list[str]()

    def reading(path: Path) -> object:
        found.append(path.name)
        return read_header(path)

    monkeypatch.setattr(library, "find_starter", lambda: None)
    monkeypatch.setattr(library, "read_header", reading)
    return found


def listed(folder: Path, cache: Path) -> list[ModelRef]:
    return list_models([folder], NOWHERE, cache=HeaderCache(cache))


def test_that_known_files_are_not_read_again_and_say_the_same(tmp_path: Path, reads: list[str]) -> None:
    models, cache = tmp_path / "m", tmp_path / "c/headers.json"
    models.mkdir()
    write_tiny_gguf(models / "a.gguf")
    (models / "broken.gguf").write_bytes((models / "a.gguf").read_bytes()[:5000])
    (models / "page.gguf").write_text("<html>")
    first = listed(models, cache)
    assert reads == ["a.gguf", "broken.gguf", "page.gguf"]
    assert listed(models, cache) == first
    assert len(reads) == 3
    write_tiny_gguf(models / "b.gguf")
    assert len(listed(models, cache)) == 4
    assert reads[3:] == ["b.gguf"]


def test_that_a_changed_file_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    models, cache = tmp_path / "m", tmp_path / "headers.json"
    models.mkdir()
    path = write_tiny_gguf(models / "a.gguf", context=512)
    listed(models, cache)
    write_tiny_gguf(path, context=256)  # same size
    os.utime(path, ns=(1, 1))
    assert listed(models, cache)[0].context_length == 256
    path.write_bytes(path.read_bytes()[:4000])
    assert "incomplete" in listed(models, cache)[0].problem


def test_that_a_changed_part_of_a_split_model_is_noticed(tmp_path: Path, reads: list[str]) -> None:
    models, cache = tmp_path / "m", tmp_path / "headers.json"
    models.mkdir()
    parts = [write_tiny_gguf(models / f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    assert listed(models, cache)[0].parts == 2
    parts[1].write_bytes(parts[1].read_bytes()[:4000])
    assert "big-00002-of-00002.gguf is incomplete" in listed(models, cache)[0].problem
    parts[1].unlink()
    assert "is missing" in listed(models, cache)[0].problem


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1}', "[" * 100_000])
def test_that_a_damaged_cache_is_only_a_slow_start(tmp_path: Path, reads: list[str], content: str) -> None:
    models, cache = tmp_path / "m", tmp_path / "headers.json"
    models.mkdir()
    write_tiny_gguf(models / "a.gguf")
    cache.write_text(content)
    assert [model.name for model in listed(models, cache)] == ["a"]
    assert [model.name for model in listed(models, cache)] == ["a"]
    assert reads == ["a.gguf"]


def test_that_a_cache_with_foreign_entries_is_not_believed(tmp_path: Path, reads: list[str]) -> None:
    models, cache = tmp_path / "m", tmp_path / "headers.json"
    models.mkdir()
    write_tiny_gguf(models / "a.gguf")
    listed(models, cache)
    cache.write_text(cache.read_text().replace('"architecture"', '"archaeology"'))
    assert listed(models, cache)[0].architecture == "llama"


def test_that_a_cache_that_cannot_be_written_ends_nothing(tmp_path: Path, reads: list[str]) -> None:
    models = tmp_path / "m"
    models.mkdir()
    write_tiny_gguf(models / "a.gguf")
    (tmp_path / "file").write_text("")
    assert len(listed(models, tmp_path / "file" / "headers.json")) == 1


def test_that_a_model_is_called_what_the_user_calls_it_wherever_it_lies(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "a.gguf")
    key = list_models([tmp_path], NOWHERE)[0].content_key
    path.rename(tmp_path / "moved.gguf")
    found = library.find_model("My model", [tmp_path], NOWHERE, names={key: "My model"})
    assert (found.name, Path(found.path).name) == ("My model", "moved.gguf")
