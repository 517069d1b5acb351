"""A training in a folder of its own: packed here, started on another computer, brought back.

The folder holds everything but the program: the request, the rows, on wish the base, each with its hash. What is made
there lies in the same folder and is checked against the hashes when it comes back.
"""

import shutil
from pathlib import Path

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder, made_model
from workbench.finetune.base_model import locate_base
from workbench.finetune.checkpoints import disk_full_in_words, problem_with, seal, sync_folder
from workbench.finetune.types import Adapter, MadeModel, TrainRequest
from workbench.llm.types import ModelRef

SPEC = "spec.json"
_ROWS, _GENERAL = "rows.jsonl", "general.jsonl"
_BASE, _MADE, _WORK = "base", "made", "work"


class PackedRun(Boundary):
    """What `spec.json` holds."""

    schema_version: int = 1
    request: TrainRequest
    """As it was made on the first computer; the paths in it are those of that computer."""
    base_hash: str = ""
    """SHA-256 of the base's GGUF file; empty for a model from scratch."""
    base_file: str = ""
    """Its name in the folder; empty when it was not packed."""


def pack(request: TrainRequest, folder: Path, *, with_base: bool = False) -> PackedRun:
    """Write the folder, which must be new or empty. Raises WorkbenchError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkbenchError(f"{folder} is not empty.", hint="Choose a new folder.", code="exists")
    base = locate_base(request.base).gguf if request.scratch is None else None
    with disk_full_in_words(folder.parent):
        folder.mkdir(parents=True, exist_ok=True)
        _copy(Path(request.rows_path), folder / _ROWS, request.rows_hash)
        if request.general_path:
            _copy(Path(request.general_path), folder / _GENERAL, request.general_hash)
        packed = PackedRun(
            request=request,
            base_hash=hash_file(base) if base is not None else "",
            base_file=f"{_BASE}/{base.name}" if base is not None and with_base else "",
        )
        if base is not None and with_base:
            (folder / _BASE).mkdir()
            shutil.copyfile(base, folder / packed.base_file)
        (folder / SPEC).write_text(packed.model_dump_json(indent=1), encoding="utf-8")
        seal(folder)
    return packed


def read_packed(folder: Path) -> PackedRun:
    """The packed training in `folder`. Raises WorkbenchError when something is missing or was changed."""
    if problem := problem_with(folder, (SPEC, _ROWS)):
        raise WorkbenchError(
            f"The training in {folder} cannot be started: {problem}.",
            hint="Pack and copy it again.",
            code="run_damaged",
        )
    try:
        return PackedRun.model_validate_json((folder / SPEC).read_text(encoding="utf-8"))
    except ValidationError as error:
        raise WorkbenchError(
            f"The training in {folder} was packed by another version of the program.",
            hint="Use the same version on both computers.",
            details=str(error),
            code="run_damaged",
        ) from error


def unpacked(folder: Path, base: ModelRef | None = None) -> TrainRequest:
    """The training as it runs on this computer, inside its folder. `base`: where the base is when it was not packed.

    Raises WorkbenchError when the base is missing or is another one.
    """
    packed = read_packed(folder)
    request = packed.request
    if packed.base_file:
        base = request.base.model_copy(update={"path": str(folder / packed.base_file)})
    elif request.scratch is not None:
        base = request.base
    if base is None:
        raise WorkbenchError(
            f"The base {request.base.name} is not in the folder.",
            hint="Name it with --model, or pack the training with its base (--with-base).",
            code="no_model",
        )
    if packed.base_hash and hash_file(locate_base(base).gguf) != packed.base_hash:
        raise WorkbenchError(
            f"{base.name} is not the base that this training was packed for.",
            hint=f"It wants {request.base.name} with the SHA-256 {packed.base_hash[:16]}….",
            code="base_changed",
        )
    return request.model_copy(
        update={
            "base": base,
            "rows_path": str(folder / _ROWS),
            "general_path": str(folder / _GENERAL) if request.general_path else "",
            "adapters_folder": str(folder / _MADE),
            "models_folder": str(folder / _MADE),
            "work_folder": str(folder / _WORK),
            "restart": False,
        }
    )


def bring_back(folder: Path, adapters: Path, models: Path) -> Adapter | MadeModel:
    """What was trained in `folder`, copied to where this computer keeps such things, and checked.

    Raises WorkbenchError: not finished, damaged, not what was packed, the name is taken.
    """
    packed = read_packed(folder)
    request = packed.request
    made = folder / _MADE / request.name
    if not made.is_dir():
        raise WorkbenchError(
            f"The training in {folder} is not finished.",
            hint=f"Start it there: workbench finetune --spec {folder / SPEC}",
            code="not_finished",
        )
    if request.config.makes_adapter:
        return _bring_adapter(packed, made, adapters)
    return _bring_model(packed, made, models)


def _bring_adapter(packed: PackedRun, made: Path, adapters: Path) -> Adapter:
    adapter_folder.check_free(packed.request.name, adapters)
    card = adapter_folder.read_card(made)
    _check_lineage(packed, card)
    final = adapters / packed.request.name
    card = card.model_copy(
        update={
            "folder": str(final),
            "gguf_path": str(final / adapter_folder.GGUF),
            "base_path": packed.request.base.path,
            "base_name": packed.request.base.name,
        }
    )
    _copy_made(made, final, adapter_folder.CARD, card)
    return adapter_folder.read_card(final)


def _bring_model(packed: PackedRun, made: Path, models: Path) -> MadeModel:
    made_model.check_free_model(packed.request.name, models)
    card = made_model.read_made(made)
    if card is None:
        raise WorkbenchError(f"The model in {made} is damaged.", hint="Copy the folder again.", code="adapter_damaged")
    _check_lineage(packed, card)
    final = models / packed.request.name
    card = card.model_copy(
        update={
            "folder": str(final),
            "gguf_path": str(final / f"{final.name}.gguf"),
            "base_path": packed.request.base.path,
        }
    )
    _copy_made(made, final, made_model.CARD, card)
    return card


def _check_lineage(packed: PackedRun, card: Adapter | MadeModel) -> None:
    if (card.base_hash, card.dataset_hash, card.config) != (
        packed.base_hash,
        packed.request.rows_hash,
        packed.request.config,
    ):
        raise WorkbenchError(
            f"What was made in the folder is not from the training that was packed there ({card.name}).",
            hint="Pack the training again and start it anew on the other computer.",
            code="other_run",
        )


def _copy_made(made: Path, final: Path, card_name: str, card: Adapter | MadeModel) -> None:
    """Beside its place, with its card for this computer, sealed, then renamed."""
    final.parent.mkdir(parents=True, exist_ok=True)
    staging = final.with_name(f".staging-{final.name}")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        with disk_full_in_words(final.parent):
            shutil.copytree(made, staging)
            (staging / card_name).write_text(card.model_dump_json(indent=1), encoding="utf-8")
            seal(staging)
            staging.rename(final)
            sync_folder(final.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _copy(source: Path, target: Path, digest: str) -> None:
    shutil.copyfile(source, target)
    if hash_file(target) != digest:
        raise WorkbenchError(
            f"The rows file {source.name} was changed since it was saved.",
            hint="Import the data again.",
            code="rows_changed",
        )
