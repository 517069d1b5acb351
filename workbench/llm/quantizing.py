"""Make a smaller copy of a model: 16- or 32-bit weights to fewer bits each, by llama.cpp's own quantization.

The native call cannot be stopped, so it runs on a thread of a process that has nothing else to do: a cancel leaves the
thread alone, and the process ends. The new file is written beside its place and renamed when it is whole.
"""

import contextlib
import ctypes
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.jobs.spec import JobSpec
from workbench.llm.gguf_header import shard_of
from workbench.llm.in_words import size_in_words
from workbench.llm.library import describe_gguf
from workbench.llm.types import ModelKind, ModelRef

QUANTIZE = "workbench.llm.tasks:quantize"
SOURCES = ("F32", "F16", "BF16")
"""What may be quantized: a second loss on top of a first one is no bargain."""
POLL_SECONDS = 0.1
MEMORY_BYTES = 1 << 30
"""How much of the weights llama.cpp may hold at once."""

_STEP = re.compile(r"^\[\s*(\d+)/\s*(\d+)\]")
_SIZE = re.compile(r"quant size\s*=\s*([\d.]+) MiB")
_STAGED = re.compile(r"\.(\d+)\.quantizing$")


class QuantizationType(StrEnum):
    Q8_0 = "Q8_0"
    Q6_K = "Q6_K"
    Q5_K_M = "Q5_K_M"
    Q4_K_M = "Q4_K_M"
    Q4_0 = "Q4_0"
    Q3_K_M = "Q3_K_M"
    Q2_K = "Q2_K"


BITS = {
    QuantizationType.Q8_0: 8.5, QuantizationType.Q6_K: 6.6, QuantizationType.Q5_K_M: 5.7, QuantizationType.Q4_K_M: 4.9,
    QuantizationType.Q4_0: 4.6, QuantizationType.Q3_K_M: 3.9, QuantizationType.Q2_K: 3.1,
}  # fmt: skip
"""Bits per weight of typical models, for a size before the start."""


class QuantizeRequest(Boundary):
    model: ModelRef
    file_type: QuantizationType
    target: str
    """The new file; it must not exist yet."""


class QuantizeReport(Boundary):
    model: ModelRef
    """The new file, as its header describes it."""
    seconds: float


def quantize_spec(model: ModelRef, file_type: QuantizationType, target: Path) -> JobSpec:
    """The job that makes the copy: one at a time, in a process of its own."""
    request = QuantizeRequest(model=model, file_type=file_type, target=str(target))
    return JobSpec(
        task=QUANTIZE,
        params=request.model_dump(mode="json"),
        title=f"Quantize {model.name} to {file_type}",
        lane="quantize",
        background=True,
    )


def target_for(model: ModelRef, file_type: QuantizationType, folder: Path) -> Path:
    """Where the copy goes: named after the model and its new type, like no file that is there."""
    path = Path(model.path)
    shard = shard_of(path)
    stem = shard[0] if shard else path.stem
    plain = re.sub(r"[-._](F32|F16|BF16|FP16|FP32)$", "", stem, flags=re.IGNORECASE)
    number, target = 1, folder / f"{plain}-{file_type}.gguf"
    while target.exists():
        number += 1
        target = folder / f"{plain}-{file_type}-{number}.gguf"
    return target


def size_of(model: ModelRef, file_type: QuantizationType) -> int:
    """About how large the copy will be, in bytes."""
    return int(model.parameters * BITS[file_type] / 8)


def check_source(model: ModelRef) -> None:
    """Raise WorkbenchError for a model that cannot or should not be quantized."""
    if model.problem:
        raise WorkbenchError(model.problem, hint="Choose another model.", code="model_unusable")
    if model.file_format != "gguf" or model.kind not in (ModelKind.CHAT, ModelKind.EMBEDDER):
        raise WorkbenchError(
            f"{model.name} is no model in GGUF format: only those can be quantized.",
            hint="Choose a GGUF file with F16, BF16 or F32 weights.",
            code="not_quantizable",
        )
    if model.quantization not in SOURCES:
        raise WorkbenchError(
            f"{model.name} is quantized already ({model.quantization}): quantizing it again would lose twice.",
            hint="Start from the same model with F16, BF16 or F32 weights.",
            code="already_quantized",
        )


