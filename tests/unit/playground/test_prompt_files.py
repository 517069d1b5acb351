"""Prompts in Markdown and in promptfoo's YAML."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig, Role
from workbench.playground.prompt_files import read_prompts, write_prompts
from workbench.playground.prompt_markdown import from_markdown, to_markdown
from workbench.playground.promptfoo import from_promptfoo, to_promptfoo
from workbench.playground.types import (
    AnswerRule,
    ExampleSelection,
    FewShot,
    Prompt,
    PromptBlock,
    PromptVersion,
    Reasoning,
    Shot,
)

S, U, A = Role.SYSTEM, Role.USER, Role.ASSISTANT
FULL = Prompt(
    blocks=(
        PromptBlock(role=S, text="Be {{ tone }}.\n\nuser:\n\\system:\n"),
        PromptBlock(role=U, text=""),
        PromptBlock(role=U, text="{{ question }}\n---\n"),
        PromptBlock(role=A, text="\nÄ: "),
    ),
    few_shot=FewShot(shots=(Shot(question="q: ?", answer="{{ a }}\nb"),), selection=ExampleSelection.SIMILAR, seed=4),
    reasoning=Reasoning(rule=AnswerRule.LAST_LINE),
    json_schema='{"type": "object"}',
    generation=GenerationConfig(temperature=0.4, stop=("\n\n", "#"), logit_bias={3: float("-inf")}, seed=7),
)


BILLIONS = "a0: &a0 [1]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))


def prompt(*blocks: tuple[Role, str], **more: Any) -> Prompt:
    return Prompt(blocks=tuple(PromptBlock(role=role, text=text) for role, text in blocks), **more)


def version(prompt: Prompt, number: int = 1) -> PromptVersion:
    return PromptVersion(id=str(number), prompt_name="Mails", number=number, note="why\nso", prompt=prompt)


# -- Markdown ---------------------------------------------------------------------------------------------------------


def test_that_a_prompt_comes_back_from_markdown_whole(tmp_path: Path) -> None:
    path = tmp_path / "mails.md"
    assert write_prompts(path, [version(FULL)], values={"tone": "brief: yes"}) == ()
    (found,) = read_prompts(path)
    assert found.prompt == FULL
    assert (found.name, found.note, found.values, found.left_out) == ("Mails", "why\nso", {"tone": "brief: yes"}, ())


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(Role),
            st.one_of(
                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20),
                st.lists(st.sampled_from(["user:", "\\user:", "", "---", "# System :", " ", "x"]), max_size=6).map(
                    "\n".join
                ),
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_that_any_blocks_survive_markdown(blocks: list[tuple[Role, str]]) -> None:
    written = prompt(*blocks)
    assert from_markdown(to_markdown(written, name="x"), "x.md").prompt == written


def test_that_a_file_of_prompty_is_read() -> None:
    text = """---
name: Basic
description: A basic prompt
authors: [nobody]
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: x}
  parameters: {max_tokens: 128, temperature: 0.2, tools: [], stop: END}
sample:
  firstName: Jane
  age: 41
---
system:
You are helpful.

# User:
{{question}}
"""
    found = from_markdown(text, "basic.prompty")
    assert found.prompt == prompt(
        (S, "You are helpful."),
        (U, "{{question}}"),
        generation=GenerationConfig(max_tokens=128, temperature=0.2, stop=("END",)),
    )
    assert found.values == {"firstName": "Jane", "age": "41"}
    assert found.left_out == (
        "The setting “tools” has no counterpart here.",
        "“model.configuration” in the front matter has no counterpart here.",
    )


def test_that_plain_text_is_the_users_block() -> None:
    assert from_markdown("\ufeffSay: {{ x }}\n", "a.md").prompt == prompt((U, "Say: {{ x }}"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\nname: a\n", "front matter of f.md has no end"),
        ("---\nname: [a\n---\n", "front matter of f.md is no valid YAML: .*line"),
        ("---\n- a\n---\n", "no list of settings"),
        ("---\nmodel: 3\n---\n", "“model” must hold settings"),
        ("---\nmodel: {parameters: {temperature: hot}}\n---\n", "f.md: model.parameters: temperature cannot be used"),
        ("---\nworkbench: {magic: 1}\n---\n", "f.md: workbench: magic cannot be used"),
        ("---\na: !!python/object/apply:os.system [echo]\n---\n", "no valid YAML"),
        ("Hello\nuser:\nx", "text before its first role"),
        (f"---\n{BILLIONS}---\n", "far too many values"),
        ("---\na: " + "[" * 1_000_000 + "\n---\n", "nested too deeply, line 1"),
        ("---\n" + "- " * 300_000 + "\n---\n", "nested too deeply, line 1"),
    ],
)
def test_that_bad_markdown_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(WorkbenchError, match=says):
        from_markdown(text, "f.md")


# -- promptfoo --------------------------------------------------------------------------------------------------------


def test_that_prompts_of_promptfoo_are_read(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "chat.json").write_text('[{"role": "developer", "content": "S"}]', encoding="utf-8")
    (tmp_path / "two.txt").write_text("first {{ q }}\n---\nsecond\n", encoding="utf-8")
    config = """
