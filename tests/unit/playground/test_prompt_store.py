"""Versions of prompts in the database."""

import pytest

from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig, Role
from workbench.playground.prompt_store import PromptStore, content_hash
from workbench.playground.types import FewShot, Prompt, PromptBlock, Reasoning, Shot


@pytest.fixture
def store(database: Database) -> PromptStore:
    return PromptStore(database)


def prompt(text: str) -> Prompt:
    return Prompt(
        blocks=(PromptBlock(role=Role.USER, text=text),),
        few_shot=FewShot(shots=(Shot(question="q", answer="ä"),), seed=3),
        reasoning=Reasoning(),
        generation=GenerationConfig(temperature=0.3, stop=("\n",), logit_bias={5: -100.0}),
    )


def test_that_a_version_comes_back_whole(store: PromptStore) -> None:
    saved = store.save_version("Mails", prompt("a"), name="short", note="first try")
    assert (saved.number, saved.label, saved.prompt) == (1, "v1 short", prompt("a"))
    assert saved.created.endswith("+00:00") and len(saved.content_hash) == 64
    assert store.find(saved.id) == store.get(saved.id) == saved
    assert store.find("gone") is None


def test_that_only_a_change_makes_a_new_version(store: PromptStore) -> None:
    first = store.save_version("Mails", prompt("a"))
    second = store.save_version("Mails", prompt("b"), parent_id=first.id)
    assert store.save_version("Mails", prompt("b")) == second
    assert (second.number, second.parent_id) == (2, first.id)
    again = store.save_version("Mails", prompt("a"), name="the old one")  # restored and run
    assert (again.id, again.name) == (first.id, "the old one")
    other = store.save_version("Letters", prompt("a"))
    assert (other.number, other.content_hash) == (1, first.content_hash) and other.id != first.id
    assert [v.number for v in store.versions("Mails")] == [2, 1]
    assert store.newest("Mails") == second
    assert store.newest("nothing") is None


def test_that_the_prompt_that_was_saved_last_is_named_first(store: PromptStore) -> None:
    for name, text in [("B", "1"), ("A", "2"), ("B", "3")]:
        store.save_version(name, prompt(text))
    assert sorted(store.prompt_names()) == ["A", "B"]
    assert store.prompt_names()[0] == "B" or store.newest("A").created == store.newest("B").created  # type: ignore[union-attr]


def test_that_a_version_can_be_named_and_noted(store: PromptStore) -> None:
    saved = store.save_version("Mails", prompt("a"))
    store.rename_version(saved.id, " short\nanswers ")
    assert store.set_note(saved.id, "wins\nby 3").label == "v1 short answers"
    assert store.get(saved.id).note == "wins\nby 3"
    with pytest.raises(WorkbenchError, match="no longer exists"):
        store.rename_version("gone", "x")


def test_that_a_branch_knows_where_it_came_from(store: PromptStore) -> None:
    origin = store.save_version("Mails", prompt("a"))
    branch = store.branch(origin.id, "Mails in French")
    assert (branch.number, branch.parent_id, branch.prompt) == (1, origin.id, origin.prompt)
    with pytest.raises(WorkbenchError, match="already a prompt “Mails in French”"):
        store.branch(origin.id, "Mails in French")


def test_that_a_prompt_can_be_renamed_unless_the_name_is_taken(store: PromptStore) -> None:
    saved = store.save_version("Mails", prompt("a"))
    store.save_version("Letters", prompt("b"))
    with pytest.raises(WorkbenchError, match="already a prompt"):
        store.rename_prompt("Mails", "Letters")
    store.rename_prompt("Mails", "E-mails")
    assert store.get(saved.id).prompt_name == "E-mails" and store.versions("Mails") == []
    with pytest.raises(WorkbenchError, match="no prompt “Mails”"):
        store.rename_prompt("Mails", "x")


def test_that_a_deleted_prompt_comes_back_with_all_its_versions(store: PromptStore) -> None:
    first = store.save_version("Mails", prompt("a"), note="n")
    second = store.save_version("Mails", prompt("b"), parent_id=first.id)
    deleted = store.delete_prompt("Mails")
    assert store.prompt_names() == [] and store.find(first.id) is None
    assert store.restore_prompt(deleted) == "Mails"
    assert store.versions("Mails") == [second, first]


def test_that_a_restored_prompt_gets_another_name_where_its_own_is_taken(store: PromptStore) -> None:
    store.save_version("Mails", prompt("a"))
    deleted = store.delete_prompt("Mails")
    store.save_version("Mails", prompt("new"))
    assert store.restore_prompt(deleted) == "Mails 2"
    newest = store.newest("Mails 2")
    assert newest is not None and newest.prompt_name == "Mails 2"
    assert store.free_name("Mails") == "Mails 3"


@pytest.mark.parametrize("name", ["", "  ", "\x00"])
def test_that_a_prompt_needs_a_name(store: PromptStore, name: str) -> None:
    with pytest.raises(WorkbenchError, match="needs a name"):
        store.save_version(name, prompt("a"))


def test_that_the_hash_follows_the_content_alone() -> None:
    assert content_hash(prompt("a")) == content_hash(prompt("a")) != content_hash(prompt("b"))
    spelled_out = Prompt(generation=GenerationConfig(temperature=0.0), json_schema="")
    assert content_hash(Prompt()) == content_hash(spelled_out)
