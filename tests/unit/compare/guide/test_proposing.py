"""The guide's rules: every combination of answers gives a proposal that can be followed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.compare.expectations import Measure, Relation
from workbench.compare.guide.answers import Answers, Changes, Documents, Goal, Patience, Situation
from workbench.compare.guide.proposing import Proposal, propose
from workbench.compare.guide.rules import RULES, Standing
from workbench.compare.guide.techniques import TRADE_OFFS, Technique

T = Technique
NEEDS_DOCUMENTS = {T.RAG, T.EMBEDDINGS, T.TUNED_RAG}
TRAINS = {T.TUNED, T.TUNED_RAG, T.CONTINUED, T.SCRATCH}

answers = st.builds(
    Answers,
    goal=st.sampled_from(Goal),
    documents=st.sampled_from(Documents),
    examples=st.sampled_from([0, 1, 19, 20, 49, 50, 3000]),
    words=st.sampled_from([0, 500, 2_000_000, 10**9]),
    own_language=st.booleans(),
    changes=st.sampled_from(Changes),
    citations=st.booleans(),
    patience=st.sampled_from(Patience),
    servers=st.booleans(),
)
situations = st.builds(
    Situation,
    answers=answers,
    has_adapter=st.booleans(),
    fits_training=st.booleans(),
    training=st.sampled_from(["", "about 2 hours"]),
    other_models=st.integers(0, 3),
    server_models=st.integers(0, 2),
    has_card=st.booleans(),
)


@settings(max_examples=300)
@given(situations)
def test_that_every_situation_gives_a_sound_proposal(situation: Situation) -> None:
    proposal = propose(situation)
    told, here = situation.answers, set(proposal.proposed)
    assert [one.technique for one in proposal.advice if one.technique is T.PROMPT] == [T.PROMPT]
    assert {one.technique for one in proposal.advice} == set(Technique)
    assert proposal.proposed[0] is T.PROMPT
    assert len(here) >= 2, "one arm compares with nothing"
    assert all(one.reasons and "{" not in "".join((*one.reasons, *one.others)) for one in proposal.advice)
    if told.documents is Documents.NONE:
        assert not here & NEEDS_DOCUMENTS
    if not told.examples:
        assert not here & {T.FEW_SHOT, T.SEARCHED}
        assert situation.has_adapter or not here & {T.TUNED, T.TUNED_RAG}
    if told.patience is Patience.MINUTES and not situation.has_adapter:
        assert not here & TRAINS
    if not situation.fits_training and not situation.has_adapter:
        assert not here & TRAINS
    if not told.servers and not situation.other_models:
        assert T.OTHER_MODEL not in here
    if told.documents is not Documents.NONE and (told.citations or told.goal is not Goal.FORM):
        assert proposal.of(T.RAG).standing is Standing.FIRST
    assert T.SCRATCH not in here


@settings(max_examples=150)
@given(situations)
def test_that_expectations_are_about_proposed_arms_and_contradict_nothing(situation: Situation) -> None:
    proposal = propose(situation)
    names = {technique.value for technique in proposal.proposed}
    seen = set()
    for expectation in proposal.expectations:
        assert {expectation.arm, expectation.other} <= names
        assert expectation.arm != expectation.other
        assert expectation.because
        key = (expectation.measure, frozenset((expectation.arm, expectation.other)))
        assert key not in seen, "two expectations about the same"
        seen.add(key)
    assert not _goes_in_circles(proposal)


def _goes_in_circles(proposal: Proposal) -> bool:
    better = {
        (one.arm, one.other)
        for one in proposal.expectations
        if one.measure is Measure.QUALITY and one.relation is Relation.MORE
    }
    while True:
        more = {(a, d) for a, b in better for c, d in better if b == c} - better
        if not more:
            return any(a == b for a, b in better)
        better |= more


def test_that_facts_that_change_want_retrieval_and_no_training() -> None:
    told = Answers(goal=Goal.FACTS, documents=Documents.SOME, examples=500, changes=Changes.DAILY, citations=True)
    proposal = propose(Situation(told))
    assert [one.technique for one in proposal.advice if one.standing is Standing.FIRST] == [T.PROMPT, T.RAG]
    assert proposal.of(T.TUNED).standing is Standing.NO
    assert "every day" in " ".join(proposal.of(T.TUNED).reasons)
    assert any("found as soon as it is indexed" in reason for reason in proposal.of(T.RAG).reasons)


def test_that_a_format_with_examples_wants_tuning() -> None:
    told = Answers(goal=Goal.FORM, documents=Documents.SOME, examples=480)
    proposal = propose(Situation(told))
    first = [one.technique for one in proposal.advice if one.standing is Standing.FIRST]
    assert first == [T.PROMPT, T.FEW_SHOT, T.TUNED, T.TUNED_RAG]
    assert proposal.of(T.RAG).standing is Standing.LATER
    assert ("tuned", "prompt") in {(one.arm, one.other) for one in proposal.expectations}


def test_that_few_examples_put_tuning_off_and_say_how_many_there_are() -> None:
    proposal = propose(Situation(Answers(goal=Goal.FORM, examples=12)))
    tuned = proposal.of(T.TUNED)
    assert tuned.standing is Standing.LATER
    assert "12 labelled examples are few" in tuned.reasons[0]
    assert any("32 %" in reason for reason in tuned.others), "what speaks for it is still said"


def test_that_documents_that_are_alike_want_tuned_embeddings() -> None:
    proposal = propose(Situation(Answers(documents=Documents.ALIKE)))
    assert T.EMBEDDINGS in proposal.proposed


def test_that_a_field_with_its_own_words_wants_further_training() -> None:
    told = Answers(own_language=True, words=3_000_000, patience=Patience.DAYS)
    assert T.CONTINUED in propose(Situation(told)).proposed
    assert propose(Situation(replace_answers(told, words=40_000))).of(T.CONTINUED).standing is Standing.LATER


def replace_answers(told: Answers, **changes: object) -> Answers:
    return told.model_copy(update=changes)


def test_that_facts_without_documents_are_warned_about() -> None:
    remarks = " ".join(propose(Situation(Answers(citations=True, changes=Changes.MONTHLY))).remarks)
    assert "Facts have to stand somewhere" in remarks
    assert "Citations need documents" in remarks
    assert "kept fresh" in remarks


def test_that_an_adapter_that_exists_needs_no_time() -> None:
    hurried = Situation(Answers(goal=Goal.FORM, patience=Patience.MINUTES), has_adapter=True)
    assert T.TUNED in propose(hurried).proposed
    assert T.TUNED not in propose(replace(hurried, has_adapter=False)).proposed


@pytest.mark.parametrize("technique", Technique)
def test_that_every_technique_has_rules_and_trade_offs(technique: Technique) -> None:
    assert [rule for rule in RULES if rule.technique is technique]
    offer = TRADE_OFFS[technique]
    assert all((offer.title, offer.needs, offer.gives, offer.costs, offer.fresh))
