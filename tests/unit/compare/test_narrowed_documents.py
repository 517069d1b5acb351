"""Arms that ask only documents of some days or languages: which these are is looked up before the run, and stays."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.unit.compare.scripted import arm
from tests.unit.compare.test_retrieval_of_arms import Found, spec_of
from tests.unit.rag.test_document_filter import store as store
from workbench.compare.again.run_folder import write_run_folder
from workbench.compare.arm_spec import RetrievalSpec
from workbench.compare.catalogue import Catalogue, RowsFile, with_documents
from workbench.compare.resolving import resolve
from workbench.compare.spec import ComparisonSpec, load_spec
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.written import to_yaml
from workbench.errors import WorkbenchError
from workbench.rag.store import CollectionStore
from workbench.rag.types import HitFilter
from workbench.scoring.types import MetricChoice

__all__ = ["store"]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "What is 1 plus one?", "answer": "2"}\n', encoding="utf-8")
    return path


def spec(questions: Path, **retrieval: object) -> ComparisonSpec:
    made = spec_of(questions, **retrieval)
    return made.model_copy(update={"arms": (made.arms[0].model_copy(update={"collection": "house"}),)})


def test_that_an_arm_asks_only_what_was_changed_in_these_days_in_these_languages(
    store: CollectionStore, questions: Path
) -> None:
    known = Catalogue(datasets={"sums": RowsFile(path=str(questions), content_hash="")})
    wanted = spec(questions, since="2024-01-01", languages="english", also=["garden"])
    [found] = resolve(wanted, Found(with_documents(known, store, wanted))).request.arms
    assert found.collection is not None
    assert found.collection.only.documents == ("letters/b.md", "letters/old/c.md")
    assert found.others == ()  # the garden has nothing of that time


def test_that_days_without_documents_are_said_before_anything_runs(store: CollectionStore, questions: Path) -> None:
    with pytest.raises(WorkbenchError, match="No document of “house”"):
        with_documents(Catalogue(), store, spec(questions, since="2030-01-01"))
    with pytest.raises(ValidationError, match="is after the last"):
        RetrievalSpec(since=date(2024, 2, 1), until=date(2024, 1, 1))


def test_that_days_are_written_and_read_again(questions: Path, tmp_path: Path) -> None:
    wanted = spec(questions, since="2024-01-01", until="2024-12-31", languages=["German"])
    wanted = wanted.model_copy(update={"arms": (wanted.arms[0].model_copy(update={"examples": None}),)})
    path = tmp_path / "compare.yaml"
    path.write_text(to_yaml(wanted), encoding="utf-8")
    assert load_spec(path).arms == wanted.arms


def test_that_an_exported_arm_names_the_documents_that_it_asked(tmp_path: Path) -> None:
    asked = arm("rag", collection=True)
    assert asked.collection is not None
    narrow = asked.collection.model_copy(update={"only": HitFilter(documents=("a.md", "b.md"))})
    request = CompareRequest(
        name="x",
        examples=(),
        metrics=(MetricChoice(name="exact_match"),),
        arms=(asked.model_copy(update={"collection": narrow}),),
    )
    report = ComparisonReport.model_validate(
        {"name": "x", "metrics": ["exact_match"], "request": request, "verdict": {}}
    )
    [written] = load_spec(write_run_folder(report, tmp_path / "out")).arms
    assert written.retrieval is not None
    assert written.retrieval.only.documents == ("a.md", "b.md")
