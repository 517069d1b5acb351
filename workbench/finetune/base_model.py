"""The base of a training: the same weights for transformers and for llama.cpp, proved before anything is trained."""

import contextlib
import io
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.architectures import architecture_of
from workbench.llm.gguf_header import read_header, shard_of
from workbench.llm.types import ModelRef

MAX_RELATIVE_DIFFERENCE = 0.05
"""Root mean square difference of the logits between the two engines, as a share of their spread (standard deviation).
A Q8_0 base differs by about 0.01 (llama.cpp also rounds activations), a wrong rope or permutation by about 1."""


@dataclass(frozen=True, slots=True)
class BaseFiles:
    """Where a base's weights are, for both engines."""

    gguf: Path
    transformers: Path
    """A folder, or the GGUF file itself."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two engines' logits compare over some positions."""

    positions: int
    same_argmax: float
    max_difference: float
    rms_difference: float
    """Root of the mean squared difference over all logits."""
    spread: float
    """Standard deviation of the reference's logits."""

    @property
    def relative(self) -> float:
        """The rms difference as a share of the spread."""
        return self.rms_difference / max(self.spread, 1e-9)


def locate_base(base: ModelRef) -> BaseFiles:
    """The base's files. Raises WorkbenchError for one that cannot be trained."""
    path = Path(base.path)
    if path.is_dir():
        gguf = _twin(path, base.name)
        refuse_unsafe_weights(path, base.name)
        files = BaseFiles(gguf, path)
    elif path.is_file():
        files = BaseFiles(path, path)
    else:
        raise WorkbenchError(
            f"The base model {base.name} is gone ({path}).",
            hint="Put it back there, or choose another.",
            code="no_model",
        )
    header = read_header(files.gguf)
    architecture_of(header.architecture, base.name)
    if shard_of(files.gguf):
        raise WorkbenchError(
            f"{base.name} is split into several files, which cannot be trained here.",
            hint="Join them with llama-gguf-split --merge.",
            code="split_model",
        )
    return files


def load_base(files: BaseFiles, name: str) -> Any:
    """The transformers model in float32, dequantised where it was quantised."""
    import torch
    from transformers import AutoModelForCausalLM

    options: dict[str, Any] = {"dtype": torch.float32, "trust_remote_code": False, "local_files_only": True}
    folder = files.transformers
    if folder.is_file():
        options["gguf_file"] = folder.name
        folder = folder.parent
    else:
        options["use_safetensors"] = True
    try:
        with quiet_libraries(), contextlib.redirect_stderr(io.StringIO()):  # a progress bar per tensor
            model = AutoModelForCausalLM.from_pretrained(str(folder), **options)
    except (OSError, ValueError, KeyError, NotImplementedError) as error:
        raise WorkbenchError(
            f"{name} cannot be loaded for training.",
            hint="Choose another base model, or another build of it.",
            details=f"{type(error).__name__}: {error}",
            code="base_load",
        ) from error
    model.config.use_cache = False
    _forget_quantisation(model)
    if not torch.cuda.is_available():
        model.set_attn_implementation(_float32_attention())
    return model


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Libraries warn of matters that no user of this program can act on."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _forget_quantisation(model: Any) -> None:
    """The weights are plain float32 by now; transformers would still call them quantised and refuse to train."""
    model.is_quantized = False
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config


def _float32_attention() -> str:
    """The name of an attention that computes in float32 also under bfloat16 autocast.

    torch's flash attention for processors is slow in bfloat16: with everything else in bfloat16 a LoRA step of the
    starter model takes 0.36 s with it and 0.27 s with this (8 rows of 176 tokens, one thread).
    """
    import torch
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import sdpa_mask

    def attend(module: Any, query: Any, key: Any, value: Any, mask: Any, **options: Any) -> Any:
        with torch.autocast("cpu", enabled=False):
            return sdpa_attention_forward(module, query.float(), key.float(), value.float(), mask, **options)

    name = "sdpa_float32"
    AttentionInterface.register(name, attend)
    AttentionMaskInterface.register(name, sdpa_mask)
    return name


def compare_logits(reference: "Any", other: "Any") -> Agreement:
    """Two (positions, vocabulary) arrays of the same ids."""
    import numpy as np

    width = min(reference.shape[1], other.shape[1])  # a GGUF vocabulary may be padded
    left, right = np.asarray(reference)[:, :width], np.asarray(other)[:, :width]
    same = float((left.argmax(1) == right.argmax(1)).mean())
    difference = left - right
    rms = float(np.sqrt((difference**2).mean()))
    return Agreement(len(left), same, float(np.abs(difference).max()), rms, float(left.std()))


def transformers_logits(model: Any, ids: Sequence[int]) -> Any:
    """(len(ids), vocabulary) float32 logits."""
    import torch

    with torch.no_grad(), _evaluating(model):
        return model(input_ids=torch.tensor([list(ids)], device=model.device)).logits[0].float().cpu().numpy()


def check_same_model(model: Any, probe: EngineProbe, samples: Sequence[Sequence[int]], name: str) -> Agreement:
    """Refuse a base of which the two engines compute different things: an adapter for one would not fit the other."""
    worst = Agreement(0, 1.0, 0.0, 0.0, 1.0)
    for ids in samples:
        found = compare_logits(transformers_logits(model, ids), probe.logits(ids))
        if not found.relative <= MAX_RELATIVE_DIFFERENCE:  # also catches NaN
            raise WorkbenchError(
                f"{name} gives different numbers in the trainer and in llama.cpp, "
                "so an adapter trained on it would not fit.",
                hint="Choose another base model, or another build of it.",
                details=f"{len(ids)} tokens: difference {found.rms_difference:.4f} rms, {found.max_difference:.4f} max,"
                f" spread {found.spread:.4f}; same first choice at {found.same_argmax:.0%} of the positions",
                code="base_mismatch",
            )
        worst = max(worst, found, key=lambda agreement: agreement.relative)
    return worst


@contextlib.contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def _twin(folder: Path, name: str) -> Path:
    """The GGUF of a transformers folder: llama.cpp tokenises, checks and later runs the adapter with it."""
    inside = sorted(folder.glob("*.gguf"))
    beside = sorted(folder.parent.glob(f"{folder.name}*.gguf"))
    for found in (inside, beside):
        if len(found) == 1:
            return found[0]
    raise WorkbenchError(
        f"{name} is a transformers folder without its GGUF file.",
        hint="Convert it (`workbench models convert`) and choose the converted model, or put the same model as one "
        "GGUF file into the folder; the adapter is used with that.",
        code="no_gguf_twin",
    )


def refuse_unsafe_weights(folder: Path, name: str) -> None:
    """Pickled weights can run code when they are read: such a folder is never opened."""
    unsafe = [p.name for p in folder.iterdir() if p.suffix in {".bin", ".pt", ".pth", ".pkl", ".ckpt"}]
    if unsafe and not any(folder.glob("*.safetensors")):
        raise WorkbenchError(
            f"{name} stores its weights in the unsafe format of {unsafe[0]}.",
            hint="Convert it to safetensors.",
            code="unsafe_format",
        )
