"""`workbench choose`: by options, asked one by one, as JSON, and as a comparison."""

import io
import json
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.compare.spec import load_spec
from workbench.paths import WorkbenchPaths


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(*words: str) -> int:
    return main(["choose", *words])


def test_that_options_answer_the_interview(home: WorkbenchPaths, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--goal", "form", "--examples", "480", "--documents", "some") == 0
    said = capsys.readouterr().out
    assert "Try first:" in said
    assert "tuned: Instruction tuning" in said
    assert "1. Bring test questions" in said
    assert "tuned is better than prompt: tuning makes the form a habit." in said


def test_that_json_names_every_technique_with_its_reasons(
    home: WorkbenchPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--documents", "some", "--changes", "daily", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    standing = {one["name"]: one["standing"] for one in found["techniques"]}
    assert standing["rag"] == "first"
    assert all(one["reasons"] for one in found["techniques"])
    assert found["answers"]["changes"] == "daily"
    assert found["arms"][0]["name"] == "prompt"
    assert found["make_first"][0]["tab"] == "compare"


def test_that_a_terminal_is_asked_one_by_one(
    home: WorkbenchPaths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("2\nsome\nyes\nmany\n1,200\n\n1\n\nhours\n\n"))
    assert run() == 0
    said = capsys.readouterr().out
    assert "What must be right in an answer? The form" in said
    assert "Type a number." in said, "“many” is no number"
    assert "1,200 examples" in said
    assert "Must an answer say where it stands? Yes" in said


def test_that_the_arms_are_written_as_a_comparison(home: WorkbenchPaths, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "a", "answer": "b"}\n', encoding="utf-8")
    assert run("--questions", str(tmp_path / "q.jsonl"), "--out", str(tmp_path / "c.yaml")) == 0
    spec = load_spec(tmp_path / "c.yaml")
    assert spec.arms[0].name == "prompt"
    assert spec.questions == str(tmp_path / "q.jsonl")
    assert "generation" not in (tmp_path / "c.yaml").read_text(encoding="utf-8")


def test_that_a_comparison_wants_questions(home: WorkbenchPaths, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--out", "c.yaml") == 1
    assert "--out needs test questions." in capsys.readouterr().err


def test_that_a_number_that_is_none_is_wrong_usage(home: WorkbenchPaths) -> None:
    with pytest.raises(SystemExit):
        run("--examples", "-4")
