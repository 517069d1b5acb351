"""What is remembered of models."""

import os
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.llm.file_hash import FileHashed
from workbench.llm.library import describe_gguf
from workbench.llm.store import FileHashStore, ModelSettingsStore
from workbench.llm.types import KvType, LoadChanges, LoadConfig, RememberedModel
from workbench.settings import LlmSettings


@pytest.fixture
def store(database: Database) -> ModelSettingsStore:
    return ModelSettingsStore(database)


def test_that_nothing_remembered_means_the_preferences(store: ModelSettingsStore, tmp_path: Path) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "a.gguf"))
    llm = LlmSettings(context_length=777, threads=3, gpu_layers=0, parallel_sequences=2)
    expected = LoadConfig(context_length=777, threads=3, gpu_layers=0, parallel_sequences=2)
    assert store.load_config(model, llm) == expected


def test_that_what_is_remembered_of_a_model_wins_and_survives_moving_its_file(
    store: ModelSettingsStore, tmp_path: Path
) -> None:
    path = write_tiny_gguf(tmp_path / "a.gguf")
    changes = LoadChanges(context_length=333, flash_attention=False, kv_type=KvType.Q8_0, mmap=False, batch=64)
    store.save(describe_gguf(path).content_key, changes)
    moved = describe_gguf(path.rename(tmp_path / "b.gguf"))
    load = store.load_config(moved, LlmSettings(threads=3))
    assert (load.context_length, load.threads, load.mmap, load.batch) == (333, 3, False, 64)
    assert (load.flash_attention, load.kv_type) == (False, KvType.Q8_0)
    assert store.load_config(moved.model_copy(update={"content_key": ""}), LlmSettings(threads=3)) == load


def test_that_names_and_hiding_stand_beside_the_settings(store: ModelSettingsStore) -> None:
    store.save("k", LoadChanges(batch=64))
    store.rename("k", "  My model ")
    store.hide("k")
    assert store.all_models() == {
        "k": RememberedModel(display_name="My model", is_hidden=True, load=LoadChanges(batch=64))
    }
    assert store.names() == {"k": "My model"}


def test_that_a_model_of_which_nothing_is_left_to_remember_is_forgotten(store: ModelSettingsStore) -> None:
    store.save("k", LoadChanges(batch=64))
    store.rename("k", "x")
    store.rename("k", "")
    store.save("k", LoadChanges())
    assert store.all_models() == {}


def test_that_nothing_can_be_remembered_of_what_cannot_be_read(store: ModelSettingsStore) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read"):
        store.rename("", "x")


def test_that_a_hash_is_known_until_the_file_changes(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    found = path.stat()
    hashes = FileHashStore(database)
    assert hashes.find(path) == ""
    hashes.record(FileHashed(path=str(path), size_bytes=3, modified_ns=found.st_mtime_ns, sha256="d1"))
    assert hashes.find(path) == "d1"
    os.utime(path, ns=(1, 1))
    assert hashes.find(path) == ""
    assert hashes.find(tmp_path / "gone") == ""
