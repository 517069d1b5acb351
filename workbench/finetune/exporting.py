"""An adapter in the form that another program wants, written beside its place, proved, and renamed.

The proof is the same for every form: template, tokens and end marks are the base's; the logits are PEFT's; and
llama.cpp answers test prompts with the written file, each token held against the trained model.
"""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder, verification
from workbench.finetune.base_model import (
    BaseFiles,
    check_same_model,
    load_base,
    locate_base,
    quiet_libraries,
    transformers_logits,
)
from workbench.finetune.checkpoints import MANIFEST, disk_full_in_words, seal
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.export_place import MODELFILE, clear_left, put_in_place, remove, target_of
from workbench.finetune.export_proof import AnswerChecker, TestPrompts, check_marks, choose_prompts, too_much_lost
from workbench.finetune.export_room import BY_LLAMA_CPP, check_room
from workbench.finetune.gguf.adapter import export_adapter, read_peft
from workbench.finetune.gguf.merging import default_quantization, merge
from workbench.finetune.ollama import modelfile, translate_template
from workbench.finetune.types import (
    Adapter,
    AnswerProof,
    ExportFormat,
    ExportReport,
    ExportRequest,
    MergedQuantization,
    Verification,
)
from workbench.jobs.context import JobContext
from workbench.llm.engines import open_engine
from workbench.llm.gguf_header import read_header
from workbench.llm.library import describe_gguf
from workbench.llm.quantizing import QuantizeRequest, quantize_file
from workbench.llm.types import AdapterRef, LoadConfig, ModelRef

_WHOLE = frozenset({ExportFormat.GGUF_MERGED, ExportFormat.OLLAMA})
_LOSS_FLOOR = {MergedQuantization.Q6_K: 0.12, MergedQuantization.Q5_K_M: 0.25, MergedQuantization.Q4_K_M: 0.4}
"""How much a quantisation may change the logits, as a share of their spread: two to three times what the starter model
loses (0.08, 0.10 and 0.15), whose matrices are so small that they lose more than those of large models."""


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
    out = target_of(Path(request.out).expanduser().absolute(), request)
    out.parent.mkdir(parents=True, exist_ok=True)
    clear_left(out)
    beside = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        with disk_full_in_words(out.parent):
            proof = _Export(context, request, adapter, out.name).write(beside)
            digest = hash_file(beside / MANIFEST if beside.is_dir() else beside)
            size = sum(
                path.stat().st_size for path in ([beside] if beside.is_file() else beside.rglob("*")) if path.is_file()
            )
            put_in_place(beside, out)
    finally:
        remove(beside)
    return ExportReport(
        path=str(out),
        format=request.format,
        sha256=digest,
        size_bytes=size,
        verification=proof.verification,
        answers=proof.answers,
        quantization=proof.quantization.value if proof.quantization is not None else "",
        notes=proof.notes,
    )


@dataclass(frozen=True, slots=True)
class _Proof:
    verification: Verification
    answers: AnswerProof
    quantization: MergedQuantization | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Written:
    """What llama.cpp answers with."""

    model: Path
    """The base, or the merged model."""
    adapter: Path | None = None


