"""What the form of an arm offers and saves, in real stores."""

from pathlib import Path

from workbench.compare.catalogue import read_catalogue
from workbench.compare.stock import stock_of
from workbench.database import Database
from workbench.paths import WorkbenchPaths
from workbench.playground.prompt_store import PromptStore
from workbench.ui.compare.looking_up import find_rerankers, save_prompt


def test_that_a_saved_system_prompt_is_found_again(database: Database, home: WorkbenchPaths) -> None:
    prompts = PromptStore(database)
    save_prompt(prompts, "Prompt of tickets", "Be brief.")
    save_prompt(prompts, "Prompt of tickets", "Be long.")
    stock = stock_of(read_catalogue(database, home, ()), ())
    found = stock.prompt_saying("Be long.")
    assert found is not None
    assert (found.prompt_name, found.number) == ("Prompt of tickets 2", 1)
    assert stock.prompt_saying("Be rude.") is None


def test_that_versions_are_listed_with_the_prompt_that_was_saved_last_first(database: Database) -> None:
    prompts = PromptStore(database)
    save_prompt(prompts, "old", "a")
    first = save_prompt(prompts, "new", "b")
    prompts.save_version("new", first.prompt.model_copy(update={"json_schema": "{}"}))
    assert [(one.prompt_name, one.number) for one in prompts.all_versions()] == [("new", 2), ("new", 1), ("old", 1)]


def test_that_no_cross_encoder_is_no_problem(home: WorkbenchPaths, tmp_path: Path) -> None:
    assert find_rerankers(home, [str(tmp_path / "nowhere")]) == ()
