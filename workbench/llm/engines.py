"""Which engine answers for a model, and the engines that this worker keeps loaded."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.llama_native import READ_WHOLE_BYTES
from workbench.llm.types import ChatEngine, IdleMemory, LoadConfig, ModelKind, ModelRef, ModelUnloaded

KEPT = 6
"""Models that stay loaded for the next question at most; fewer where the memory is needed for another one."""

FREE_SHARE = 0.9
"""Share of the free memory that trainings may count on, as `finetune.preflight` does."""

OnUnloaded = Callable[[ModelUnloaded], None]
"""Told which model was unloaded to make room; a job's `context.produce` brings it to whoever runs jobs."""


def say_nothing(_unloaded: ModelUnloaded) -> None:
    """For callers that cannot tell anybody."""


def open_engine(model: ModelRef, load: LoadConfig) -> ChatEngine:
    """A freshly loaded engine that belongs to the caller (who closes it). Raises WorkbenchError."""
    if model.problem:
        raise WorkbenchError(
            model.problem, hint="Copy or download it again, or choose another model.", code="model_unusable"
        )
    if model.kind is not ModelKind.CHAT:
        raise WorkbenchError(
            f"{model.name} is no language model but {_kind_name(model.kind)}.",
            hint="Choose a model that answers.",
            code="not_a_chat_model",
        )
    if model.endpoint is not None:
        from workbench.llm.endpoints.endpoint_engine import EndpointEngine
        from workbench.llm.endpoints.keys import find_key

        return EndpointEngine(model.endpoint, find_key(model.endpoint))
    if model.file_format != "gguf":
        raise WorkbenchError(
            f"{model.name} is a transformers folder; answering needs a GGUF file.",
            hint="Choose the same model as GGUF, or export it to GGUF first.",
            code="not_gguf",
        )
    from workbench.llm.devices import find_devices
    from workbench.llm.fit import check_fits
    from workbench.llm.llamacpp_engine import LlamaCppEngine

    check_fits(model, load, find_devices())
    return LlamaCppEngine(model, load)


@dataclass(slots=True)
class _Kept:
    engine: ChatEngine
    name: str
    users: int = 0
    is_mapped: bool = False
    """Whether its weights are mapped from the file: the system counts those as free already."""

    @property
    def is_unused(self) -> bool:
        return not self.users and _is_idle(self.engine)


@dataclass(slots=True)
class _Engines:
    lock: threading.Lock = field(default_factory=threading.Lock)
    by_key: dict[tuple[str, int, int, str], _Kept] = field(default_factory=dict)


_engines = _Engines()


def get_engine(model: ModelRef, load: LoadConfig) -> ChatEngine:
    """The engine of this model in this process, loaded at the first call. Kept until others push it out."""
    return _get(model, load, say_nothing).engine


class borrowed:  # noqa: N801  (reads as a verb: `with borrowed(model, load, context.produce) as engine`)
    """`get_engine` for the time of a block, in which it is not unloaded to make room."""

    def __init__(self, model: ModelRef, load: LoadConfig, on_unloaded: OnUnloaded) -> None:
        self._model, self._load, self._on_unloaded = model, load, on_unloaded

    def __enter__(self) -> ChatEngine:
        self._kept = _get(self._model, self._load, self._on_unloaded, borrow=1)
        return self._kept.engine

    def __exit__(self, *_: object) -> None:
        with _engines.lock:
            self._kept.users -= 1


def close_engines() -> None:
    """Unload everything: for the end of a worker and for tests."""
    with _engines.lock:
        for kept in _engines.by_key.values():
            kept.engine.close()
        _engines.by_key.clear()


