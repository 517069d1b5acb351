"""Adapters from elsewhere: checked before any library opens them, converted, proved."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.llm_models import write_tiny_gguf
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.finetune.importing import (
    ImportRequest,
    PeftAbout,
    import_adapter,
    import_spec,
    likely_base,
    read_about,
)
from workbench.finetune.store import AdapterStore
from workbench.jobs.context import RecordingContext
from workbench.jobs.events import Finished
from workbench.llm.types import ModelRef
from workbench.paths import WorkbenchPaths
from workbench.recording import recorder

SETTINGS = {
    "peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "down_proj"], "task_type": "CAUSAL_LM",
    "base_model_name_or_path": "some-one/Tiny-1", "bias": "none", "lora_dropout": 0.0,
}  # fmt: skip


def write_peft(folder: Path, **changes: object) -> Path:
    """A random LoRA of two layers of the tiny llama."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True)
    generator = np.random.default_rng(3)
    tensors: dict[str, Any] = {}
    for layer, (rows, columns) in {"0.self_attn.q_proj": (64, 64), "1.mlp.down_proj": (64, 128)}.items():
        name = f"base_model.model.model.layers.{layer}"
        tensors[f"{name}.lora_A.weight"] = generator.normal(0, columns**-0.5, (4, columns)).astype(np.float32)
        tensors[f"{name}.lora_B.weight"] = generator.normal(0, 0.5, (rows, 4)).astype(np.float32)
    save_file(tensors, str(folder / "adapter_model.safetensors"))
    (folder / "adapter_config.json").write_text(json.dumps(SETTINGS | changes), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_that_an_imported_adapter_is_one_like_the_others(
    home: WorkbenchPaths, database: Database, tmp_path: Path
) -> None:
    base = ModelRef(name="tiny", path=str(write_tiny_gguf(tmp_path / "tiny.gguf")))
    folder = write_peft(tmp_path / "theirs")
    request = ImportRequest(folder=str(folder), name="theirs", base=base, adapters_folder=str(home.adapters))
    adapter = import_adapter(RecordingContext(), request)
    assert (adapter.rank, adapter.base_name) == (4, "tiny")
    assert "made for Tiny-1" in adapter.origin
    kept = json.loads((Path(adapter.folder) / "peft" / "adapter_config.json").read_text(encoding="utf-8"))
    assert kept["base_model_name_or_path"] == "tiny", "what a stranger calls the base is not followed"
    recorder(database, import_spec(request))(Finished(job_id="1", result=adapter.model_dump(mode="json")))
    assert AdapterStore(database).get("theirs") == adapter


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"base_model_name_or_path": "https://example.org/model"}, "an address"),
        ({"base_model_name_or_path": "../../etc/passwd"}, "climbs"),
        ({"r": 100_000}, "its rank is 100000"),
        ({"r": True}, "its rank is True"),
        ({"lora_alpha": float("inf")}, "its alpha is inf"),
        ({"target_modules": "(" * 5000}, "5,000 characters"),
        ({"target_modules": ["lm_head"]}, "it changes lm_head"),
        ({"peft_type": "IA3"}, "no LoRA adapter but 'IA3'"),
        ({"use_dora": True}, "uses use_dora"),
    ],
)
def test_that_what_a_stranger_may_not_say_is_refused(tmp_path: Path, changes: dict[str, object], why: str) -> None:
    with pytest.raises(WorkbenchError, match=why):
        read_about(write_peft(tmp_path / "theirs", **changes))


def test_that_pickled_weights_are_never_opened(tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "theirs")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(WorkbenchError, match=r"unsafe format of adapter_model.bin"):
        read_about(folder)


def test_that_a_pattern_is_tolerated_and_the_tensors_say_which_layers(tmp_path: Path) -> None:
    from workbench.finetune.importing import _copy

    folder = write_peft(tmp_path / "theirs", target_modules=".*(q|v)_proj")
    assert read_about(folder) == PeftAbout(rank=4, alpha=8.0, base_name="Tiny-1")
    peft = tmp_path / "peft"
    peft.mkdir()
    _copy(folder, peft, "tiny")
    kept = json.loads((peft / "adapter_config.json").read_text(encoding="utf-8"))
    assert kept["target_modules"] == ["down_proj", "q_proj"]


def _torn(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{", encoding="utf-8")


def _deep(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("[" * 100_000, encoding="utf-8")


@pytest.mark.parametrize("breaks", [_torn, _deep, shutil.rmtree])
def test_that_a_broken_folder_is_one_sentence(tmp_path: Path, breaks: Callable[[Path], None]) -> None:
    folder = write_peft(tmp_path / "theirs")
    breaks(folder)
    with pytest.raises(WorkbenchError):
        read_about(folder)


def test_that_the_base_is_found_by_its_name_where_one_is_called_so() -> None:
    about = PeftAbout(rank=4, alpha=8.0, base_name="Tiny-1")
    tiny = ModelRef(name="tiny-1-F16", path="/m/a.gguf")
    other = ModelRef(name="other", path="/m/other.gguf")
    assert likely_base(about, [tiny, other]) == tiny
    assert likely_base(about, [tiny, tiny.model_copy(update={"path": "/m/b.gguf"})]) is None
    assert likely_base(about, [other]) is None
