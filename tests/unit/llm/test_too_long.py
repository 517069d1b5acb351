"""What a prompt that does not fit says, and what it offers."""

import pytest

from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed
from workbench.llm import too_long
from workbench.llm.fit import estimate
from workbench.llm.too_long import (
    LeaveOutSystem,
    LeaveOutTurns,
    PartKind,
    PromptPart,
    RaiseContext,
    TooLong,
    longer_context,
    offer_in_words,
    offers_for_chat,
    too_long_of,
)
from workbench.llm.types import LoadConfig, ModelRef

MODEL = ModelRef(
    name="m", path="/m.gguf", size_bytes=4_000_000_000, context_length=8192, embedding_length=4096, block_count=32,
    head_count=32, head_count_kv=8,
)  # fmt: skip
LOAD = LoadConfig(context_length=2048, parallel_sequences=1)
FOUND = TooLong(
    model="m",
    tokens=3000,
    context_length=2048,
    parts=(PromptPart(kind=PartKind.QUESTION, tokens=100), PromptPart(kind=PartKind.EARLIER, tokens=2900)),
    offers=(LeaveOutTurns(turns=4, tokens=1200), RaiseContext(context_length=4096, more_bytes=268_000_000)),
)


def test_that_no_more_turns_are_left_out_than_it_takes() -> None:
    assert offers_for_chat(1000, 0, [100, 200, 400, 200], 500, None) == (LeaveOutTurns(turns=3, tokens=700),)


def test_that_nothing_is_offered_that_does_not_suffice_alone() -> None:
    assert offers_for_chat(1000, 50, [100, 100], 500, None) == ()
    assert offers_for_chat(1000, 600, [100, 100], 500, None) == (LeaveOutSystem(tokens=600),)


def test_that_a_longer_context_holds_what_is_needed_and_tells_its_price() -> None:
    longer = longer_context(MODEL, LOAD, 3000, 10**11)
    assert longer is not None and longer.context_length == 3072
    needs = LOAD.model_copy(update={"context_length": 3072})
    assert longer.more_bytes == estimate(MODEL, needs).total - estimate(MODEL, LOAD).total > 0


@pytest.mark.parametrize(("needed", "free"), [(9000, 10**11), (3000, 4_000_000_000)])
def test_that_no_context_is_offered_beyond_the_model_or_the_memory(needed: int, free: int) -> None:
    assert longer_context(MODEL, LOAD, needed, free) is None


def test_that_what_the_loaded_model_gives_back_counts_as_free() -> None:
    needs = estimate(MODEL, LOAD.model_copy(update={"context_length": 3072})).total
    assert longer_context(MODEL, LOAD, 3000, needs // 2) is None
    assert longer_context(MODEL, LOAD, 3000, needs // 2, already=needs) is not None


def test_that_a_refusal_says_counts_and_ways_out_and_carries_them_as_data() -> None:
    problem = FOUND.problem()
    assert "has 3,000 tokens, but m sees 2,048" in problem.message
    assert "Earlier turns: 2,900 tokens, the question: 100 tokens." in problem.hint
    assert "Leave out the earliest 4 turns (−1,200 tokens)." in problem.hint
    assert "workbench models settings 'm' --context-length 4096" in problem.hint
    failed = Failed(job_id="1", message=problem.message, code=problem.code, facts=dict(problem.facts))
    assert too_long_of(Failed.model_validate_json(failed.model_dump_json())) == FOUND


def test_that_other_problems_carry_nothing() -> None:
    assert too_long_of(WorkbenchError("Full.", code="disk_full")) is None
    assert too_long_of(WorkbenchError("Too long for the server.", code=too_long.CODE)) is None
    assert too_long_of(Crashed(job_id="1")) is None


def test_that_a_context_without_a_price_says_so() -> None:
    assert offer_in_words(RaiseContext(context_length=4096, more_bytes=0)).endswith("4,096 (needs no more memory)")
    assert offer_in_words(LeaveOutTurns(turns=1, tokens=7)) == "Leave out the earliest turn (−7 tokens)"
