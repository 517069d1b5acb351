"""The whole main job on the starter kit, as a user types it, in a network that leads nowhere."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.network import can_count, count_internet_connects
from workbench.paths import WorkbenchPaths

RETRIEVING = {"rag", "tuned + rag"}
TUNED = {"tuned", "tuned + rag"}
COMMAND = [sys.executable, "-m", "workbench", "demo", "--json"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[str] | None, WorkbenchPaths]:
    """What the demo printed, the addresses it tried to reach (None where nothing can count them), and its folder."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "home").mkdir()
    env = {**os.environ, "HOME": str(folder / "home"), "WORKBENCH_HOME": str(folder / "data")}
    printed = folder / "printed.json"
    reached = None
    if can_count():
        reached = count_internet_connects(COMMAND, env, cwd=folder, stdout=printed)
    else:
        done = subprocess.run(COMMAND, env=env, cwd=folder, check=True, capture_output=True, text=True)
        printed.write_text(done.stdout, encoding="utf-8")
    return json.loads(printed.read_text(encoding="utf-8")), reached, WorkbenchPaths(folder / "data")


Demo = tuple[dict[str, Any], list[str] | None, WorkbenchPaths]


@pytest.mark.slow
def test_that_nothing_in_the_demo_reaches_for_the_network(demo: Demo) -> None:
    _, reached, _ = demo
    if reached is None:
        pytest.skip("strace is not installed (apt install strace)")
    assert reached == []


@pytest.mark.slow
def test_that_every_arm_of_both_projects_was_measured(demo: Demo) -> None:
    for project in demo[0]["projects"].values():
        assert {arm["name"] for arm in project["arms"]} == {"prompt", "few-shot", "rag", "tuned", "tuned + rag"}
        assert len(project["trials"]) == 5 * len(project["examples"])
        assert not [trial for trial in project["trials"] if trial["finish_reason"] == "error"]
        assert all(arm["timing"]["latency_seconds"] > 0 for arm in project["arms"])


@pytest.mark.slow
def test_that_only_tuned_arms_had_an_adapter(demo: Demo) -> None:
    for project in demo[0]["projects"].values():
        hashes: dict[str, set[str]] = {}
        for trial in project["trials"]:
            hashes.setdefault(trial["arm"], set()).add(trial["adapter_hash"])
        assert all(len(found) == 1 for found in hashes.values()), hashes
        assert {arm for arm, found in hashes.items() if found != {""}} == TUNED


@pytest.mark.slow
def test_that_retrieval_answers_more_facts_than_any_arm_without(demo: Demo) -> None:
    arms = {arm["name"]: arm["metrics"]["exact_match"]["mean"] for arm in demo[0]["projects"]["facts"]["arms"]}
    assert max(arms["rag"], arms["tuned + rag"]) > max(arms["prompt"], arms["few-shot"], arms["tuned"]), arms


@pytest.mark.slow
def test_that_facts_are_best_answered_by_arms_that_retrieve(demo: Demo) -> None:
    verdict = demo[0]["projects"]["facts"]["verdict"]
    assert verdict["best"]
    assert set(verdict["best"]) <= RETRIEVING, verdict["reasons"]


@pytest.mark.slow
def test_that_a_house_format_is_best_kept_by_tuned_arms(demo: Demo) -> None:
    verdict = demo[0]["projects"]["format"]["verdict"]
    assert verdict["best"]
    assert set(verdict["best"]) <= TUNED, verdict["reasons"]


@pytest.mark.slow
def test_that_the_database_holds_what_the_demo_made(demo: Demo) -> None:
    from workbench.compare.store import ComparisonStore
    from workbench.database import Database
    from workbench.finetune.store import AdapterStore
    from workbench.rag.store import CollectionStore

    paths = demo[2]
    database = Database(paths.database)
    database.migrate()
    names = {adapter.name for adapter in AdapterStore(database, paths.adapters).list_adapters()}
    assert names == {"facts-tuned", "facts-tuned-rag", "format-tuned", "format-tuned-rag"}
    collections = CollectionStore(database, paths).list_collections()
    assert {collection.name for collection in collections} == {"handbook", "style-guide"}
    assert len(ComparisonStore(database).list_comparisons()) == 2
    database.close()
