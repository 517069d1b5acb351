"""A folder that runs a comparison again: readable files, and what it was exactly."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.unit.compare.again.test_repeating import measured
from tests.unit.compare.scripted import COLLECTION, arm
from workbench.compare.again.run_folder import read_exact, write_run_folder, write_zip, zipped
from workbench.compare.arm_types import Arm
from workbench.compare.spec import load_spec
from workbench.compare.types import ComparisonReport
from workbench.datasets.test_sets.reading import read_question_file
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig, Role
from workbench.playground.few_shot import read_shots
from workbench.playground.types import Prompt, PromptBlock, Shot
from workbench.rag.answer_types import PassageOrder
from workbench.rag.search_types import RetrievalConfig


@pytest.fixture
def report(tmp_path: Path) -> ComparisonReport:
    shots = (Shot(question="What is 5 plus one?", answer="6"), Shot(question="a\nb", answer="“c”"))
    rag = arm("rag", collection=True, retrieval=RetrievalConfig(top_k=3), order=PassageOrder.EDGES, passage_tokens=900)
    prompt = Prompt(blocks=(PromptBlock(role=Role.USER, text="{{ question }}"),))
    saved = arm("saved", prompt=prompt, prompt_name="short", prompt_number=3, prompt_label="v3")
    plain = arm("prompt / 1", system="Add.\nBe brief.", shots=shots, generation=GenerationConfig(max_tokens=9, seed=4))
    return _with(measured(plain, rag, folder=tmp_path, seed=4), saved)


def _with(report: ComparisonReport, saved: Arm) -> ComparisonReport:
    """A saved prompt needs a renderer to be asked; here it only has to be written down."""
    assert report.request is not None
    arms = (*report.request.arms, saved)
    return report.model_copy(update={"request": report.request.model_copy(update={"arms": arms})})


def test_that_the_folder_is_a_comparison_that_can_be_read(report: ComparisonReport, tmp_path: Path) -> None:
    spec = load_spec(write_run_folder(report, tmp_path / "out"))
    plain, rag, saved = spec.arms
    assert (spec.name, spec.seed, [metric.name for metric in spec.metrics]) == ("sums", 4, ["exact_match"])
    assert Path(plain.prompt).read_text(encoding="utf-8") == "Add.\nBe brief."
    assert plain.examples is not None
    assert [shot.answer for shot in read_shots(Path(plain.examples.from_file))] == ["6", "“c”"]
    assert (plain.generation.max_tokens, plain.generation.seed) == (9, 4)
    assert rag.retrieval is not None
    assert (rag.collection, rag.retrieval.top_k) == (COLLECTION.name, 3)
    assert (rag.retrieval.order, rag.retrieval.passage_tokens) == (PassageOrder.EDGES, 900)
    assert saved.prompt == "saved:short@3"
    assert "{{ question }}" in (tmp_path / "out" / "prompts" / "3-saved.md").read_text(encoding="utf-8")
    found = read_question_file(Path(spec.questions))
    assert tuple(question.example() for question in found.questions) == report.examples


def test_that_what_it_was_exactly_lies_beside_it(report: ComparisonReport, tmp_path: Path) -> None:
    path = write_run_folder(report, tmp_path / "out")
    kept = read_exact(path, Path(load_spec(path).exact))
    assert kept is not None and kept.report.request is not None and report.request is not None
    assert kept.report.request.arms == report.request.arms
    assert kept.report.examples == report.examples
    assert kept.report.trials == ()
    assert len(kept.answers) == len(report.trials)


@pytest.mark.parametrize("name", ["compare.yaml", "questions.jsonl", "prompts/1-prompt---1.txt"])
def test_that_a_change_beside_it_counts(report: ComparisonReport, tmp_path: Path, name: str) -> None:
    path = write_run_folder(report, tmp_path / "out")
    changed = tmp_path / "out" / name
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert read_exact(path, tmp_path / "out" / "exact.json") is None
    write_run_folder(report, tmp_path / "out")
    changed.write_bytes(changed.read_bytes().replace(b"\n", b"\r\n"))
    assert read_exact(path, tmp_path / "out" / "exact.json") is not None, "other line ends are no change"


def test_that_a_damaged_file_is_said(report: ComparisonReport, tmp_path: Path) -> None:
    path = write_run_folder(report, tmp_path / "out")
    (tmp_path / "out" / "exact.json").write_text("{", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="damaged"):
        read_exact(path, tmp_path / "out" / "exact.json")
    (tmp_path / "out" / "exact.json").unlink()
    with pytest.raises(WorkbenchError, match="not there"):
        load_spec(path)


def test_that_a_zip_holds_the_same_files(report: ComparisonReport, tmp_path: Path) -> None:
    write_run_folder(report, tmp_path / "out")
    write_zip(report, tmp_path / "r.zip")
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / "out" / name).read_bytes()
    assert zipped(report) == (tmp_path / "r.zip").read_bytes()
    assert json.loads(zipfile.ZipFile(io.BytesIO(zipped(report))).read("exact.json"))["schema_version"] == 1
    assert not list(tmp_path.glob("*.part"))


def test_that_a_place_that_cannot_be_written_is_named(report: ComparisonReport, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    with pytest.raises(WorkbenchError, match="docs cannot be written"):
        write_zip(report, tmp_path / "docs")
    (tmp_path / "rand.jsonl").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"rand\.jsonl cannot be written"):
        write_run_folder(report, tmp_path / "rand.jsonl")
    assert (tmp_path / "rand.jsonl").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.endswith(".part")) == []


def test_that_a_report_of_an_earlier_version_has_no_folder(report: ComparisonReport, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="earlier version"):
        write_run_folder(report.model_copy(update={"request": None}), tmp_path / "out")
