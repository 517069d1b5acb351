"""Adapters in other forms answer the same; the store finds them by name and path."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from tests.unit.finetune.conftest import colour_rows
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.finetune import export_room, exporting, verification
from workbench.finetune.base_model import compare_logits
from workbench.finetune.checkpoints import problem_with, seal
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.export_place import clear_left
from workbench.finetune.export_proof import TestPrompt, TestPrompts, check_marks
from workbench.finetune.gguf import merging
from workbench.finetune.running import rows_request
from workbench.finetune.store import AdapterStore
from workbench.finetune.tasks import export, train
from workbench.finetune.types import (
    Adapter,
    ExportFormat,
    ExportReport,
    ExportRequest,
    MergedQuantization,
    TrainingConfig,
)
from workbench.jobs.context import RecordingContext
from workbench.llm.gguf_header import read_header
from workbench.llm.types import ChatMessage, ModelRef, Role
from workbench.paths import WorkbenchPaths

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Adapter:
    """Trained once for all: each test gets a copy of its own."""
    folder = tmp_path_factory.mktemp("trained")
    home = WorkbenchPaths(folder / "home")
    home.create()
    path = write_tiny_gguf(folder / "tiny.gguf", context=256)
    config = TrainingConfig(epochs=6, batch_size=4, rank=4, alpha=8.0, learning_rate=1e-2)
    base = ModelRef(name="tiny", path=str(path), architecture="llama")
    request = rows_request(home, name="colours", base=base, rows=colour_rows(), config=config, origin="colours")
    report = train(RecordingContext(), request)
    assert report.adapter
    return report.adapter


@pytest.fixture
def adapter(trained: Adapter, base: ModelRef, home: WorkbenchPaths) -> Adapter:
    """In the data folder of the test, of the test's own base (the same bytes)."""
    folder = home.adapters / "colours"
    shutil.copytree(trained.folder, folder)
    shutil.copytree(Path(trained.folder).parents[1] / "datasets", home.home / "datasets")
    here = {"folder": str(folder), "gguf_path": str(folder / "adapter.gguf"), "base_path": base.path}
    card = trained.model_copy(update=here)
    (folder / "card.json").write_text(card.model_dump_json(), encoding="utf-8")
    seal(folder)
    return card


def export_as(adapter: Adapter, format: ExportFormat, out: Path, **more: object) -> ExportReport:
    rows = Path(adapter.folder).parents[1] / "datasets" / f"{adapter.dataset_hash}.jsonl"
    wanted = {"adapter": adapter, "format": format, "out": str(out), "rows_path": str(rows), **more}
    request = ExportRequest.model_validate(wanted)
    return export(RecordingContext(), request)


@pytest.mark.parametrize("quantization", [MergedQuantization.F16, MergedQuantization.Q8_0])
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


def test_that_every_form_answers_the_test_prompts_like_the_trained_model(adapter: Adapter, tmp_path: Path) -> None:
    for format in ExportFormat:
        report = export_as(adapter, format, tmp_path / format.value)
        assert report.answers is not None, format
        assert report.answers.prompts == 12
        assert report.answers.same_answers == 12, format
        assert report.answers.score == report.answers.trained_score
        assert report.answers.metric == "label_accuracy"


def test_that_a_folder_for_ollama_holds_model_template_and_stops(adapter: Adapter, tmp_path: Path) -> None:
    report = export_as(adapter, ExportFormat.OLLAMA, tmp_path / "ollama")
    folder = Path(report.path)
    assert problem_with(folder, ("colours.gguf", "Modelfile")) == ""
    text = (folder / "Modelfile").read_text(encoding="utf-8")
    assert text.startswith("FROM ./colours.gguf\nTEMPLATE")
    assert "<|user|>{{ $m.Content }}" in text
    assert 'PARAMETER stop "<|end|>"' in text
    export_as(adapter, ExportFormat.OLLAMA, folder)  # an earlier export may be replaced
    with pytest.raises(WorkbenchError, match="is not empty"):
        export_as(adapter, ExportFormat.OLLAMA, Path(adapter.folder))


