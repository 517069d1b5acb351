"""Arms in words."""

from workbench.compare.arm_spec import ArmSpec
from workbench.ui.compare.describing_arms import differences, generation_words, made_of

FIRST = ArmSpec(name="prompt", model="starter")


def arm(**values: object) -> ArmSpec:
    return ArmSpec.model_validate({"name": "x", "model": "starter", **values})


def test_that_an_arm_says_what_it_is_made_of() -> None:
    whole = arm(
        adapter="style", prompt="saved:short@3", examples={"from": "data:tickets", "count": 2}, collection="handbook",
        retrieval={"mode": "text", "top_k": 1, "also": ["letters"], "reranker": "/m/mini", "order": "best last"},
    )  # fmt: skip
    assert made_of(whole) == (
        "starter + style · “short” v3 · 2 examples · handbook and letters (words, 1 passage, read again, best last)"
    )
    assert made_of(FIRST) == "starter"


def test_that_an_arm_says_in_what_it_differs_from_the_first() -> None:
    assert differences(FIRST, FIRST) == ""
    assert differences(arm(adapter="style"), FIRST) == "adapter style"
    assert differences(FIRST, arm(adapter="style", prompt="saved:a")) == "no adapter; no prompt"
    assert differences(arm(prompt="saved:short"), FIRST) == "prompt “short”, newest"
    assert differences(arm(prompt="/p/base.md"), FIRST) == "prompt base.md"
    assert differences(arm(examples={"from": "data:tickets", "seed": 7}), FIRST) == (
        "4 examples from tickets, at random, seed 7"
    )
    assert differences(arm(model="big", generation={"temperature": 0.7, "stop": ["###"]}), FIRST) == (
        "model big; temperature 0.7; stop strings ###"
    )


def test_that_of_the_same_documents_only_the_other_setting_is_named() -> None:
    first = arm(collection="handbook")
    assert differences(arm(collection="handbook", retrieval={"top_k": 9}), first) == "9 passages"
    assert differences(arm(collection="handbook", retrieval={"also": ["letters"]}), first) == "also letters"
    assert differences(FIRST, first) == "no documents"


def test_that_the_settings_of_the_answer_name_what_is_unusual() -> None:
    assert generation_words(FIRST.generation) == "up to 256 tokens"
    assert generation_words(arm(generation={"temperature": 1, "max_tokens": 9}).generation) == (
        "up to 9 tokens, temperature 1"
    )
