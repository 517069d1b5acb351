"""Comparisons on test sets: what is asked, which version is kept, and what questions without answers are judged by."""

from pathlib import Path

import pytest
import yaml

from tests.llm_models import write_tiny_gguf
from tests.unit.compare.running import request_for
from tests.unit.compare.scripted import ScriptedTools, arm, knows_with_passages, numbered
from tests.unit.compare.test_run import only
from workbench.compare.catalogue import read_catalogue, resolve_from, with_test_set
from workbench.compare.running import comparison_job
from workbench.compare.spec import load_spec, save_spec
from workbench.compare.store import ComparisonStore
from workbench.compare.tasks import compare
from workbench.compare.trial_types import FailureReason
from workbench.compare.types import CompareRequest
from workbench.database import Database
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import SetQuestion, as_question, questions_hash
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Finished, Started
from workbench.llm.types import LoadConfig
from workbench.paths import WorkbenchPaths
from workbench.recording import recorder
from workbench.scoring.types import MetricChoice


@pytest.fixture
def sets(database: Database) -> TestSetStore:
    store = TestSetStore(database)
    store.add("sums", [SetQuestion(question="1+1?", answers=("2",), tags=("easy",)), SetQuestion(question="2+2?")])
    return store


def written(folder: Path, questions: str) -> Path:
    write_tiny_gguf(folder / "m.gguf", seed=1)
    path = folder / "spec.yaml"
    spec = {"name": "n", "questions": questions, "metrics": ["exact_match"], "arms": [{"name": "a", "model": "m.gguf"}]}
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    return path


def resolved(database: Database, home: WorkbenchPaths, spec_path: Path) -> CompareRequest:
    spec = load_spec(spec_path)
    catalogue = with_test_set(read_catalogue(database, home, []), database, spec.questions)
    return resolve_from(catalogue, spec, load=LoadConfig()).request


def test_that_a_comparison_asks_a_named_set(
    database: Database, home: WorkbenchPaths, sets: TestSetStore, tmp_path: Path
) -> None:
    request = resolved(database, home, written(tmp_path, "set:sums"))
    assert [example.question for example in request.examples] == ["1+1?", "2+2?"]
    assert request.examples[0].tags == ("easy",)
    assert (request.test_set, request.questions_hash) == ("sums", questions_hash(request.examples))


def test_that_a_set_that_is_not_there_is_named(
    database: Database, home: WorkbenchPaths, sets: TestSetStore, tmp_path: Path
) -> None:
    with pytest.raises(WorkbenchError, match="no test set “prices”") as caught:
        resolved(database, home, written(tmp_path, "set:prices"))
    assert "There are: sums." in caught.value.hint


def test_that_a_file_has_a_hash_but_no_name(database: Database, home: WorkbenchPaths, tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,answer\n1+1?,2\n", encoding="utf-8")
    request = resolved(database, home, written(tmp_path, "q.csv"))
    assert (request.test_set, request.questions_hash) == ("", questions_hash(request.examples))


def test_that_a_saved_comparison_names_its_set(tmp_path: Path) -> None:
    spec = load_spec(written(tmp_path, "set:sums@3f2a91cc"))
    save_spec(spec, tmp_path / "again.yaml")
    assert load_spec(tmp_path / "again.yaml") == spec
    assert "questions: set:sums@3f2a91cc" in (tmp_path / "again.yaml").read_text(encoding="utf-8")


def test_that_the_version_is_kept_from_the_start_of_the_run(
    database: Database, home: WorkbenchPaths, sets: TestSetStore, tmp_path: Path
) -> None:
    request = resolved(database, home, written(tmp_path, "set:sums"))
    record = recorder(database, comparison_job(request))
    record(Started(job_id="j"))
    record(Started(job_id="j"))
    [version] = sets.versions("sums")
    assert (version.content_hash, version.questions) == (request.questions_hash, 2)
    first = sets.questions("sums")[0]
    sets.change("sums", first.model_copy(update={"answers": ("two",)}))
    again = resolved(database, home, written(tmp_path, f"set:sums@{version.content_hash[:12]}"))
    assert (again.examples, again.questions_hash) == (request.examples, request.questions_hash)
    assert resolved(database, home, written(tmp_path, "set:sums")).questions_hash != request.questions_hash


def test_that_the_history_tells_which_version_was_used(database: Database, tmp_path: Path) -> None:
    examples = numbered(3)
    sets = TestSetStore(database)
    sets.add("sums", [as_question(example) for example in examples])
    request = request_for(arm("a"), folder=tmp_path, count=3).model_copy(
        update={"test_set": "sums", "questions_hash": questions_hash(examples)}
    )
    compare(RecordingContext(), request, ScriptedTools(knows_with_passages))
    recorder(database, comparison_job(request))(Finished(job_id="j", result={}))
    [entry] = ComparisonStore(database).list_comparisons()
    assert entry.questions_hash == sets.versions("sums")[0].content_hash


def test_that_without_a_known_answer_only_retrieval_is_judged(tmp_path: Path) -> None:
    request = request_for(arm("rag", collection=True), folder=tmp_path, count=4)
    metrics = (MetricChoice(name="exact_match"), MetricChoice(name="recall_at_k"), MetricChoice(name="json_valid"))
    unknown = [example.model_copy(update={"answers": (), "answers_unknown": True}) for example in request.examples]
    request = request.model_copy(update={"metrics": metrics, "examples": tuple(unknown)})
    report = compare(RecordingContext(), request, ScriptedTools(knows_with_passages))
    for trial in only(report.trials, "rag"):
        assert trial.scores["exact_match"].value is None
        assert "right answer is not known" in trial.scores["exact_match"].explanation
        assert trial.scores["recall_at_k"].value is not None
        assert trial.scores["json_valid"].value == 0.0
        assert trial.failure is None
    recall_first = request.model_copy(update={"metrics": metrics[1:], "folder": str(tmp_path / "recall")})
    judged = compare(RecordingContext(), recall_first, ScriptedTools(knows_with_passages))
    reasons = {trial.failure for trial in judged.trials if (trial.scores["recall_at_k"].value or 0) < 1}
    assert reasons <= {FailureReason.NOT_RETRIEVED}
    assert report.verdict.winner is None
