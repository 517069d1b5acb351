import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.llm.file_hash import FileHashed, content_key, file_hash, hash_whole, together


def test_that_the_content_key_stays_when_the_file_is_moved_and_changes_with_its_content(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "a.gguf")
    key = content_key(path)
    moved = path.rename(tmp_path / "b.gguf")
    assert content_key(moved) == key
    assert content_key(write_tiny_gguf(tmp_path / "c.gguf", seed=1)) != key


def test_that_the_samples_of_a_large_file_reach_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(10**9)  # a hole: takes no room
    before = content_key(path)
    with path.open("r+b") as file:
        file.seek(10**9 - 1)
        file.write(b"x")
    assert content_key(path) != before


@pytest.mark.parametrize("name", ["gone", "pipe", "loop"])
def test_that_what_cannot_be_read_has_no_key(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert content_key(tmp_path / name) == ""


def test_that_a_folder_is_recognised_by_its_config_and_the_sizes_of_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (folder / "model.safetensors").write_bytes(b"x" * 100)
    key = content_key(folder)
    assert content_key(Path(shutil.copytree(folder, tmp_path / "copy"))) == key
    (folder / "model.safetensors").write_bytes(b"x" * 101)
    assert content_key(folder) != key


def test_that_hashing_with_progress_gives_the_same_hash(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(os.urandom((1 << 26) + 5))
    told: list[int] = []
    hashed = hash_whole(path, told.append)
    found = path.stat()
    assert hashed.sha256 == file_hash(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert hashed == FileHashed(
        path=str(path), size_bytes=found.st_size, modified_ns=found.st_mtime_ns, sha256=hashed.sha256
    )
    assert told == [1 << 26, (1 << 26) + 5]


def test_that_several_files_have_one_hash_together_that_depends_on_their_order() -> None:
    assert together(["a"]) == "a"
    assert together(["a", "b"]) != together(["b", "a"])
