"""The one listing of models: by the names that the user gave, without what was removed from the list."""

from pathlib import Path

import pytest

from tests.fakes import FakeJobs
from workbench.database import Database
from workbench.llm.library import named
from workbench.llm.store import ModelSettingsStore
from workbench.llm.tasks import ScanModelsReport
from workbench.llm.types import LoadChanges, ModelRef
from workbench.settings import LlmSettings
from workbench.ui.models.catalog import ModelCatalog

A = ModelRef(name="a", path="/m/a.gguf", content_key="ka")
B = ModelRef(name="b", path="/m/b.gguf", content_key="kb")


@pytest.fixture
def catalog(database: Database) -> ModelCatalog:
    jobs = FakeJobs()
    catalog = ModelCatalog(
        jobs, Path("/w"), tuple, cache_file=Path("/c.json"), memory=lambda: ModelSettingsStore(database)
    )
    catalog.refresh()
    assert jobs.last.spec.params["cache_file"] == "/c.json"
    jobs.last.finish(ScanModelsReport(models=(A, B)))
    return catalog


def names(models: tuple[ModelRef, ...]) -> list[str]:
    return [model.name for model in models]


def test_that_a_new_name_is_shown_at_once_and_kept(catalog: ModelCatalog, database: Database) -> None:
    told: list[list[str]] = []
    catalog.subscribe(lambda: told.append(names(catalog.models)))
    catalog.remember(B, display_name="Beta")
    assert told == [["a", "Beta"]]
    assert ModelSettingsStore(database).names() == {"kb": "Beta"}


def test_that_a_model_is_found_under_the_name_that_it_had(catalog: ModelCatalog) -> None:
    catalog.remember(B, display_name="Beta")
    catalog.remember(catalog.models[1], display_name="Gamma")
    assert [catalog.name_now(name) for name in ("b", "Beta", "Gamma", "a", "unknown")] == [
        *["Gamma"] * 3, "a", "unknown",
    ]  # fmt: skip


def test_that_a_removed_model_is_listed_apart_and_comes_back(catalog: ModelCatalog) -> None:
    catalog.remember(A, is_hidden=True)
    assert (names(catalog.models), names(catalog.hidden)) == (["b"], ["a"])
    catalog.remember(A, is_hidden=False)
    assert (names(catalog.models), names(catalog.hidden)) == (["a", "b"], [])


def test_that_a_model_is_loaded_as_is_remembered_of_it_and_others_as_the_preferences_say(catalog: ModelCatalog) -> None:
    catalog.remember(A, load=LoadChanges(context_length=333))
    llm = LlmSettings(context_length=777)
    assert [catalog.load_config(model, llm).context_length for model in catalog.models] == [333, 777]


def test_that_a_listing_before_the_database_was_open_gets_its_names_later(database: Database) -> None:
    ModelSettingsStore(database).rename("ka", "Alpha")
    memory: list[ModelSettingsStore] = []
    jobs = FakeJobs()
    catalog = ModelCatalog(jobs, Path("/w"), tuple, memory=lambda: memory[0] if memory else None)
    catalog.ensure()
    jobs.last.finish(ScanModelsReport(models=(A, B)))
    assert names(catalog.models) == ["a", "b"]
    memory.append(ModelSettingsStore(database))
    catalog.ensure()
    assert names(catalog.models) == ["Alpha", "b"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["a", "b"]),
        ({"ka": "b"}, ["b", "b (m)"]),
        ({"kb": "a"}, ["a (m)", "a"]),
        ({"ka": "same", "kb": "same"}, ["same", "same (m)"]),
        ({"ka": "b", "kb": "a"}, ["b", "a"]),
    ],
)
def test_that_no_two_models_have_one_name(given: dict[str, str], expected: list[str]) -> None:
    assert [model.name for model in named([A, B], given)] == expected