def test_that_a_quantised_model_is_made_from_a_proved_one_and_its_loss_is_told(
    adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "small.gguf"
    report = export_as(adapter, ExportFormat.GGUF_MERGED, out, quantization=MergedQuantization.Q6_K)
    assert report.verification is not None
    assert 0 < report.verification.rms_difference < report.verification.tolerance
    assert report.quantization == "q6_k"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["small.gguf", "tiny.gguf"]
    monkeypatch.setitem(exporting._LOSS_FLOOR, MergedQuantization.Q6_K, 0.0)
    monkeypatch.setattr(verification, "_FACTOR", 0.0)
    out.unlink()
    with pytest.raises(WorkbenchError) as caught:
        export_as(adapter, ExportFormat.GGUF_MERGED, out, quantization=MergedQuantization.Q6_K)
    assert not out.exists()
    assert caught.value.code == "export_differs"


def break_scale(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    base, pairs, scale, path = arguments
    return base, pairs, -scale, path


def test_that_a_file_with_another_template_or_end_is_refused_by_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = write_tiny_gguf(tmp_path / "base.gguf")
    other = write_tiny_gguf(tmp_path / "other.gguf", template="{% for m in messages %}{{ m.content }}{% endfor %}")
    prompts = TestPrompts((TestPrompt((ChatMessage(role=Role.USER, content="number 1"),)),))
    with EngineProbe(base) as plain, EngineProbe(other) as exported, EngineProbe(base) as same:
        check_marks(plain, same, prompts)
        with pytest.raises(WorkbenchError) as caught:
            check_marks(plain, exported, prompts)
        assert caught.value.facts["cause"] == "template"
        monkeypatch.setattr(same, "ends", lambda token: token == 3)
        with pytest.raises(WorkbenchError) as caught:
            check_marks(plain, same, prompts)
        assert caught.value.facts["cause"] == "end token"


def test_that_an_export_that_answers_differently_is_not_kept_and_the_old_one_stays(
    adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "merged.gguf"
    out.write_bytes(b"the old one")
    honest = merging.merge
    monkeypatch.setattr(exporting, "merge", lambda *args, **more: honest(*break_scale(args), **more))
    with pytest.raises(WorkbenchError, match="does not answer like the trained one") as caught:
        export_as(adapter, ExportFormat.GGUF_MERGED, out, quantization=MergedQuantization.F16)
    assert caught.value.facts["cause"] == "tensor"
    assert out.read_bytes() == b"the old one"
    assert list(tmp_path.glob(".*new*")) == []


def test_that_a_full_disk_is_said_before_anything_is_written(
    adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_room, "free_bytes", lambda folder: 1000)
    with pytest.raises(WorkbenchError, match=r"only 1\.0 kB are free") as caught:
        export_as(adapter, ExportFormat.GGUF_MERGED, tmp_path / "merged.gguf")
    assert caught.value.code == "disk_full"


def test_that_what_a_killed_export_left_is_cleared_and_the_old_one_comes_back(adapter: Adapter, tmp_path: Path) -> None:
    out = tmp_path / "peft"
    dead = 2**22 + 1  # no process of this number
    (tmp_path / f".peft.{dead}.new").mkdir()
    old = tmp_path / f".peft.{dead}.old"
    old.mkdir()
    (old / "adapter_config.json").write_text("{}", encoding="utf-8")
    clear_left(out)
    assert (out / "adapter_config.json").is_file()
    assert [path.name for path in tmp_path.iterdir() if "peft" in path.name] == ["peft"]


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


def test_that_an_answer_of_broken_characters_is_no_mismatch(base: ModelRef, home: WorkbenchPaths) -> None:
    """A model of bytes says what is no text: read back, such an answer is cut into other tokens than were chosen."""
    config = TrainingConfig(epochs=1, batch_size=8, rank=4, alpha=8.0, learning_rate=1e-2)
    rows = colour_rows(20)
    request = rows_request(home, name="unripe", base=base, rows=rows, config=config, origin="colours")
    report = train(RecordingContext(), request)
    assert report.adapter
    proof = export_as(report.adapter, ExportFormat.PEFT, home.home / "out").answers
    assert proof is not None
    assert proof.same_answers >= 10, "of 12"
