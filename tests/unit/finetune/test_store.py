"""What the user does with adapters: rename, notes, delete and undo, purge."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_adapter
from workbench.database import Database
from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder
from workbench.finetune.lineage import trace
from workbench.finetune.removal import ASIDE, UNDO_TIME, list_removed, purge_due
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.running import trainings_folder
from workbench.finetune.store import AdapterStore
from workbench.finetune.types import Adapter, TrainReport
from workbench.paths import WorkbenchPaths


@pytest.fixture
def store(database: Database) -> AdapterStore:
    return AdapterStore(database)


def make(home: WorkbenchPaths, store: AdapterStore, name: str = "house") -> Adapter:
    staging = adapter_folder.stage(name, home.adapters)
    gguf = write_tiny_adapter(staging / adapter_folder.GGUF, rank=3)
    for needed in ("adapter_model.safetensors", "adapter_config.json"):
        (staging / adapter_folder.PEFT / needed).write_text("{}", encoding="utf-8")
    folder = home.adapters / name
    card = Adapter(
        name=name, folder=str(folder), gguf_path=str(folder / adapter_folder.GGUF), gguf_hash=hash_file(gguf),
        base_name="tiny", base_path="/m/tiny.gguf", base_hash="0" * 64, rank=3, rows=5,
    )  # fmt: skip
    return store.record(adapter_folder.publish(staging, card, None))


def test_that_a_renamed_adapter_is_whole_and_keeps_its_notes(home: WorkbenchPaths, store: AdapterStore) -> None:
    make(home, store)
    store.save_notes("house", "  the good one ")
    renamed = store.rename("house", "village")
    assert store.find("house") is None
    assert (renamed.name, renamed.notes) == ("village", "the good one")
    assert Path(renamed.gguf_path).is_file()
    assert adapter_folder.read_card(home.adapters / "village").gguf_path == renamed.gguf_path
    assert store.rename("village", "Village").name == "Village"


def test_that_a_renamed_adapter_still_knows_the_training_that_made_it(
    home: WorkbenchPaths, store: AdapterStore, database: Database
) -> None:
    adapter = make(home, store)
    for name, made in (("house", adapter), ("village", adapter.model_copy(update={"gguf_hash": "0"}))):
        run = RunFolder(trainings_folder(home) / name)
        (run.root / "training.json").write_text("{}", encoding="utf-8")
        run.finish(TrainReport(finished=True, adapter=made, steps=1, total_steps=1, seconds=1.0))
    renamed = store.rename("house", "village")
    assert trace(renamed, database, home, ()).run_folder == str(trainings_folder(home) / "house")


def test_that_a_taken_or_impossible_name_is_refused(home: WorkbenchPaths, store: AdapterStore) -> None:
    make(home, store)
    make(home, store, "village")
    with pytest.raises(WorkbenchError, match="already an adapter “Village”"):
        store.rename("house", "Village")
    with pytest.raises(WorkbenchError, match="cannot be the name"):
        store.rename("house", "../x")
    assert store.find("house") is not None


def test_that_a_folder_renamed_by_hand_is_taken_up_with_its_notes(home: WorkbenchPaths, store: AdapterStore) -> None:
    make(home, store)
    store.save_notes("house", "mine")
    (home.adapters / "house").rename(home.adapters / "by hand")
    [adopted] = store.adopt()
    assert (adopted.name, adopted.notes) == ("by hand", "mine")
    assert [adapter.name for adapter in store.list_adapters()] == ["by hand"]


def test_that_a_deleted_adapter_comes_back_with_its_notes(home: WorkbenchPaths, database: Database) -> None:
    store = AdapterStore(database)
    make(home, store)
    store.save_notes("house", "mine")
    removed = store.delete("house")
    assert store.list_adapters() == []
    assert not (home.adapters / "house").exists()
    again = AdapterStore(database)  # another start of the program
    assert again.adopt() == []
    assert again.list_removed() == [removed]
    restored = again.restore(removed)
    assert (restored.name, restored.notes) == ("house", "mine")
    assert again.list_removed() == []
    adapter_folder.read_card(Path(restored.folder))


def test_that_a_restored_adapter_makes_way_for_a_new_one_of_its_name(home: WorkbenchPaths, store: AdapterStore) -> None:
    make(home, store)
    removed = store.delete("house")
    make(home, store)
    assert store.restore(removed).name == "house 2"


def test_that_after_ten_minutes_it_is_gone_and_not_before(home: WorkbenchPaths, store: AdapterStore) -> None:
    make(home, store)
    removed = store.delete("house")
    then = datetime.now(UTC)
    assert purge_due(home.adapters, then + UNDO_TIME - timedelta(seconds=5)) == []
    assert list_removed(home.adapters) == [removed]
    assert purge_due(home.adapters, then + UNDO_TIME + timedelta(seconds=5)) == ["house"]
    assert not (home.adapters / ASIDE).exists()
    with pytest.raises(WorkbenchError, match="more than 10 minutes ago"):
        store.restore(removed)


def test_that_a_half_purged_one_is_never_offered(home: WorkbenchPaths, store: AdapterStore) -> None:
    make(home, store)
    removed = store.delete("house")
    place = home.adapters / ASIDE / removed.id
    place.rename(place.with_suffix(".purging"))  # the purge was interrupted here
    assert store.list_removed() == []
    purge_due(home.adapters)
    assert not (home.adapters / ASIDE).exists()


def test_that_an_adapter_outside_the_data_folder_is_not_touched(
    home: WorkbenchPaths, store: AdapterStore, tmp_path: Path
) -> None:
    foreign = write_tiny_adapter(tmp_path / "foreign.gguf")
    for act in (store.delete, lambda name: store.rename(name, "x"), lambda name: store.save_notes(name, "x")):
        with pytest.raises(WorkbenchError, match="outside the data folder"):
            act(str(foreign))
    assert foreign.is_file()
