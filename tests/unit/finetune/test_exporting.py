"""Adapters in other forms answer the same; the store finds them by name and path."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from tests.unit.finetune.conftest import RequestMaker, colour_rows
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.finetune import exporting
from workbench.finetune.base_model import compare_logits
from workbench.finetune.checkpoints import problem_with
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf import merging
from workbench.finetune.store import AdapterStore
from workbench.finetune.tasks import export, train
from workbench.finetune.types import Adapter, ExportFormat, ExportReport, ExportRequest, MergedQuantization
from workbench.jobs.context import RecordingContext
from workbench.llm.gguf_header import read_header
from workbench.llm.types import ModelRef

pytestmark = pytest.mark.slow


@pytest.fixture
def adapter(make_request: RequestMaker) -> Iterator[Adapter]:
    report = train(RecordingContext(), make_request(epochs=6))
    assert report.adapter
    yield report.adapter


def export_as(adapter: Adapter, format: ExportFormat, out: Path, **more: object) -> ExportReport:
    request = ExportRequest.model_validate({"adapter": adapter, "format": format, "out": str(out), **more})
    return export(RecordingContext(), request)


@pytest.mark.parametrize("quantization", list(MergedQuantization))
def test_that_a_merged_model_answers_like_base_and_adapter(
    adapter: Adapter, base: ModelRef, tmp_path: Path, quantization: MergedQuantization
) -> None:
    report = export_as(adapter, ExportFormat.GGUF_MERGED, tmp_path / "merged.gguf", quantization=quantization)
    with EngineProbe(Path(base.path)) as plain, EngineProbe(Path(report.path)) as merged:
        text = plain.conversation(colour_rows()[1].messages)
        ids = plain.tokenize(text)
        assert merged.tokenize(text) == ids
        assert merged.conversation(colour_rows()[1].messages) == text
        with_adapter = plain.logits(ids, Path(adapter.gguf_path))
        assert compare_logits(with_adapter, merged.logits(ids)).relative < 0.03
        assert compare_logits(plain.logits(ids), merged.logits(ids)).relative > 0.3, "the adapter must be in it"
    assert report.verification
    assert report.verification.rms_difference <= report.verification.tolerance


def test_that_a_merged_model_keeps_every_header_entry_of_its_base(
    adapter: Adapter, base: ModelRef, tmp_path: Path
) -> None:
    report = export_as(adapter, ExportFormat.GGUF_MERGED, tmp_path / "merged.gguf")
    old, new = read_header(Path(base.path)), read_header(Path(report.path))
    changed = {"general.name", "general.file_type"}
    assert {k: v for k, v in new.metadata.items() if k not in changed} == {
        k: v for k, v in old.metadata.items() if k not in changed
    }
    assert new.text("general.name") == "colours"
    assert {name: t.shape for name, t in new.tensors.items()} == {name: t.shape for name, t in old.tensors.items()}


def test_that_a_peft_export_loads_in_peft_and_is_sealed(adapter: Adapter, tmp_path: Path) -> None:
    report = export_as(adapter, ExportFormat.PEFT, tmp_path / "peft")
    folder = Path(report.path)
    assert problem_with(folder, ("adapter_model.safetensors", "adapter_config.json")) == ""
    settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    assert (settings["r"], settings["base_model_name_or_path"]) == (4, "tiny")
    export_as(adapter, ExportFormat.PEFT, folder)  # an earlier export may be replaced


def test_that_a_gguf_export_is_the_verified_file(adapter: Adapter, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    report = export_as(adapter, ExportFormat.GGUF_LORA, tmp_path / "there")
    assert report.path == str(tmp_path / "there" / "colours.gguf")
    assert report.sha256 == adapter.gguf_hash


def test_that_an_export_that_answers_differently_is_not_kept_and_the_old_one_stays(
    adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "merged.gguf"
    out.write_bytes(b"the old one")
    honest = merging.merge

    def wrong(*arguments: object, **more: object) -> None:
        base, pairs, scale, path = arguments
        honest(base, pairs, -scale, path, **more)  # type: ignore[arg-type,operator]

    monkeypatch.setattr(exporting, "merge", wrong)
    with pytest.raises(WorkbenchError, match="does not answer like the trained one"):
        export_as(adapter, ExportFormat.GGUF_MERGED, out)
    assert out.read_bytes() == b"the old one"
    assert list(tmp_path.glob(".*new*")) == []


def test_that_a_replaced_base_and_a_full_folder_are_refused(adapter: Adapter, base: ModelRef, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="is not empty"):
        export_as(adapter, ExportFormat.PEFT, Path(adapter.folder).parent)
    write_tiny_gguf(Path(base.path), seed=5, context=256)
    with pytest.raises(WorkbenchError, match="is not the one that “colours” was trained on"):
        export_as(adapter, ExportFormat.GGUF_MERGED, tmp_path / "merged.gguf")


def test_that_the_store_finds_adapters_by_name_folder_and_file(adapter: Adapter, database: Database) -> None:
    store = AdapterStore(database)
    assert store.adopt() == [adapter], "a training that ended while nobody listened"
    assert store.adopt() == []
    assert store.get("colours") == store.get(adapter.folder) == store.list_adapters()[0] == adapter
    by_file = store.get(adapter.gguf_path)
    assert (by_file.gguf_hash, by_file.rank) == (adapter.gguf_hash, 4)
    with pytest.raises(WorkbenchError, match="no adapter “colors”") as caught:
        store.get("colors")
    assert "colours" in caught.value.hint
    with pytest.raises(WorkbenchError, match="already an adapter"):
        store.check_free("Colours")


def test_that_a_damaged_adapter_is_refused_and_a_deleted_one_is_gone(adapter: Adapter, database: Database) -> None:
    store = AdapterStore(database)
    copy = Path(adapter.folder).with_name("copy")
    shutil.copytree(adapter.folder, copy)
    (copy / "adapter.gguf").write_bytes(b"torn")
    with pytest.raises(WorkbenchError, match=r"adapter.gguf is damaged"):
        store.get(str(copy))
    store.record(adapter)
    store.delete("colours")
    assert not Path(adapter.folder).exists()
    assert store.find("colours") is None


def test_that_an_adapter_from_elsewhere_is_described_by_its_header(database: Database, tmp_path: Path) -> None:
    foreign = AdapterStore(database).get(str(write_tiny_adapter(tmp_path / "foreign.gguf", rank=3)))
    assert (foreign.name, foreign.rank) == ("foreign", 3)
    with pytest.raises(WorkbenchError, match="was not trained here"):
        export_as(foreign, ExportFormat.GGUF_LORA, tmp_path / "out.gguf")
