"""Is there room on the disk for an exported model? Asked before anything is written."""

from math import prod
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.finetune.checkpoints import free_bytes
from workbench.finetune.types import MergedQuantization
from workbench.llm.gguf_header import read_header
from workbench.llm.in_words import size_in_words
from workbench.llm.quantizing import BITS, QuantizationType

BY_LLAMA_CPP = {
    MergedQuantization.Q6_K: QuantizationType.Q6_K,
    MergedQuantization.Q5_K_M: QuantizationType.Q5_K_M,
    MergedQuantization.Q4_K_M: QuantizationType.Q4_K_M,
}
"""Quantisations that llama.cpp makes, of a model with 16 bits."""
_SPARE_BYTES = 50_000_000


def check_room(folder: Path, base: Path, kind: MergedQuantization) -> None:
    """Raise WorkbenchError where `folder` has no room for the whole model `base` (GGUF) in this quantisation."""
    needed, free = bytes_needed(base, kind), free_bytes(folder)
    if needed + _SPARE_BYTES > free:
        raise WorkbenchError(
            f"The export needs about {size_in_words(needed)}, but only {size_in_words(free)} are free in {folder}.",
            hint="Make room, choose another disk or a smaller quantisation.",
            code="disk_full",
        )


def bytes_needed(base: Path, kind: MergedQuantization) -> int:
    """What is written at most at once."""
    parameters = sum(prod(tensor.shape) for tensor in read_header(base).tensors.values())
    if kind in BY_LLAMA_CPP:  # the 16-bit model lies beside it while it is made smaller
        return parameters * 2 + int(parameters * BITS[BY_LLAMA_CPP[kind]] / 8)
    return parameters * 2 if kind is MergedQuantization.F16 else int(parameters * BITS[QuantizationType.Q8_0] / 8)
