"""The command line as an outside tester meets it: exit codes, pure JSON, one writer, Ctrl-C, an adapter's whole life.

Commands run as processes from another working directory; what needs no worker runs in this process.
"""

import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf, write_tiny_gguf
from tests.signals import hearing_ctrl_c
from workbench.cli import main
from workbench.database import WriterLock
from workbench.paths import WorkbenchPaths

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "workbench"]
WAIT_SECONDS = 280


def environment() -> dict[str, str]:
    """The test's own, with this checkout importable from any folder."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def workbench(folder: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command in `folder`, as a person does who works there."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder, env=environment(), capture_output=True, text=True, timeout=WAIT_SECONDS, check=False,
    )  # fmt: skip


def only_object(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """The one JSON object that is all of stdout."""
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1, "exactly one line"
    return answer


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"never: {what}"


def write_rows(path: Path, count: int = 20) -> Path:
    lines = [f"number {n},{('red', 'green', 'blue')[n % 3]}\n" for n in range(count)]
    path.write_text("question,answer\n" + "".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "typed", ["bogus", "generate --model m", "search c", "export a --format zip --out x", "index", "runs attach"]
)
def test_that_wrong_usage_exits_with_2_and_shows_the_usage(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(typed.split())
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert "usage: workbench" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("generate --model nowhere.gguf --prompt hi", "nowhere.gguf"),
        ("generate --model starterr --prompt hi", "starterr"),
        ("generate --model starter --prompt hi --adapter nobody", "nobody"),
        ("generate --model starter --prompts none.jsonl", "none.jsonl"),
        ("generate --model starter --prompt hi --temperature -1", "--temperature"),
        ("generate --model starter --prompt hi --max-tokens 0", "--max-tokens"),
        ("search nothing query", "nothing"),
        ("index c here --chunk-tokens 100 --overlap 60", "overlap (60)"),
        ("index c here --chunk-tokens 3", "3 tokens"),
        ("text nothing a.md", "nothing"),
        ("collections delete nothing", "nothing"),
        ("export nobody --format peft --out x", "nobody"),
        ("finetune --model starter --data none.csv --name a --epochs 0", "--epochs"),
        ("finetune --model starter --data none.csv --name a --rank -4", "--rank"),
        ("compare none.yaml", "none.yaml"),
        ("compare none.yaml --limit -1", "--limit"),
        ("runs attach nothing", "nothing"),
        ("runs stop nothing", "nothing"),
    ],
)
def test_that_a_problem_exits_with_1_and_is_told_on_stderr_and_as_json(
    typed: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*shlex.split(typed), "--json"]) == 1
    said = capsys.readouterr()
    problem = json.loads(said.out)["error"]
    assert set(problem) == {"message", "hint"}
    assert named in problem["message"]
    assert problem["message"] in said.err
    assert problem["hint"] in said.err
    assert "Value error" not in said.out
    assert main(shlex.split(typed)) == 1
    assert capsys.readouterr().out == ""


def test_that_the_data_folder_is_the_one_of_the_variable_from_any_working_directory(
    tmp_path: Path, own_home: Path
) -> None:
    elsewhere = tmp_path / "else where ü"
    elsewhere.mkdir()
    models = only_object(workbench(elsewhere, "models", "list", "--json"))["models"]
    assert all(model["name"] for model in models)
    assert own_home.is_dir()
    assert list(elsewhere.iterdir()) == []
    write_saying_gguf(elsewhere / "mein Modell ✓.gguf", "Hey!")
    answer = only_object(workbench(elsewhere, "generate", "--model", "mein Modell ✓.gguf", "--prompt", "x", "--json"))
    times = {"seconds", "seconds_to_first_token", "tokens_per_second"}
    assert set(answer) == {"id", "text", "finish_reason", "usage", "adapter_hash", "memory", *times}
    assert answer["text"] == "Hey!"


def test_that_a_second_writer_exits_with_1_and_names_the_holder(home: WorkbenchPaths, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nSome text.", encoding="utf-8")
    with WriterLock(home.lock).held("the window"):
        for typed in (
            ("index", "c", "a.md"),
            ("finetune", "--model", write_tiny_gguf(tmp_path / "m.gguf"), "--data", "a.csv", "--name", "n"),
            ("demo",),
        ):
            done = workbench(tmp_path, *typed, "--json")
            assert done.returncode == 1
            message = json.loads(done.stdout)["error"]["message"]
            assert f"the window (process {os.getpid()}" in message
        assert workbench(tmp_path, "collections", "list").returncode == 0, "reading goes on"


def test_that_a_reader_that_has_enough_is_no_fault(tmp_path: Path) -> None:
    prompts = tmp_path / "p.jsonl"
    prompts.write_text("".join(f'{{"id": {n}, "text": 5}}\n' for n in range(3000)), encoding="utf-8")
    model = write_saying_gguf(tmp_path / "m.gguf", "Hey!")
    typed = [*COMMAND, "generate", "--model", str(model), "--prompts", str(prompts)]
    done = subprocess.run(
        f"{shlex.join(typed)} | head -n 1", shell=True, cwd=tmp_path, env=environment(), capture_output=True, text=True,
        timeout=WAIT_SECONDS, check=False,
    )  # fmt: skip
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_that_an_adapter_is_trained_listed_used_and_exported(tmp_path: Path) -> None:
    base = write_tiny_gguf(tmp_path / "tiny.gguf", context=256)
    write_rows(tmp_path / "rows.csv")
    tuning = ("finetune", "--model", "tiny.gguf", "--data", "rows.csv", "--name", "colours")
    trained = workbench(tmp_path, *tuning, "--epochs", 1, "--rank", 4, "--learning-rate", 0.01, "--json")
    report = only_object(trained)
    assert "20 rows" in trained.stderr
    assert "\x1b" not in trained.stderr, "no bar where stderr is no terminal"
    adapter = report["adapter"]
    (listed,) = only_object(workbench(tmp_path, "adapters", "list", "--json"))["adapters"]
    assert (listed["name"], listed["gguf_hash"]) == ("colours", adapter["gguf_hash"])
    taken = workbench(tmp_path, *tuning, "--json")
    assert taken.returncode == 1
    assert "colours" in json.loads(taken.stdout)["error"]["message"]

    digest = hashlib.sha256(Path(adapter["gguf_path"]).read_bytes()).hexdigest()
    ask = ("generate", "--prompt", "number 3", "--max-tokens", 4, "--json", "--model")
    assert only_object(workbench(tmp_path, *ask, base))["adapter_hash"] == ""
    by_name = only_object(workbench(tmp_path, *ask, base, "--adapter", "colours"))
    by_path = only_object(workbench(tmp_path, *ask, base, "--adapter", adapter["gguf_path"]))
    assert by_name["adapter_hash"] == by_path["adapter_hash"] == digest
    assert by_name["text"] == by_path["text"]

    for kind, out in (("peft", "as-peft"), ("gguf-lora", "lora.gguf"), ("gguf-merged", "merged.gguf")):
        export = ("export", "colours", "--format", kind, "--out", out, "--json")
        assert only_object(workbench(tmp_path, *export))["format"] == kind
    assert (tmp_path / "as-peft" / "adapter_model.safetensors").is_file()
    exported = only_object(workbench(tmp_path, *ask, base, "--adapter", "lora.gguf"))
    assert (exported["adapter_hash"], exported["text"]) == (digest, by_name["text"])
    assert only_object(workbench(tmp_path, *ask, "merged.gguf"))["adapter_hash"] == ""

    other = write_tiny_gguf(tmp_path / "other.gguf", width=32, context=256)
    wrong = workbench(tmp_path, *ask, other, "--adapter", "colours")
    assert wrong.returncode == 1
    assert "other" in json.loads(wrong.stdout)["error"]["message"]


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT to one process")
def test_that_ctrl_c_detaches_from_a_training_and_says_how_to_come_back(tmp_path: Path) -> None:
    write_tiny_gguf(tmp_path / "tiny.gguf", context=256)
    write_rows(tmp_path / "rows.csv", 200)
    typed = ["finetune", "--model", "tiny.gguf", "--data", "rows.csv", "--name", "long", "--epochs", "900"]
    with hearing_ctrl_c():
        command = subprocess.Popen(
            [*COMMAND, *typed],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def runs() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = only_object(workbench(tmp_path, "runs", "list", "--json"))["runs"]
        return found

    wait_until(lambda: any(run["state"] == "running" for run in runs()), "the training runs")
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=WAIT_SECONDS)
    assert command.returncode == 130
    assert out == ""
    (run,) = runs()
    assert run["state"] == "running"
    assert f"workbench runs attach {run['id']}" in err
    assert f"workbench runs stop {run['id']}" in err
    assert "Traceback" not in err
    again = workbench(tmp_path, *typed)
    assert again.returncode == 1
    assert "“long” is being trained right now, in the background." in again.stderr
    assert f"`workbench runs attach {run['id']}` follows it" in again.stderr
    assert only_object(workbench(tmp_path, "runs", "stop", run["id"], "--json")) == {"stopping": run["id"]}
    wait_until(lambda: runs()[0]["state"] != "running", "the training ends")
    assert only_object(workbench(tmp_path, "adapters", "list", "--json"))["adapters"] == [], "nothing half-made"
