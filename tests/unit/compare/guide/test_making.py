"""From the interview to arms and to what has to be made first."""

from dataclasses import replace

from hypothesis import given, settings

from tests.unit.compare.guide.test_proposing import situations
from tests.unit.compare.stocked import BIG, CLOUD, FULL, STARTER, collection, prompt, rows
from workbench.compare.expectations import Expectation
from workbench.compare.guide.answers import Answers, Documents, Goal, Patience, Situation
from workbench.compare.guide.interview import INTERVIEW, suggested
from workbench.compare.guide.making import between, plan
from workbench.compare.guide.outlook import outlook, situation_of
from workbench.compare.guide.proposing import propose
from workbench.compare.guide.techniques import Technique
from workbench.compare.stock import Stock
from workbench.llm.computer import Computer, Graphics

LAPTOP = Computer(
    processor="", cores=4, threads=8, memory_bytes=16 * 10**9, memory_free_bytes=8 * 10**9, disk_free_bytes=10**12
)
EMPTY = Stock(models=(STARTER,))


def test_that_what_can_be_made_is_made_and_nothing_is_missing() -> None:
    told = Answers(goal=Goal.FORM, documents=Documents.SOME, examples=480)
    found = plan(propose(situation_of(told, FULL, LAPTOP)), FULL, questions="/q.jsonl")
    assert [arm.name for arm in found.arms] == ["prompt", "few-shot", "tuned", "tuned + rag"]
    assert [step.technique for step in found.to_make] == [Technique.SEARCHED]
    assert all(found.why[arm.name] for arm in found.arms)


def test_that_steps_come_in_the_order_in_which_one_needs_the_other() -> None:
    told = Answers(
        goal=Goal.BOTH, documents=Documents.ALIKE, examples=500, own_language=True, words=2 * 10**6,
        patience=Patience.DAYS,
    )  # fmt: skip
    found = plan(propose(Situation(told)), Stock())
    assert [(step.tab, step.technique) for step in found.to_make] == [
        ("models", None),
        ("compare", None),
        ("documents", Technique.RAG),
        ("data", Technique.FEW_SHOT),
        ("playground", Technique.SEARCHED),
        ("documents", Technique.EMBEDDINGS),
        ("finetune", Technique.CONTINUED),
        ("finetune", Technique.TUNED),
        ("data", Technique.TUNED_RAG),
        ("finetune", Technique.TUNED_RAG),
    ]


def test_that_buttons_open_their_tabs_with_the_case_loaded() -> None:
    stock = Stock(models=(STARTER,), rows=(rows("tickets"),), collections=(collection("handbook"),))
    told = Answers(goal=Goal.BOTH, documents=Documents.ALIKE, examples=300)
    steps = {step.technique: step for step in plan(propose(Situation(told)), stock).to_make}
    assert dict(steps[Technique.TUNED].case) == {"dataset": "tickets", "base": "starter"}
    assert dict(steps[Technique.EMBEDDINGS].case) == {"collection": "handbook", "show": "improve"}
    assert dict(steps[Technique.SEARCHED].case) == {"page": "search", "dataset": "tickets"}


def test_that_a_prompt_that_thinks_and_a_second_model_become_arms() -> None:
    stock = Stock(models=(STARTER, BIG, CLOUD), prompts=(prompt("plain"), prompt("slow", 2, thinks=True)))
    found = plan(propose(Situation(Answers(), other_models=1)), stock)
    by_name = {arm.name: arm for arm in found.arms}
    assert by_name["think first"].prompt == "saved:slow@2"
    assert by_name["another model"].model == "big"


@settings(max_examples=60)
@given(situations)
def test_that_every_plan_accounts_for_every_proposed_technique(situation: Situation) -> None:
    for stock in (Stock(), EMPTY, FULL):
        proposal = propose(situation)
        found = plan(proposal, stock)
        made = {arm.name for arm in found.arms}
        waiting = {step.technique for step in found.to_make}
        general = {None} & waiting
        for technique in proposal.proposed:
            needs_rows = technique in (Technique.FEW_SHOT, Technique.TUNED, Technique.TUNED_RAG, Technique.SEARCHED)
            needs_documents = technique in (Technique.RAG, Technique.TUNED_RAG, Technique.EMBEDDINGS)
            shared = any(step.tab in ("data", "documents") for step in found.to_make)
            assert (
                technique.value in made
                or technique in waiting
                or (shared and (needs_rows or needs_documents))
                or (general and not stock.models)
            )
        assert len({arm.name for arm in found.arms}) == len(found.arms)


def test_that_expectations_are_kept_for_arms_that_there_are() -> None:
    one, other = Expectation(arm="rag", other="prompt"), Expectation(arm="tuned", other="prompt")
    assert between((one, other), {"rag", "prompt"}) == (one,)


def test_that_the_interview_is_answered_from_what_is_here() -> None:
    found = suggested(replace(FULL, models=(STARTER, CLOUD)))
    told = found.answers
    assert (told.documents, told.citations, told.examples, told.goal) == (Documents.SOME, True, 300, Goal.FACTS)
    assert told.servers
    assert told.words > 50_000
    assert "letters, handbook: 1,300 passages" in found.why["documents"]
    assert "cloud is connected" in found.why["servers"]
    assert suggested(Stock()).answers == Answers()


def test_that_the_interview_asks_for_every_answer() -> None:
    assert {question.key for question in INTERVIEW} == set(Answers.model_fields)
    for question in INTERVIEW:
        assert question.words_of(Answers())


def test_that_a_large_model_does_not_fit_for_training() -> None:
    small, large = outlook(STARTER, 300, LAPTOP), outlook(BIG, 300, LAPTOP)
    assert small is not None
    assert large is not None
    assert small.fits
    assert not large.fits
    told = Answers(goal=Goal.FORM, examples=300)
    alone = replace(FULL, models=(BIG,), adapters=())
    situation = situation_of(told, alone, LAPTOP)
    assert not situation.fits_training
    assert "35" in situation.training, "7 billion weights of 5 bytes"


def test_that_a_graphics_card_trains_what_fits_on_it() -> None:
    card = Computer(
        processor="", cores=4, threads=8, memory_bytes=16 * 10**9, memory_free_bytes=8 * 10**9, disk_free_bytes=10**12,
        graphics=Graphics("card", 24 * 10**9, 23 * 10**9),
    )  # fmt: skip
    found = outlook(BIG, 300, card)
    assert found is not None
    assert found.fits
    assert found.on_card
    assert situation_of(Answers(), FULL, card).has_card


def test_that_models_too_large_for_this_computer_are_no_other_models() -> None:
    stock = replace(FULL, models=(STARTER, BIG, CLOUD))
    assert situation_of(Answers(), stock, LAPTOP).other_models == 1
    little = replace(LAPTOP, memory_free_bytes=10**9)
    assert situation_of(Answers(), stock, little).other_models == 0
    assert situation_of(Answers(), stock, little).server_models == 1
