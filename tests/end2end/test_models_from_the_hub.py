"""`workbench models search` and `models get`, typed as commands, against a hub on this computer."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.end2end.test_models_and_generate import ROOT, lines, workbench
from tests.hub_server import HubServer
from tests.llm_models import write_saying_gguf
from tests.signals import hearing_ctrl_c
from tests.unit.llm.hub.conftest import no_proxy
from workbench.llm.hub.partial import list_partials
from workbench.paths import WorkbenchPaths

__all__ = ["no_proxy"]  # a fixture
REPOSITORY = "Someone/Saying-GGUF"


@pytest.fixture(scope="module")
def saying_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_saying_gguf(tmp_path_factory.mktemp("hub") / "saying.gguf", "Hey! 😀").read_bytes()


@pytest.fixture
def hub(saying_bytes: bytes, no_proxy: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    server = HubServer()
    server.add(REPOSITORY, "saying-Q4_K_M.gguf", saying_bytes, "license:mit")
    server.add(REPOSITORY, "saying-F16.gguf", saying_bytes)
    with server.serving():
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def test_that_a_model_is_found_got_listed_and_answers(hub: HubServer, home: WorkbenchPaths) -> None:
    (found,) = lines(workbench("models", "search", "saying", "--json"))
    assert [repository["repository"] for repository in found["found"]] == [REPOSITORY]
    got = workbench("models", "get", REPOSITORY, "--json")
    (report,) = lines(got)
    assert got.returncode == 0 and report["finished"]
    assert report["path"] == str(home.models / REPOSITORY / "saying-Q4_K_M.gguf")
    assert got.stderr.startswith("saying-Q4_K_M.gguf: 1.") and got.stderr.endswith("licence mit.\n")
    (listed,) = lines(workbench("models", "list", "--json"))
    assert "saying-Q4_K_M" in [model["name"] for model in listed["models"]]
    answer = workbench("generate", "--model", "saying-Q4_K_M", "--prompt", "hi")
    assert answer.stdout == "Hey! 😀\n"


def test_that_a_quantization_names_a_file_and_a_wrong_one_names_what_is_there(hub: HubServer) -> None:
    done = workbench("models", "get", REPOSITORY, "f16")
    assert done.returncode == 0 and "saying-F16.gguf is in the library" in done.stdout
    wrong = workbench("models", "get", REPOSITORY, "Q9_9")
    assert wrong.returncode == 1
    assert "holds no Q9_9" in wrong.stderr and "saying-Q4_K_M.gguf (1." in wrong.stderr
    nobody = workbench("models", "get", "Nobody/Nothing", "--json")
    assert nobody.returncode == 1 and "Nobody/Nothing" in json.loads(nobody.stdout)["error"]["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_that_a_killed_command_goes_on_where_it_was_and_ctrl_c_leaves_it_going_on(
    hub: HubServer, home: WorkbenchPaths, saying_bytes: bytes
) -> None:
    hub.faults.silent_after = 600_000
    command = [sys.executable, "-m", "workbench", "models", "get", REPOSITORY]
    with hearing_ctrl_c():
        app = subprocess.Popen(
            command, cwd=ROOT, env=dict(os.environ), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    with app:
        worker = wait_for_worker(home)
        app.send_signal(signal.SIGINT)
        _, stderr = app.communicate(timeout=30)
    assert app.returncode == 130
    assert "goes on in the background" in stderr and "workbench runs attach" in stderr
    assert worker.is_running() and list_partials(home.models)[0].is_running
    worker.kill()
    worker.wait(60)
    assert not list_partials(home.models)[0].is_running
    hub.faults.silent_after = None
    done = workbench("models", "get", REPOSITORY, "--json")
    assert lines(done)[0]["finished"]
    assert Path(lines(done)[0]["path"]).read_bytes() == saying_bytes


def wait_for_worker(home: WorkbenchPaths) -> psutil.Process:
    """The process that downloads, once it has begun."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for lock in home.runs.glob("*/lock"):
            pid = lock.read_text(encoding="ascii").strip()
            if pid.isdigit() and list(home.models.glob(".partial/*/*.gguf")):
                return psutil.Process(int(pid))
        time.sleep(0.05)
    raise AssertionError("no worker began to download")
