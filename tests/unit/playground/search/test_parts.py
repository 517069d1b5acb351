"""Questions are divided without overlap, candidates differ, budgets are enough, writers are understood."""

from pathlib import Path

import pytest

from tests.unit.playground.search.scripted import prompt, questions
from workbench.datasets.types import Example, TrainingRow
from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage, Role
from workbench.playground.search.candidates import build_field, rewritten
from workbench.playground.search.catalogue import load_catalogue, system_text, with_format, with_technique
from workbench.playground.search.planning import SMALLEST, plan_search
from workbench.playground.search.questions import divide, examples_of
from workbench.playground.search.types import Origin, SearchBudget
from workbench.playground.search.writing import fitting, instruction_in, rewriting_request
from workbench.playground.template import problems_in
from workbench.playground.types import FewShot, Prompt, PromptBlock, Shot

SHOTS = tuple(Shot(question=f"Where is shelf {n}?", answer=f"in row {n}") for n in range(20))


def test_that_no_question_is_on_both_sides_even_when_it_is_asked_twice() -> None:
    twice = [*questions(40), *(one.model_copy(update={"id": f"again-{one.id}"}) for one in questions(40))]
    division = divide(twice, prompt(), (), seed=3)
    searched, held = ({one.question for one in side} for side in (division.search, division.held_out))
    assert not searched & held
    assert len(division.search) + len(division.held_out) == 80
    assert 30 <= len(division.held_out) <= 50


def test_that_the_side_of_a_question_depends_on_its_text_and_not_on_its_place() -> None:
    some = questions(60)
    forwards, backwards = divide(some, prompt(), (), seed=1), divide(some[::-1], prompt(), (), seed=1)
    assert forwards == backwards
    assert divide(some, prompt(), (), seed=2) != forwards


def test_that_worked_examples_are_asked_of_nobody_and_questions_are_shown_to_nobody() -> None:
    some = questions(40)
    shown = FewShot(shots=(Shot(question=some[3].question.upper(), answer="red"),))
    start = prompt().model_copy(update={"few_shot": shown})
    division = divide(some, start, [Shot(question=some[5].question, answer="red"), *SHOTS], seed=0)
    assert division.left_out == 1
    assert some[3] not in (*division.search, *division.held_out)
    assert division.shots == SHOTS


def test_that_a_few_questions_serve_as_examples_where_there_are_no_others() -> None:
    some = questions(40)
    division = divide(some, prompt(), (), seed=0, carve=True)
    shown = {shot.question for shot in division.shots}
    assert len(shown) == 6
    assert not shown & {one.question for one in (*division.search, *division.held_out)}
    assert len(division.search) + len(division.held_out) + len(division.shots) == 40
    assert divide(some, prompt(), SHOTS, seed=0, carve=True).shots == SHOTS


def test_that_the_same_words_about_another_text_are_another_question() -> None:
    some = [Example(id=str(n), question="What is it?", answers=("x",), variables={"text": f"t{n}"}) for n in range(30)]
    division = divide(some, prompt(), (), seed=0)
    assert len(division.search) == len(division.held_out) == 15


def test_that_too_few_questions_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="at least 12 questions"):
        divide(questions(11), prompt(), (), seed=0)


def test_that_conversations_of_several_turns_are_no_test_questions() -> None:
    def row(number: int, *roles: Role) -> TrainingRow:
        return TrainingRow(messages=tuple(ChatMessage(role=role, content="text") for role in roles), number=number)

    one = row(1, Role.SYSTEM, Role.USER, Role.ASSISTANT)
    several = row(2, Role.USER, Role.ASSISTANT, Role.USER, Role.ASSISTANT)
    assert [example.id for example in examples_of([one, several])] == ["1"]


def test_that_every_technique_and_format_of_the_catalogue_makes_a_sound_prompt() -> None:
    catalogue = load_catalogue()
    start = prompt("You answer questions about {{ shop }}.")
    changed = [with_technique(start, one) for one in catalogue.techniques]
    changed += [with_format(start, one) for one in catalogue.formats]
    assert len({one.model_dump_json() for one in changed}) == len(changed) >= 14
    assert not [one for one in changed if problems_in(one) or one == start]
    assert all("{{ question }}" in one.blocks[-1].text and "{{ shop }}" in one.blocks[0].text for one in changed)


