"""What workers do with language models. Requests carry everything; nothing here opens the database."""

from functools import partial
from pathlib import Path

from workbench.boundary import Boundary
from workbench.jobs.context import JobContext
from workbench.llm.devices import usable_devices
from workbench.llm.endpoints.models import identity
from workbench.llm.engines import borrowed, give_way, idle_memory
from workbench.llm.file_hash import FileHashed, fingerprint, hash_whole
from workbench.llm.header_cache import HeaderCache
from workbench.llm.library import list_models
from workbench.llm.placement import Device
from workbench.llm.quantizing import QuantizeReport, QuantizeRequest, quantize_file
from workbench.llm.types import (
    ChatEngine,
    Completion,
    FinishReason,
    GenerationRequest,
    IdleMemory,
    LoadConfig,
    MemoryUse,
    ModelRef,
)
from workbench.log import get_logger

_log = get_logger("llm")

GENERATE = "workbench.llm.tasks:generate"
SCAN_MODELS = "workbench.llm.tasks:scan_models"
HASH_FILES = "workbench.llm.tasks:hash_files"
MEASURE_IDLE = "workbench.llm.tasks:measure_idle"


class GenerateRequest(Boundary):
    model: ModelRef
    load: LoadConfig = LoadConfig()
    requests: tuple[GenerationRequest, ...]
    """One is streamed; several are answered as a grid, whose batches follow from the list alone."""
    exact: bool = False
    """Each request is decoded alone, whatever else is asked or runs: the same text every time on this machine."""


class TextProduced(Boundary):
    """The next piece of an answer."""

    request_id: str
    text: str


class MakeRoomReport(Boundary):
    unloaded: tuple[str, ...]
    """Names of the models that were unloaded."""


class GenerateReport(Boundary):
    completions: tuple[Completion, ...]
    """In the order of the requests."""
    memory: MemoryUse = MemoryUse()
    model_hash: str = ""
    """SHA-256 of the model's (first) file; of a sample when it is very large; "" when it was deleted meanwhile."""
    context_length: int = 0
    """What prompt and answer together could have."""


class ScanModelsRequest(Boundary):
    own_folders: tuple[str, ...] = ()
    models_folder: str
    cache_file: str = ""
    """Where the headers of the last time are kept; empty reads all anew."""


class HashFilesRequest(Boundary):
    paths: tuple[str, ...]
    """All files of one model."""


class HashFilesReport(Boundary):
    files: tuple[FileHashed, ...]


class ScanModelsReport(Boundary):
    models: tuple[ModelRef, ...]
    devices: tuple[Device, ...] = ()
    """GPUs that the engine can use."""


def scan_models(context: JobContext, request: ScanModelsRequest) -> ScanModelsReport:
    """List the models on this disk. Reads headers only."""
    context.progress(0, 0, "Looking for models")
    cache = HeaderCache(Path(request.cache_file)) if request.cache_file else None
    folders = [Path(folder).expanduser() for folder in request.own_folders]
    models = list_models(folders, Path(request.models_folder), cache=cache)
    return ScanModelsReport(models=tuple(models), devices=usable_devices())


def hash_files(context: JobContext, request: HashFilesRequest) -> HashFilesReport:
    """SHA-256 of whole files: every byte is read once."""
    paths = [Path(path) for path in request.paths]
    total, before = sum(path.stat().st_size for path in paths if path.is_file()), 0
    files = []
    for path in paths:
        hashed = hash_whole(path, partial(_tell_hashing, context, before, total))
        before += hashed.size_bytes
        files.append(hashed)
    return HashFilesReport(files=tuple(files))


def _tell_hashing(context: JobContext, before: int, total: int, done: int) -> None:
    context.progress(before + done, total, "Hashing")


def quantize(context: JobContext, request: QuantizeRequest) -> QuantizeReport:
    """Make a smaller copy of a model. For a process of its own: a cancel leaves a thread that cannot be ended."""
    return quantize_file(context, request)


def make_room(_context: JobContext) -> MakeRoomReport:
    """A training begins: unload idle models while it will need more than is free. For the warm worker that has them."""
    return MakeRoomReport(unloaded=tuple(give_way()))


def measure_idle(_context: JobContext) -> IdleMemory:
    """What a training could have if idle models made way. For the warm worker that has them."""
    return idle_memory()


def generate(context: JobContext, request: GenerateRequest) -> GenerateReport:
    """Answer prompts: one is streamed, several are decoded together. A cancelled answer is still produced."""
    with borrowed(request.model, request.load, context.produce) as engine:
        context.progress(0, len(request.requests), "Answering")
        if request.exact or len(request.requests) != 1:
            completions = _all(context, engine, request.requests, request.exact)
        else:
            completions = [_one(context, engine, request.requests[0])]
        context.check_cancelled()
        return GenerateReport(
            completions=tuple(completions),
            memory=engine.memory(),
            model_hash=fingerprint_of(request.model),
            context_length=engine.context_length,
        )


def fingerprint_of(model: ModelRef) -> str:
    """What proves which model answered; "" when its file was deleted while it did.

    Asked after the answer, whose first word does not wait for it.
    """
    if model.endpoint is not None:
        return identity(model.endpoint)
    try:
        return fingerprint(Path(model.path))
    except OSError as error:
        _log.warning("The file of %s went away while it answered: %s", model.name, error)
        return ""


def _one(context: JobContext, engine: ChatEngine, request: GenerationRequest) -> Completion:
    def on_text(text: str) -> None:
        context.produce(TextProduced(request_id=request.id, text=text))

    completion = engine.stream(request, on_text, context.is_cancelled)
    context.produce(completion)
    return completion


def _all(
    context: JobContext, engine: ChatEngine, requests: tuple[GenerationRequest, ...], exact: bool
) -> list[Completion]:
    done = 0

    def on_done(completion: Completion) -> None:
        nonlocal done
        done += completion.finish_reason is not FinishReason.CANCELLED
        context.produce(completion)
        if not context.is_cancelled():
            context.progress(done, len(requests), "Answering")

    return engine.complete_all(requests, on_done, context.is_cancelled, exact=exact)
