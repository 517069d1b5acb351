"""How blocks, examples, earlier turns and passages become what is sent."""

from collections.abc import Iterator

import pytest

from workbench.errors import WorkbenchError
from workbench.llm.grounded_prompt import Passage, grounded_messages, grounded_system
from workbench.llm.types import AdapterRef, ChatMessage, GenerationConfig, Role
from workbench.playground.assembling import as_request, assemble, assemble_parts, final_answer, generation_of
from workbench.playground.template import PromptRenderer
from workbench.playground.types import (
    AnswerRule,
    ExampleSelection,
    FewShot,
    Prompt,
    PromptBlock,
    Reasoning,
    Shot,
)

S, U, A = Role.SYSTEM, Role.USER, Role.ASSISTANT
SHOTS = (
    Shot(question="cat", answer="chat"),
    Shot(question="dog", answer="chien"),
    Shot(question="owl", answer="hibou"),
)


@pytest.fixture
def renderer() -> Iterator[PromptRenderer]:
    with PromptRenderer() as renderer:
        yield renderer


def prompt(*blocks: tuple[Role, str], few_shot: FewShot | None = None, reasoning: Reasoning | None = None) -> Prompt:
    return Prompt(
        blocks=tuple(PromptBlock(role=role, text=text) for role, text in blocks), few_shot=few_shot, reasoning=reasoning
    )


def as_pairs(messages: tuple[ChatMessage, ...]) -> list[tuple[str, str]]:
    return [(message.role.value, message.content) for message in messages]


def test_that_an_untouched_prompt_sends_the_question_alone(renderer: PromptRenderer) -> None:
    assert as_pairs(assemble(renderer, Prompt(), {"question": "Why?"})) == [("user", "Why?")]


def test_that_the_parts_stand_in_their_order(renderer: PromptRenderer) -> None:
    written = prompt(
        (U, "Hi"), (A, "Hello"), (S, "Be {{ tone }}."), (U, "{{ question }}"), (A, "Sure: "),
        few_shot=FewShot(shots=SHOTS[:1]), reasoning=Reasoning(instruction="Think."),
    )  # fmt: skip
    earlier = (ChatMessage(role=U, content="q1"), ChatMessage(role=A, content="a1"))
    assert as_pairs(assemble(renderer, written, {"question": "Why?", "tone": "brief"}, earlier=earlier)) == [
        ("system", "Be brief.\n\nThink."),
        ("user", "cat"), ("assistant", "chat"),
        ("user", "Hi"), ("assistant", "Hello"),
        ("user", "q1"), ("assistant", "a1"),
        ("user", "Why?"), ("assistant", "Sure: "),
    ]  # fmt: skip


def test_that_blocks_of_one_role_become_one_message(renderer: PromptRenderer) -> None:
    written = prompt((S, "One."), (U, "Context"), (S, "Two."), (U, ""), (U, "{{ question }}"))
    assert as_pairs(assemble(renderer, written, {"question": "Why?"})) == [
        ("system", "One.\n\nTwo."),
        ("user", "Context\n\nWhy?"),
    ]


def test_that_examples_are_shown_in_the_form_of_the_question(renderer: PromptRenderer) -> None:
    few = FewShot(shots=SHOTS, count=2)
    written = prompt((U, "Into {{ language }}:"), (U, "{{ question }}"), few_shot=few)
    values = {"question": "cow", "language": "French"}
    assert as_pairs(assemble(renderer, written, values)) == [
        ("user", "Into French:\n\ncat"), ("assistant", "chat"),
        ("user", "Into French:\n\ndog"), ("assistant", "chien"),
        ("user", "Into French:\n\ncow"),
    ]  # fmt: skip
    as_they_are = written.model_copy(update={"few_shot": few.model_copy(update={"in_form": False})})
    assert assemble(renderer, as_they_are, values)[0].content == "cat"


def test_that_similar_examples_are_chosen_for_each_question(renderer: PromptRenderer) -> None:
    written = prompt((U, "{{ question }}"), few_shot=FewShot(shots=SHOTS, count=1, selection=ExampleSelection.SIMILAR))
    for asked in ("a dog", "an owl"):
        assert assemble(renderer, written, {"question": asked})[0].content == asked.split()[1]


