"""A disk that fails, or a process that dies, at the changes of files that adding a document makes.

What must hold at every point: what was acknowledged is there, whole, and nothing torn is seen; the next opening heals
without anybody's help.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.rag.faulty_index import points
from tests.unit.rag.index_rows import add_document
from workbench.rag.index_writer import IndexWriter
from workbench.rag.vector_store import VectorStore

ROOT = Path(__file__).parents[3]
COMPILER = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
KILLS, ERRORS = 12, 40

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(COMPILER is None, reason="needs a C compiler (README)"),
    pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD and /proc"),
]


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("shim") / "fault_shim.so"
    source = ROOT / "tests/data/fault_shim.c"
    command = [str(COMPILER), "-O1", "-Wall", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return library


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """An index with one document."""
    with IndexWriter(tmp_path / "template", 8) as writer:
        add_document(writer, 1)
    return tmp_path / "template"


def run(shim: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"LD_PRELOAD": str(shim), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.unit.rag.faulty_index", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)


def test_that_no_failing_write_loses_or_invents_a_document(shim: Path, template: Path, tmp_path: Path) -> None:
    ended = run(shim, "errors", template, tmp_path, ERRORS)
    assert ended.returncode == 0, ended.stderr
    results: list[dict[str, Any]] = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(results) >= 40
    for result in results:
        assert result["healed"].get("d1") == 4, result
        assert result["healed"].get("d2", 4) == 4, result
        assert result["acknowledged"] <= ("d2" in result["healed"]), result
        assert result["acknowledged"] == ("d2" in result["after"]), result
        assert result["whole"], result
        if not result["acknowledged"]:
            assert result["code"] in {"index_not_written", "index_write_lost", "disk_full"}, result
    assert sum(not result["acknowledged"] for result in results) >= len(results) // 2


def test_that_a_death_at_any_write_loses_nothing_that_was_acknowledged(
    shim: Path, template: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "index"

    def fresh() -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(template, folder))

    counted = json.loads(run(shim, "kill", fresh(), 0).stdout)
    assert counted["acknowledged"] and counted["changes"] >= 10
    held: list[dict[str, int]] = []
    for number in points(counted["changes"], KILLS):
        ended = run(shim, "kill", fresh(), number)
        assert ended.returncode == -signal.SIGKILL and not ended.stdout, ended
        with IndexWriter(folder, 8) as writer:
            held.append(dict(writer.counts()))
            assert writer._read_marks() == writer.marks
            assert writer.counts() == VectorStore(folder, 8).counts()
    assert all(counts in ({"d1": 4}, {"d1": 4, "d2": 4}) for counts in held)
    assert {"d1": 4} in held
