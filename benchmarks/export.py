"""Does what is exported answer like what was trained? For every family of models that can be trained.

A tiny model of random weights is written as a transformers folder, converted to GGUF, and given a LoRA adapter whose
both halves are random and large enough to change at least a fifth of the choices. PEFT's choice of the next token is
compared with llama.cpp's, with the GGUF adapter and with the merged F16 file, wherever PEFT's two best logits differ by
more than 0.05.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._tiny_families import FAMILIES, write_family
from benchmarks.report import Goal, Report
from workbench.finetune.base_model import transformers_logits
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.exact_trainer import save_peft
from workbench.finetune.gguf.adapter import export_adapter, read_peft
from workbench.finetune.gguf.merging import merge
from workbench.finetune.gguf.twin import write_twin
from workbench.finetune.training import add_lora
from workbench.finetune.types import MergedQuantization, TrainingConfig
from workbench.llm.gguf_header import read_header

CLEAR = 0.05
"""Difference of PEFT's two best logits from which on its choice counts."""
PROMPTS, QUICK_PROMPTS, LENGTH = 20, 4, 128
CONFIG = TrainingConfig(rank=8, alpha=16.0)
STRENGTH = 0.08
"""Standard deviation of lora_B."""


def run(quick: bool) -> Report:
    measured: dict[str, Any] = {}
    goals: list[Goal] = []
    for kind in FAMILIES:
        with tempfile.TemporaryDirectory() as folder:
            found = measured[kind] = _family(kind, Path(folder), QUICK_PROMPTS if quick else PROMPTS)
        goals += [
            Goal(f"{kind}: choices that the adapter changes", found["changed"], ">= 0.2"),
            Goal(f"{kind}: GGUF adapter agrees with PEFT", found["adapter"], ">= 0.995"),
            Goal(f"{kind}: merged F16 agrees with PEFT", found["merged"], ">= 0.995"),
        ]
    return Report("export", measured, tuple(goals))


def _family(kind: str, folder: Path, prompts: int) -> dict[str, Any]:
    model = write_family(kind, folder / "model")
    base = folder / "base.gguf"
    write_twin(folder / "model", base, "tiny")
    generator = np.random.default_rng(1)
    vocabulary = model.config.vocab_size
    samples = [[int(i) for i in generator.integers(2, vocabulary, LENGTH)] for _ in range(prompts)]
    plain = [transformers_logits(model, ids) for ids in samples]
    tuned = _randomised(add_lora(model, CONFIG))
    save_peft(tuned, folder / "peft", "tiny")
    export_adapter(folder / "peft", base, folder / "adapter.gguf", "random")
    pairs, alpha, rank = read_peft(folder / "peft", read_header(base))
    merge(base, pairs, alpha / rank, folder / "merged.gguf", name="merged", quantization=MergedQuantization.F16)
    wanted = [transformers_logits(tuned, ids) for ids in samples]
    with EngineProbe(base, 2) as probe:
        with_adapter = [probe.logits(ids, folder / "adapter.gguf") for ids in samples]
    with EngineProbe(folder / "merged.gguf", 2) as probe:
        merged = [probe.logits(ids) for ids in samples]
    return {
        "positions": sum(len(logits) for logits in wanted),
        "clear": int(sum(_is_clear(logits).sum() for logits in wanted)),
        "changed": _changed(plain, wanted),
        "adapter": _agreement(wanted, with_adapter),
        "merged": _agreement(wanted, merged),
    }


def _randomised(tuned: Any) -> Any:
    """Both halves random: a fresh adapter's B is zero and would prove nothing."""
    import torch

    torch.manual_seed(2)
    with torch.no_grad():
        for name, weights in tuned.named_parameters():
            if "lora_B" in name:
                weights.normal_(0, STRENGTH)
    return tuned.eval()


def _is_clear(logits: Any) -> Any:
    best = np.partition(np.asarray(logits), -2, axis=1)[:, -2:]
    return best[:, 1] - best[:, 0] > CLEAR


def _changed(before: Sequence[Any], after: Sequence[Any]) -> float:
    return float(np.mean([a.argmax(1) != b.argmax(1) for a, b in zip(before, after, strict=True)]))


def _agreement(wanted: Sequence[Any], found: Sequence[Any]) -> float:
    """Share of PEFT's clear choices that are also llama.cpp's."""
    same = [
        (reference.argmax(1) == other[:, : reference.shape[1]].argmax(1))[_is_clear(reference)]
        for reference, other in zip(wanted, found, strict=True)
    ]
    return float(np.concatenate(same).mean())
