"""`workbench models settings | add | rename | hide | delete`: what the Models tab can do with one model."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from workbench.cli.choices import choose_model, listed_models
from workbench.cli.numbers import whole_number
from workbench.cli.output import Output, in_words
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.llm.devices import usable_devices
from workbench.llm.fit import FitVerdict, available_memory, verdict
from workbench.llm.in_words import size_in_words
from workbench.llm.model_files import delete_files, files_of, why_not_deletable
from workbench.llm.types import KvType, LoadChanges, LoadConfig, ModelKind, ModelRef

if TYPE_CHECKING:
    from workbench.llm.store import ModelSettingsStore

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_FLASH = {"on": True, "off": False, "auto": None}


def register(actions: "Commands") -> None:
    """Add to the actions of `models`."""
    _register_settings(actions)
    adding = actions.add_parser("add", help="use models where they lie: a folder to search, or a GGUF file")
    adding.add_argument("path", metavar="PATH")
    adding.set_defaults(run=add)
    renaming = actions.add_parser("rename", help="call a model by another name in this program")
    renaming.add_argument("model", metavar="MODEL", help="its name or file")
    renaming.add_argument("name", metavar="NAME", help='the new name; "" goes back to the file\'s')
    renaming.set_defaults(run=rename)
    hiding = actions.add_parser("hide", help="remove a model from the list; its file stays")
    hiding.add_argument("model", metavar="MODEL", help="its name or file")
    hiding.add_argument("--undo", action="store_true", help="put it back into the list")
    hiding.set_defaults(run=hide)
    deleting = actions.add_parser("delete", help="delete a model's files from the disk, for good")
    deleting.add_argument("model", metavar="MODEL", help="its name or file")
    deleting.add_argument("--yes", action="store_true", help="do not ask")
    deleting.set_defaults(run=delete)


def _register_settings(actions: "Commands") -> None:
    parser = actions.add_parser("settings", help="how a model is loaded: show it, or change what is remembered of it")
    parser.add_argument("model", metavar="MODEL", help="its name or file")
    parser.add_argument("--context-length", type=whole_number, metavar="N", help="tokens of prompt and answer together")
    parser.add_argument(
        "--gpu-layers", type=whole_number, metavar="N", help="layers on the GPU; -1 puts as many as fit"
    )
    parser.add_argument("--threads", type=whole_number, metavar="N", help="processor threads; 0 chooses for you")
    parser.add_argument("--flash-attention", choices=tuple(_FLASH), help="auto lets llama.cpp decide")
    parser.add_argument("--kv-type", choices=[str(kind) for kind in KvType], help="how keys and values are stored")
    parser.add_argument("--mmap", choices=("on", "off"), help="map large files instead of reading them")
    parser.add_argument("--batch", type=whole_number, metavar="N", help="tokens that one call computes at most")
    parser.add_argument("--reset", action="store_true", help="forget what is remembered: as in the preferences")
    parser.set_defaults(run=settings)


def settings(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Show how a model is loaded and what that takes; with options change it first."""
    model = choose_model(place, arguments.model)
    if model.endpoint is not None:
        raise WorkbenchError(
            f"{model.name} is on a server, which loads it in its own way.",
            hint="`workbench endpoints add` changes what is known of it.",
            code="not_offered",
        )
    store = _store(place)
    changes = LoadChanges() if arguments.reset else store.for_model(model.content_key)
    wanted = _typed(arguments)
    if arguments.reset or wanted:
        changes = _changed(changes, wanted)
        with place.writing(f"the settings of {model.name}"):
            store.save(model.content_key, changes)
    load = LoadConfig.from_settings(place.settings.llm, changes)
    asks = model.kind is ModelKind.CHAT and not model.problem
    found = verdict(model, load, available_memory(), usable_devices()) if asks else None
    if output.json:
        output.object(_as_object(model, load, changes, found))
        return
    remembered = changes.model_dump(exclude_none=True)
    rows = [
        (name.replace("_", "-"), _value(name, value), "this model" if name in remembered else "preferences")
        for name, value in load.model_dump().items()
        if name in LoadChanges.model_fields
    ]
    output.table(("setting", "value", "from"), rows)
    if found is not None:
        output.text(
            f"\n{model.name} {found.fit}: it needs {size_in_words(found.needed_bytes)}, "
            f"{size_in_words(found.free_bytes)} are free."
        )


