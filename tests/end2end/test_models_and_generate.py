"""`workbench models list` and `workbench generate`, typed as commands, on tiny models."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf, write_tiny_adapter, write_tiny_gguf
from workbench.llm.file_hash import file_hash

ROOT = Path(__file__).parents[2]


def workbench(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in the test's own home."""
    command = [sys.executable, "-m", "workbench", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def saying(tmp_path: Path) -> Path:
    return write_saying_gguf(tmp_path / "saying.gguf", "Hey! 😀")


def test_that_an_answer_is_printed_as_text_or_as_an_object(saying: Path) -> None:
    done = workbench("generate", "--model", str(saying), "--prompt", "hi")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hey! 😀\n", "")
    printed = workbench("generate", "--model", str(saying), "--prompt", "hi", "--max-tokens", "4", "--json")
    usage = {"prompt_tokens": 6, "cached_tokens": 0, "generated_tokens": 4}
    said = {"id": "", "text": "Hey!", "finish_reason": "length", "usage": usage, "adapter_hash": ""}
    [line] = lines(printed)
    assert {key: line[key] for key in said} == said
    assert 0 < line["seconds_to_first_token"] <= line["seconds"] and line["tokens_per_second"] > 0
    memory = line["memory"]
    assert memory["total"] == sum(memory[part] for part in ("weights", "kv_cache", "compute", "adapters"))
    assert all(memory[part] > 0 for part in ("weights", "kv_cache", "compute"))


def test_that_an_adapter_answers_at_the_scale_that_was_typed(tmp_path: Path) -> None:
    model = str(write_tiny_gguf(tmp_path / "tiny.gguf", ends=False))
    adapter = str(write_tiny_adapter(tmp_path / "adapter.gguf"))
    asked = ("generate", "--model", model, "--prompt", "hi", "--max-tokens", "8", "--json")
    found = [lines(workbench(*asked, "--adapter", adapter, "--adapter-scale", x))[0] for x in ("1", "0.5", "0")]
    assert [line["adapter_scale"] for line in found] == [1.0, 0.5, 0.0]
    assert len({line["text"] for line in found}) == 3
    bare = lines(workbench(*asked))[0]
    assert (bare["text"], bare["adapter_hash"], "adapter_scale" in bare) == (found[2]["text"], "", False)
    wrong = workbench(*asked, "--adapter", adapter, "--adapter-scale", "99")
    assert wrong.returncode == 1 and "should be less than or equal to 10" in lines(wrong)[0]["error"]["message"]


def test_that_a_file_of_prompts_is_answered_line_by_line_and_the_bad_ones_say_why(saying: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text(
        '{"id": "a", "text": "one"}\n'
        "not json\n\n"
        '{"_id": 7, "question": "two"}\n'
        '{"id": "long", "text": "' + "x" * 3000 + '"}\n'
        '{"id": "empty"}\n'
    )
    done = workbench("generate", "--model", str(saying), "--prompts", str(prompts), "--system", "Be kind.")
    assert done.returncode == 1
    assert "3 of 5 prompts got no answer." in done.stderr
    answers = lines(done)
    assert [(answer["id"], answer["text"]) for answer in answers] == [
        ("a", "Hey! 😀"), (2, ""), (7, "Hey! 😀"), ("long", ""), ("empty", ""),
    ]  # fmt: skip
    assert "Line 2 of prompts.jsonl is not JSON" in answers[1]["error"]["message"]
    assert "but saying sees 512 at once" in answers[3]["error"]["message"]
    assert 'Line 6 of prompts.jsonl has no "text"' in answers[4]["error"]["message"]


def test_that_a_file_of_prompts_gives_the_same_texts_twice_and_the_adapter_its_hash(tmp_path: Path) -> None:
    model = write_tiny_gguf(tmp_path / "tiny.gguf")
    adapter = write_tiny_adapter(tmp_path / "adapter.gguf")
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text("\n".join(json.dumps({"id": n, "text": f"question {n}"}) for n in range(10)))
    command = ["generate", "--model", str(model), "--prompts", str(prompts), "--temperature", "0.8", "--seed", "3"]
    command += ["--max-tokens", "20"]
    bare, again = lines(workbench(*command)), lines(workbench(*command))
    assert bare == again
    tuned = lines(workbench(*command, "--adapter", str(adapter)))
    assert {answer["adapter_hash"] for answer in tuned} == {file_hash(adapter)}
    assert [a["text"] for a in tuned] != [b["text"] for b in bare]


def test_that_problems_are_told_with_exit_code_1_and_as_json(saying: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.gguf"
    page.write_text("<html>please log in</html>")
    done = workbench("generate", "--model", str(page), "--prompt", "hi")
    assert (done.returncode, done.stdout) == (1, "")
    assert "page.gguf is not a GGUF model: it is a web page" in done.stderr
    told = workbench("generate", "--model", str(saying), "--prompt", "hi", "--temperature", "-1", "--json")
    assert told.returncode == 1
    assert lines(told)[0]["error"]["message"].startswith("--temperature -1.0: ")
    assert workbench("generate", "--model", str(saying)).returncode == 2


def test_that_models_of_own_folders_are_listed_with_what_is_wrong(tmp_path: Path, own_home: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    whole = write_tiny_gguf(folder / "tiny.gguf").read_bytes()
    (folder / "half.gguf").write_bytes(whole[: len(whole) // 2])
    own_home.mkdir()
    (own_home / "settings.json").write_text(json.dumps({"llm": {"model_folders": [str(folder)]}}))
    listed = {model["name"]: model for model in lines(workbench("models", "list", "--json"))[0]["models"]}
    assert (listed["tiny"]["fit"], listed["tiny"]["quantization"], listed["tiny"]["problem"]) == ("fits", "F32", "")
    assert listed["half"]["problem"] == "half.gguf is incomplete (0.2 of 0.4 MB)."
    table = workbench("models", "list").stdout
    assert "own folder" in table
    assert "half cannot be used: half.gguf is incomplete" in table


def test_that_a_smaller_copy_is_made_found_by_name_and_answers(tmp_path: Path) -> None:
    source = write_tiny_gguf(tmp_path / "tiny-F32.gguf", width=256, heads_kv=4)
    done = workbench("models", "quantize", str(source), "--type", "Q8_0", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)["model"]
    assert (made["quantization"], Path(made["path"]).name) == ("Q8_0", "tiny-Q8_0.gguf")
    assert workbench("generate", "--model", "tiny-Q8_0", "--prompt", "hi", "--max-tokens", "2").returncode == 0
    again = workbench("models", "quantize", "tiny-Q8_0")
    assert again.returncode == 1
    assert "quantized already (Q8_0)" in again.stderr
