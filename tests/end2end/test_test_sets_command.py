"""`workbench testsets`: from a file to a comparison of the starter model, and back to what it asked."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import compare, test_sets
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

pytestmark = pytest.mark.slow


def run(place: Workplace, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """The JSON that a command prints; lines of it become a list."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for room in (test_sets, compare):
        room.register(commands)
    arguments = parser.parse_args(words)
    arguments.run(arguments, place, Output(json=True))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return lines[0] if len(lines) == 1 else lines


def test_that_a_set_is_imported_compared_changed_and_asked_again_as_it_was(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kettle.csv"
    file.write_text(
        "frage,antwort,tag\nHow long is the warranty of the Alder kettle?,3 years,time\nHow loud is it?,[],noise\n"
        "How heavy is it?,,\n",
        encoding="utf-8",
    )
    with pytest.raises(WorkbenchError, match="no column for the question"):
        run(place, capsys, "testsets", "import", "kettle", str(file))
    columns = ("--question-column", "frage", "--answer-column", "antwort")
    imported = run(place, capsys, "testsets", "import", "kettle", str(file), *columns)
    assert (imported["added"], imported["format"]) == (2, "CSV")
    assert imported["problems"][0].startswith("row 4: the answer is empty")

    spec = tmp_path / "compare.yaml"
    arm = "  - {name: prompt, model: starter, generation: {max_tokens: 8}}\n"
    spec.write_text(f"name: kettle\nquestions: set:kettle\nmetrics: [exact_match]\narms:\n{arm}", encoding="utf-8")
    first = run(place, capsys, "compare", str(spec))
    assert [trial["example_id"] for trial in first["trials"]] == ["2", "3"]
    [version] = run(place, capsys, "testsets", "versions", "kettle")["versions"]
    assert (version["questions"], version["comparisons"]) == (2, ["kettle"])

    more = tmp_path / "more.jsonl"
    more.write_text('{"id": "x", "question": "How tall is it?", "answer": "30 cm"}\n', encoding="utf-8")
    run(place, capsys, "testsets", "import", "kettle", str(more))
    assert run(place, capsys, "testsets", "review", "kettle", "--reject", "3") == {"accepted": 0, "rejected": 1}
    exported = tmp_path / "out.jsonl"
    assert run(place, capsys, "testsets", "export", "kettle", str(exported))["questions"] == 2

    spec.write_text(spec.read_text().replace("set:kettle", f"set:kettle@{version['content_hash'][:12]}"))
    run(place, capsys, "testsets", "delete", "kettle")
    again = run(place, capsys, "compare", str(spec))
    assert [trial["example_id"] for trial in again["trials"]] == ["2", "3"]
    assert [trial["answer"] for trial in again["trials"]] == [trial["answer"] for trial in first["trials"]]
    shown = run(place, capsys, "testsets", "show", "kettle", "--version", version["content_hash"][:8])
    assert [question["tags"] for question in shown] == [["time"], ["noise"]]