def add(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Remember a folder or a file; models are used where they lie."""
    path = Path(arguments.path).expanduser().absolute()
    if not (path.is_dir() or path.suffix.lower() == ".gguf"):
        raise WorkbenchError(
            f"{path.name} cannot be added.", hint="Models are GGUF files (*.gguf) or folders that hold some."
        )
    if not path.exists():
        raise WorkbenchError(f"There is no file {path}.", hint="Check the path.", code="file_missing")
    with place.writing("adding models"):
        places = place.settings.llm.model_folders
        if str(path) not in places:
            llm = place.settings.llm.model_copy(update={"model_folders": (*places, str(path))})
            place.settings = place.settings.model_copy(update={"llm": llm})
            place.settings.save(place.paths.settings)
    _say(output, {"added": str(path)}, f"{path} was added; `workbench models list` shows what is in it.")


def rename(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    model, wanted = choose_model(place, arguments.model), arguments.name.strip()
    if any(other.name == wanted and other.path != model.path for other in listed_models(place)):
        raise WorkbenchError(f"There is a model called “{wanted}” already.", hint="Choose another name.", code="taken")
    with place.writing(f"renaming {model.name}"):
        _store(place).rename(model.content_key, wanted)
    said = f"{model.name} is called {wanted} now." if wanted else f"{model.name} is called like its file again."
    _say(output, {"path": model.path, "name": wanted or Path(model.path).stem}, said)


def hide(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    model = choose_model(place, arguments.model)
    with place.writing(f"hiding {model.name}"):
        _store(place).hide(model.content_key, not arguments.undo)
    where = "is in the list again" if arguments.undo else "was removed from the list; its file was not touched"
    _say(output, {"path": model.path, "hidden": not arguments.undo}, f"{model.name} {where}.")


def delete(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Says first what would be lost; asks unless `--yes` was typed."""
    from workbench.finetune.needing import adapters_needing, delete_question
    from workbench.finetune.store import AdapterStore
    from workbench.llm.store import FileHashStore

    model = choose_model(place, arguments.model)
    if reason := why_not_deletable(model):
        raise WorkbenchError(f"{model.name} is not deleted.", hint=reason, code="not_deletable")
    if not files_of(model):
        raise WorkbenchError(f"There is no file {model.path}.", hint="Check the name.", code="file_missing")
    needing = adapters_needing(model, AdapterStore(place.database).list_adapters(), FileHashStore(place.database).find)
    if not arguments.yes:
        _ask(delete_question(model, needing))
    with place.writing(f"deleting {model.name}"):
        freed = delete_files(model)
    said = f"{model.name} was deleted; {size_in_words(freed)} are free again."
    _say(output, {"path": model.path, "freed_bytes": freed}, said)


def _ask(question: str) -> None:
    """Raises WorkbenchError unless a person says yes."""
    if not sys.stdin.isatty():
        raise WorkbenchError(question, hint="Nobody is there to ask: --yes deletes without asking.", code="not_asked")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise WorkbenchError("Nothing was deleted.", code="kept")


def _store(place: Workplace) -> "ModelSettingsStore":
    from workbench.llm.store import ModelSettingsStore

    return ModelSettingsStore(place.database)


def _typed(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, by the fields of LoadChanges."""
    numbers = ("context_length", "gpu_layers", "threads", "batch", "kv_type")
    typed = {name: value for name in numbers if (value := getattr(arguments, name)) is not None}
    if arguments.flash_attention is not None:
        typed["flash_attention"] = _FLASH[arguments.flash_attention]
    if arguments.mmap is not None:
        typed["mmap"] = arguments.mmap == "on"
    return typed


def _changed(changes: LoadChanges, wanted: dict[str, Any]) -> LoadChanges:
    cache = wanted.get("kv_type", KvType.F16)
    if cache != KvType.F16 and wanted.get("flash_attention", True) is False:
        raise WorkbenchError(
            f"A cache of {cache} needs flash attention.",
            hint="Choose f16, or leave flash attention on.",
            code="bad_setting",
        )
    try:
        return changes.with_changes(**wanted)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "--" + str(first["loc"][0]).replace("_", "-") if first["loc"] else "These settings"
        raise WorkbenchError(f"{option} cannot be {first['input']}: {in_words(first)}.", code="bad_setting") from error


def _value(name: str, value: Any) -> str:
    if name == "flash_attention":
        return {True: "on", False: "off", None: "automatic"}[value]
    if name == "mmap":
        return "on" if value else "off"
    automatic = {"threads": 0, "gpu_layers": -1}
    return "automatic" if automatic.get(name) == value else str(value)


def _as_object(model: ModelRef, load: LoadConfig, changes: LoadChanges, found: FitVerdict | None) -> dict[str, Any]:
    memory = {**found.use.model_dump(), "total": found.needed_bytes, "free": found.free_bytes} if found else None
    return {
        "name": model.name,
        "path": model.path,
        "load": load.model_dump(mode="json", include=set(LoadChanges.model_fields)),
        "remembered": changes.model_dump(mode="json", exclude_none=True),
        "memory": memory,
        "fit": str(found.fit) if found else "",
    }


def _say(output: Output, told: dict[str, Any], text: str) -> None:
    if output.json:
        output.object(told)
    else:
        output.text(text)
