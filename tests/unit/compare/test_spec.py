"""Written comparisons: what is accepted, and what is said of the rest."""

from pathlib import Path

import pytest

from workbench.compare.arm_spec import saved_prompt, saved_rows
from workbench.compare.spec import load_spec, save_spec
from workbench.errors import WorkbenchError
from workbench.playground.types import ExampleSelection
from workbench.rag.search_types import RetrievalMode

WHOLE = """
name: handbook
questions: questions.jsonl
metrics: [exact_match, token_f1, {name: numeric, tolerance: 0.5}, recall_at_5]
seed: 3
arms:
  - {name: prompt, model: starter, prompt: prompts/base.md}
  - {name: few-shot, model: starter, examples: {from: train.csv, count: 4, selection: similar}}
  - {name: rag, model: starter, collection: handbook, retrieval: {mode: text, top_k: 7}}
  - {name: tuned + rag, model: starter, adapter: house-style, collection: handbook, generation: {max_tokens: 40}}
"""


def write(folder: Path, text: str = WHOLE) -> Path:
    (folder / "prompts").mkdir(exist_ok=True)
    for name in ("questions.jsonl", "train.csv", "prompts/base.md"):
        (folder / name).write_text("x", encoding="utf-8")
    path = folder / "compare.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_that_a_whole_comparison_is_read(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path))
    assert [metric.name for metric in spec.metrics] == ["exact_match", "token_f1", "numeric", "recall_at_5"]
    assert spec.metrics[2].options == {"tolerance": 0.5}
    assert spec.questions == str((tmp_path / "questions.jsonl").resolve())
    prompt, few_shot, rag, both = spec.arms
    assert prompt.prompt == str((tmp_path / "prompts/base.md").resolve())
    assert few_shot.examples is not None
    assert few_shot.examples.from_file == str((tmp_path / "train.csv").resolve())
    assert few_shot.examples.selection is ExampleSelection.SIMILAR
    assert rag.retrieval is not None
    assert (rag.retrieval.mode, rag.retrieval.top_k) == (RetrievalMode.TEXT, 7)
    assert (both.adapter, both.generation.max_tokens, both.retrieval) == ("house-style", 40, None)


def test_that_the_scale_of_an_adapter_is_read_and_saved(tmp_path: Path) -> None:
    spec = load_spec(
        write(tmp_path, WHOLE.replace("adapter: house-style,", "adapter: house-style, adapter_scale: 0.5,"))
    )
    assert [arm.adapter_scale for arm in spec.arms] == [1.0, 1.0, 1.0, 0.5]
    save_spec(spec, tmp_path / "again.yaml")
    assert load_spec(tmp_path / "again.yaml") == spec


