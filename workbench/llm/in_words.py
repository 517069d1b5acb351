"""Numbers and kinds of models as people say them."""

from workbench.llm.types import MemoryUse, ModelKind, ModelRef

_KINDS = {
    ModelKind.CHAT: "chat",
    ModelKind.ADAPTER: "adapter",
    ModelKind.PROJECTOR: "projector",
    ModelKind.EMBEDDER: "embedder",
}


def parameters_in_words(count: int) -> str:
    """5_300_000 -> "5.3M"; "" for an unknown number."""
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if count >= size:
            number = count / size
            return f"{number:.0f}{unit}" if number >= 100 else f"{number:.1f}{unit}"
    return str(count) if count else ""


def size_in_words(size_bytes: int) -> str:
    """Decimal units, as file managers show them: 497_000_000 -> "497 MB"."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= size:
            number = size_bytes / size
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.1f} {unit}"
    return f"{size_bytes} B"


def context_in_words(model: ModelRef) -> str:
    return f"{model.context_length:,}" if model.context_length else ""


def adapter_in_words(name: str, scale: float) -> str:
    """ "house-style", or "house-style × 0.5" where it is not applied as it was trained; "" without a name."""
    return name if not name or scale == 1.0 else f"{name} × {scale:g}"


def memory_in_words(use: MemoryUse) -> str:
    """ "34 MB of memory: weights 6.3 MB, context 12 MB, buffers 16 MB, adapters 210 kB"; "" where it is not known."""
    if not use.total:
        return ""
    parts = {"weights": use.weights, "context": use.kv_cache, "buffers": use.compute, "adapters": use.adapters}
    said = ", ".join(f"{name} {size_in_words(size)}" for name, size in parts.items() if size)
    return f"{size_in_words(use.total)} of memory: {said}"


def kind_in_words(kind: ModelKind) -> str:
    return _KINDS[kind]
