"""Trees of turns: branches, what is looked at, what the model is told."""

import json

from hypothesis import given
from hypothesis import strategies as st

from workbench.llm.types import ChatMessage, Completion, FinishReason, Role
from workbench.playground.conversation import (
    AnsweredBy,
    ColumnSetup,
    Conversation,
    Retrieved,
    SavedColumn,
    SavedConversation,
    Turn,
    title_of,
)
from workbench.playground.conversation_text import as_json, as_markdown, as_text, columns_as_markdown

STARTER = AnsweredBy(model_name="starter", version_label="support v7", collection="policies")


def turn(name: str, parent: str = "", answer: str = "", reason: FinishReason = FinishReason.STOP) -> Turn:
    completion = Completion(text=answer, finish_reason=reason) if answer else None
    return Turn(
        id=name, parent_id=parent, question=f"{name}?", answer=answer, completion=completion, answered_by=STARTER
    )


def conversation(*turns: Turn) -> Conversation:
    made = Conversation()
    for one in turns:
        made = made.with_turn(one)
    return made


def names(turns: tuple[Turn, ...]) -> list[str]:
    return [one.id for one in turns]


def test_that_turns_follow_each_other() -> None:
    talk = conversation(turn("a"), turn("b", "a"), turn("c", "b"))
    assert names(talk.path()) == ["a", "b", "c"]
    assert names(talk.path_to("b")) == ["a", "b"]
    assert talk.path_to("z") == ()


def test_that_a_second_answer_is_a_branch_and_both_can_be_looked_at() -> None:
    talk = conversation(turn("a"), turn("b", "a"), turn("c", "b"), turn("b2", "a"))
    assert names(talk.path()) == ["a", "b2"]
    assert names(talk.branches("b")) == ["b", "b2"]
    assert names(talk.choosing("b").path()) == ["a", "b", "c"]
    assert talk.choosing("z") == talk


def test_that_replacing_a_turn_keeps_its_place() -> None:
    talk = conversation(turn("a"), turn("b", "a")).with_turn(turn("a", answer="Yes."))
    assert names(talk.path()) == ["a", "b"]
    assert talk.path()[0].answer == "Yes."


def test_that_removing_a_turn_takes_what_follows_and_shows_the_branch_before() -> None:
    talk = conversation(turn("a"), turn("b", "a"), turn("b2", "a"), turn("c", "b2"), turn("d", "c"), turn("b3", "a"))
    talk = talk.choosing("b2")
    left = talk.without("b2")
    assert names(left.turns) == ["a", "b", "b3"]
    assert names(left.path()) == ["a", "b"]
    assert names(left.without("b").path()) == ["a", "b3"]
    assert left.without("a") == Conversation()
    assert talk.without("z") == talk


def test_that_the_model_is_told_what_was_sent_and_said_on_this_branch() -> None:
    asked = (ChatMessage(role=Role.USER, content="[1] A passage\n\nQuestion: a?"),)
    first = turn("a", answer="One.").model_copy(update={"asked": asked})
    talk = conversation(first, turn("b", "a", "Two."), turn("failed", "b"), turn("c", "failed", "Three."))
    said = [(message.role.value, message.content) for message in talk.earlier("c")]
    assert said == [
        ("user", "[1] A passage\n\nQuestion: a?"), ("assistant", "One."),
        ("user", "b?"), ("assistant", "Two."), ("user", "c?"), ("assistant", "Three."),
    ]  # fmt: skip
    assert talk.earlier("") == ()


def test_that_an_answer_knows_whether_it_is_whole() -> None:
    assert turn("a").is_running
    assert not turn("a", answer="x").is_cut_off
    assert turn("a", answer="x", reason=FinishReason.LENGTH).is_cut_off
    assert turn("a", answer="x", reason=FinishReason.CANCELLED).is_cut_off
    crashed = turn("a").model_copy(update={"answer": "Half", "problem": "The engine stopped."})
    assert (crashed.is_running, crashed.is_cut_off) == (False, True)
    assert not crashed.model_copy(update={"answer": ""}).is_cut_off


def test_that_the_reasoning_is_not_shown_as_the_answer() -> None:
    found = turn("a", answer="Think.\nAnswer: 4").model_copy(
        update={"answer_rule": "after “Answer:”", "final_answer": "4"}
    )
    assert found.shown_answer == "4"
    lost = found.model_copy(update={"final_answer": "", "is_answer_found": False})
    assert lost.shown_answer == "Think.\nAnswer: 4"


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=24), st.integers(0, 24))
def test_that_no_change_loses_or_invents_turns(steps: list[tuple[int, bool]], removed: int) -> None:
    talk, count = Conversation(), 0
    for place, chooses in steps:
        parent = f"t{place}" if talk.find(f"t{place}") else ""
        if chooses:
            talk = talk.choosing(parent)
        else:
            talk = talk.with_turn(turn(f"t{count}", parent))
            count += 1
    known = {one.id for one in talk.turns}
    left = talk.without(f"t{removed}")
    assert {one.parent_id for one in left.turns} <= {one.id for one in left.turns} | {""}
    assert {one.id for one in left.turns} == {one for one in known if f"t{removed}" not in names(talk.path_to(one))}
    path = left.path()
    assert all(one.parent_id == before for one, before in zip(path, ["", *names(path)], strict=False))
    assert bool(path) == bool(left.turns)


def test_that_a_conversation_is_called_after_its_first_question() -> None:
    long = turn("a").model_copy(update={"question": "Why\n  is " + "the sky blue " * 20})
    assert title_of({"1": Conversation(), "2": conversation(long)}).startswith("Why is the sky blue")
    assert len(title_of({"2": conversation(long)})) == 80
    assert title_of(()) == ""


def test_that_the_copied_text_is_the_branch_that_is_looked_at() -> None:
    talk = conversation(turn("a", answer="One."), turn("b", "a", "Two."), turn("b2", "a", "Other."))
    assert as_text(talk) == "Question: a?\n\nAnswer: One.\n\nQuestion: b2?\n\nAnswer: Other."


def test_that_markdown_names_what_answered_and_quotes_the_questions() -> None:
    second = turn("b", "a", "**Two.**").model_copy(
        update={
            "question": "# b\n> c",
            "retrieved": (Retrieved(title="Returns", text="30 days"),),
            "answered_by": STARTER.model_copy(update={"adapter_name": "house"}),
        }
    )
    failed = turn("c", "b").model_copy(update={"problem": "The engine stopped."})
    column = SavedColumn(setup=ColumnSetup(id="1"), conversation=conversation(turn("a", answer="One."), second, failed))
    text = as_markdown(column)
    assert text.startswith("## starter · support v7 · policies\n\n### 1\n\n> a?\n\nOne.\n\n## starter + house")
    assert "> # b\n> > c\n\nPassages:\n\n1. Returns\n\n**Two.**" in text
    assert text.endswith("_The engine stopped._\n")
    assert as_markdown(SavedColumn(setup=ColumnSetup(id="2"))) == ""
    saved = SavedConversation(id="s", title="Talk", columns=(column, SavedColumn(setup=ColumnSetup(id="2"))))
    assert columns_as_markdown(saved).startswith("# Talk\n\n## starter")


def test_that_the_export_as_json_is_read_back_whole() -> None:
    talk = conversation(turn("a", answer="Ä"), turn("b", "a", "Two."), turn("b2", "a", "Other."))
    saved = SavedConversation(id="s", columns=(SavedColumn(setup=ColumnSetup(id="1"), conversation=talk),))
    assert "Ä" in as_json(saved)
    assert SavedConversation.model_validate(json.loads(as_json(saved))) == saved
