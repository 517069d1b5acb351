"""GGUF LoRA adapters: which file exactly, and whether it belongs to a base, decided before llama.cpp sees it.

llama.cpp loads an adapter of another architecture without a word and crashes at the first token, hence the checks here.
"""

import math
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.file_hash import file_hash
from workbench.llm.gguf_header import GgufHeader, check_complete, read_header, shards
from workbench.llm.gguf_reader import TensorInfo
from workbench.llm.types import ModelRef

MAX_RANK = 1024


def adapter_hash(path: Path) -> str:
    """SHA-256 of the adapter file as hexadecimal; computed once for a file that does not change."""
    return file_hash(path)


def check_adapter(path: Path, base: ModelRef) -> None:
    """Raise WorkbenchError unless `path` is a whole GGUF LoRA whose every tensor fits a tensor of `base`."""
    adapter = read_header(path)
    check_complete(adapter)
    if adapter.text("general.type") != "adapter" or adapter.text("adapter.type") != "lora":
        raise WorkbenchError(
            f"{path.name} is not a LoRA adapter but {_kind(adapter)}.", hint="Choose an adapter.", code="not_an_adapter"
        )
    if adapter.architecture != base.architecture:
        raise _misfit(path, base, f"it is for the architecture {adapter.architecture!r}, not {base.architecture!r}")
    alpha = adapter.metadata.get("adapter.lora.alpha")
    if not isinstance(alpha, float | int) or not math.isfinite(alpha):
        raise _misfit(path, base, f"its alpha is {alpha!r}")
    if not adapter.tensors:
        raise _misfit(path, base, "it holds no weights")
    tensors: dict[str, TensorInfo] = {}
    for part in shards(Path(base.path)):
        tensors |= read_header(part).tensors
    _check_tensors(path, adapter, base, tensors)


def _check_tensors(path: Path, adapter: GgufHeader, base: ModelRef, tensors: dict[str, TensorInfo]) -> None:
    for name in adapter.tensors:
        target, _, half = name.rpartition(".")
        if (
            half not in {"lora_a", "lora_b"}
            or f"{target}.lora_{'b' if half == 'lora_a' else 'a'}" not in adapter.tensors
        ):
            raise _misfit(path, base, f"its tensor {name!r} is not half of a LoRA pair")
        if target not in tensors:
            raise _misfit(path, base, f"it changes {target!r}, which this model does not have")
    for target in {name.rpartition(".")[0] for name in adapter.tensors}:
        problem = pair_problem(
            target,
            tensors[target].shape,
            adapter.tensors[f"{target}.lora_a"].shape,
            adapter.tensors[f"{target}.lora_b"].shape,
        )
        if problem:
            raise _misfit(path, base, problem)


def pair_problem(target: str, base: tuple[int, ...], down: tuple[int, ...], up: tuple[int, ...]) -> str:
    """Why `down` (lora_a) and `up` (lora_b) do not fit `base`, or "". Shapes as in GGUF: fastest dimension first."""
    if len(base) != 2 or len(down) != 2 or len(up) != 2:
        return f"{target!r} is not a matrix"
    if target == "token_embd.weight":  # llama.cpp looks rows up instead of multiplying: both halves are turned
        rank, fits = down[0], down[1] == base[1] and up[1] == base[0] and up[0] == down[0]
    else:
        rank, fits = down[1], down[0] == base[0] and up[1] == base[1] and up[0] == down[1]
    if not 1 <= rank <= MAX_RANK:
        return f"its rank is {rank}"
    return "" if fits else f"its weights for {target!r} are {down} and {up}, which do not fit {base}"


def _kind(header: GgufHeader) -> str:
    kind = header.text("general.type") or "model"
    return f"a {kind} of architecture {header.architecture!r}" if header.architecture else f"a {kind}"


def _misfit(path: Path, base: ModelRef, why: str) -> WorkbenchError:
    return WorkbenchError(
        f"The adapter {path.name} does not belong to {base.name}: {why}.",
        hint="Use it with the model that it was trained on.",
        code="adapter_misfit",
    )
