"""The five standard arms: what they are made of, why, and what is offered for what is missing."""

from dataclasses import replace

import pytest

from tests.unit.compare.stocked import BIG, CLOUD, FULL, STARTER, adapter, collection, rows
from workbench.compare.sources_held import SourcesHeld
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
    assert "style: learned without passages from rows about handbook, the newest of 2" in why["tuned"]
    assert "style-rag: learned with passages from rows about handbook" in why["tuned + rag"]


def test_that_the_largest_collection_is_taken_where_nothing_tells_more() -> None:
    stock = Stock(models=(STARTER,), collections=(collection("a", 3), collection("b", 9), collection("empty", 0)))
    found = standard_arms(stock)
    assert made_of(found)["rag"][2] == "b"
    assert "b: the largest of 2 collections" in found.why["rag"]


TWO_SAMPLES = Stock(
    models=(STARTER,),
    adapters=(
        adapter("format-tuned", rows="tickets", created="2025-04-01"),
        adapter("format-tuned-rag", rows="tickets with passages", created="2025-04-02"),
        adapter("facts-tuned", rows="facts", created="2025-03-01"),
        adapter("facts-tuned-rag", rows="facts with passages", created="2025-03-02"),
    ),
    collections=(collection("style-guide", 9), collection("handbook", 90), collection("handbook-old", 80)),
    rows=(
        rows("tickets with passages", origin="tickets, with passages of style-guide"),
        rows("tickets"),
        rows("facts with passages", origin="facts, with passages of handbook"),
        rows("facts"),
    ),
)
FACTS = SourcesHeld(104, {"style-guide": 0, "handbook": 104, "handbook-old": 96})


def test_that_the_collection_with_the_sources_of_the_questions_is_taken() -> None:
    assert made_of(standard_arms(TWO_SAMPLES))["rag"][2] == "style-guide", "the newest rows carry its passages"
    found = standard_arms(TWO_SAMPLES, held=FACTS)
    assert made_of(found)["rag"][2] == made_of(found)["tuned + rag"][2] == "handbook"
    told = "handbook: it holds the sources of 104 of 104 questions (style-guide of none, handbook-old of 96)"
    assert told in found.why["rag"]


def test_that_adapters_and_examples_are_those_about_the_collection() -> None:
    found = standard_arms(TWO_SAMPLES, held=FACTS)
    assert made_of(found) == {
        "prompt": ("", "", ""),
        "few-shot": ("", "data:facts", ""),
        "rag": ("", "", "handbook"),
        "tuned": ("facts-tuned", "", ""),
        "tuned + rag": ("facts-tuned-rag", "", "handbook"),
    }
    assert "facts-tuned: learned without passages from rows about handbook" in found.why["tuned"]


def test_that_another_collection_can_be_chosen_and_what_it_holds_is_said() -> None:
    found = standard_arms(TWO_SAMPLES, held=FACTS, collection="style-guide")
    assert made_of(found)["tuned + rag"] == ("format-tuned-rag", "", "style-guide")
    told = "style-guide: you chose it; it holds the sources of none of the 104 questions that name them"
    assert told in found.why["rag"]


def test_that_a_collection_without_any_source_is_taken_with_a_word_about_it() -> None:
    stock = Stock(models=(STARTER,), collections=(collection("letters"),))
    found = standard_arms(stock, held=SourcesHeld(12, {"letters": 0}))
    told = "letters: the only collection; it holds the sources of none of the 12 questions that name them"
    assert told in found.why["rag"]


def test_that_examples_are_never_the_test_questions() -> None:
    stock = Stock(models=(STARTER,), rows=(rows("test", source="/q.csv"), rows("train")))
    assert made_of(standard_arms(stock, questions="/q.csv"))["few-shot"][1] == "data:train"
    assert made_of(standard_arms(stock))["few-shot"][1] == "data:test"
    only = Stock(models=(STARTER,), rows=(rows("test", source="/q.csv"),))
    assert "few-shot" not in made_of(standard_arms(only, questions="/q.csv"))


def test_that_examples_from_the_folder_of_the_questions_come_first() -> None:
    stock = Stock(
        models=(STARTER,), rows=(rows("tickets", source="/format/t.csv"), rows("facts", source="/facts/t.csv"))
    )
    found = standard_arms(stock, questions="/facts/q.jsonl")
    assert made_of(found)["few-shot"][1] == "data:facts"
    assert "4 examples from “facts”, which lay beside the questions" in found.why["few-shot"]
    assert made_of(standard_arms(stock, questions="set:mine"))["few-shot"][1] == "data:tickets"


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
