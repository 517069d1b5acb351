"""A transformers folder becomes a GGUF model of the library: written, proved against the folder, then made visible."""

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.finetune.base_model import (
    BaseFiles,
    check_same_model,
    load_base,
    refuse_unsafe_weights,
)
from workbench.finetune.checkpoints import disk_full_in_words, free_bytes
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.twin import write_twin
from workbench.jobs.context import JobContext
from workbench.jobs.spec import JobSpec
from workbench.llm.library import describe_gguf
from workbench.llm.types import ModelRef

CONVERT = "workbench.finetune.tasks:convert"
_TEXTS = (
    "The warranty of the kettle is 3 years; it costs 54.90 euros.",
    "Grüße aus Köln – “naïve façade”, 12 °C!",
    "def add(a, b):\n    return a + b\n\n\t# done",
    "你好，世界。 Привет, мир! مرحبا 🙂",
    "  two  spaces, don't, we'll, 1234567",
)
"""What both tokenizers must cut alike."""


class ConvertRequest(Boundary):
    model: ModelRef
    """A transformers folder."""
    target: str
    """The GGUF file; it must not exist yet."""


class ConvertReport(Boundary):
    model: ModelRef
    """The new file, as its header describes it."""
    relative_difference: float
    """Root mean square difference of the logits, as a share of their spread: what F16 costs."""
    seconds: float


def convert_spec(model: ModelRef, target: Path) -> JobSpec:
    """The job that writes and proves the file, in a process of its own."""
    request = ConvertRequest(model=model, target=str(target))
    return JobSpec(
        task=CONVERT,
        params=request.model_dump(mode="json"),
        title=f"Convert {model.name} to GGUF",
        lane="convert",
        background=True,
    )


def target_for(model: ModelRef, folder: Path) -> Path:
    """Where the file goes: named after the model, like no file that is there."""
    stem = re.sub(r"[^\w.-]+", "-", model.name).strip("-") or "model"
    number, target = 1, folder / f"{stem}-F16.gguf"
    while target.exists():
        number += 1
        target = folder / f"{stem}-F16-{number}.gguf"
    return target


def convert_folder(context: JobContext, request: ConvertRequest) -> ConvertReport:
    """Write the file. Raises WorkbenchError: no folder, unknown family, no room, engines that do not agree."""
    began = time.monotonic()
    folder, target = Path(request.model.path), Path(request.target)
    _check(request.model, folder, target)
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with disk_full_in_words(target.parent):
            write_twin(
                folder,
                beside,
                request.model.name,
                lambda done, total: context.progress(done, total, "Writing the tensors"),
            )
        context.progress(0, 0, "Checking that both engines compute the same")
        difference = _prove(context, request.model, folder, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return ConvertReport(model=describe_gguf(target), relative_difference=difference, seconds=time.monotonic() - began)


def _check(model: ModelRef, folder: Path, target: Path) -> None:
    if not folder.is_dir():
        raise WorkbenchError(
            f"{model.name} is no transformers folder.", hint="A GGUF file needs no conversion.", code="not_a_folder"
        )
    if target.exists():
        raise WorkbenchError(f"There is already a file {target}.", hint="Choose another name.", code="exists")
    refuse_unsafe_weights(folder, model.name)
    stored = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    if free_bytes(target.parent) < 2 * stored + 100_000_000:  # the tensors wait in a temporary file first
        raise WorkbenchError(
            f"The disk of {target.parent} has no room for {model.name}: it takes {stored / 1e9:.1f} GB, twice while it "
            "is written.",
            hint="Free some disk space, or name another place.",
            code="disk_full",
        )


def _prove(context: JobContext, model: ModelRef, folder: Path, written: Path) -> float:
    """The relative difference of the logits. Raises WorkbenchError when tokens or logits do not agree."""
    with EngineProbe(written, context.threads) as probe:
        check_same_tokens(folder, probe, model.name)
        samples = [probe.tokenize(text) for text in _TEXTS]
        loaded = load_base(BaseFiles(written, folder), model.name)
        return check_same_model(loaded, probe, samples, model.name).relative


def check_same_tokens(folder: Path, probe: EngineProbe, name: str, texts: Sequence[str] = _TEXTS) -> None:
    """Refuse a file whose tokenizer cuts texts in another way than the folder's."""
    from tokenizers import Tokenizer

    fast = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in texts:
        theirs = fast.encode(text, add_special_tokens=False).ids
        ours = probe.tokenize(text, at_start=False)
        if theirs != ours:
            raise WorkbenchError(
                f"The tokenizer of {name} cannot be written as GGUF here: it cuts text in another way.",
                hint="Put the model's own GGUF file into the folder; then it is used.",
                details=f"{text!r}: {theirs[:40]} in transformers, {ours[:40]} in llama.cpp",
                code="tokenizer",
            )
