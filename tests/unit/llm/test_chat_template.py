import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from jinja2 import Template

from tests.llm_models import TEMPLATE
from workbench.errors import WorkbenchError
from workbench.llm.chat_template import ChatTemplate, TemplateRenderer
from workbench.llm.template_process import (
    KEPT_CHARACTERS,
    KEPT_TEMPLATES,
    Renderer,
    answer,
    answer_blocks,
    build_environment,
    build_prompt_environment,
)
from workbench.llm.types import ChatMessage, Role

HELLO = (ChatMessage(role=Role.SYSTEM, content="Be brief."), ChatMessage(role=Role.USER, content="Hello <b>"))


class Renderers:
    """Makes renderers and closes them at the end of the test."""

    def __init__(self) -> None:
        self.made: list[TemplateRenderer] = []

    def __call__(self, source: str) -> TemplateRenderer:
        self.made.append(TemplateRenderer(ChatTemplate(source, "tiny", bos="<s>", eos="</s>")))
        return self.made[-1]


@pytest.fixture
def renderer() -> Iterator[Renderers]:
    renderers = Renderers()
    yield renderers
    for made in renderers.made:
        made.close()


def test_that_the_models_own_template_makes_the_prompt(renderer: Renderers) -> None:
    assert renderer(TEMPLATE).render(HELLO) == "<|system|>Be brief.<|end|><|user|>Hello <b><|end|><|assistant|>"


def test_that_a_model_without_a_template_gets_the_plain_form(renderer: Renderers) -> None:
    plain = renderer("")
    assert plain.template.is_fallback and plain.template.name == "plain (role: content)"
    assert plain.render(HELLO) == "system: Be brief.\nuser: Hello <b>\nassistant:"


def test_that_the_usual_helpers_of_templates_are_there(renderer: Renderers) -> None:
    source = (
        "{{ bos_token }}{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}"
        "{% generation %}{{ m | tojson }}{% endgeneration %}{% endfor %}{{ strftime_now('%Y') | length }}"
    )
    assert renderer(source).render(HELLO) == '<s>{"role": "user", "content": "Hello <b>"}4'


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('touch CANARY').read() }}",
        "{{ messages.__class__.__base__.__subclasses__() }}",
        "{% set _ = messages.append(1) %}",
    ],
)
def test_that_a_template_that_tries_to_run_code_is_blocked(renderer: Renderers, tmp_path: Path, attack: str) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(WorkbenchError, match="tries to run code; it was blocked") as caught:
        renderer(attack.replace("CANARY", str(canary))).render(HELLO)
    assert attack.replace("CANARY", str(canary)) in caught.value.details
    assert not canary.exists()


def test_that_an_endless_template_is_stopped_and_the_next_one_rendered(renderer: Renderers) -> None:
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    endless = renderer("{% if messages|length > 1 %}" + loops + "{% endif %}done")
    with pytest.raises(WorkbenchError, match="does not finish"):
        endless.render(HELLO)
    assert endless.render(HELLO[:1]) == "done"


def test_that_one_endless_operation_is_stopped_too(renderer: Renderers) -> None:
    with pytest.raises(WorkbenchError, match=r"does not finish|needs too much memory"):
        renderer("{{ 9 ** (9 ** 9) }}").render(HELLO)


def test_that_a_template_that_eats_memory_is_stopped(renderer: Renderers) -> None:
    doubling = "{% for _ in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
    bomb = "{% set ns = namespace(x='x' * 1000) %}" + doubling + "{{ ns.x }}"
    with pytest.raises(WorkbenchError, match=r"needs too much memory|characters|does not finish"):
        renderer(bomb).render(HELLO)


def test_that_a_template_that_makes_a_huge_prompt_is_stopped(renderer: Renderers) -> None:
    with pytest.raises(WorkbenchError, match="a prompt of 9000000 characters"):
        renderer("{{ 'x' * 9000000 }}").render(HELLO)


def test_that_the_templates_own_complaint_is_quoted(renderer: Renderers) -> None:
    with pytest.raises(WorkbenchError, match='refuses these messages: "System role not supported!"'):
        renderer("{{ raise_exception('System role not supported!') }}").render(HELLO)


def test_that_a_mistake_in_the_template_is_told_with_its_line(renderer: Renderers) -> None:
    with pytest.raises(WorkbenchError, match=r"has a mistake: .*line 2"):
        renderer("fine\n{% for %}").render(HELLO)


@pytest.mark.parametrize("program", ["/no/such/interpreter", shutil.which("false")])
def test_that_a_process_that_does_not_start_says_what_helps(
    program: str, renderer: Renderers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(WorkbenchError, match="does not start") as told:
        renderer("{{ messages[0].content }}").render(HELLO)
    assert "memory" in told.value.hint and told.value.details
    monkeypatch.undo()
    assert renderer("{{ messages[0].content }}").render(HELLO) == "Be brief.", "the next one is rendered again"


def test_that_the_process_of_a_closed_renderer_is_gone(renderer: Renderers) -> None:
    before = {child.pid for child in psutil.Process().children()}
    made = renderer(TEMPLATE)
    made.render(HELLO)
    assert {child.pid for child in psutil.Process().children()} - before
    made.close()
    assert not {child.pid for child in psutil.Process().children()} - before


def test_that_a_template_is_compiled_once_for_many_renderings() -> None:
    renderer = Renderer(build_environment())
    greeting = "Hello {{ name }}"
    compiled = renderer.compiled(greeting)
    assert [answer(renderer, {"template": greeting, "variables": {"name": name}}) for name in ("Ada", "Bob")] == [
        {"text": "Hello Ada"},
        {"text": "Hello Bob"},
    ]
    assert renderer.compiled(greeting) is compiled
    for number in range(KEPT_TEMPLATES):
        renderer.compiled(f"another {number}")
    assert renderer.compiled(greeting) is not compiled  # a model that was long not asked makes room
    huge = "x" * (KEPT_CHARACTERS + 1)
    assert renderer.compiled(huge) is not renderer.compiled(huge)


def test_that_a_template_that_is_too_long_to_be_kept_is_compiled_once_for_all_items_of_a_request() -> None:
    class Counting(Renderer):
        asked = 0

        def compiled(self, source: str) -> Template:
            self.asked += 1
            return super().compiled(source)

    renderer = Counting(build_prompt_environment())
    long = "x" * KEPT_CHARACTERS + "{{ n }}"
    items = [(0, {"n": number}) for number in range(5)]
    reply = answer_blocks(renderer, {"templates": [long], "variables": {}, "items": items})
    assert [text[-1] for text in reply["texts"]] == ["0", "1", "2", "3", "4"]
    assert renderer.asked == 1