def test_that_a_saved_comparison_is_read_the_same(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path))
    save_spec(spec, tmp_path / "again.yaml")
    assert load_spec(tmp_path / "again.yaml") == spec
    assert str(tmp_path) not in (tmp_path / "again.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("adapter: house-style,", "adapter: house-style, adapter_scale: .nan,", "adapter_scale"),
        ("adapter: house-style,", "adapter: house-style, adapter_scale: 99,", "adapter_scale"),
        ("adapter: house-style,", "adapter_scale: 0.5,", "has an adapter_scale but no adapter"),
        (
            "generation: {max_tokens: 40}",
            """generation: {json_schema: '{"type": "null"}', grammar: 'root ::= "a"'}""",
            "has a json_schema and a grammar",
        ),
        ("collection: handbook, ret", "colection: handbook, ret", "arm 'rag' has an unknown key 'colection'"),
        ("seed: 3", "sed: 3", "unknown key 'sed' (did you mean 'seed'?)"),
        ("seed: 3", "budget_seconds: .inf", "'budget_seconds' of the comparison"),
        ("top_k: 7", "topk: 7", "arm 'rag' under 'retrieval' has an unknown key 'topk' (did you mean 'top_k'?)"),
        ("mode: text", "mode: semantic", "'mode' of arm 'rag' under 'retrieval'"),
        ("metrics: [exact_match", "metrics: [accuracy", "There is no metric named 'accuracy'"),
        ("name: few-shot", "name: prompt", "two arms are named 'prompt'"),
        ("model: starter, collection: handbook, retrieval", "collection: handbook, retrieval", "has no 'model'"),
        ("model: starter, collection: handbook, ret", "model: starter, ret", "retrieval settings but no collection"),
        ("questions: questions.jsonl", "questions: nowhere.jsonl", "nowhere.jsonl"),
        ("from: train.csv", "from: nowhere.csv", "the examples of arm 'few-shot'"),
        ("max_tokens: 40", "max_tokens: 0", "'max_tokens' of arm 'tuned + rag' under 'generation'"),
        ("count: 4", "count: many", "'count' of arm 'few-shot' under 'examples'"),
        ("prompt: prompts/base.md", "prompt: 'saved:'", "saved: is followed by the name of a prompt"),
        ("from: train.csv", "from: 'data: '", "data: is followed by the name of a saved data set"),
        ("top_k: 7", "also: [handbook]", "names the collection 'handbook' twice"),
        ("top_k: 7", "order: worst first", "'order' of arm 'rag' under 'retrieval'"),
        ("top_k: 7", "passage_tokns: 9", "did you mean 'passage_tokens'?"),
        ("seed: 3", "seed: 3\nexpectations: [{arm: rag, other: nobody}]", "an arm that is not there: 'nobody'"),
        ("seed: 3", "seed: 3\nexpectations: [{arm: rag, other: prompt, relation: worse}]", "'relation'"),
    ],
)  # fmt: skip
def test_that_a_mistake_is_named_with_its_place(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    assert old in WHOLE
    with pytest.raises(WorkbenchError) as caught:
        load_spec(write(tmp_path, WHOLE.replace(old, new)))
    assert sentence in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "just text", "[1, 2]", "name: [", "a: &x [*x]\n", "name: x\narms: []\nquestions: questions.jsonl"]
)
def test_that_something_else_is_refused_in_words(text: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"compare\.yaml"):
        load_spec(write(tmp_path, text))


def test_that_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"nothing\.yaml"):
        load_spec(tmp_path / "nothing.yaml")


SAVED = """
name: saved
questions: questions.jsonl
arms:
  - {name: prompt, model: starter, prompt: "saved:short answers@3"}
  - name: rag
    model: starter
    prompt: "saved:a@b"
    examples: {from: "data:tickets", selection: coverage, seed: 7}
    collection: handbook
    retrieval: {also: letters, reranker: mini, order: best last, passage_tokens: 600, folds_duplicates: true}
expectations:
  - {arm: rag, other: prompt, because: the facts stand in the documents}
  - {arm: rag, other: prompt, measure: prompt length}
"""


def test_that_things_saved_here_are_named_not_found_as_files(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path, SAVED))
    prompt, rag = spec.arms
    assert saved_prompt(prompt.prompt) == ("short answers", 3)
    assert saved_prompt(rag.prompt) == ("a@b", None)
    assert saved_prompt("prompts/base.md") is None
    assert rag.examples is not None
    assert (saved_rows(rag.examples.from_file), rag.examples.seed) == ("tickets", 7)
    assert rag.retrieval is not None
    assert (rag.retrieval.also, rag.retrieval.passage_tokens) == (("letters",), 600)
    assert rag.retrieval.config.rerank, "naming a cross-encoder is wish enough"
    assert spec.expectations[0].sentence() == "rag is better than prompt"
    assert spec.expectations[1].sentence() == "rag reads longer prompts than prompt"
    save_spec(spec, tmp_path / "again.yaml")
    assert load_spec(tmp_path / "again.yaml") == spec


def test_that_weights_margin_and_economy_are_written_and_read(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE + "margin: 0.1\nweights: {quality: 2, latency: 1}\neconomy: {dollars_per_hour: 0.5}\n")
    spec = load_spec(path)
    assert (spec.margin, spec.weights.latency, spec.economy.dollars_per_hour) == (0.1, 1.0, 0.5)
    save_spec(spec, tmp_path / "again.yaml")
    assert load_spec(tmp_path / "again.yaml") == spec


def test_that_an_unknown_weight_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="did you mean 'latency'"):
        load_spec(write(tmp_path, WHOLE + "weights: {latencies: 1}\n"))
