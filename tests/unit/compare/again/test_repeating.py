"""Asking for the same again: found where it lies now, and what is not as it was is said."""

from pathlib import Path

import pytest

from tests.unit.compare.scripted import COLLECTION, ScriptedTools, always_right, arm, numbered
from workbench.compare.again.repeating import repeat
from workbench.compare.arm_types import Arm
from workbench.compare.catalogue import Catalogue
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.errors import WorkbenchError
from workbench.finetune.types import Adapter
from workbench.jobs.context import RecordingContext
from workbench.llm.adapters import adapter_hash
from workbench.llm.library import find_starter
from workbench.llm.types import AdapterRef, LoadConfig, ModelRef
from workbench.rag.journal import Commit, DocumentMark, Journal
from workbench.scoring.types import MetricChoice


@pytest.fixture
def model() -> ModelRef:
    found = find_starter()
    assert found is not None
    return found


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "index").mkdir()
    Journal(tmp_path / "index").confirm(Commit(1, documents={"a" * 64: DocumentMark(3, "1" * 64)}))
    collection = COLLECTION.model_copy(update={"folder": str(tmp_path / "index")})
    return Catalogue(models_folder=str(tmp_path / "models"), collections=(collection,))


def measured(*arms: Arm, folder: Path, **more: object) -> ComparisonReport:
    values = {"name": "sums", "examples": numbered(4), "metrics": (MetricChoice(name="exact_match"),), "arms": arms}
    request = CompareRequest.model_validate({**values, "folder": str(folder / "run"), **more})
    return compare(RecordingContext(), request, ScriptedTools(always_right))


def known_adapter(name: str, path: Path) -> Adapter:
    return Adapter(
        name=name, folder="", gguf_path=str(path), gguf_hash=adapter_hash(path), base_name="", base_path="",
        base_hash="", rank=4, rows=9,
    )  # fmt: skip


def test_that_the_same_is_asked_for_again(model: ModelRef, catalogue: Catalogue, tmp_path: Path) -> None:
    rag = arm("rag", collection=True, model=model).model_copy(update={"collection": catalogue.collections[0]})
    slow = LoadConfig(context_length=512)
    report = measured(arm("prompt", model=model, system="Add."), rag, folder=tmp_path, seed=7, loads={model.path: slow})
    again = repeat(report, catalogue, number=3)
    assert again.changes == ()
    assert again.request.again_of == 3
    assert (again.request.arms, again.request.examples) == (report.request and report.request.arms, report.examples)
    assert (again.request.seed, again.request.loads) == (7, {model.path: slow})


def test_that_a_changed_collection_is_said(model: ModelRef, catalogue: Catalogue, tmp_path: Path) -> None:
    rag = arm("rag", collection=True, model=model).model_copy(update={"collection": catalogue.collections[0]})
    report = measured(rag, folder=tmp_path)
    Journal.read(tmp_path / "index").confirm(Commit(2, documents={"b" * 64: DocumentMark(1, "2" * 64)}))  # type: ignore[union-attr]
    assert repeat(report, catalogue).changes == ("The collection “handbook” has changed: 1 document is new.",)


def test_that_a_moved_adapter_is_found_by_its_content(model: ModelRef, catalogue: Catalogue, tmp_path: Path) -> None:
    before, now = tmp_path / "before.gguf", tmp_path / "now.gguf"
    before.write_bytes(b"adapter")
    tuned = arm("tuned", adapter=str(before), model=model).model_copy(update={"adapter_hash": adapter_hash(before)})
    report = measured(tuned, folder=tmp_path)
    before.rename(now)
    found = repeat(report, catalogue.model_copy(update={"adapters": (known_adapter("renamed", now),)}))
    assert found.changes == ()
    assert found.request.arms[0].adapter == AdapterRef(path=str(now))


def test_that_an_adapter_that_was_trained_anew_is_said(model: ModelRef, catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "tuned.gguf"
    path.write_bytes(b"adapter")
    tuned = arm("tuned", adapter=str(path), model=model).model_copy(update={"adapter_hash": adapter_hash(path)})
    report = measured(tuned, folder=tmp_path)
    path.write_bytes(b"another one")
    found = repeat(report, catalogue.model_copy(update={"adapters": (known_adapter("tuned", path),)}))
    assert found.changes == ("The adapter “tuned” is another one than it was.",)
    assert found.request.arms[0].adapter_hash == adapter_hash(path)


def test_that_everything_that_is_gone_is_named_at_once(model: ModelRef, catalogue: Catalogue, tmp_path: Path) -> None:
    gone = tmp_path / "gone.gguf"
    lost = arm("tuned", adapter=str(gone), model=model)
    rag = arm("rag", collection=True, model=model)
    report = measured(lost, rag, folder=tmp_path)
    with pytest.raises(WorkbenchError) as caught:
        repeat(report, catalogue.model_copy(update={"collections": ()}))
    assert "Arm “tuned”: The adapter “gone” is gone." in caught.value.message
    assert "Arm “rag”: There is no collection “handbook”." in caught.value.message


def test_that_a_model_that_is_another_file_is_said(model: ModelRef, catalogue: Catalogue, tmp_path: Path) -> None:
    other = model.model_copy(update={"content_key": "of another file", "path": "/gone.gguf"})
    report = measured(arm("prompt", model=other), folder=tmp_path)
    found = repeat(report, catalogue)
    assert found.changes == ("The model “starter” is another file than it was.",)
    assert found.request.arms[0].model.path == model.path


def test_that_a_report_of_an_earlier_version_cannot_be_repeated(catalogue: Catalogue, tmp_path: Path) -> None:
    report = measured(arm("prompt"), folder=tmp_path).model_copy(update={"request": None})
    with pytest.raises(WorkbenchError, match="earlier version"):
        repeat(report, catalogue)
