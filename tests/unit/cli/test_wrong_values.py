"""Values that cannot be: each is named in a sentence, and none is called a bug of ours."""

import json
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.database import Database
from workbench.embedding import EmbedderRef
from workbench.finetune import curves
from workbench.finetune.curves import Curve
from workbench.finetune.store import AdapterStore
from workbench.finetune.training_config import TrainingConfig
from workbench.paths import WorkbenchPaths
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig

ONE_ARM = "name: t\nquestions: q.csv\nmetrics: [exact_match]\narms:\n  - {name: p, model: starter}\n"
HALF = '{"id": "a", "text": "hi \\ud800"}\n'


@pytest.fixture(autouse=True)
def files(home: WorkbenchPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A collection `docs`, and files in the folder where the commands run."""
    database = Database(home.database)
    database.migrate()
    embedder = EmbedderRef(name="e", path="/e", content_hash="0" * 64)
    CollectionStore(database, home).create("docs", embedder, ChunkingConfig())
    database.close()
    monkeypatch.chdir(tmp_path)
    Path("q.csv").write_text("question,answer\na,b\n", encoding="utf-8")
    Path("ok.yaml").write_text(ONE_ARM, encoding="utf-8")
    Path("day.yaml").write_text(ONE_ARM.replace("starter", "starter, since: 2024-13-99"), encoding="utf-8")
    Path("half.jsonl").write_text(HALF, encoding="utf-8")
    Path("nan.jsonl").write_text('{"id": NaN, "text": "hi"}\n', encoding="utf-8")


def problem(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The message of a command that must exit with 1."""
    assert main([*words, "--json"]) == 1
    return str(json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["message"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "day.yaml"), "day.yaml cannot be read as YAML: month must be"),
        (("compare", "ok.yaml", "--minutes", "nan"), "--minutes nan is not possible"),
        (("compare", "ok.yaml", "--minutes", "inf"), "--minutes inf is not possible"),
        (("compare", "ok.yaml", "--minutes", "-1"), "--minutes -1 is not possible"),
        (("data", "from-collection", "docs", "--name", "n", "--model", "m", "--count", "-1"), "--count -1"),
        (("data", "from-collection", "docs", "--name", "n", "--model", "m", "--passages", "0"), "--passages 0"),
        (("data", "from-collection", "docs", "--name", " ", "--model", "m"), "A data set needs a name."),
        (("data", "save", "q.csv", "--name", ""), "A data set needs a name."),
        (("exhaust", "docs", " ", "--model", "starter"), "The question is empty."),
        (("retrieval", "testset", "add", "docs", "s", "", "--document", "d"), "The question is empty."),
        (("generate", "--model", "", "--prompt", "hi"), "The name of the model is empty."),
        (("search", "docs", "--queries", "half.jsonl"), "Line 1 of half.jsonl cannot be used: It holds \\ud800"),
        (("ask", "docs", "--questions", "half.jsonl", "--model", "m"), "Line 1 of half.jsonl cannot be used"),
        (("search", "docs", "--queries", "nan.jsonl"), "Line 1 of nan.jsonl is not JSON: NaN is not a JSON number."),
        (("data", "save", "q.csv", "--name", "a\udcff"), "The argument “a\\xff” is not valid text"),
        (("text", "docs", "b\udcff.md"), "The argument “b\\xff.md” is not valid text"),
        (
            ("search", "docs", "x", "--only", "nope.md"),
            "No document of “docs” that can be searched is called “nope.md”",
        ),
        (("search", "docs", "x", "--only", "old/"), "No folder of “docs” that can be searched is called “old/”"),
    ],
)
def test_that_a_value_that_cannot_be_is_named(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in problem(capsys, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("text", "docs", "d", "--page"),
        ("comparisons", "show"),
        ("comparisons", "delete"),
        ("comparisons", "restore"),
        ("compare", "--again"),
        ("grid", "show"),
        ("grid", "again"),
        ("retrieval", "results", "docs", "--id"),
    ],
)
def test_that_a_number_of_more_than_64_bits_is_wrong_usage(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for number, said in ((str(2**63), "is too large a number"), ("9" * 5000, "is no whole number"), ("x", "'x' is no")):
        with pytest.raises(SystemExit) as ended:
            main([*words, number])
        assert ended.value.code == 2
        assert said in capsys.readouterr().err


def test_that_lines_that_cannot_be_used_get_lines_that_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    for name in ("half.jsonl", "nan.jsonl"):
        model = Path("m.gguf")
        model.write_bytes(b"GGUF")
        assert main(["generate", "--model", str(model), "--prompts", name, "--json"]) == 1
        for line in capsys.readouterr().out.splitlines():
            assert "error" in json.loads(line, parse_constant=refuse)


@pytest.mark.parametrize("out", ["gone/x.csv", "."])
def test_that_figures_that_cannot_be_written_are_said(
    out: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AdapterStore, "get", lambda _store, name: name)
    monkeypatch.setattr(curves, "read_curve", lambda name, _paths: Curve(name, TrainingConfig(), "b", "d", 1, ()))
    assert "cannot be written" in problem(capsys, "adapters", "curves", "a", "b", "--out", out)
