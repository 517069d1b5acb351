"""Files that are wrong, typed at the command line: each is named in a sentence, the rest goes on, nothing is left."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.test_command_line import environment, only_object, workbench
from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from tests.unit.rag.documents import docx_bytes, pdf_bytes
from workbench.cli import main

pytestmark = pytest.mark.slow

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Message and hint of a command that must exit with 1."""
    assert main([*map(str, arguments), "--json"]) == 1
    said = capsys.readouterr()
    problem = json.loads(said.out.splitlines()[-1])["error"]
    assert "Something went wrong inside" not in problem["message"]
    return f"{problem['message']} {problem['hint']}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty file"),
        (b"GGUF\x03\x00\x00\x00" + b"\x07" * 4000, "GGUF"),
        (b"PK\x03\x04" + b"\0" * 200, "ZIP"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"only words\n" * 20, "not a GGUF model"),
    ],
)
def test_that_a_file_that_is_no_model_is_called_what_it_is(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    message = refusal(capsys, "generate", "--model", path, "--prompt", "hi")
    assert "model.gguf" in message
    assert said in message


def test_that_half_a_model_and_an_adapter_of_another_base_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = write_tiny_gguf(tmp_path / "whole.gguf")
    half = tmp_path / "half.gguf"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    message = refusal(capsys, "generate", "--model", half, "--prompt", "hi")
    assert "half.gguf is incomplete" in message
    assert "Copy or download it again" in message
    other = write_tiny_gguf(tmp_path / "other.gguf", width=32)
    adapter = write_tiny_adapter(tmp_path / "adapter.gguf")
    assert "adapter" in refusal(capsys, "generate", "--model", other, "--prompt", "hi", "--adapter", adapter)
    message = refusal(capsys, "generate", "--model", whole, "--prompt", "hi", "--adapter", other)
    assert "other.gguf" in message


HEAD = "name: t\nquestions: {questions}\nmetrics: [{metric}]\narms:\n"


@pytest.mark.parametrize(
    ("head", "arms", "said"),
    [
        ({}, "  - {name: p, modell: starter}\n", "did you mean 'model'?"),
        ({}, "  - {name: p, model: s, generation: {temperature: -1}}\n", "'temperature' of arm 'p' under 'generation'"),
        ({}, "  - {name: p, model: s, examples: {from: q.jsonl, selection: best}}\n", "'similar' or 'coverage'"),
        ({}, "  - {name: p, model: s}\n  - {name: p, model: s}\n", "two arms are named 'p'"),
        ({}, "  - {name: p, model: s, prompt: gone.md}\n", "gone.md"),
        ({"questions": "gone.jsonl"}, "  - {name: p, model: s}\n", "gone.jsonl"),
        ({"metric": "exakt_match"}, "  - {name: p, model: s}\n", "no metric named 'exakt_match'"),
        ({"questions": "empty.jsonl"}, "  - {name: p, model: s}\n", "empty.jsonl is empty"),
        ({}, "  - {name: p, model: nobody}\n", "Arm 'p': There is no model 'nobody'"),
        ({}, "", "'arms'"),
    ],
)
def test_that_a_wrong_comparison_says_what_is_wrong(
    head: dict[str, str], arms: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a", "question": "Q?", "answer": "A"}\n', encoding="utf-8")
    (tmp_path / "empty.jsonl").touch()
    spec = tmp_path / "spec.yaml"
    spec.write_text(HEAD.format_map({"questions": "q.jsonl", "metric": "exact_match"} | head) + arms, encoding="utf-8")
    message = refusal(capsys, "compare", spec)
    assert said in message
    assert "at least 1 item" not in message or not arms


def test_that_what_is_no_yaml_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "list.yaml").write_text("- 1\n- 2\n", encoding="utf-8")
    (tmp_path / "deep.yaml").write_text("[" * 20_000, encoding="utf-8")
    for name in ("binary.yaml", "list.yaml", "deep.yaml"):
        assert name in refusal(capsys, "compare", tmp_path / name)
    assert "cannot be read: Is a directory" in refusal(capsys, "compare", tmp_path)


@pytest.mark.parametrize(
    "kind", ["a file", pytest.param("read-only", marks=pytest.mark.skipif(AS_ROOT, reason="root"))]
)
def test_that_a_data_folder_that_cannot_be_is_named(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    if kind == "a file":
        place.write_text("a file", encoding="utf-8")
    else:
        place.mkdir(mode=0o500)
    monkeypatch.setenv("WORKBENCH_HOME", str(place / "home" if kind == "read-only" else place))
    message = refusal(capsys, "models", "list")
    assert f"The data folder {place}" in message
    assert "WORKBENCH_HOME" in message


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Good documents among every kind of bad one."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.md").write_text("# Kettle\n\nThe Alder kettle holds 1.7 litres.\n", encoding="utf-8")
    (folder / "page.html").write_text(
        "<html><body><p>The lamp is green.</p><script>alert('evil')</script></body></html>", encoding="utf-8"
    )
    (folder / "empty.pdf").touch()
    (folder / "locked.pdf").write_bytes(pdf_bytes(["secret"], password="p"))
    (folder / "cut.pdf").write_bytes(pdf_bytes(["a page"])[:300])
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 40)
    (folder / "noise.docx").write_bytes(bytes(range(255, -1, -1)) * 40)
    with zipfile.ZipFile(folder / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * 300_000_000)
    (folder / "report.docx").write_bytes(docx_bytes("The office closes at six.", heading="Office"))
    with zipfile.ZipFile(folder / "papers.zip", "w") as archive:
        archive.writestr("../../lease.txt", "The lease ends in June.")
    entities = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
    (folder / "laughs.xml").write_text(f'<?xml version="1.0"?>{entities}<a>&c;</a>', encoding="utf-8")
    if hasattr(os, "mkfifo"):
        (folder / "loop").symlink_to(folder)
        os.mkfifo(folder / "pipe.txt")
    return folder


