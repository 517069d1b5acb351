"""`workbench prompts`, typed as commands, with a tiny model and with a server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf, write_tiny_gguf
from tests.openai_server import serving

ROOT = Path(__file__).parents[2]
FIRST = """---
name: Mails
description: the first
model: {parameters: {max_tokens: 20}}
---
system:
Be {{ tone }}.

user:
{{ question }}
"""


def workbench(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), input=stdin, capture_output=True, text=True, timeout=120, check=False
    )


def done(*arguments: str, stdin: str = "") -> str:
    result = workbench("prompts", *arguments, stdin=stdin)
    assert result.returncode == 0, result.stderr
    return result.stdout


def as_json(*arguments: str) -> dict[str, Any]:
    return dict(json.loads(done(*arguments, "--json")))


@pytest.fixture
def saying(tmp_path: Path) -> Path:
    return write_saying_gguf(tmp_path / "saying.gguf", "Hey! 😀")


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    path = tmp_path / "mails.md"
    path.write_text(FIRST, encoding="utf-8")
    return path


def test_that_versions_are_saved_listed_shown_and_compared(mails: Path, tmp_path: Path) -> None:
    assert done("save", "Mails", str(mails)) == "Mails: v1\n"
    assert done("save", "Mails", str(mails)) == "Mails: v1\n"  # unchanged
    changed = FIRST.replace("Be {{ tone }}.", "Always be {{ tone }}.").replace("20", "30")
    assert done("save", "Mails", "-", "--label", "longer", stdin=changed) == "Mails: v2 longer\n"

    listed = as_json("list")["prompts"]
    assert [(each["name"], each["versions"], each["newest"]) for each in listed] == [("Mails", 2, 2)]
    versions = as_json("list", "Mails")["versions"]
    assert [(each["number"], each["label"], each["note"]) for each in versions] == [
        (2, "longer", "the first"),
        (1, "", "the first"),
    ]
    assert versions[0]["parent_id"] == versions[1]["id"]
    assert "Mails" in done("list") and "longer" in done("list", "Mails")

    assert "Always be {{ tone }}." in done("show", "Mails") and "Always" not in done("show", "Mails@1")
    assert as_json("show", "Mails@1")["prompt"]["generation"]["max_tokens"] == 20
    told = done("diff", "Mails@1", "Mails")
    assert "- Be {{ tone }}.\n+ Always be {{ tone }}." in told and "Longest answer: 20 -> 30" in told
    assert as_json("diff", "Mails@1", "Mails@2")["settings"] == [{"title": "Longest answer", "old": "20", "new": "30"}]
    assert done("diff", "Mails", "Mails@2") == "They hold the same.\n"


def test_that_prompts_go_out_to_files_and_come_back(mails: Path, tmp_path: Path) -> None:
    done("save", "Mails", str(mails))
    done("export", "Mails", str(tmp_path / "out.md"))
    done("export", "Mails@1", "Mails", str(tmp_path / "out.yaml"))
    assert done("import", str(tmp_path / "out.md"), "--name", "Again") == "Again: v1\n"
    assert done("import", str(tmp_path / "out.yaml")) == "Mails v1: v1\nMails v1 2: v1\n"
    assert done("diff", "Mails", "Again") == "They hold the same.\n" == done("diff", "Mails", "Mails v1 2")


def test_that_a_prompt_is_answered_with_the_values_that_are_given(saying: Path, mails: Path, tmp_path: Path) -> None:
    done("save", "Mails", str(mails))
    (tmp_path / "question.txt").write_text("Why\nnot?", encoding="utf-8")
    asked = ("--model", str(saying), "--set", "tone=brief=ly", "--set-file", f"question={tmp_path / 'question.txt'}")
    assert done("run", "Mails", *asked) == "Hey! 😀\n"
    answer = as_json("run", "Mails@1", *asked)
    assert (answer["prompt"], answer["text"], answer["answer"]) == ("Mails@1", "Hey! 😀", "Hey! 😀")
    assert answer["final_prompt"] == "<|system|>Be brief=ly.<|end|><|user|>Why\nnot?<|end|><|assistant|>"
    from_file = as_json("run", str(mails), *asked)
    assert (from_file["prompt"], from_file["final_prompt"]) == ("mails.md", answer["final_prompt"])
    assert answer["model_hash"] == from_file["model_hash"] != ""


def test_that_what_a_file_says_in_vain_is_told_when_it_is_run(tmp_path: Path) -> None:
    schema = '{"type": "integer", "minimum": 3}'
    path = tmp_path / "number.md"
    front = f"---\ntyp: x\nworkbench:\n  json_schema: '{schema}'\n---\nuser:\n{{{{ question }}}}\n"
    path.write_text(front, encoding="utf-8")
    model = str(write_tiny_gguf(tmp_path / "tiny.gguf"))
    asked = workbench("prompts", "run", str(path), "--model", model, "--set", "question=How many?", "--json")
    assert "“typ” in the front matter has no counterpart here." in asked.stderr
    assert "not held to “minimum”" in json.loads(asked.stdout)["note"]


def test_that_a_preview_asks_nothing(saying: Path, mails: Path) -> None:
    seen = as_json("run", str(mails), "--model", str(saying), "--set", "tone=a", "--set", "question=b", "--preview")
    assert seen["final_prompt"] == "<|system|>Be a.<|end|><|user|>b<|end|><|assistant|>"
    assert seen["prompt_tokens"] == sum(part["tokens"] for part in seen["parts"])


def test_that_reasoning_is_told_from_the_answer_of_a_server(tmp_path: Path) -> None:
    prompt = tmp_path / "think.md"
    prompt.write_text("---\nworkbench: {reasoning: {}}\n---\nuser:\n{{ question }}\n", encoding="utf-8")
    with serving() as server:
        server.answer = lambda _body: "Two and two.\nAnswer: 4"
        added = workbench("endpoints", "add", "small", "--url", server.url, "--model", "small")
        assert added.returncode == 0, added.stderr
        answer = as_json("run", str(prompt), "--model", "small", "--set", "question=2+2?")
    assert (answer["answer"], answer["reasoning"], answer["found"]) == ("4", "Two and two.", True)
    assert "what follows the last “Answer:”" in answer["rule"]


def test_that_what_is_wrong_is_said_in_a_sentence(saying: Path, mails: Path, tmp_path: Path) -> None:
    done("save", "Mails", str(mails))
    broken = tmp_path / "broken.md"
    broken.write_text("user:\none\n{{ question\n", encoding="utf-8")
    endless = tmp_path / "endless.md"
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    endless.write_text(f"user:\n{loops}{{{{ question }}}}\n", encoding="utf-8")
    program = tmp_path / "program.yaml"
    program.write_text("prompts: [run.py]\n", encoding="utf-8")
    model = ("--model", str(saying))
    for arguments, says in [
        (("show", "Nothing"), "There is no prompt “Nothing”"),
        (("show", "Mails@7"), "The prompt “Mails” has no version 7"),
        (("save", "Mails", str(broken)), "the user block has a mistake in line 2"),
        (("import", str(program)), "is a program"),
        (("export", "Mails", str(tmp_path / "x.docx")), "no ending that says what to write"),
        (
            ("run", "Mails", *model, "--set", "question=x"),
            "The variable “tone” has no value (the system block, line 1)",
        ),
        (("run", "Mails", *model, "--set", "question"), "is no variable with a value"),
        (("run", str(endless), *model, "--set", "question=x"), "The template does not finish"),
        (
            ("run", "Mails", "--model", str(tmp_path / "gone.gguf"), "--set", "tone=a", "--set", "question=b"),
            "gone.gguf",
        ),
    ]:
        result = workbench("prompts", *arguments)
        assert (result.returncode, says in result.stderr) == (1, True), (arguments, result.stderr)
        assert "Traceback" not in result.stderr
    assert [each["number"] for each in as_json("list", "Mails")["versions"]] == [1]
