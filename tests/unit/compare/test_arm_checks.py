"""What is said beside a field before an arm runs."""

from dataclasses import replace

import pytest

from tests.unit.compare.stocked import BIG, CLOUD, FULL, STARTER, adapter, collection, prompt, rows
from workbench.compare.arm_checks import Field, check_arm
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.sources_held import SourcesHeld
from workbench.compare.stock import Stock
from workbench.datasets.types import Example
from workbench.llm.fit import Fit
from workbench.llm.types import LoadConfig

STOCK: Stock = replace(
    FULL,
    models=(STARTER, BIG, CLOUD),
    adapters=(*FULL.adapters, adapter("legal", base=BIG)),
    collections=(*FULL.collections, collection("empty", 0)),
    prompts=(prompt("plain", 2), prompt("who", 1, "Write for {{ audience }}."), prompt("a@3", 1)),
    rows=(*FULL.rows, rows("test", source="/q.csv"), rows("few", count=2)),
)
PLAIN = {"name": "a", "model": "starter"}
EXAMPLES = (Example(id="1", question="?", variables={"audience": "experts"}), Example(id="2", question="?"))


def said(arm: dict[str, object], **more: object) -> list[tuple[Field, str, bool]]:
    found = check_arm(ArmSpec.model_validate(PLAIN | arm), (), STOCK, questions="/q.csv", **more)  # type: ignore[arg-type]
    return [(problem.field, problem.text, problem.stops) for problem in found]


@pytest.mark.parametrize(
    ("arm", "field", "words", "stops"),
    [
        ({"model": "nobody"}, Field.MODEL, "no model “nobody”", True),
        ({"adapter": "nothing"}, Field.ADAPTER, "no adapter “nothing”", True),
        ({"adapter": "legal"}, Field.ADAPTER, "legal does not fit: it was trained for big.", True),
        ({"adapter": "style", "model": "cloud"}, Field.ADAPTER, "cloud is on a server", True),
        ({"adapter": "/x/y.gguf", "model": "cloud"}, Field.ADAPTER, "cloud is on a server", True),
        ({"prompt": "saved:gone"}, Field.PROMPT, "no prompt “gone”", True),
        ({"prompt": "saved:plain@9"}, Field.PROMPT, "has no version 9", True),
        ({"examples": {"from": "data:gone"}}, Field.EXAMPLES, "no data set “gone”", True),
        ({"examples": {"from": "data:notes"}}, Field.EXAMPLES, "raw text", True),
        ({"examples": {"from": "data:test"}}, Field.EXAMPLES, "test questions", False),
        ({"examples": {"from": "/q.csv"}}, Field.EXAMPLES, "test questions", False),
        ({"examples": {"from": "data:few"}}, Field.EXAMPLES, "only 2 rows", False),
        ({"examples": {"from": "data:tickets with passages"}}, Field.EXAMPLES, "carry passages", False),
        ({"collection": "gone"}, Field.COLLECTION, "no collection “gone”", True),
        ({"collection": "empty"}, Field.COLLECTION, "no index yet", True),
        ({"collection": "handbook", "retrieval": {"also": ["empty"]}}, Field.COLLECTION, "“empty” has no index", True),
    ],
)
def test_that_a_problem_is_said_beside_its_field(arm: dict[str, object], field: Field, words: str, stops: bool) -> None:
    [(where, text, ends)] = said(arm)
    assert (where, ends) == (field, stops)
    assert words in text


@pytest.mark.parametrize(
    "arm",
    [
        {},
        {"adapter": "style", "collection": "handbook"},
        {"prompt": "saved:plain@2"},
        {"prompt": "saved:plain"},
        {"prompt": "saved:a@3"},
        {"model": "/elsewhere/x.gguf", "adapter": "/elsewhere/y.gguf"},
        {"examples": {"from": "data:tickets"}},
    ],
)
def test_that_an_arm_that_can_answer_has_no_problem(arm: dict[str, object]) -> None:
    assert said(arm) == []


def test_that_a_variable_that_questions_lack_is_named() -> None:
    [(field, text, stops)] = said({"prompt": "saved:who"}, examples=EXAMPLES)
    assert (field, stops) == (Field.PROMPT, False)
    assert text == "The prompt asks for {{ audience }}, which 1 question does not have."
    [(_, text, stops)] = said({"prompt": "saved:who"}, examples=EXAMPLES[1:])
    assert stops
    assert "none of the questions has" in text
    assert said({"prompt": "saved:who"}, examples=EXAMPLES[:1]) == []


def test_that_a_context_too_small_for_its_passages_is_said_with_numbers() -> None:
    load = LoadConfig(context_length=1024)
    [(field, text, stops)] = said({"collection": "handbook", "retrieval": {"top_k": 20}}, load=load)
    assert (field, stops) == (Field.RETRIEVAL, False)
    assert "20 passages of up to 120 tokens" in text
    assert "the context has 1,024" in text
    assert "About 5 passages will be shown." in text
    assert said({"collection": "handbook", "retrieval": {"top_k": 20, "passage_tokens": 500}}, load=load) == []


def test_that_no_room_at_all_stops_the_arm() -> None:
    arm: dict[str, object] = {"collection": "handbook", "generation": {"max_tokens": 1000}}
    [(_, _, stops)] = said(arm, load=LoadConfig(context_length=1024))
    assert stops


def test_that_a_second_arm_of_the_same_name_is_told() -> None:
    arm = ArmSpec(name="a", model="starter")
    [problem] = check_arm(arm, [arm], STOCK)
    assert (problem.field, problem.text) == (Field.NAME, "Another arm has this name.")


def test_that_a_model_that_does_not_fit_now_is_a_warning() -> None:
    [problem] = check_arm(ArmSpec(name="a", model="big"), [], STOCK, fits={"big": Fit.WONT})
    assert (problem.field, problem.stops) == (Field.MODEL, False)


def test_that_nothing_is_said_before_models_were_found() -> None:
    assert check_arm(ArmSpec(name="a", model="starter"), [], Stock()) == ()


def test_that_a_collection_without_the_sources_of_the_questions_is_told_and_stops_nothing() -> None:
    held = SourcesHeld(12, {"letters": 0, "handbook": 12})
    told = "“letters” holds none of the documents that the questions name as their sources."
    assert said({"collection": "letters"}, held=held) == [(Field.COLLECTION, told, False)]
    assert said({"collection": "letters", "retrieval": {"also": ["handbook"]}}, held=held) == []
    assert said({"collection": "handbook"}, held=held) == []
    assert said({"collection": "letters"}) == []
    assert said({"collection": "letters"}, held=SourcesHeld(12, {})) == [], "nobody looked there"