def test_that_passages_are_put_to_the_model_in_the_one_form(renderer: PromptRenderer) -> None:
    passages = [Passage("a.pdf", "The kettle weighs 2 kg."), Passage("", "It is red.")]
    plain = assemble(renderer, Prompt(), {"question": "How heavy?"}, passages=passages)
    assert plain == grounded_messages("How heavy?", passages)
    written = prompt((S, "Be brief."), (U, "{{ question }}"), reasoning=Reasoning(instruction="Think."))
    parts = assemble_parts(renderer, written, {"question": "How heavy?"}, passages=passages)
    assert parts.system == f"Be brief.\n\n{grounded_system()}\n\nThink."
    assert parts.passages + "How heavy?" == parts.question


def test_that_an_empty_prompt_is_refused(renderer: PromptRenderer) -> None:
    with pytest.raises(WorkbenchError, match="every block of the prompt is empty") as caught:
        assemble(renderer, Prompt(reasoning=Reasoning()), {"question": "  "})
    assert caught.value.code == "prompt_empty"


def test_that_an_endpoint_or_engine_is_asked_to_go_on_from_the_beginning_of_the_answer(
    renderer: PromptRenderer,
) -> None:
    written = prompt((U, "{{ question }}"), (A, "Well, "))
    messages = assemble(renderer, written, {"question": "Why?"})
    adapter = AdapterRef(path="a.gguf")
    request = as_request(written, messages, id="1", adapter=adapter, continue_from="it is")
    assert as_pairs(request.messages) == [("user", "Why?")]
    assert (request.prefix, request.id, request.adapter) == ("Well, it is", "1", adapter)
    assert as_request(Prompt(), messages[:1]).prefix == ""


def test_that_the_schema_goes_into_the_settings_and_must_be_one() -> None:
    schema = '{"type": "object"}'
    config = GenerationConfig(temperature=0.5)
    assert generation_of(Prompt(json_schema=schema, generation=config)) == config.model_copy(
        update={"json_schema": schema}
    )
    assert generation_of(Prompt(json_schema="  ", generation=config)) == config
    for bad, says in [("{", "is no JSON"), ("[1]", "is no object")]:
        with pytest.raises(WorkbenchError, match=says):
            generation_of(Prompt(json_schema=bad))
    with pytest.raises(WorkbenchError, match="only one"):
        generation_of(Prompt(json_schema=schema, generation=GenerationConfig(grammar='root ::= "a"')))


@pytest.mark.parametrize(
    ("rule", "text", "answer", "thought"),
    [
        (AnswerRule.AFTER_MARK, "2 + 2.\nAnswer: 5\nNo.\nAnswer: 4\n", "4", "2 + 2.\nAnswer: 5\nNo."),
        (AnswerRule.AFTER_MARK, "Thus **Answer:** 4", "4", "Thus"),
        (AnswerRule.AFTER_MARK, "Thus\n**ANSWER: 4**", "4", "Thus"),
        (AnswerRule.AFTER_MARK, "Answer:\n4\n5", "4\n5", ""),
        (AnswerRule.LAST_LINE, "Think.\n\n4\n\n", "4", "Think."),
        (AnswerRule.AFTER_THINKING, "<think>\nHm.\n</think>\n\n4", "4", "Hm."),
        (AnswerRule.AFTER_THINKING, "Hm.</think>4", "4", "Hm."),
    ],
)
def test_that_the_answer_is_taken_out_by_the_rule(rule: AnswerRule, text: str, answer: str, thought: str) -> None:
    found = final_answer(Prompt(reasoning=Reasoning(rule=rule)), text)
    assert (found.answer, found.reasoning, found.found) == (answer, thought, True)
    assert found.rule_sentence.startswith("The answer is")


@pytest.mark.parametrize(
    ("rule", "text"),
    [(AnswerRule.AFTER_MARK, "4."), (AnswerRule.AFTER_THINKING, "<think> 4."), (AnswerRule.LAST_LINE, " ")],
)
def test_that_a_rule_that_finds_nothing_says_so(rule: AnswerRule, text: str) -> None:
    found = final_answer(Prompt(reasoning=Reasoning(rule=rule)), text)
    assert (found.answer, found.found) == (text.strip(), False)
    assert "whole text" in found.rule_sentence


def test_that_without_reasoning_the_text_is_the_answer() -> None:
    found = final_answer(Prompt(), " Answer: 4 ")
    assert (found.answer, found.rule_sentence, found.found) == (" Answer: 4 ", "", True)