description: Mails
providers:
  - id: openai:gpt-4
    config: {temperature: 0.5, max_tokens: 99, apiKey: secret}
prompts:
  - "Python: say {{ question }}"
  - label: chat
    raw: |
      [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{ question }}"}]
    config: {temperature: 1}
  - file://sub/chat.json
  - two.txt
tests:
  - vars: {question: hi}
"""
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(config, encoding="utf-8")
    found = read_prompts(path)
    shared = GenerationConfig(temperature=0.5, max_tokens=99)
    assert [each.prompt for each in found] == [
        prompt((U, "Python: say {{ question }}"), generation=shared),
        prompt((S, "Be brief."), (U, "{{ question }}"), generation=GenerationConfig(temperature=1, max_tokens=99)),
        prompt((S, "S"), generation=shared),
        prompt((U, "first {{ q }}"), generation=shared),
        prompt((U, "second"), generation=shared),
    ]
    assert [each.name for each in found] == ["Mails 1", "chat", "Mails 3", "Mails 4", "Mails 5"]
    assert any("tests" in sentence for sentence in found[0].left_out)


def test_that_prompts_come_back_from_promptfoo(tmp_path: Path) -> None:
    written = prompt(
        (S, "Be {{ tone }}."), (U, '"{{ question }}"\nÄ'),
        generation=GenerationConfig(temperature=0.3, stop=("\n",), seed=2), json_schema='{\n  "type": "object"\n}',
    )  # fmt: skip
    path = tmp_path / "out.yaml"
    assert write_prompts(path, [version(written, 1), version(written, 2)]) == ()
    found = read_prompts(path)
    assert [each.prompt for each in found] == [written, written]
    assert [each.name for each in found] == ["Mails v1", "Mails v2"]


def test_that_what_promptfoo_cannot_say_is_told() -> None:
    text, left_out = to_promptfoo([("m", FULL)])
    chat = json.loads(yaml.safe_load(text)["prompts"][0]["raw"])
    assert [turn["role"] for turn in chat] == ["system", "user", "assistant", "user", "user", "assistant"]
    assert chat[2]["content"] == "{% raw %}{{ a }}\nb{% endraw %}"
    assert len(left_out) == 3 and any("examples chosen for each question" in sentence for sentence in left_out)


@pytest.mark.parametrize(
    ("prompts", "says"),
    [
        (["prompts.py"], "is a program"),
        (["file://prompts.py:make"], "is a program"),
        (["file:///opt/my prompts/run.js"], "is a program"),
        (["exec:./run"], "is a program"),
        (["python:x.txt"], "is a program"),
        (["https://example.com/p.txt"], "lies elsewhere"),
        (["file://../secret.txt"], "outside of the configuration's folder"),
        (["file:///etc/hostname.txt"], "outside of the configuration's folder"),
        (["missing.txt"], "missing.txt cannot be read"),
        (["file://picture.png"], "texts end with"),
        (['[{"role": "user", "content": {{ x }}}]'], "no valid JSON"),
        (['[{"role": "tool", "content": "x"}]'], "message 1 has no role"),
        (['[{"role": "user", "content": [{"type": "image"}]}]'], "message 1 is no text"),
        ([{"label": "x"}], "neither a text nor a file"),
        ([7], "neither a text nor a file"),
        ([], "has no “prompts”"),
    ],
)
def test_that_bad_configurations_are_refused_in_words(tmp_path: Path, prompts: list[Any], says: str) -> None:
    with pytest.raises(WorkbenchError, match=says):
        from_promptfoo(yaml.safe_dump({"prompts": prompts}), "c.yaml", tmp_path)


def test_that_files_that_are_no_prompts_are_refused(tmp_path: Path) -> None:
    for name, content, says in [
        ("a.docx", b"", "no file of prompts"),
        ("a.md", b"\xff\xfe", "not UTF-8 text"),
        ("gone.md", None, "cannot be read"),
        ("list.yaml", b"- a", "has no “prompts”"),
        ("huge.md", b"x" * 9_000_000, "far too long"),
    ]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(WorkbenchError, match=says):
            read_prompts(tmp_path / name)
    with pytest.raises(WorkbenchError, match="Markdown holds one"):
        write_prompts(tmp_path / "x.md", [version(FULL), version(FULL)])
    with pytest.raises(WorkbenchError, match="cannot be written"):
        write_prompts(tmp_path / "no folder" / "x.md", [version(FULL)])
