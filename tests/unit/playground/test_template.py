"""Variables, mistakes and texts of templates."""

from collections.abc import Iterator
from typing import Any

import pytest

from workbench.errors import WorkbenchError
from workbench.llm.template_child import TemplateChild
from workbench.llm.types import Role
from workbench.playground.template import MAX_CHARACTERS, PromptRenderer, problems_in, variables_of
from workbench.playground.types import Prompt, PromptBlock


@pytest.fixture
def renderer() -> Iterator[PromptRenderer]:
    with PromptRenderer() as renderer:
        yield renderer


def prompt(*texts: str) -> Prompt:
    """The first text is the system block, the others are user blocks."""
    roles = [Role.SYSTEM] + [Role.USER] * len(texts)
    return Prompt(blocks=tuple(PromptBlock(role=role, text=text) for role, text in zip(roles, texts, strict=False)))


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{{ b }} then {{ a }} then {{ b }}", ("b", "a")),
        ("{% for item in items %}{{ item }} {{ loop.index }} {{ other }}{% endfor %}", ("items", "other")),
        ("{% for item in items %}{% endfor %}{{ item }}", ("items", "item")),
        ("{% set a = b %}{{ a }}{{ c | default('x') }}", ("b", "c")),
        ("{% set a %}{{ b }}{% endset %}{{ a }}", ("b",)),
        ("{% macro m(p, q=z) %}{{ p }}{{ q }}{{ w }}{% endmacro %}{{ m(1) }}", ("z", "w")),
        ("{% with a = b %}{{ a }}{% endwith %}{{ a }}", ("b", "a")),
        ("{% if a is defined and b > 1 %}{{ range(3) }}{% endif %}", ("a", "b")),
        ("{% raw %}{{ no }}{% endraw %}{# {{ no }} #} plain {", ()),
        ("{{ 9 ** 9 ** 9 ** 9 }}", ()),
        ("{% if a %", ()),
    ],
)
def test_that_variables_are_found_in_the_order_of_the_text(text: str, variables: tuple[str, ...]) -> None:
    assert variables_of(prompt("", text)) == variables


def test_that_looking_for_variables_never_computes_anything() -> None:
    assert variables_of(prompt("{{ 9 ** (9 ** (9 ** 9)) }}{{ 'x' * 999999999999 }}{{ a }}")) == ("a",)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("one\n{% if a %}\nthree", 3, "endif"),
        ("one\n{{ a b }}", 2, "end of print statement"),
        ("\n\n{{ a | shout }}", 3, "no filter “shout”"),
        ("{{ a is loud }}", 1, "no test “loud”"),
        ("{% include 'x' %}", 1, "one text"),
        ("{{ " + "(" * 5000, 1, "nested too deeply"),
        ("{{ " + "9" * 5000 + " }}", 1, "cannot be read"),
        ("x" * (MAX_CHARACTERS + 1), 1, "1,000,001 characters"),
    ],
)
def test_that_a_mistake_is_told_with_its_block_and_line(text: str, line: int, says: str) -> None:
    (problem,) = problems_in(prompt("fine {{ a }}", text))
    assert (problem.block, problem.line) == (1, line)
    assert says in problem.message


def test_that_every_mistake_of_names_is_told_at_once() -> None:
    assert [(p.block, p.line) for p in problems_in(prompt("{{ a | x }}\n{{ a | y }}", "{{ a is z }}"))] == [
        (0, 1),
        (0, 2),
        (1, 1),
    ]


def test_that_values_are_put_in_and_never_read_as_templates(renderer: PromptRenderer) -> None:
    rendered = renderer.render(
        prompt("Be {{ tone }}.", "{{ question }}\n", "   "), {"tone": "brief", "question": "{{ 7 * 7 }}"}
    )
    assert [(m.role, m.content) for m in rendered] == [("system", "Be brief."), ("user", "{{ 7 * 7 }}\n")]


def test_that_text_without_marks_is_itself(renderer: PromptRenderer) -> None:
    text = "  {curly} % # \n\ttabs\n\n"
    assert renderer.render(prompt("", text), {})[0].content == text


def test_that_a_variable_without_a_value_is_named_with_its_block_and_line(renderer: PromptRenderer) -> None:
    with pytest.raises(WorkbenchError, match=r"“tone” has no value \(the second user block, line 3\)") as caught:
        renderer.render(prompt("", "{{ question }}", "a\nb\n{{ tone }}"), {"question": "Why?"})
    assert caught.value.code == "undefined_variable"
    assert "question" in caught.value.hint


def test_that_a_default_stands_in_for_a_missing_value(renderer: PromptRenderer) -> None:
    assert renderer.render(prompt("", "{{ a | default('none') }}"), {})[0].content == "none"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "template_time"),
        ("{{ 9 ** (9 ** 9) }}", "template_time"),
        ("{{ 'x' * 999999999999 }}", "template_memory"),
        ("{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}", "template_length"),
        ("{{ ''.__class__.__mro__ }}", "template_unsafe"),
        ("{{ 1 / 0 }}", "template_failed"),
        ("{{ question.nothing }}", "template_failed"),
        ("{{ lipsum() }}", "undefined_variable"),
        ("{% if %}", "template_syntax"),
    ],
)
def test_that_what_cannot_be_rendered_is_said_and_the_next_one_is_rendered(
    renderer: PromptRenderer, text: str, code: str
) -> None:
    with pytest.raises(WorkbenchError) as caught:
        renderer.render(prompt("{{ question }}", text), {"question": "Why?"})
    assert caught.value.code == code
    # One operation without an end takes the whole process with it: which block it was is then not known.
    assert ("the prompt" if "9 **" in text else "the user block") in caught.value.message
    assert renderer.render(prompt("", "{{ question }}"), {"question": "next"})[0].content == "next"


def test_that_an_endless_prompt_costs_its_time_once(renderer: PromptRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    ask = TemplateChild.ask

    def counted(child: TemplateChild, request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        return ask(child, request)

    monkeypatch.setattr(TemplateChild, "ask", counted)
    endless = prompt("", "{% for a in range(99999) %}{% for b in range(99998) %}{% endfor %}{% endfor %}")
    for _ in range(2):
        with pytest.raises(WorkbenchError, match="does not finish"):
            renderer.render(endless, {})
    assert len(asked) == 1


@pytest.mark.parametrize("values", [{"question": "x" * 10_000_000}, {"question": ""}])
def test_that_ten_megabytes_are_refused_in_words(renderer: PromptRenderer, values: dict[str, str]) -> None:
    text = "{{ question }}" if values["question"] else "x" * 10_000_000
    with pytest.raises(WorkbenchError, match=r"has 10,000,000 characters; at most 1,000,000 are taken") as caught:
        renderer.render(prompt("", text), values)
    assert caught.value.code == "prompt_text_too_long" and "collection" in caught.value.hint


def test_that_a_closed_renderer_says_so() -> None:
    renderer = PromptRenderer()
    renderer.close()
    with pytest.raises(WorkbenchError, match="unloaded"):
        renderer.render(prompt("", "{{ a }}"), {"a": "1"})
