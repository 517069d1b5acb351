"""`workbench compare` on the starter model: real worker, real engine, the output that scripts read."""

import argparse
import json
from pathlib import Path

import pytest

from workbench.cli import compare as command
from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.compare.store import ComparisonStore
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig, Role
from workbench.playground.prompt_store import PromptStore
from workbench.playground.types import Prompt, PromptBlock, Reasoning

pytestmark = pytest.mark.slow

QUESTIONS: list[dict[str, object]] = [
    {"id": "a", "question": "How long is the warranty of the Alder kettle?", "answer": "3 years"},
    {"id": "b", "question": "How heavy is the Cedar toaster?", "answer": "1.8 kg"},
    {"id": "c", "question": "How loud is the Maple blender?", "answers": []},
]


def run(place: Workplace, folder: Path, arms: str, *options: str, as_json: bool = True) -> None:
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    (folder / "train.csv").write_text("question,answer\nHow tall is the lamp?,45 cm\n", encoding="utf-8")
    spec = folder / "compare.yaml"
    spec.write_text(f"name: tiny\nquestions: questions.jsonl\nmetrics: [exact_match]\narms:\n{arms}", encoding="utf-8")
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["compare", str(spec), *options])
    arguments.run(arguments, place, Output(json=as_json))


ARMS = """
  - {name: prompt, model: starter, generation: {max_tokens: 12}}
  - {name: few-shot, model: starter, generation: {max_tokens: 12}, examples: {from: train.csv, count: 1}}
"""


def test_that_a_comparison_answers_with_arms_verdict_and_trials(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, tmp_path, ARMS, "--html", str(tmp_path / "r.html"))
    answer = json.loads(capsys.readouterr().out)
    assert [arm["name"] for arm in answer["arms"]] == ["prompt", "few-shot"]
    summary = answer["arms"][0]["metrics"]["exact_match"]
    assert 0 <= summary["low"] <= summary["mean"] <= summary["high"] <= 1
    assert answer["arms"][0]["timing"]["latency_seconds"] > 0
    assert answer["arms"][0]["memory"]["weights"] > 1_000_000
    assert set(answer["verdict"]) >= {"kind", "winner", "best", "recommended", "reasons", "more_questions_needed"}
    assert answer["verdict"]["winner"] is None  # three questions tell nothing
    trials = answer["trials"]
    assert [(trial["arm"], trial["example_id"]) for trial in trials[:3]] == [("prompt", x) for x in "abc"]
    assert str(QUESTIONS[0]["question"]) in trials[0]["prompt"]
    assert "How tall is the lamp?" in trials[3]["prompt"]
    assert all(trial["adapter_hash"] == "" and len(trial["model_hash"]) == 64 for trial in trials)
    assert "few-shot" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert len(ComparisonStore(place.database).list_comparisons()) == 1

    run(place, tmp_path, ARMS, "--fresh")
    again = json.loads(capsys.readouterr().out)
    assert [trial["answer"] for trial in again["trials"]] == [trial["answer"] for trial in trials]
    assert len(list((place.paths.home / "comparisons").glob("tiny-*"))) == 2  # a finished run stays


def test_that_a_comparison_of_the_history_runs_again_to_the_same_texts(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, tmp_path, ARMS)
    first = json.loads(capsys.readouterr().out)
    (tmp_path / "questions.jsonl").unlink()
    (tmp_path / "train.csv").write_text("question,answer\nHow tall is it?,not known\n", encoding="utf-8")
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["compare", "--again", str(first["number"]), "--html", str(tmp_path / "r.html")])
    arguments.run(arguments, place, Output(json=True))
    again = json.loads(capsys.readouterr().out)
    assert [trial["answer"] for trial in again["trials"]] == [trial["answer"] for trial in first["trials"]]
    assert [trial["prompt"] for trial in again["trials"]] == [trial["prompt"] for trial in first["trials"]]
    assert again["overlay"]["sentences"][0] == "The same answers for 6 of 6, the same scores."
    assert again["overlay"]["changes"] == []
    assert again["number"] != first["number"]
    assert ComparisonStore(place.database).entry(again["number"]).again_of == first["number"]
    exported = next((place.paths.home / "comparisons").glob("tiny-*/again/compare.yaml"))
    arguments = parser.parse_args(["compare", str(exported)])
    arguments.run(arguments, place, Output(json=False))
    said = capsys.readouterr()
    assert "The same answers as in the exported run for 6 of 6." in said.err
    assert "Kept as comparison 3." in said.out


def test_that_saved_prompts_repeat_their_answers_and_only_what_is_new_is_asked(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = PromptBlock(role=Role.USER, text="{{ question }} Answer with a number.")
    warm = GenerationConfig(max_tokens=12, temperature=0.9)
    prompt = Prompt(blocks=(form,), reasoning=Reasoning(instruction="Say: Answer:"), generation=warm)
    with place.writing("a test"):
        PromptStore(place.database).save_version("figures", prompt)
    arms = """
  - {name: sampled, model: starter, prompt: "saved:figures@1"}
repeats: 2
timed_questions: 1
"""
    run(place, tmp_path, arms)
    first = json.loads(capsys.readouterr().out)
    assert [(trial["example_id"], trial["repeat"]) for trial in first["trials"][:3]] == [("a", 0), ("a", 1), ("b", 0)]
    assert "Answer with a number." in first["trials"][0]["prompt"]
    assert "exact_match" in first["arms"][0]["noise"]
    assert first["arms"][0]["peak_bytes"] > 1_000_000

    run(place, tmp_path, arms, "--retry-failed")
    told = capsys.readouterr()
    assert "Nothing failed in the last run" in told.err
    greedy = '  - {name: greedy, model: starter, prompt: "saved:figures", generation: {temperature: 0}}'
    run(place, tmp_path, f"\n{greedy}{arms}")
    more = json.loads(capsys.readouterr().out)
    assert more["reused"] == 6
    assert [trial["answer"] for trial in more["trials"] if trial["arm"] == "sampled"] == [
        trial["answer"] for trial in first["trials"]
    ]


def test_that_people_get_a_table_and_sentences(
    place: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, tmp_path, ARMS, "--limit", "2", as_json=False)
    said = capsys.readouterr().out
    assert "tiny: 2 questions" in said
    assert "exact_match" in said
    assert "Verdict: " in said


def test_that_everything_unknown_is_named_at_once(place: Workplace, tmp_path: Path) -> None:
    arms = "  - {name: x, model: starter, adapter: nothing}\n  - {name: y, model: starter, collection: nowhere}\n"
    with pytest.raises(WorkbenchError) as caught:
        run(place, tmp_path, arms)
    assert "Arm 'x': There is no adapter “nothing”." in caught.value.message
    assert "Arm 'y': There is no collection “nowhere”." in caught.value.message
