"""`workbench models settings | add | rename | hide | delete`, typed as commands."""

import json
from pathlib import Path
from typing import Any

from tests.end2end.test_models_and_generate import workbench
from tests.llm_models import write_tiny_gguf


def told(*arguments: str) -> dict[str, Any]:
    done = workbench("models", *arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def names() -> list[str]:
    return [model["name"] for model in told("list")["models"] if model["source"] != "starter"]


def test_that_load_settings_are_remembered_shown_used_and_forgotten(tmp_path: Path) -> None:
    model = str(write_tiny_gguf(tmp_path / "tiny.gguf", width=128))
    before = told("settings", model)
    assert before["remembered"] == {} and before["load"]["context_length"] == 2048
    after = told("settings", model, "--context-length", "128", "--kv-type", "q8_0", "--mmap", "off", "--batch", "64")
    assert after["remembered"] == {"context_length": 128, "kv_type": "q8_0", "mmap": False, "batch": 64}
    assert after["memory"]["kv_cache"] < before["memory"]["kv_cache"]
    refused = workbench("generate", "--model", model, "--prompt", "x" * 200)
    assert "but tiny sees 128 at once" in refused.stderr
    assert "workbench models settings 'tiny' --context-length 384" in refused.stderr
    assert "this model" in workbench("models", "settings", model).stdout
    # What is changed now wins over what was remembered: a quantised cache needs flash attention.
    assert "kv_type" not in told("settings", model, "--flash-attention", "off")["remembered"]
    assert told("settings", model, "--reset")["remembered"] == {}


def test_that_settings_that_cannot_be_are_refused_by_option(tmp_path: Path) -> None:
    model = str(write_tiny_gguf(tmp_path / "tiny.gguf"))
    for typed, said in (
        (("--batch", "3"), "--batch cannot be 3"),
        (("--context-length", "1"), "--context-length cannot be 1"),
        (("--kv-type", "q4_0", "--flash-attention", "off"), "A cache of q4_0 needs flash attention."),
    ):
        done = workbench("models", "settings", model, *typed)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert told("settings", model)["remembered"] == {}


def test_that_a_model_is_added_renamed_hidden_put_back_and_deleted(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    model = write_tiny_gguf(tmp_path / "own" / "tiny.gguf")
    assert names() == []
    told("add", str(model.parent))
    assert names() == ["tiny"]
    told("rename", "tiny", "little one")
    assert names() == ["little one"]
    assert "already" in workbench("models", "rename", "little one", "starter").stderr
    told("hide", "little one")
    assert names() == []
    told("hide", "little one", "--undo")
    asked = workbench("models", "delete", "little one")
    assert (asked.returncode, model.exists()) == (1, True)
    assert "Delete tiny.gguf" in asked.stderr and "--yes" in asked.stderr
    told("delete", "little one", "--yes")
    assert (model.exists(), names()) == (False, [])


def test_that_what_is_no_model_is_not_added(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no model")
    assert "cannot be added" in workbench("models", "add", str(tmp_path / "a.txt")).stderr
    assert "There is no file" in workbench("models", "add", str(tmp_path / "none.gguf")).stderr