def test_that_the_start_comes_first_and_single_changes_before_double_ones() -> None:
    field = build_field(prompt(), own=["Be kind."], shots=SHOTS, seed=0, limit=1000)
    first = field.candidates[0]
    assert first.origin is Origin.START
    assert first.prompt == prompt()
    assert len({one.id for one in field.candidates}) == len(field.candidates)
    assert field.left_out == 0
    changes = [(one.instruction != "As it is") + (one.examples != "") + (one.format != "") for one in field.candidates]
    assert changes == sorted(changes)
    assert changes[-1] == 3


def test_that_a_limit_leaves_combinations_out_and_tells_how_many() -> None:
    whole = build_field(prompt(), shots=SHOTS, seed=0, limit=1000)
    part = build_field(prompt(), shots=SHOTS, seed=0, limit=10)
    assert part.candidates == whole.candidates[:10]
    assert part.left_out == len(whole.candidates) - 10


def test_that_the_prompts_own_examples_are_also_tried_without() -> None:
    start = prompt().model_copy(update={"few_shot": FewShot(shots=SHOTS[:3], count=2)})
    field = build_field(start, techniques=False, formats=False, limit=10)
    assert [one.examples for one in field.candidates] == ["2 examples as they are", "no examples"]
    assert field.candidates[1].prompt.few_shot is None


def test_that_a_rewritten_candidate_keeps_examples_and_format_of_its_parent() -> None:
    parent = build_field(prompt(), shots=SHOTS, seed=0, limit=1000).candidates[-1]
    child = rewritten(parent, "Answer with one word.", 1)
    assert system_text(child.prompt) == "Answer with one word."
    assert child.parent_id == parent.id
    assert (child.examples, child.format) == (parent.examples, parent.format)
    assert child.prompt.few_shot == parent.prompt.few_shot


def test_that_a_small_budget_has_fewer_candidates_and_a_tiny_one_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="too few to search with"):
        plan_search(SearchBudget(generations=SMALLEST - 1), held_out=50, most_candidates=48, has_writer=False)
    small = plan_search(SearchBudget(generations=200), held_out=50, most_candidates=48, has_writer=False)
    large = plan_search(SearchBudget(generations=5000), held_out=50, most_candidates=48, has_writer=False)
    assert 2 <= small.candidates < large.candidates == 48


def test_that_a_budget_needs_a_limit() -> None:
    with pytest.raises(ValueError, match="needs a limit"):
        SearchBudget()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Sure!\n<instruction>\nAnswer in one word.\n</instruction>\nDone.", "Answer in one word."),
        ("<think>hm <instruction>no</instruction></think><instruction>Yes.", "Yes."),
        ("```text\nAnswer in one word.\n```", "Answer in one word."),
        ("Answer in one word.", "Answer in one word."),
        ("<instruction></instruction>", ""),
        ("<instruction>Say {{ shop }}.</instruction>", "Say {{ shop }}."),
        ("<instruction>Say {{ other }}.</instruction>", "{% raw %}Say {{ other }}.{% endraw %}"),
        ("<instruction>{% for x in y %}</instruction>", "{% raw %}{% for x in y %}{% endraw %}"),
    ],
)
def test_that_the_instruction_is_found_in_what_a_writer_wrote(written: str, found: str) -> None:
    assert instruction_in(written, prompt("About {{ shop }}.")) == found


def test_that_a_writer_is_told_which_placeholders_to_keep() -> None:
    record = {"question": "Which?", "answer": "blue", "feedback": "0.00 of 1."}
    asked = rewriting_request("About {{ shop }}.", [record], prompt("About {{ shop }}."))
    assert "{{ shop }}" in asked.rpartition("placeholders")[2]
    assert "Its answer: blue" in asked
    assert "placeholders" not in rewriting_request("Answer.", [record], prompt())


def test_that_a_writer_with_a_short_context_is_shown_fewer_examples() -> None:
    class Writer:
        def write(self, asked: str) -> str:
            return asked

        def fits(self, asked: str) -> bool:
            return len(asked) <= 3

    assert fitting(Writer(), "abcdefgh", "".join) == "ab"
    assert fitting(Writer(), ["long enough"], "".join) == "long enough"


def test_that_a_prompt_without_a_system_block_gets_one() -> None:
    start = Prompt(blocks=(PromptBlock(role=Role.USER, text="{{ question }}"),))
    field = build_field(start, own=["Be kind."], techniques=False, formats=False, limit=5)
    assert [block.role for block in field.candidates[1].prompt.blocks] == [Role.SYSTEM, Role.USER]


def test_that_the_catalogue_is_a_resource_of_the_program() -> None:
    from workbench import resources

    assert isinstance(resources.path("prompts/search/techniques.yaml"), Path)
