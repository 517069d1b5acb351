"""A server is added, tested, asked, compared and removed by commands; its key stays where it was put."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf
from tests.openai_server import OpenAiServer, serving
from workbench.cli import main
from workbench.paths import WorkbenchPaths

ROOT = Path(__file__).parents[2]
KEY = "sk-canary-4711-endpoint"


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with serving() as server:
        server.key = KEY
        yield server


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring that other processes share, outside the data folder."""
    path = tmp_path / "keyring.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyring_file.FileKeyring")
    monkeypatch.setenv("TEST_KEYRING", str(path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return path


def workbench(*arguments: object, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, arguments)],
        cwd=ROOT, env=dict(os.environ), input=stdin, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def add(server: OpenAiServer, *arguments: object, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return workbench("endpoints", "add", "far", "--url", server.url, "--model", "small", *arguments, stdin=stdin)


def only_object(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def files_with_key(folder: Path) -> list[str]:
    """In its bytes, whatever kind of file it is."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


@pytest.mark.slow
def test_that_a_server_is_added_asked_compared_and_removed_and_its_key_is_nowhere(
    server: OpenAiServer, ring: Path, home: WorkbenchPaths, tmp_path: Path
) -> None:
    said: list[subprocess.CompletedProcess[str]] = []

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        said.append(workbench(*arguments))
        return said[-1]

    said.append(add(server, "--price-in", 1, "--price-out", 10, "--ask-key", "--json", stdin=f"{KEY}\n"))
    assert (only_object(said[-1])["key"], KEY in ring.read_text(), server.asked) == ("keyring", True, [])

    found = only_object(run("endpoints", "test", "far", "--json"))
    assert ([model["name"] for model in found["models"]], found["has_model"]) == (["large", "small"], True)
    assert "far" in [model["name"] for model in only_object(run("models", "list", "--json"))["models"]]

    answer = only_object(run("generate", "--model", "far", "--prompt", "hello there", "--json"))
    usage = {"prompt_tokens": 11, "cached_tokens": 4, "generated_tokens": 4}
    assert (answer["text"], answer["usage"]) == ("You said: hello there", usage)
    assert answer["cost"] == pytest.approx((11 * 1 + 4 * 10) / 1e6)

    server.answer = lambda body: "blue" if "sky" in body["messages"][-1]["content"] else "wrong"
    report = only_object(run("compare", write_comparison(tmp_path), "--json", "--html", tmp_path / "report.html"))
    far, near = report["arms"]
    assert (far["problem"], far["answered"], far["memory_bytes"], near["cost"]) == ("", 2, 0, None)
    assert far["metrics"]["exact_match"]["mean"] == 0.5
    assert far["cost"] == pytest.approx((11 * 1 + 1 * 10) / 1e6)
    assert {trial["model_hash"][:9] for trial in report["trials"] if trial["arm"] == "far"} == {"endpoint-"}
    assert "$0.000021" in (tmp_path / "report.html").read_text()

    server.key = "another"
    refused = run("generate", "--model", "far", "--prompt", "hello")
    assert (refused.returncode, "does not accept the key" in refused.stderr) == (1, True)

    assert {asked.authorization for asked in server.asked} == {f"Bearer {KEY}"}
    assert files_with_key(home.home) == []
    assert not [done for done in said if KEY in done.stdout + done.stderr]
    assert home.database.exists()

    assert only_object(run("endpoints", "remove", "far", "--json")) == {"removed": "far"}
    assert KEY not in ring.read_text()
    assert run("generate", "--model", "far", "--prompt", "hello").returncode == 1


def write_comparison(folder: Path) -> Path:
    """Two questions for the server and for a small model on this computer."""
    (folder / "questions.jsonl").write_text(
        '{"id": "a", "question": "Which colour has the sky?", "answer": "blue"}\n'
        '{"id": "b", "question": "And stone?", "answer": "grey"}\n'
    )
    near = write_saying_gguf(folder / "near.gguf", "grey")
    spec = folder / "compare.yaml"
    spec.write_text(
        "name: clouds\nquestions: questions.jsonl\nmetrics: [exact_match]\narms:\n"
        f"  - {{name: far, model: far}}\n  - {{name: near, model: {near}}}\n"
    )
    return spec


def test_that_an_answer_that_breaks_off_is_printed_as_far_as_it_came(
    server: OpenAiServer, home: WorkbenchPaths
) -> None:
    server.key = ""
    server.faults.cut_after = 2
    assert add(server).returncode == 0
    done = workbench("generate", "--model", "far", "--prompt", "hello")
    assert (done.returncode, done.stdout) == (1, "You said: ")
    assert "broke before the answer was complete" in done.stderr
    done = workbench("generate", "--model", "far", "--prompt", "hello", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["text"]) == (1, "You said: ")
    assert told["error"]["hint"].startswith("The text so far is kept.")


def test_that_a_named_variable_holds_the_key(
    server: OpenAiServer, home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add(server, "--key-from-env", "FAR_KEY").returncode == 0
    missing = workbench("generate", "--model", "far", "--prompt", "hello")
    assert (missing.returncode, "FAR_KEY, which is not set" in missing.stderr, server.asked) == (1, True, [])
    monkeypatch.setenv("FAR_KEY", KEY)
    assert workbench("generate", "--model", "far", "--prompt", "hello").stdout == "You said: hello\n"
    assert files_with_key(home.home) == []


def test_that_without_a_keyring_a_way_is_named(
    server: OpenAiServer, home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    done = add(server, "--ask-key", stdin=f"{KEY}\n")
    assert (done.returncode, "no keyring" in done.stderr, "OPENAI_API_KEY" in done.stderr) == (1, True, True)
    assert not home.endpoints.exists()


def test_that_the_list_is_shown_and_an_unknown_name_is_refused(
    home: WorkbenchPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["endpoints", "list"]) == 0
    assert main(["endpoints", "add", "far", "--url", "localhost", "--model", "m"]) == 1
    assert main(["endpoints", "add", "far", "--url", "https://api.example.com", "--model", "m"]) == 0
    assert main(["endpoints", "list"]) == 0
    assert main(["endpoints", "remove", "fax"]) == 1
    assert main(["finetune", "--model", "far", "--data", "rows.csv", "--name", "style"]) == 1
    shown = capsys.readouterr()
    assert "No server was added yet." in shown.out
    assert "sends your text to api.example.com" in shown.out
    assert "far   https://api.example.com/v1  m      " in shown.out
    assert "Address: write it like https://api.example.com/v1" in shown.err
    assert "Did you mean far?" in shown.err
    assert "far is on a server; training needs the model on this computer." in shown.err