def quantize_file(context: JobContext, request: QuantizeRequest) -> QuantizeReport:
    """Write the smaller copy. Raises WorkbenchError: not enough room, the file is there, the source is unsuitable."""
    started = time.monotonic()
    target = Path(request.target)
    check_source(request.model)
    if target.exists():
        raise WorkbenchError(f"There is a file {target.name} already.", hint="Choose another name.", code="file_exists")
    context.progress(0, 0, "Reading the model")
    with _staged(target) as staged:
        _check_room(target.parent, _Run(request, staged, context.threads, dry=True).result_bytes(context))
        _Run(request, staged, context.threads).finish(context)
        made = describe_gguf(staged)
        if made.problem:
            raise WorkbenchError(f"The copy of {request.model.name} came out damaged.", details=made.problem)
        _sync(staged)
        staged.replace(target)
    return QuantizeReport(model=describe_gguf(target), seconds=time.monotonic() - started)


@dataclass(slots=True)
class _Run:
    """One call of llama.cpp on a thread, followed through what it logs."""

    request: QuantizeRequest
    staged: Path
    threads: int
    dry: bool = False
    _code: int | None = None
    _said: list[str] = field(default_factory=list)

    def finish(self, context: JobContext) -> None:
        """Wait for the end. A cancel is raised at once; the native thread dies with its process."""
        from workbench.llm.llama_native import library, listening

        library()  # here, not on the thread: an engine that cannot be imported is told by this exception
        thread = threading.Thread(target=self._call, name="quantize", daemon=True)
        with listening() as self._said:
            thread.start()
            while thread.is_alive():
                thread.join(POLL_SECONDS)
                if not self.dry:
                    context.progress(*self._progress())
                context.check_cancelled()
        if self._code != 0:
            raise self._problem()

    def result_bytes(self, context: JobContext) -> int:
        """What the copy will take, as llama.cpp computes it in a dry run."""
        self.finish(context)
        found = _SIZE.search("\n".join(self._said))
        return int(float(found[1]) * (1 << 20)) if found else size_of(self.request.model, self.request.file_type)

    def _call(self) -> None:
        from workbench.llm.llama_native import library

        native = library()
        params = native.llama_model_quantize_default_params()
        params.ftype = getattr(native, f"LLAMA_FTYPE_MOSTLY_{self.request.file_type}")
        params.nthread = self.threads
        params.max_buf_size = MEMORY_BYTES
        params.dry_run = self.dry
        source, staged = os.fsencode(self.request.model.path), os.fsencode(self.staged)
        self._code = int(native.llama_model_quantize(source, staged, ctypes.byref(params)))

    def _progress(self) -> tuple[int, int, str]:
        from workbench.llm.llama_native import log_tail

        for line in reversed(log_tail(10).splitlines()):
            if step := _STEP.match(line):
                return int(step[1]) - 1, int(step[2]), f"Quantizing to {self.request.file_type}"
        return 0, 0, "Reading the model"

    def _problem(self) -> WorkbenchError:
        said = "\n".join(self._said[-20:])
        if "iostream error" in said:
            return WorkbenchError(
                f"The copy of {self.request.model.name} could not be written.",
                hint=f"Check the room on the disk of {self.staged.parent} and whether it may be written to.",
                details=said,
                code="disk_full",
            )
        return WorkbenchError(f"{self.request.model.name} could not be quantized.", details=said, code="quantize")


@contextlib.contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A place beside the target for what is not whole yet; removed whatever happens, also what dead ones left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob("*.quantizing"):
        if (mark := _STAGED.search(left.name)) and not _is_alive(int(mark[1])):
            left.unlink(missing_ok=True)
    staged = target.with_name(f"{target.name}.{os.getpid()}.quantizing")
    try:
        yield staged
    finally:
        with contextlib.suppress(OSError):  # on Windows a file that is still written to stays until the next time
            staged.unlink(missing_ok=True)


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed * 1.02 > free:
        raise WorkbenchError(
            f"The copy needs {size_in_words(needed)}, but only {size_in_words(free)} are free in {folder}.",
            hint="Make room or choose a smaller quantization.",
            code="disk_full",
        )


def _is_alive(pid: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(pid))


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