def _get(model: ModelRef, load: LoadConfig, on_unloaded: OnUnloaded, borrow: int = 0) -> _Kept:
    with _engines.lock:
        key = _key(model, load)
        kept = _engines.by_key.pop(key, None)
        if kept is None:
            _make_room(key[0], model, load, on_unloaded)
            is_mapped = load.mmap and key[1] > READ_WHOLE_BYTES
            kept = _Kept(open_engine(model, load), model.name, is_mapped=is_mapped)
        _engines.by_key[key] = kept  # the last is the most recently used
        kept.users += borrow
        return kept


def _make_room(path: str, model: ModelRef, load: LoadConfig, on_unloaded: OnUnloaded) -> None:
    """Unload the same file under other settings, then what was unused for longest while the new one does not fit."""
    unused = {key: kept for key, kept in _engines.by_key.items() if kept.is_unused}
    for key in [key for key in unused if key[0] == path]:
        _unload(key)
        del unused[key]
    for key, kept in unused.items():
        if len(_engines.by_key) < KEPT and _fits(model, load):
            return
        _unload(key)
        on_unloaded(ModelUnloaded(name=kept.name, for_name=model.name))


def give_way() -> list[str]:
    """Unload what is unused, the longest unused first, while trainings that run will need more than is free.

    Returns the names of what was unloaded.
    """
    unloaded = []
    with _engines.lock:
        for key, kept in list(_engines.by_key.items()):
            if _trainings_fit():
                break
            if kept.is_unused:
                _unload(key)
                unloaded.append(kept.name)
    return unloaded


def _trainings_fit() -> bool:
    """Whether those that run find what they will still take, in the processor's memory and on each GPU."""
    from workbench.llm.devices import find_devices
    from workbench.llm.fit import reserved_memory, reserved_on_cards
    from workbench.memory import free_memory

    if reserved_memory() > FREE_SHARE * free_memory():
        return False
    on_cards = reserved_on_cards()
    if not on_cards:
        return True
    # What a GPU has left beside the claims: a tenth of what is free now stays free.
    left = [device.free_bytes for device in find_devices() if not device.shares_memory]
    return all(free >= (1 - FREE_SHARE) / FREE_SHARE * on_cards for free in left)


def idle_memory() -> IdleMemory:
    """What unloading every unused model would give back."""
    with _engines.lock:
        unused = [kept for kept in _engines.by_key.values() if kept.is_unused]
        uses = [(kept.engine.memory(), kept.is_mapped) for kept in unused]
    on_host = (use.total - use.on_devices - (use.weights if is_mapped else 0) for use, is_mapped in uses)
    return IdleMemory(
        memory_bytes=sum(max(0, size) for size in on_host), card_bytes=sum(use.on_devices for use, _ in uses)
    )


def _unload(key: tuple[str, int, int, str]) -> None:
    _engines.by_key.pop(key).engine.close()


def _fits(model: ModelRef, load: LoadConfig) -> bool:
    from workbench.llm.devices import find_devices
    from workbench.llm.fit import Fit, available_memory, verdict

    return verdict(model, load, available_memory(), find_devices()).fit is not Fit.WONT


def _is_idle(engine: ChatEngine) -> bool:
    return bool(getattr(engine, "is_idle", True))


def _key(model: ModelRef, load: LoadConfig) -> tuple[str, int, int, str]:
    if model.endpoint is not None:
        from workbench.llm.endpoints.keys import mark_of_key

        return model.path, 0, 0, model.endpoint.model_dump_json() + mark_of_key(model.endpoint)
    path = Path(model.path)
    try:
        found = path.stat()
    except OSError as error:
        raise WorkbenchError(f"There is no model file {path}.", hint="Choose another.", code="file_missing") from error
    return str(path.resolve()), found.st_size, found.st_mtime_ns, load.model_dump_json()


def _kind_name(kind: ModelKind) -> str:
    names = {
        ModelKind.ADAPTER: "an adapter: choose it together with its base model",
        ModelKind.PROJECTOR: "a projector (the eyes of a model that sees)",
        ModelKind.EMBEDDER: "an embedding model",
    }
    return names.get(kind, kind.value)
