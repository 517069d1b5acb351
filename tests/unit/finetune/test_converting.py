"""Transformers folders become GGUF models that both engines agree on, or are refused in words with nothing left."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks._tiny_families import FAMILIES, SEED_TEXT, write_family
from tests.unit.finetune.conftest import colour_rows
from workbench.errors import WorkbenchError
from workbench.finetune.base_model import compare_logits, transformers_logits
from workbench.finetune.converting import ConvertReport, ConvertRequest, convert_folder, target_for
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.rewriting import rewrite
from workbench.finetune.gguf.twin import write_twin
from workbench.finetune.running import rows_request
from workbench.finetune.tasks import train
from workbench.finetune.types import TrainingConfig
from workbench.jobs.context import RecordingContext
from workbench.llm.gguf_header import read_header
from workbench.llm.types import ModelRef
from workbench.paths import WorkbenchPaths

pytestmark = pytest.mark.slow


def convert(folder: Path, target: Path) -> ConvertReport:
    model = ModelRef(name="tiny", path=str(folder), file_format="transformers")
    return convert_folder(RecordingContext(threads=2), ConvertRequest(model=model, target=str(target)))


@pytest.mark.parametrize("kind", FAMILIES)
def test_that_both_engines_compute_the_same_for_every_family(kind: str, tmp_path: Path) -> None:
    model = write_family(kind, tmp_path / "model")
    write_twin(tmp_path / "model", tmp_path / "twin.gguf", "tiny")
    ids = [int(i) for i in np.random.default_rng(0).integers(2, model.config.vocab_size, 150)]
    with EngineProbe(tmp_path / "twin.gguf") as probe:
        assert compare_logits(transformers_logits(model, ids), probe.logits(ids)).relative < 0.003


@pytest.mark.parametrize("kind", ["llama", "qwen2", "phi3", "gemma3_text"])
def test_that_a_model_whose_weights_all_changed_is_written_with_the_header_of_its_base(
    kind: str, tmp_path: Path
) -> None:
    import torch

    model = write_family(kind, tmp_path / "model")
    write_twin(tmp_path / "model", tmp_path / "base.gguf", "base")
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(1.0 + 0.1 * torch.rand(()))
    rewrite(tmp_path / "base.gguf", model.state_dict(), model.config, tmp_path / "changed.gguf", name="changed")
    ids = [int(i) for i in np.random.default_rng(0).integers(2, model.config.vocab_size, 50)]
    with EngineProbe(tmp_path / "changed.gguf") as probe, EngineProbe(tmp_path / "base.gguf") as base:
        assert compare_logits(transformers_logits(model, ids), probe.logits(ids)).relative < 0.003
        assert compare_logits(base.logits(ids), probe.logits(ids)).relative > 0.02, "nothing changed, nothing proved"
        assert probe.tokenize(SEED_TEXT) == base.tokenize(SEED_TEXT)
    header = read_header(tmp_path / "changed.gguf")
    assert header.text("general.name") == "changed"
    assert header.size("context_length") == model.config.max_position_embeddings


def test_that_a_converted_folder_is_a_model_of_the_library(tmp_path: Path) -> None:
    write_family("qwen2", tmp_path / "model")
    report = convert(tmp_path / "model", tmp_path / "models" / "tiny.gguf")
    assert (report.model.architecture, report.model.quantization, report.model.problem) == ("qwen2", "F16", "")
    assert report.relative_difference < 0.01
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["tiny.gguf"]
    assert target_for(report.model, tmp_path / "models").name == "tiny-F16.gguf"


def test_that_a_model_whose_layers_are_joined_is_trained_and_its_adapter_answers_the_same(
    home: WorkbenchPaths, tmp_path: Path
) -> None:
    write_family("phi3", tmp_path / "model")
    write_twin(tmp_path / "model", tmp_path / "phi.gguf", "tiny")
    base = ModelRef(name="tiny", path=str(tmp_path / "phi.gguf"), architecture="phi3")
    config = TrainingConfig(epochs=1, batch_size=8, rank=2, alpha=4.0, learning_rate=1e-2)
    request = rows_request(home, name="joined", base=base, rows=colour_rows(), config=config, origin="colours")
    report = train(RecordingContext(threads=1), request)
    assert report.adapter is not None, "the exported adapter was verified against the trained one"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model_type": "gpt2"}, "is of the type “gpt2”"),
        (
            {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}},
            "scales its positions",
        ),
    ],
)
def test_that_a_folder_that_cannot_become_one_file_is_refused_by_name(
    changes: dict[str, object], said: str, tmp_path: Path
) -> None:
    write_family("llama", tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    with pytest.raises(WorkbenchError, match=said):
        convert(tmp_path / "model", tmp_path / "out" / "tiny.gguf")
    assert not list((tmp_path / "out").iterdir())


def test_that_a_tokenizer_that_would_cut_otherwise_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    write_family("qwen2", tmp_path / "model")
    file = tmp_path / "model" / "tokenizer.json"
    fast = json.loads(file.read_text(encoding="utf-8"))
    fast["normalizer"] = {"type": "Lowercase"}
    file.write_text(json.dumps(fast), encoding="utf-8")
    with pytest.raises(WorkbenchError, match="cuts text in another way") as problem:
        convert(tmp_path / "model", tmp_path / "out" / "tiny.gguf")
    assert "in llama.cpp" in problem.value.details
    assert not list((tmp_path / "out").iterdir())


def test_that_a_folder_with_pickled_weights_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "pytorch_model.bin").write_bytes(b"\x80\x04canary")
    with pytest.raises(WorkbenchError, match="unsafe format"):
        convert(tmp_path / "model", tmp_path / "out.gguf")


def test_that_a_sentencepiece_tokenizer_cuts_alike_in_both_engines(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    write_family("mistral", tmp_path / "model", tokenizer=_write_sentencepiece)
    write_twin(tmp_path / "model", tmp_path / "twin.gguf", "tiny")
    fast = Tokenizer.from_file(str(tmp_path / "model" / "tokenizer.json"))
    with EngineProbe(tmp_path / "twin.gguf") as probe:
        for text in ("The kettle has a warranty", "of two  years, ü and 中!\n", "costs less than ninety"):
            assert probe.tokenize(text, at_start=False) == fast.encode(text, add_special_tokens=False).ids


def _write_sentencepiece(folder: Path) -> int:
    """A tokenizer as Llama 2's is stored: BPE over "▁", unknown characters as bytes."""
    from tokenizers import Tokenizer, decoders, models, normalizers, trainers

    fast = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    fast.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    fast.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=500, special_tokens=special, show_progress=False)
    fast.train_from_iterator([SEED_TEXT] * 40, trainer)
    stored = json.loads(fast.to_str())
    stored["added_tokens"] = [entry for entry in stored["added_tokens"] if not entry["content"].startswith("<0x")]
    (folder / "tokenizer.json").write_text(json.dumps(stored), encoding="utf-8")
    settings = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "add_bos_token": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return int(fast.get_vocab_size())
