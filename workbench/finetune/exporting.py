"""An adapter in the form that another program wants, written beside its place, proved, and renamed."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder, verification
from workbench.finetune.base_model import (
    check_same_model,
    load_base,
    locate_base,
    quiet_libraries,
    transformers_logits,
)
from workbench.finetune.checkpoints import MANIFEST, disk_full_in_words, seal
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.adapter import read_peft
from workbench.finetune.gguf.merging import default_quantization, merge
from workbench.finetune.types import Adapter, ExportFormat, ExportReport, ExportRequest, Verification
from workbench.jobs.context import JobContext
from workbench.llm.gguf_header import read_header
from workbench.llm.types import ModelRef

_PROMPTS = (
    "Where can I find the answer to this question?",
    "Write two sentences about the sea, one about the wind, and then stop.",
    "1 2 3 4 5 6 7",
)


def export_to(context: JobContext, request: ExportRequest) -> ExportReport:
    """The exported file or folder. An older one at the same place stays until the new one is complete."""
    folder = Path(request.adapter.folder)
    if not (folder / adapter_folder.CARD).is_file():
        raise WorkbenchError(
            f"The adapter “{request.adapter.name}” was not trained here, so it cannot be exported.",
            hint="Choose one that “workbench adapters list” shows.",
            code="foreign",
        )
    adapter = adapter_folder.read_card(folder)
    out = _target(Path(request.out).expanduser().absolute(), request)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        with disk_full_in_words(out.parent):
            proof = _write(context, request, adapter, beside)
            digest = hash_file(beside / MANIFEST if beside.is_dir() else beside)
            size = sum(
                path.stat().st_size for path in ([beside] if beside.is_file() else beside.rglob("*")) if path.is_file()
            )
            _put_in_place(beside, out)
    finally:
        _remove(beside)
    return ExportReport(path=str(out), format=request.format, sha256=digest, size_bytes=size, verification=proof)


def _target(out: Path, request: ExportRequest) -> Path:
    """Where exactly: a GGUF goes into an existing folder, a PEFT folder only to where nothing else is."""
    if request.format is ExportFormat.PEFT:
        if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / "adapter_config.json").is_file()):
            raise WorkbenchError(f"{out} is not empty.", hint="Choose a new folder.", code="exists")
        return out
    return out / f"{request.adapter.name}.gguf" if out.is_dir() else out


def _write(context: JobContext, request: ExportRequest, adapter: Adapter, beside: Path) -> Verification | None:
    folder = Path(adapter.folder)
    recorded = adapter_folder.read_verification(folder)
    match request.format:
        case ExportFormat.PEFT:
            context.progress(0, 0, "Copying the adapter")
            shutil.copytree(folder / adapter_folder.PEFT, beside)
            seal(beside)
            return recorded
        case ExportFormat.GGUF_LORA:
            context.progress(0, 0, "Copying the adapter")
            shutil.copyfile(adapter.gguf_path, beside)
            return recorded
        case ExportFormat.GGUF_MERGED:
            return _write_merged(context, request, adapter, beside)


def _write_merged(context: JobContext, request: ExportRequest, adapter: Adapter, beside: Path) -> Verification:
    base = ModelRef(name=adapter.base_name, path=adapter.base_path)
    files = locate_base(base)
    if hash_file(files.gguf) != adapter.base_hash:
        raise WorkbenchError(
            f"The base model {adapter.base_name} is not the one that “{adapter.name}” was trained on.",
            hint=f"Put the old file back to {files.gguf}.",
            code="base_changed",
        )
    header = read_header(files.gguf)
    peft_folder = Path(adapter.folder) / adapter_folder.PEFT
    pairs, alpha, rank = read_peft(peft_folder, header)
    quantization = request.quantization or default_quantization(header.number("general.file_type", 7))

    def tell(done: int, total: int) -> None:
        context.progress(done, total, "Merging")

    merge(files.gguf, pairs, alpha / rank, beside, name=adapter.name, quantization=quantization, on_tensor=tell)
    context.progress(0, 0, "Checking that the merged model answers like the adapter")
    return _verify_merged(context, adapter, base, peft_folder, beside)


def _verify_merged(
    context: JobContext, adapter: Adapter, base: ModelRef, peft_folder: Path, merged: Path
) -> Verification:
    import torch
    from peft import PeftModel

    torch.set_num_threads(max(1, context.threads))
    files = locate_base(base)
    with EngineProbe(files.gguf, context.threads) as plain, EngineProbe(merged, context.threads) as exported:
        samples = [plain.tokenize(text) for text in _PROMPTS]
        model = load_base(files, base.name)
        check_same_model(model, plain, samples, base.name)
        with quiet_libraries():
            model = PeftModel.from_pretrained(model, str(peft_folder))

        def without_adapter(ids: Sequence[int]) -> Any:
            with model.disable_adapter():
                return transformers_logits(model, ids)

        return verification.verify(
            samples,
            trained=lambda ids: transformers_logits(model, ids),
            base=without_adapter,
            exported=exported.logits,
            engine_base=plain.logits,
            name=adapter.name,
            floor=verification.REQUANTISED_FLOOR,
        )


def _put_in_place(beside: Path, out: Path) -> None:
    """One rename; a folder that is there (an earlier export) steps aside first."""
    if not out.is_dir():
        beside.replace(out)
        return
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    out.rename(old)
    beside.rename(out)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
