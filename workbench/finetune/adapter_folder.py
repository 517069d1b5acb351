"""The folder of a finished adapter: card, PEFT weights, GGUF adapter, verification; it appears whole or not at all."""

import json
import re
import shutil
from collections.abc import Container
from pathlib import Path

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.finetune.checkpoints import disk_full_in_words, problem_with, seal, sync_folder
from workbench.finetune.types import Adapter, Verification

CARD = "card.json"
GGUF = "adapter.gguf"
PEFT = "peft"
VERIFICATION = "verification.json"
METRICS = "metrics.jsonl"
"""The figures of its training, step by step: its loss curve stays with it, wherever it goes."""
NEEDED = (CARD, GGUF, f"{PEFT}/adapter_model.safetensors", f"{PEFT}/adapter_config.json")

_NAME = re.compile(r"[\w][\w .+()-]{0,79}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def check_name(name: str) -> None:
    """Raise WorkbenchError for a name that cannot be a folder everywhere."""
    if not _NAME.fullmatch(name) or name[-1] in " ." or name.casefold().split(".")[0] in _RESERVED:
        raise WorkbenchError(
            f"“{name}” cannot be the name of an adapter.",
            hint="Use letters, digits, spaces, - _ . and at most 80 characters.",
            code="bad_name",
        )


def check_free(name: str, adapters_folder: Path) -> None:
    """Raise WorkbenchError when an adapter of this name exists."""
    check_name(name)
    taken = adapters_folder.is_dir() and {path.name.casefold() for path in adapters_folder.iterdir()}
    if taken and name.casefold() in taken:
        raise WorkbenchError(
            f"There is already an adapter “{name}”.",
            hint="Choose another name, or delete that one first.",
            code="name_taken",
        )


def stage(name: str, adapters_folder: Path) -> Path:
    """An empty folder beside the place where the adapter will appear."""
    staging = adapters_folder / f".staging-{name}"
    shutil.rmtree(staging, ignore_errors=True)
    (staging / PEFT).mkdir(parents=True)
    return staging


def publish(staging: Path, adapter: Adapter, verification: Verification | None, metrics: Path | None = None) -> Adapter:
    """Write card and verification, seal everything with hashes, and make it visible in one rename.

    `metrics` is the training's file of figures, which is copied; one from elsewhere has neither.
    """
    final = Path(adapter.folder)
    with disk_full_in_words(staging.parent):
        (staging / CARD).write_text(adapter.model_dump_json(indent=1), encoding="utf-8")
        if verification is not None:
            (staging / VERIFICATION).write_text(verification.model_dump_json(indent=1), encoding="utf-8")
        if metrics is not None and metrics.is_file():
            shutil.copyfile(metrics, staging / METRICS)
        seal(staging)
        staging.rename(final)
        sync_folder(final.parent)
    return adapter


def read_card(folder: Path) -> Adapter:
    """The adapter in `folder`, wherever that lies now, called as the folder is (a rename is one rename of the folder).

    Raises WorkbenchError when it is damaged or none.
    """
    if problem := problem_with(folder, NEEDED):
        raise WorkbenchError(
            f"The adapter in {folder} cannot be used: {problem}.", hint="Train it again.", code="adapter_damaged"
        )
    try:
        card = Adapter.model_validate_json((folder / CARD).read_text(encoding="utf-8"))
    except ValidationError as error:
        raise WorkbenchError(
            f"The card of the adapter in {folder} cannot be read.",
            hint="It was made by another version of the program.",
            details=str(error),
            code="adapter_damaged",
        ) from error
    return card.model_copy(update={"name": folder.name, "folder": str(folder), "gguf_path": str(folder / GGUF)})


def read_verification(folder: Path) -> Verification | None:
    """What was measured when the adapter was made; None in a folder without it."""
    try:
        return Verification.model_validate(json.loads((folder / VERIFICATION).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def list_cards(adapters_folder: Path, without: Container[str] = ()) -> list[Adapter]:
    """Every whole adapter below `adapters_folder`; damaged ones are passed over, and those named in `without`.

    Reads and hashes every file of those that it returns.
    """
    found = []
    for folder in sorted(adapters_folder.iterdir()) if adapters_folder.is_dir() else []:
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in without:
            try:
                found.append(read_card(folder))
            except WorkbenchError:
                continue
    return found
