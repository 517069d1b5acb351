"""Which language models are on this disk. Lists, never copies, never writes."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench import resources
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.file_hash import content_key
from workbench.llm.gguf_header import (
    GgufHeader,
    check_complete,
    check_loadable,
    check_weights,
    read_header,
    shard_of,
    shards,
)
from workbench.llm.gguf_tables import FILE_TYPES, TYPE_NAMES
from workbench.llm.header_cache import HeaderCache, states_of
from workbench.llm.library_sources import Found, find_all
from workbench.llm.model_folder import describe_folder
from workbench.llm.types import ModelKind, ModelRef

STARTER = "starter"
_EMBEDDERS = {
    "bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert", "t5encoder", "neo-bert",
}  # fmt: skip
_PROJECTORS = {"clip", "mmproj"}
_LASTING_PROBLEMS = {"gguf_damaged", "gguf_incomplete", "gguf_unsafe", "gguf_version", "not_gguf"}
"""What is wrong with the bytes of the file itself, until it is changed."""


def list_models(
    own_folders: Sequence[Path],
    models_folder: Path,
    *,
    cache: HeaderCache | None = None,
    names: Mapping[str, str] | None = None,
    endpoints: Sequence[Endpoint] = (),
) -> list[ModelRef]:
    """The starter first, then everything found, each file once, each name once. What cannot be used says why.

    With a cache only new and changed files are read; `names`: what the user calls models, by content key; models on
    servers come last, so that a file keeps its name.
    """
    listing = _Listing(cache or HeaderCache())
    starter = find_starter()
    if starter is not None:
        listing.add(starter)
    for found in find_all(list(own_folders), models_folder):
        listing.add_found(found)
    listing.cache.save()
    return named([*listing.models, *map(as_model, endpoints)], names or {})


def named(models: Sequence[ModelRef], names: Mapping[str, str]) -> list[ModelRef]:
    """The same models, called what the user calls them (`names`: by content key), each by a name of its own."""
    own = {name for name in names.values() if name}
    used: set[str] = set()
    result = []
    for model in models:
        wanted = names.get(model.content_key, "")
        called = model.model_copy(update={"name": wanted}) if wanted else model
        name = next(n for n in _names_for(called) if n not in used and (wanted or n not in own))
        used.add(name)
        result.append(called if called.name == name else called.model_copy(update={"name": name}))
    return result


def find_starter() -> ModelRef | None:
    """The model that ships with the program, None in a checkout where it was not made yet."""
    try:
        path = resources.path("models/starter.gguf")
    except FileNotFoundError:
        return None
    return describe_gguf(path, name=STARTER, source="starter")


def find_model(
    name_or_path: str,
    own_folders: Sequence[Path],
    models_folder: Path,
    *,
    cache: HeaderCache | None = None,
    names: Mapping[str, str] | None = None,
    endpoints: Sequence[Endpoint] = (),
) -> ModelRef:
    """The model of that name, or the file or folder at that path. Raises WorkbenchError with names that are near."""
    if not name_or_path.strip():  # as a path it would be the current folder
        raise WorkbenchError(
            "The name of the model is empty.", hint="`workbench models list` shows what is here.", code="model_unknown"
        )
    if name_or_path == STARTER and (starter := find_starter()) is not None:
        return starter
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        return describe_folder(path.absolute(), source="own folder")
    if path.exists() or path.suffix.lower() == ".gguf":
        return describe_gguf(path.absolute(), source="own file")
    models = list_models(own_folders, models_folder, cache=cache, names=names, endpoints=endpoints)
    for model in models:
        if model.name == name_or_path:
            return model
    same = [model for model in models if model.name.casefold() == name_or_path.casefold()]
    if len(same) == 1:
        return same[0]
    raise _unknown(name_or_path, models)


def describe_path(path: Path, *, name: str = "", source: str = "") -> ModelRef:
    """What a file or folder is; never raises for what is inside."""
    return (
        describe_folder(path, name=name, source=source)
        if path.is_dir()
        else describe_gguf(path, name=name, source=source)
    )


@dataclass(slots=True)
class _Listing:
    """Models with one row per real file and unique names."""

    cache: HeaderCache
    models: list[ModelRef] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def add_found(self, found: Found) -> None:
        if found.problem:
            self.add(
                ModelRef(
                    name=found.name or found.path.name, path=str(found.path), source=found.source, problem=found.problem
                )
            )
            return
        shard = None if found.path.is_dir() else shard_of(found.path)
        if shard is not None and shard[1] != 1 and found.path.with_name(_first_part(shard)).exists():
            return
        real = _real(found.path)
        if real is None or real in self._seen:
            return
        self._seen.add(real)
        name = found.name or (shard[0] if shard else found.path.stem)
        self.add(self._describe(found.path, name, found.source))

    def _describe(self, path: Path, name: str, source: str) -> ModelRef:
        """From the cache, else from the file."""
        if path.is_dir():
            return describe_folder(path, name=name, source=source)
        try:
            state = states_of(shards(path))
        except (OSError, WorkbenchError):
            return describe_gguf(path, name=name, source=source)
        known = self.cache.find(path, state)
        if known is not None:
            return known.model_copy(update={"name": name, "source": source})
        model, lasts = _read(path, name, source)
        if lasts:
            self.cache.keep(path, state, model)
        return model

    def add(self, model: ModelRef) -> None:
        name = next(name for name in _names_for(model) if name not in self._names)
        self._names.add(name)
        if real := _real(Path(model.path)):
            self._seen.add(real)
        self.models.append(model.model_copy(update={"name": name}))


def _names_for(model: ModelRef) -> Iterator[str]:
    yield model.name
    yield f"{model.name} ({model.endpoint.host if model.endpoint else Path(model.path).parent.name})"
    number = 2
    while True:
        yield f"{model.name} ({number})"
        number += 1


def _first_part(shard: tuple[str, int, int]) -> str:
    return f"{shard[0]}-00001-of-{shard[2]:05d}.gguf"


def _real(path: Path) -> Path | None:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):  # a link that leads nowhere or in a circle
        return None


def _unknown(name: str, models: list[ModelRef]) -> WorkbenchError:
    names = [model.name for model in models if model.kind is ModelKind.CHAT and not model.problem]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`workbench models list` shows what is there."
    return WorkbenchError(f"There is no model {name!r}.", hint=hint, code="model_unknown")


def describe_gguf(path: Path, *, name: str = "", source: str = "") -> ModelRef:
    """What a GGUF file says of itself. A file that cannot be used keeps its row, with `problem` set."""
    return _read(path, name or path.stem, source)[0]


def _read(path: Path, name: str, source: str) -> tuple[ModelRef, bool]:
    """The description, and whether it lasts as long as the file is not changed."""
    try:
        parts = shards(path)
        headers = [read_header(part) for part in parts]
        for header in headers:
            check_complete(header)
        check_weights(headers)
        kind = kind_of(headers[0])
        if kind is ModelKind.CHAT:
            check_loadable(headers[0])
    except WorkbenchError as problem:
        key = content_key(path)
        model = ModelRef(
            name=name,
            path=str(path),
            source=source,
            size_bytes=_size(path),
            content_key=key,
            problem=problem.message,
        )
        return model, problem.code in _LASTING_PROBLEMS
    return _describe(name, source, parts, headers, kind), True


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
        base_name=first.text("general.base_model.0.name"),
        parts=len(parts),
        content_key=content_key(parts[0]),
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
