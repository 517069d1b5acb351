"""Chat templates in Ollama's language give the same prompts, or are not given."""

from collections.abc import Sequence

import jinja2
import pytest

from workbench.errors import WorkbenchError
from workbench.finetune.ollama import Render, TranslatedTemplate, modelfile, translate_template
from workbench.llm.types import ChatMessage

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WITH_DEFAULT = "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are kind.<|im_end|>\n{% endif %}" + CHATML
FOLDED = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{% else %}<start>"
    "{{ 'model' if m.role == 'assistant' else 'user' }}\n"
    "{% if loop.index0 == 1 and messages[0].role == 'system' %}{{ messages[0].content }}\n\n{% endif %}"
    "{{ m.content }}<end>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<start>model\n{% endif %}"
)
NO_SYSTEM = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise('no system') }}{% endif %}"
    "[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)
COUNTING = "{{ messages|length }} messages: " + CHATML
SHORT_MEMORY = "{% for m in messages[-1:] %}<u>{{ m.content }}</u>{% endfor %}<a>"
BRACES = "{% for m in messages %}{{ '{{' }}{{ m.role }}{{ m.content }}|{% endfor %}"


def render_with(template: str) -> Render:
    compiled = jinja2.Environment().from_string(template)

    def refuse(text: str) -> str:
        raise WorkbenchError(text)

    def render(messages: Sequence[ChatMessage]) -> str:
        values = [{"role": m.role.value, "content": m.content} for m in messages]
        return compiled.render(messages=values, add_generation_prompt=True, bos_token="<s>", **{"raise": refuse})

    return render


@pytest.mark.parametrize("template", [CHATML, WITH_DEFAULT, FOLDED, NO_SYSTEM])
def test_that_usual_templates_are_translated(template: str) -> None:
    found = translate_template(render_with(template), "<s>")
    assert found.reason == ""
    assert "<s>" not in found.text, "Ollama writes the begin mark itself"
    assert found.has_system == (template is not NO_SYSTEM)


def test_that_the_translation_of_chatml_reads_as_one_expects() -> None:
    assert translate_template(render_with(CHATML), "").text == (
        '{{ range $i, $m := .Messages }}{{ if eq $m.Role "system" }}<|im_start|>system\n{{ $m.Content }}<|im_end|>\n'
        '{{ else if eq $m.Role "user" }}<|im_start|>user\n{{ $m.Content }}'
        '{{ else if eq $m.Role "assistant" }}<|im_end|>\n<|im_start|>assistant\n{{ $m.Content }}<|im_end|>\n'
        "{{ end }}{{ end }}<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (COUNTING, "does more than putting marks"),
        (SHORT_MEMORY, "leaves out some messages"),
        (BRACES, "mean something else"),
    ],
)
def test_that_what_cannot_be_translated_is_said(template: str, reason: str) -> None:
    found = translate_template(render_with(template), "")
    assert found.text == ""
    assert reason in found.reason


def test_that_the_modelfile_names_file_template_and_stops() -> None:
    text = modelfile("house.gguf", TranslatedTemplate("{{ .Prompt }}"), ("<|im_end|>",), 2048, 0.0)
    assert text.splitlines() == [
        "FROM ./house.gguf", 'TEMPLATE """{{ .Prompt }}"""', "PARAMETER num_ctx 2048", "PARAMETER temperature 0",
        'PARAMETER stop "<|im_end|>"',
    ]  # fmt: skip
    without = modelfile("house.gguf", TranslatedTemplate(reason="it counts"), (), 2048, 0.0)
    assert "# No TEMPLATE: it counts." in without