def index(folder: Path, *paths: object) -> dict[str, dict[str, Any]]:
    done = workbench(folder, "index", "c", *paths, "--json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return {row["path"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_that_bad_documents_are_named_and_the_good_ones_are_found(mixed: Path) -> None:
    rows = index(mixed, ".", "gone.md")
    states = {Path(path).name: row["status"] for path, row in rows.items()}
    good = {name for name, status in states.items() if status == "indexed"}
    assert good == {"good.md", "page.html", "report.docx", "papers.zip"}
    failed = {name: str(row["reason"]) for path, row in rows.items() if (name := Path(path).name) not in good}
    assert set(failed) >= {"empty.pdf", "locked.pdf", "cut.pdf", "noise.bin", "noise.docx", "bomb.docx", "gone.md"}
    assert all(failed.values())
    codes = {Path(path).name: row["reason_code"] for path, row in rows.items()}
    assert codes["locked.pdf"] == "needs_password"
    assert codes["bomb.docx"] == "bomb"
    assert codes["laughs.xml"] == "dangerous"
    assert codes.get("pipe.txt", "not_a_file") == "not_a_file"
    assert "empty" in failed["empty.pdf"]
    shown = only_object(workbench(mixed, "collections", "list", "--json"))["collections"]
    assert [(c["documents"], c["failed"]) for c in shown] == [(4, len(failed))]
    page = workbench(mixed, "text", "c", "page.html").stdout
    assert "The lamp is green." in page
    assert "evil" not in page
    found = only_object(workbench(mixed, "search", "c", "kettle litres", "--json"))["hits"]
    assert found[0]["document"].endswith("good.md")
    again = {Path(path).name: row["status"] for path, row in index(mixed, ".").items()}
    assert {name for name, status in again.items() if status == "unchanged"} == good


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_that_an_index_that_was_killed_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.md").write_text(f"# Part {number}\n\n" + "Words of a part. " * 60, encoding="utf-8")
    command = subprocess.Popen(
        [sys.executable, "-m", "workbench", "index", "c", ".", "--json"],
        cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert command.stdout is not None
    told = json.loads(command.stdout.readline())
    command.send_signal(signal.SIGKILL)
    command.communicate(timeout=60)
    rows = index(folder, ".")
    assert len(rows) == 40
    assert {row["status"] for row in rows.values()} <= {"indexed", "unchanged"}
    assert rows[told["path"]]["status"] == "unchanged", "what was said to be indexed is kept"
    found = only_object(workbench(folder, "search", "c", "Part 7", "--mode", "text", "--top-k", 40, "--json"))["hits"]
    places = [(hit["document"], hit["page"], hit["start"]) for hit in found]
    assert len(places) == len(set(places)), "nothing is there twice"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", "", "empty.csv"),
        ("names.csv", "question,answer\n", "names.csv"),
        ("deep.jsonl", "[" * 20_000, "deep.jsonl"),
        ("lists.jsonl", "[1, 2]\n[3, 4]\n", "lists.jsonl"),
        ("binary.xlsx", "not a workbook", "binary.xlsx"),
    ],
)
def test_that_rows_that_cannot_be_learned_are_refused_by_name(
    name: str, content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = write_tiny_gguf(tmp_path / "tiny.gguf")
    (tmp_path / name).write_text(content, encoding="utf-8")
    message = refusal(capsys, "finetune", "--model", base, "--data", tmp_path / name, "--name", "a")
    assert said in message


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 3 MB. Only root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if not (AS_ROOT and sys.platform == "linux") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root on Linux")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_that_a_full_disk_is_said_and_forgotten_when_there_is_space_again(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(small_disk / "home"))
    (tmp_path / "a.md").write_text("# A\n\nThe Alder kettle holds 1.7 litres.\n", encoding="utf-8")
    assert workbench(tmp_path, "collections", "list").returncode == 0
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(4096))
    done = workbench(tmp_path, "index", "c", "a.md", "--json")
    told = done.stdout + done.stderr
    assert "full" in told
    assert "Traceback" not in told
    assert '"status": "indexed"' not in told
    filler.unlink()
    assert index(tmp_path, "a.md")["a.md"]["status"] == "indexed"
