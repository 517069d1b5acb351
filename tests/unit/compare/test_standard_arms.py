"""The five standard arms: what they are made of, why, and what is offered for what is missing."""

from dataclasses import replace

import pytest

from tests.unit.compare.stocked import BIG, CLOUD, FULL, STARTER, adapter, collection, rows
from workbench.compare.standard_arms import StandardArms, shared_prompt, standard_arms
from workbench.compare.stock import Stock, misfit, plain_prompt
from workbench.playground.template import problems_in, variables_of
from workbench.playground.types import PromptVersion


def made_of(found: StandardArms) -> dict[str, tuple[str, str, str]]:
    return {
        arm.name: (arm.adapter, arm.examples.from_file if arm.examples else "", arm.collection) for arm in found.arms
    }


def test_that_all_five_are_made_of_the_best_of_what_there_is() -> None:
    found = standard_arms(FULL)
    assert made_of(found) == {
        "prompt": ("", "", ""),
        "few-shot": ("", "data:tickets", ""),
        "rag": ("", "", "handbook"),
        "tuned": ("style", "", ""),
        "tuned + rag": ("style-rag", "", "handbook"),
    }
    assert not found.missing


def test_that_every_choice_is_explained() -> None:
    why = standard_arms(FULL).why
    assert why["prompt"] == ("starter: 3 of your adapters were trained for it",)
    assert "4 examples from “tickets”, the rows that style-old learned from" in why["few-shot"]
    assert "handbook: the passages of “tickets with passages” come from it" in why["rag"]
    assert "style: learned without passages, the newest of 2" in why["tuned"]
    assert "style-rag: learned with passages" in why["tuned + rag"]


def test_that_the_largest_collection_is_taken_where_nothing_tells_more() -> None:
    stock = Stock(models=(STARTER,), collections=(collection("a", 3), collection("b", 9), collection("empty", 0)))
    found = standard_arms(stock)
    assert made_of(found)["rag"][2] == "b"
    assert "b: the largest of 2 collections" in found.why["rag"]


def test_that_examples_are_never_the_test_questions() -> None:
    stock = Stock(models=(STARTER,), rows=(rows("test", source="/q.csv"), rows("train")))
    assert made_of(standard_arms(stock, questions="/q.csv"))["few-shot"][1] == "data:train"
    assert made_of(standard_arms(stock))["few-shot"][1] == "data:test"
    only = Stock(models=(STARTER,), rows=(rows("test", source="/q.csv"),))
    assert "few-shot" not in made_of(standard_arms(only, questions="/q.csv"))


def test_that_what_is_missing_is_offered_with_its_case() -> None:
    stock = Stock(models=(STARTER,), rows=(rows("tickets"),))
    missing = {one.arm: one for one in standard_arms(stock).missing}
    assert (missing["rag"].tab, missing["tuned"].tab) == ("documents", "finetune")
    assert dict(missing["tuned"].case) == {"dataset": "tickets", "base": "starter"}
    assert missing["tuned"].sentence == "No adapter for starter yet: tune one on “tickets”."


def test_that_a_plain_adapter_stands_in_and_a_better_one_is_offered() -> None:
    stock = replace(FULL, adapters=(adapter("style", rows="tickets"),))
    found = standard_arms(stock)
    assert made_of(found)["tuned + rag"][0] == "style"
    assert "style: none learned with passages yet" in found.why["tuned + rag"]
    [offer] = found.missing
    assert dict(offer.case) == {"dataset": "tickets with passages", "base": "starter"}


def test_that_an_adapter_of_another_base_is_not_taken() -> None:
    stock = Stock(models=(STARTER, BIG), adapters=(adapter("for-big", base=BIG),))
    found = standard_arms(stock)
    assert {arm.model for arm in found.arms} == {"big"}, "the model that adapters were trained for"
    assert misfit(stock.adapters[0], STARTER) == "was trained for big"
    assert misfit(stock.adapters[0], BIG) == ""
    assert "server" in misfit(stock.adapters[0], CLOUD)


def test_that_a_server_is_taken_only_where_there_is_no_model() -> None:
    assert {arm.model for arm in standard_arms(Stock(models=(STARTER, CLOUD))).arms} == {"starter"}
    found = standard_arms(Stock(models=(CLOUD,), rows=(rows("tickets"),)))
    assert {arm.model for arm in found.arms} == {"cloud"}
    assert "tune a model of this computer" in next(one.sentence for one in found.missing if one.arm == "tuned")


def test_that_without_a_model_only_that_is_said() -> None:
    found = standard_arms(Stock())
    assert not found.arms
    assert [one.tab for one in found.missing] == ["models"]


@pytest.mark.parametrize("system", ["saved:short@2", "/p/base.md"])
def test_that_arms_without_documents_share_the_prompt(system: str) -> None:
    found = standard_arms(FULL, system=system)
    assert {arm.name: arm.prompt for arm in found.arms} == {
        "prompt": system, "few-shot": system, "rag": "", "tuned": system, "tuned + rag": "",
    }  # fmt: skip


def carrying(system: str) -> Stock:
    """The full stock, whose plain rows carry a system prompt."""
    return replace(FULL, rows=tuple(replace(r, system=system) if r.name == "tickets" else r for r in FULL.rows))


def test_that_the_prompt_that_an_adapter_was_trained_behind_is_shared() -> None:
    stock = carrying("Write a ticket.")
    shared = shared_prompt(stock)
    assert shared is not None
    assert (shared.text, shared.rows, shared.adapter, shared.written) == ("Write a ticket.", "tickets", "style", "")
    version = PromptVersion(id="1", prompt_name="Prompt of tickets", number=1, prompt=plain_prompt("Write a ticket."))
    saved = shared_prompt(replace(stock, prompts=(version,)))
    assert saved is not None
    assert saved.written == "saved:Prompt of tickets@1"
    found = standard_arms(replace(stock, prompts=(version,)), system=saved.written)
    assert "the prompt that style was trained behind" in found.why["tuned"]
    assert "the prompt that style was trained behind" in found.why["prompt"]


def test_that_rows_without_a_system_prompt_share_none() -> None:
    assert shared_prompt(FULL) is None
    assert shared_prompt(Stock()) is None


def test_that_a_system_prompt_with_braces_stays_text() -> None:
    prompt = plain_prompt("Fill in {{ name }} and {% this %}.")
    assert variables_of(prompt) == ("question",)
    assert not problems_in(prompt)
