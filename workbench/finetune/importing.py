"""An adapter from elsewhere: a PEFT folder, checked before any library opens it, then proved like one of our own.

Its settings file is a stranger's: it names a base (a path, an address), layers as a regular expression, sizes. Nothing
of it is followed: the base is a model that the user has, layers are those that the tensors name, sizes have limits.
"""

import datetime
import json
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.boundary import Boundary
from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError
from workbench.finetune import adapter_folder, verification
from workbench.finetune.base_model import (
    check_same_model,
    load_base,
    locate_base,
    quiet_libraries,
    transformers_logits,
)
from workbench.finetune.checkpoints import disk_full_in_words
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.adapter import export_adapter
from workbench.finetune.types import PROJECTIONS, Adapter, TrainingConfig
from workbench.jobs.context import JobContext
from workbench.jobs.spec import JobSpec
from workbench.llm.adapters import MAX_RANK, check_adapter
from workbench.llm.library import describe_gguf
from workbench.llm.types import ModelRef

IMPORT = "workbench.finetune.importing:import_adapter"
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MAX_CONFIG_BYTES = 1_000_000
MAX_ALPHA = 65_536.0
LONGEST_PATTERN = 1000
"""Characters of a pattern that names layers: longer ones are no accident."""
_TEXTS = (
    "Where can I find the answer to this question?",
    "Write two sentences about the sea, one about the wind, and then stop.",
    "1 2 3 4 5 6 7",
)
_OURS = ("peft_type", "r", "lora_alpha", "target_modules", "task_type", "lora_dropout", "bias")
"""What is taken over of a stranger's settings file."""


class ImportRequest(Boundary):
    folder: str
    """The PEFT folder; it is only read."""
    name: str
    base: ModelRef
    """The model that it was trained on, as the user says."""
    adapters_folder: str


class PeftAbout(Boundary):
    """What a PEFT folder says of itself."""

    rank: int
    alpha: float
    base_name: str
    """The last part of what it calls its base: for people, never followed."""


def import_spec(request: ImportRequest) -> JobSpec:
    """The job that checks, converts, proves and publishes: result is the `Adapter`."""
    return JobSpec(task=IMPORT, params=request.model_dump(mode="json"), title=f"Import {request.name}", background=True)


def read_about(folder: Path) -> PeftAbout:
    """Raises WorkbenchError for a folder that is no LoRA adapter in safetensors, or has settings beyond the limits."""
    if not (folder / WEIGHTS).is_file():
        unsafe = [path.name for path in folder.glob("adapter_model.*")] if folder.is_dir() else []
        why = f"its weights are in the unsafe format of {unsafe[0]}" if unsafe else f"it has no {WEIGHTS}"
        raise WorkbenchError(
            f"{folder.name} cannot be imported: {why}.",
            hint="Choose the folder of a PEFT adapter with safetensors weights.",
            code="not_an_adapter",
        )
    settings = _settings(folder / CONFIG)
    if str(settings.get("peft_type", "")).upper() != "LORA":
        raise _refused(folder, f"it is no LoRA adapter but {settings.get('peft_type')!r}")
    rank, alpha = settings.get("r"), settings.get("lora_alpha")
    if not isinstance(rank, int) or isinstance(rank, bool) or not 1 <= rank <= MAX_RANK:
        raise _refused(folder, f"its rank is {rank!r}; 1 to {MAX_RANK} can be used")
    if not isinstance(alpha, int | float) or not math.isfinite(alpha) or not 0 < alpha <= MAX_ALPHA:
        raise _refused(folder, f"its alpha is {alpha!r}")
    for name in ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "modules_to_save"):
        if settings.get(name):
            raise _refused(folder, f"it uses {name}, which llama.cpp does not apply")
    _check_targets(folder, settings.get("target_modules"))
    return PeftAbout(rank=rank, alpha=float(alpha), base_name=_base_name(folder, settings))


def likely_base(about: PeftAbout, models: Sequence[ModelRef]) -> ModelRef | None:
    """The one model that is called like the base that the adapter names; None when none or several are."""
    wanted = _plain(about.base_name)
    found = [model for model in models if wanted and wanted in (_plain(model.name), _plain(Path(model.path).stem))]
    return found[0] if len(found) == 1 else None


