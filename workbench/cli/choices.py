"""What people name on the command line (a model, an adapter, settings of an answer), found or refused in words."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from workbench.cli.output import in_words
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.store import EndpointStore
from workbench.llm.header_cache import HeaderCache
from workbench.llm.library import find_model, list_models
from workbench.llm.types import AdapterRef, GenerationConfig, LoadConfig, ModelRef

if TYPE_CHECKING:
    from workbench.llm.store import ModelSettingsStore


def choose_model(place: Workplace, name_or_path: str) -> ModelRef:
    """The model of that name or at that path. Raises WorkbenchError with names that are near."""
    memory = model_memory(place)
    return find_model(
        name_or_path,
        place.own_model_folders,
        place.paths.models,
        cache=HeaderCache(place.paths.header_cache),
        names=memory.names() if memory else None,
        endpoints=EndpointStore(place.paths.endpoints).known_endpoints(),
    )


def choose_local_model(place: Workplace, name_or_path: str) -> ModelRef:
    """The same for a base of a training: one on a server is refused."""
    base = choose_model(place, name_or_path)
    if base.endpoint is not None:
        raise WorkbenchError(
            f"{base.name} is on a server; training needs the model on this computer.",
            hint="`workbench models list` shows what is here.",
            code="not_offered",
        )
    return base


def listed_models(place: Workplace) -> list[ModelRef]:
    """By the names that the user gave, without those that were removed from the list."""
    memory = model_memory(place)
    known = memory.all_models() if memory else {}
    names = {key: model.display_name for key, model in known.items() if model.display_name}
    cache = HeaderCache(place.paths.header_cache)
    models = list_models(
        place.own_model_folders,
        place.paths.models,
        cache=cache,
        names=names,
        endpoints=EndpointStore(place.paths.endpoints).known_endpoints(),
    )
    hidden = {key for key, model in known.items() if model.is_hidden}
    return [model for model in models if model.content_key not in hidden]


def add_adapter_options(parser: argparse.ArgumentParser, about: str = "name or path of an adapter") -> None:
    """Add `--adapter` and `--adapter-scale`, which `choose_adapter` is given."""
    parser.add_argument("--adapter", metavar="A", help=about)
    parser.add_argument(
        "--adapter-scale", type=float, metavar="X", help="how strongly it is applied: 1 (the default) as it was trained"
    )


def choose_adapter(place: Workplace, name_or_path: str | None, scale: float | None = None) -> AdapterRef | None:
    """The GGUF adapter at that path, or the trained one of that name; None for none.

    Raises WorkbenchError where there is no such adapter, or none for the scale, or the scale is out of range.
    """
    if not name_or_path:
        if scale is not None:
            raise WorkbenchError(
                f"--adapter-scale {scale:g} says how strongly an adapter is applied, but there is none.",
                hint="Add --adapter with its name or path, or leave the scale out.",
            )
        return None
    path = Path(name_or_path).expanduser()
    if not path.is_file():
        from workbench.finetune.store import AdapterStore

        path = Path(AdapterStore(place.database).get(name_or_path).gguf_path)
    try:
        return AdapterRef(path=str(path.absolute()), scale=1.0 if scale is None else scale)
    except ValidationError as error:
        raise WorkbenchError(
            f"The scale {scale:g} of the adapter {name_or_path}: {in_words(error.errors()[0])}.",
            hint="1 applies it as it was trained, 0.5 half as strongly, 0 not at all.",
        ) from error


def load_config(place: Workplace, model: ModelRef | None = None) -> LoadConfig:
    """How models are loaded, from the settings and from what is remembered of this model."""
    memory = model_memory(place)
    if model is None or memory is None:
        return LoadConfig.from_settings(place.settings.llm)
    return memory.load_config(model, place.settings.llm)


def model_memory(place: Workplace) -> "ModelSettingsStore | None":
    """What is remembered of models; None in a data folder that has no database yet."""
    if not place.paths.database.exists():
        return None
    from workbench.llm.store import ModelSettingsStore

    return ModelSettingsStore(place.database)


def generation_config(**wishes: Any) -> GenerationConfig:
    """Settings of an answer; None keeps the default. Raises WorkbenchError naming the option that is out of range."""
    try:
        return GenerationConfig(**{name: value for name, value in wishes.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        raise WorkbenchError(f"{option} {first['input']}: {in_words(first)}.", hint="Choose another value.") from error