class _Export:
    """One export, from files to proof."""

    def __init__(self, context: JobContext, request: ExportRequest, adapter: Adapter, name: str) -> None:
        self._context, self._request, self._adapter, self._name = context, request, adapter, name
        self._base = ModelRef(name=adapter.base_name, path=adapter.base_path)
        self._files: BaseFiles = locate_base(self._base)
        self._peft = Path(adapter.folder) / adapter_folder.PEFT

    def write(self, beside: Path) -> _Proof:
        """Fill `beside`. Raises WorkbenchError: no room, another base, a file that answers otherwise."""
        if hash_file(self._files.gguf) != self._adapter.base_hash:
            raise WorkbenchError(
                f"The base model {self._base.name} is not the one that “{self._adapter.name}” was trained on.",
                hint=f"Put the old file back to {self._files.gguf}.",
                code="base_changed",
            )
        if self._request.format in _WHOLE:
            check_room(beside.parent, self._files.gguf, self._quantization)
        prompts = choose_prompts(self._adapter, self._request.rows_path)
        with EngineProbe(self._files.gguf, self._context.threads) as probe:
            model = self._load(probe)
            match self._request.format:
                case ExportFormat.PEFT:
                    return self._write_peft(beside, model, probe, prompts)
                case ExportFormat.GGUF_LORA:
                    self._context.progress(0, 0, "Copying the adapter")
                    shutil.copyfile(self._adapter.gguf_path, beside)
                    return self._prove(_Written(self._files.gguf, beside), model, probe, prompts)
                case ExportFormat.GGUF_MERGED:
                    return self._write_merged(beside, model, probe, prompts)
                case ExportFormat.OLLAMA:
                    return self._write_ollama(beside, model, probe, prompts)

    # -- the forms ----------------------------------------------------------------------------------------------------

    def _write_peft(self, beside: Path, model: Any, probe: EngineProbe, prompts: TestPrompts) -> _Proof:
        self._context.progress(0, 0, "Copying the adapter")
        shutil.copytree(self._peft, beside)
        seal(beside)
        again = beside.with_name(f"{beside.name}.gguf.{os.getpid()}.new")
        try:  # what llama.cpp answers with is made from the folder that was written, not from our own file
            export_adapter(beside, self._files.gguf, again, self._adapter.name)
            return self._prove(_Written(self._files.gguf, again), model, probe, prompts)
        finally:
            again.unlink(missing_ok=True)

    def _write_merged(self, beside: Path, model: Any, probe: EngineProbe, prompts: TestPrompts) -> _Proof:
        kind = self._quantization
        if kind not in BY_LLAMA_CPP:
            self._merge(beside, kind, whole=False)
            return self._prove(_Written(beside), model, probe, prompts, kind)
        whole = beside.with_name(f"{beside.name}.f16.{os.getpid()}.new")
        try:  # proved before it is made smaller: what is off afterwards is the quantisation's doing
            self._merge(whole, MergedQuantization.F16, whole=True)
            with EngineProbe(whole, self._context.threads) as exported:
                check_marks(probe, exported, prompts)
                self._verify(exported.logits, model, probe, verification.REQUANTISED_FLOOR)
            source = describe_gguf(whole)
            quantize_file(
                self._context, QuantizeRequest(model=source, file_type=BY_LLAMA_CPP[kind], target=str(beside))
            )
        finally:
            whole.unlink(missing_ok=True)
        return self._prove(_Written(beside), model, probe, prompts, kind)

    def _write_ollama(self, beside: Path, model: Any, probe: EngineProbe, prompts: TestPrompts) -> _Proof:
        beside.mkdir()
        name = re.sub(r"[^\w.-]+", "-", self._adapter.name).strip("-") or "model"
        proof = self._write_merged(beside / f"{name}.gguf", model, probe, prompts)
        header = read_header(self._files.gguf)
        template = translate_template(probe.prompt, probe.begin_text)
        stops = [probe.piece(token).decode("utf-8", "replace") for token in probe.end_tokens()]
        text = modelfile(f"{name}.gguf", template, stops, header.size("context_length", 2048), 0.0)
        (beside / MODELFILE).write_text(text, encoding="utf-8")
        seal(beside)
        notes = [f"Use it with: ollama create {name.lower()} -f {MODELFILE}"]
        if template.reason:
            notes.append(f"The chat template could not be translated for Ollama: {template.reason}.")
        elif not template.has_system:
            notes.append("The chat template takes no system message.")
        return _Proof(proof.verification, proof.answers, proof.quantization, tuple(notes))

    def _merge(self, out: Path, quantization: MergedQuantization, *, whole: bool) -> None:
        header = read_header(self._files.gguf)
        pairs, alpha, rank = read_peft(self._peft, header)

        def tell(done: int, total: int) -> None:
            self._context.progress(done, total, "Merging")

        scale, name = alpha / rank, self._adapter.name
        merge(self._files.gguf, pairs, scale, out, name=name, quantization=quantization, whole=whole, on_tensor=tell)

    @property
    def _quantization(self) -> MergedQuantization:
        file_type = read_header(self._files.gguf).number("general.file_type", 7)
        return self._request.quantization or default_quantization(file_type)

    # -- the proof ----------------------------------------------------------------------------------------------------

    def _load(self, probe: EngineProbe) -> Any:
        """The trained model, as PEFT computes it."""
        import torch
        from peft import PeftModel

        torch.set_num_threads(max(1, self._context.threads))
        self._context.progress(0, 0, f"Loading {self._base.name}")
        model = load_base(self._files, self._base.name)
        check_same_model(model, probe, self._samples(probe), self._base.name)
        with quiet_libraries():
            return PeftModel.from_pretrained(model, str(self._peft)).eval()

    def _prove(
        self,
        written: _Written,
        model: Any,
        probe: EngineProbe,
        prompts: TestPrompts,
        kind: MergedQuantization | None = None,
    ) -> _Proof:
        self._context.progress(0, 0, "Checking that it computes what the trained model does")
        floor = _LOSS_FLOOR.get(kind, verification.REQUANTISED_FLOOR) if kind else verification.ADAPTER_FLOOR
        try:
            found = self._check_numbers(written, model, probe, prompts, floor)
        except _TooMuchLost as lost:
            if kind is None or kind is MergedQuantization.F16:
                raise
            raise too_much_lost(kind.value.upper(), lost.found) from lost
        return _Proof(found, self._check_answers(written, model, probe, prompts, kind), kind)

    def _check_numbers(
        self, written: _Written, model: Any, probe: EngineProbe, prompts: TestPrompts, floor: float
    ) -> Verification:
        if written.adapter is not None:
            file = written.adapter
            return self._verify(lambda ids: probe.logits(ids, file), model, probe, floor)
        with EngineProbe(written.model, self._context.threads) as exported:
            check_marks(probe, exported, prompts)
            return self._verify(exported.logits, model, probe, floor)

    def _verify(self, exported: verification.Logits, model: Any, probe: EngineProbe, floor: float) -> Verification:
        def without_adapter(ids: Sequence[int]) -> Any:
            with model.disable_adapter():
                return transformers_logits(model, ids)

        try:
            return verification.verify(
                self._samples(probe),
                trained=lambda ids: transformers_logits(model, ids),
                base=without_adapter,
                exported=exported,
                engine_base=probe.logits,
                name=self._adapter.name,
                floor=floor,
            )
        except WorkbenchError as problem:
            if problem.code != "export_differs":
                raise
            raise _TooMuchLost(problem) from problem

    def _check_answers(
        self, written: _Written, model: Any, probe: EngineProbe, prompts: TestPrompts, kind: MergedQuantization | None
    ) -> AnswerProof:
        total = len(prompts.prompts)
        self._context.progress(0, total, "Answering test prompts with it")
        checker = AnswerChecker(
            model=model,
            probe=probe,
            prompts=prompts,
            is_cancelled=self._context.is_cancelled,
            on_answer=lambda done: self._context.progress(done, total, "Comparing the answers"),
        )
        load = LoadConfig(context_length=min(probe.context_length, 4096), threads=self._context.threads, gpu_layers=0)
        engine = open_engine(describe_gguf(written.model), load)
        try:
            adapter = AdapterRef(path=str(written.adapter)) if written.adapter is not None else None
            return checker.check(engine, adapter, is_exact=kind not in BY_LLAMA_CPP)
        finally:
            engine.close()

    def _samples(self, probe: EngineProbe) -> list[list[int]]:
        """Short texts, and what the adapter is for: a few of its own prompts."""
        prompts = choose_prompts(self._adapter, self._request.rows_path).prompts[: verification.SAMPLES]
        texts = [probe.prompt(prompt.messages) + prompt.reference for prompt in prompts]
        return [probe.tokenize(text)[: verification.SAMPLE_TOKENS] for text in texts]


class _TooMuchLost(WorkbenchError):
    """The numbers are further off than is accepted."""

    def __init__(self, problem: WorkbenchError) -> None:
        super().__init__(
            f"{problem.message} The cause is a tensor that was written wrongly.",
            hint=problem.hint,
            details=problem.details,
            code="export_differs",
            facts={"cause": "tensor"},
        )
        self.found = Verification.model_validate_json(problem.details)