def import_adapter(context: JobContext, request: ImportRequest) -> Adapter:
    """The adapter, ready in every tab. Raises WorkbenchError: not one, another base, an engine that disagrees."""
    source, adapters = Path(request.folder), Path(request.adapters_folder)
    about = read_about(source)
    adapter_folder.check_free(request.name, adapters)
    context.progress(0, 0, f"Checking {request.base.name}")
    files = locate_base(request.base)
    base_hash = hash_file(files.gguf)
    adapters.mkdir(parents=True, exist_ok=True)
    staging = adapter_folder.stage(request.name, adapters)
    try:
        with disk_full_in_words(adapters), EngineProbe(files.gguf, context.threads) as probe:
            peft, gguf = staging / adapter_folder.PEFT, staging / adapter_folder.GGUF
            _copy(source, peft, request.base.name)
            export_adapter(peft, files.gguf, gguf, request.name)
            check_adapter(gguf, describe_gguf(files.gguf))
            proof = _prove(context, request, probe, peft, gguf)
            final = adapters / request.name
            card = Adapter(
                name=request.name,
                folder=str(final),
                gguf_path=str(final / adapter_folder.GGUF),
                gguf_hash=hash_file(gguf),
                peft_hash=hash_file(peft / WEIGHTS),
                base_name=request.base.name,
                base_path=request.base.path,
                base_hash=base_hash,
                rank=about.rank,
                rows=0,
                config=TrainingConfig(rank=about.rank, alpha=min(about.alpha, 4096.0)),
                created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                origin=f"{source}" + (f", made for {about.base_name}" if about.base_name else ""),
            )
            return adapter_folder.publish(staging, card, proof)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _prove(context: JobContext, request: ImportRequest, probe: EngineProbe, peft: Path, gguf: Path) -> Any:
    import torch
    from peft import PeftModel

    torch.set_num_threads(max(1, context.threads))
    context.progress(0, 0, f"Loading {request.base.name}")
    model = load_base(locate_base(request.base), request.base.name)
    samples = [probe.tokenize(text) for text in _TEXTS]
    check_same_model(model, probe, samples, request.base.name)
    with quiet_libraries():
        model = PeftModel.from_pretrained(model, str(peft)).eval()

    def without(ids: Any) -> Any:
        with model.disable_adapter():
            return transformers_logits(model, ids)

    context.progress(0, 0, "Checking that both engines apply it alike")
    return verification.verify(
        samples,
        trained=lambda ids: transformers_logits(model, ids),
        base=without,
        exported=lambda ids: probe.logits(ids, gguf),
        engine_base=probe.logits,
        name=request.name,
    )


def _copy(source: Path, peft: Path, base_name: str) -> None:
    """The weights, and settings of which only harmless ones are taken over: no base that a library would fetch."""
    shutil.copyfile(source / WEIGHTS, peft / WEIGHTS)
    settings = _settings(source / CONFIG)
    ours = {name: settings[name] for name in _OURS if name in settings} | {"base_model_name_or_path": base_name}
    ours["target_modules"] = _targets_of(peft / WEIGHTS)
    ours["inference_mode"] = True
    (peft / CONFIG).write_text(json.dumps(ours, indent=1), encoding="utf-8")


def _targets_of(weights: Path) -> list[str]:
    """The layers that the tensors name: a pattern of a stranger is never run."""
    from safetensors import safe_open

    with safe_open(str(weights), framework="numpy") as file:
        names = {name.split(".lora_")[0].rsplit(".", 1)[-1] for name in file.keys() if ".lora_" in name}  # noqa: SIM118
    return sorted(names)


def _settings(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ValueError("too large")
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise WorkbenchError(
            f"The {CONFIG} of {path.parent.name} cannot be read.",
            hint="Choose the folder of a PEFT adapter.",
            details=str(error),
            code="not_an_adapter",
        ) from error
    if not isinstance(found, dict):
        raise _refused(path.parent, f"its {CONFIG} is no JSON object")
    return found


def _check_targets(folder: Path, targets: object) -> None:
    """A list of layer names; a pattern is tolerated when it is short, and is not used."""
    if isinstance(targets, str):
        if len(targets) > LONGEST_PATTERN:
            raise _refused(folder, f"its pattern of layers has {len(targets):,} characters")
        return
    if not isinstance(targets, list) or not all(isinstance(name, str) for name in targets):
        raise _refused(folder, "it does not say which layers it changes")
    known = {*PROJECTIONS, "qkv_proj", "gate_up_proj"}
    if unknown := sorted({name.rsplit(".", 1)[-1] for name in targets} - known):
        raise _refused(folder, f"it changes {unknown[0]}, which llama.cpp does not apply here")


def _plain(name: str) -> str:
    """Without what names of the same model differ in: case, signs, how its numbers are stored."""
    plain = re.sub(r"[^a-z0-9]+", "", name.casefold().removesuffix(".gguf"))
    return re.sub(r"(f16|f32|bf16|q80|q4km|q5km|q6k)$", "", plain)


def _base_name(folder: Path, settings: Mapping[str, Any]) -> str:
    """For people. An address or a path that climbs is a reason to be careful: such a folder is refused."""
    named = settings.get("base_model_name_or_path") or ""
    if not isinstance(named, str):
        raise _refused(folder, "its base is no name")
    if "://" in named or ".." in Path(named.replace("\\", "/")).parts:
        raise _refused(folder, f"it names “{named[:80]}” as its base, which is an address or a path that climbs")
    return Path(named.replace("\\", "/")).name[:120]


def _refused(folder: Path, why: str) -> WorkbenchError:
    return WorkbenchError(
        f"{folder.name} cannot be imported: {why}.",
        hint="Import an adapter that was trained with LoRA on the linear layers.",
        code="not_an_adapter",
    )
