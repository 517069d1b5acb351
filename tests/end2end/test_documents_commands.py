"""index, search, text, ask, collections as a person types them: real processes, the real embedder and index."""

import contextlib
import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_saying_gguf
from tests.unit.rag.documents import pdf_bytes, write_facts

pytestmark = pytest.mark.slow


def workbench(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "workbench", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def lines(*arguments: object) -> list[dict[str, Any]]:
    done = workbench(*arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refusal(*arguments: object) -> dict[str, str]:
    done = workbench(*arguments, "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    problem: dict[str, str] = json.loads(done.stdout)["error"]
    assert problem["message"] in done.stderr
    return problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_facts(tmp_path / "docs")
    (folder / "cut.pdf").write_bytes((folder / "delivery.pdf").read_bytes()[:300])
    return folder


def test_that_documents_are_indexed_found_read_and_asked(folder: Path, tmp_path: Path) -> None:
    rows = lines("index", "facts", folder, "--json")
    facts = {"path", "status", "pages", "chunks", "reason", "reason_code", "encoding", "characters", "warnings"}
    assert [set(row) for row in rows] == [facts] * 4
    states = {row["path"]: row["status"] for row in rows}
    assert states[str(folder / "handbook.md")] == "indexed"
    assert states[str(folder / "cut.pdf")] == "failed"
    (again,) = lines("index", "facts", folder / "handbook.md", "--json")
    assert again["status"] == "unchanged"

    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"_id": "a", "question": "warranty of the toaster"}\n{"id": "b", "text": "doctor\'s note"}\n')
    found = lines("search", "facts", "--queries", queries, "--top-k", 2)
    assert [line["id"] for line in found] == ["a", "b"]
    hit = found[0]["hits"][0]
    assert set(hit) == {"document", "page", "start", "end", "score", "scores", "ranks", "text"}
    assert (hit["document"], hit["page"]) == ("delivery.pdf", 2)
    page = workbench("text", "facts", hit["document"], "--page", hit["page"]).stdout
    assert page[hit["start"] : hit["end"]] == hit["text"]

    model = write_saying_gguf(tmp_path / "says.gguf", "26 [3]", context=2048)
    (answer,) = lines("ask", "facts", "How long is the toaster's warranty?", "--model", model, "--json")
    assert {"id", "answer", "answerable", "citations", "hits"} <= set(answer)
    assert answer["answer"] == "26 [3]"
    assert answer["answerable"]
    assert answer["citations"][0]["text"] == answer["hits"][2]["text"]

    shown = workbench("ask", "facts", "Warranty?", "--model", model, "--show-prompt", "--passage-tokens", 200).stdout
    assert "Question: Warranty?" in shown and "--- left out: " in shown
    written = tmp_path / "found.csv"
    everything = ("--everything", "--since", "2000-01-01", "--out", written, "--json")
    (report,) = lines("exhaust", "facts", "Which warranty?", "--model", model, *everything)
    with written.open(encoding="utf-8-sig", newline="") as file:
        found_rows = list(csv.DictReader(file))
    assert report["read"] == report["chunks"] == len(found_rows)
    assert {row["answer"] for row in found_rows} == {"26"}

    assert lines("collections", "list", "--json")[0]["collections"][0]["documents"] == 3
    lines("collections", "delete", "facts", "--json")
    assert "no collection" in refusal("search", "facts", "x")["message"]


def test_that_impossible_wishes_are_explained(folder: Path, tmp_path: Path) -> None:
    assert "256 tokens" in refusal("index", "c", folder, "--chunk-tokens", 300)["message"]
    assert "There is no file or folder" in refusal("index", "c", tmp_path / "nowhere")["message"]
    (tmp_path / "embedder").mkdir()
    assert "embedder" in refusal("index", "c", folder, "--embedder", tmp_path / "embedder")["message"]
    lines("index", "c", folder / "handbook.md", "--json")
    assert "cross-encoder" in refusal("search", "c", "x", "--rerank")["message"]
    assert "no document" in refusal("text", "c", "other.md")["message"]
    assert (
        "No document of “c” was changed since 2999" in refusal("search", "c", "x", "--since", "2999-01-01")["message"]
    )
    assert workbench("search", "c").returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX")
def test_that_a_terminal_asks_for_a_password_and_shows_and_keeps_it_nowhere(tmp_path: Path) -> None:
    import pty

    (tmp_path / "locked.pdf").write_bytes(pdf_bytes(["The fee is 12 euros."], password="sesame-99"))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "workbench", "index", "c", str(tmp_path / "locked.pdf")]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        seen = b""
        while b"Password of" not in seen:
            seen += os.read(ours, 4096)
        os.write(ours, b"sesame-99\n")
        with contextlib.suppress(OSError):  # so a terminal says that the other side is gone
            while part := os.read(ours, 4096):
                seen += part
        assert process.wait(timeout=300) == 0
    os.close(ours)
    assert b"1 indexed" in seen
    assert b"sesame" not in seen
    home = Path(os.environ["WORKBENCH_HOME"])
    assert not [file for file in home.rglob("*") if file.is_file() and b"sesame-99" in file.read_bytes()]
