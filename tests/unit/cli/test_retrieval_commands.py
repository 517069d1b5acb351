"""`workbench retrieval`: test sets and what was measured, without a job."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import main
from workbench.database import Database
from workbench.embedding import EmbedderRef
from workbench.paths import WorkbenchPaths
from workbench.rag.evaluation import applying
from workbench.rag.evaluation.measurement_store import MeasurementStore
from workbench.rag.evaluation.types import Measure, MeasureReport, RetrievalSetting, SettingResult
from workbench.rag.indexing_types import DocumentStatus, FileIndexed
from workbench.rag.store import CollectionStore
from workbench.rag.types import ChunkingConfig, ChunkSpan, PageText

TEXT = "Everybody gets 27 days of holiday."


@pytest.fixture(autouse=True)
def collection(home: WorkbenchPaths) -> None:
    database = Database(home.database)
    database.migrate()
    store = CollectionStore(database, home)
    store.create("docs", EmbedderRef(name="e", path="/e", content_hash="0" * 64), ChunkingConfig())
    document = FileIndexed(
        path="/d/staff/handbook.md",
        name="staff/handbook.md",
        status=DocumentStatus.INDEXED,
        sha256="h",
        pages=1,
        chunks=1,
        texts=(PageText(number=1, text=TEXT),),
        spans=(ChunkSpan(id="1", page=1, start=0, end=len(TEXT)),),
    )
    store.files.record("docs", document)
    database.close()


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[dict[str, Any]]:
    assert main(["retrieval", *words, "--json"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_that_a_question_is_added_with_the_passage_that_answers_it(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--document", "handbook.md", "--quote", "27 days\nof holiday")
    assert run(capsys, "testset", "add", "docs", "mine", "How many days?", *words) == [{"added": 1}]
    (question,) = run(capsys, "testset", "show", "docs", "mine")
    (place,) = question["relevant"]
    assert TEXT[place["start"] : place["end"]] == "27 days of holiday" and place["document"] == "staff/handbook.md"
    (problem,) = run(
        capsys, "testset", "add", "docs", "mine", "Why?", "--document", "handbook.md", "--quote", "never", code=1
    )
    assert problem["error"]["message"] == "The passage does not stand in staff/handbook.md."


def test_that_a_table_is_imported_and_reviewed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "asked.csv"
    path.write_text("Frage,Datei\nWie viele Tage?,handbook\nWer?,nichts.pdf\n", encoding="utf-8")
    columns = ("--question-column", "Frage", "--document-column", "Datei")
    (found,) = run(capsys, "testset", "import", "docs", "mine", str(path), *columns)
    assert (found["questions"], found["new"], len(found["problems"])) == (1, 1, 1)
    (question,) = run(capsys, "testset", "show", "docs", "mine")
    assert run(capsys, "testset", "reject", "docs", "mine", question["id"]) == [{"rejected": 1}]
    (listed,) = run(capsys, "testset", "list", "docs")
    assert listed["test_sets"][0] | {"created": ""} == {
        "name": "mine", "accepted": 0, "waiting": 0, "rejected": 1, "created": "",
    }  # fmt: skip
    (problem,) = run(capsys, "measure", "docs", "mine", code=1)
    assert "no question that counts" in problem["error"]["message"]
    (problem,) = run(capsys, "tune", "docs", "mine", code=1)
    assert "too few to tune" in problem["error"]["message"]


def test_that_a_beir_folder_is_unpacked_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a/1", "title": "T", "text": "x"}\n', encoding="utf-8")
    assert run(capsys, "testset", "unpack", str(tmp_path), str(tmp_path / "out"))[0]["documents"] == 1
    assert (tmp_path / "out" / "a_1.txt").read_text(encoding="utf-8") == "T\n\nx"
    run(capsys, "testset", "unpack", str(tmp_path), str(tmp_path / "out"), code=1)


def test_that_there_is_nothing_to_show_before_anything_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "results", "docs") == [{"measurements": []}]
    assert run(capsys, "tunings", "docs") == [{"tunings": []}]
    assert run(capsys, "clear", "docs") == [{"removed": 0}]
    run(capsys, "use", "docs", "7", code=1)


def test_that_a_measured_setting_is_used_after_the_collection_was_renamed(
    capsys: pytest.CaptureFixture[str], home: WorkbenchPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(home.database)
    embedder = EmbedderRef(name="e", path="/e", content_hash="0" * 64)
    CollectionStore(database, home).create("other", embedder, ChunkingConfig())
    setting = RetrievalSetting(chunking=ChunkingConfig(), embedder=embedder)
    report = MeasureReport(
        collection="docs", test_set="s", test_set_hash="h", k=10, measure=Measure.NDCG, questions=(), best=0,
        results=(SettingResult(setting=setting),),
    )  # fmt: skip
    MeasurementStore(database).save(report, (), folder="f")
    database.close()
    monkeypatch.setattr(applying, "use_setting", lambda *_: None)
    assert main(["collections", "rename", "docs", "papers"]) == 0
    capsys.readouterr()
    assert run(capsys, "use", "papers", "1")[0]["collection"] == "papers"
    (problem,) = run(capsys, "use", "papers", "1", "--setting", "1", code=1)
    assert problem["error"]["message"] == "Measurement 1 of “papers” has no setting 1."
    (problem,) = run(capsys, "use", "other", "1", code=1)
    assert problem["error"]["message"] == "Measurement 1 is not one of “other”."
