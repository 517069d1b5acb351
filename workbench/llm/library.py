"""Which language models are on this disk. Lists, never copies, never writes."""

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.llm.gguf_header import (
    FILE_TYPES,
    TYPE_NAMES,
    GgufHeader,
    check_complete,
    check_loadable,
    read_header,
    shards,
)
from workbench.llm.types import ModelKind, ModelRef

_EMBEDDERS = {
    "bert",
    "nomic-bert",
    "nomic-bert-moe",
    "jina-bert-v2",
    "jina-bert-v3",
    "modern-bert",
    "t5encoder",
    "neo-bert",
}
_PROJECTORS = {"clip", "mmproj"}


def describe_gguf(path: Path, *, name: str = "", source: str = "") -> ModelRef:
    """What a GGUF file says of itself. A file that cannot be used keeps its row, with `problem` set."""
    name = name or path.stem
    try:
        parts = shards(path)
        headers = [read_header(part) for part in parts]
        for header in headers:
            check_complete(header)
        kind = kind_of(headers[0])
        if kind is ModelKind.CHAT:
            check_loadable(headers[0])
    except WorkbenchError as problem:
        return ModelRef(name=name, path=str(path), source=source, size_bytes=_size(path), problem=problem.message)
    return _describe(name, source, parts, headers, kind)


def kind_of(header: GgufHeader) -> ModelKind:
    stated = header.text("general.type")
    if stated == "adapter":
        return ModelKind.ADAPTER
    if stated in _PROJECTORS or header.architecture in _PROJECTORS:
        return ModelKind.PROJECTOR
    if header.architecture in _EMBEDDERS or header.size("pooling_type"):
        return ModelKind.EMBEDDER
    return ModelKind.CHAT


def _describe(name: str, source: str, parts: list[Path], headers: list[GgufHeader], kind: ModelKind) -> ModelRef:
    first = headers[0]
    return ModelRef(
        name=name,
        path=str(parts[0]),
        kind=kind,
        architecture=first.architecture,
        parameters=sum(header.parameters for header in headers),
        quantization=quantization_of(headers),
        context_length=first.size("context_length"),
        size_bytes=sum(header.file_bytes for header in headers),
        embedding_length=first.size("embedding_length"),
        block_count=first.size("block_count"),
        head_count=first.size("attention.head_count"),
        head_count_kv=first.size("attention.head_count_kv"),
        key_length=first.size("attention.key_length"),
        has_chat_template=bool(first.text("tokenizer.chat_template")),
        licence=first.text("general.license"),
        source=source,
    )


def quantization_of(headers: list[GgufHeader]) -> str:
    """How the weights are stored: as the header states it, else the type that most of them have."""
    stated = FILE_TYPES.get(headers[0].number("general.file_type", -1))
    if stated:
        return stated
    elements: dict[int, int] = {}
    for header in headers:
        for tensor in header.tensors.values():
            elements[tensor.ggml_type] = elements.get(tensor.ggml_type, 0) + tensor.elements
    most = max(elements, key=lambda kind: elements[kind], default=-1)
    return TYPE_NAMES.get(most, "")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
