"""The model that full tuning or continued pre-training makes: a transformers folder with its GGUF file, proved."""

import contextlib
import datetime
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from workbench.datasets.rows_file import hash_file
from workbench.errors import WorkbenchError
from workbench.finetune import verification
from workbench.finetune.adapter_folder import check_name
from workbench.finetune.base_model import BaseFiles, quiet_libraries, transformers_logits
from workbench.finetune.checkpoints import disk_full_in_words, problem_with, seal, sync_folder
from workbench.finetune.converting import check_same_tokens
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.rewriting import rewrite
from workbench.finetune.types import MadeModel, RunNote, TextGain, TrainReport, TrainRequest
from workbench.log import get_logger

if TYPE_CHECKING:
    import torch

log = get_logger("finetune")

CARD = "card.json"
_TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "tokenizer.model",
    "chat_template.jinja", "generation_config.json",
)  # fmt: skip


def check_free_model(name: str, models_folder: Path) -> None:
    """Raise WorkbenchError when the name cannot be a model's, or one of this name was made."""
    check_name(name)
    taken = models_folder.is_dir() and {path.name.casefold() for path in models_folder.iterdir()}
    if taken and name.casefold() in taken:
        raise WorkbenchError(
            f"There is already a model “{name}”.",
            hint="Choose another name, or delete that one first.",
            code="name_taken",
        )


def read_made(folder: Path) -> MadeModel | None:
    """The card of a model that was made here; None where there is none or something is missing or changed."""
    if problem_with(folder, (CARD, f"{folder.name}.gguf", "model.safetensors", "config.json")):
        return None
    return _read_card(folder)


def list_made(models_folder: Path) -> list[MadeModel]:
    """The models that trainings made and that are still there, the newest first. Cards only: no file is hashed."""
    found = [_read_card(path.parent) for path in models_folder.glob(f"*/{CARD}")]
    there = [made for made in found if made is not None and Path(made.gguf_path).is_file()]
    return sorted(there, key=lambda made: made.created, reverse=True)


def _read_card(folder: Path) -> MadeModel | None:
    try:
        card = MadeModel.model_validate(json.loads((folder / CARD).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
    return card.model_copy(update={"folder": str(folder), "gguf_path": str(folder / f"{folder.name}.gguf")})


@contextlib.contextmanager
def staged(request: TrainRequest) -> Iterator[Path]:
    """An empty folder beside the place of what the training makes; it is gone afterwards, unless it was published."""
    models = Path(request.models_folder)
    models.mkdir(parents=True, exist_ok=True)
    staging = models / f".staging-{request.name}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        with disk_full_in_words(models):
            yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def publish(staging: Path, made: MadeModel) -> None:
    """The folder under its name, with its card: complete or not at all."""
    (staging / CARD).write_text(made.model_dump_json(indent=1), encoding="utf-8")
    seal(staging)
    staging.rename(made.folder)
    sync_folder(staging.parent)


def card_of(
    request: TrainRequest,
    gguf: Path,
    report: TrainReport,
    rows: int,
    *,
    base_hash: str = "",
    gain: TextGain | None = None,
) -> MadeModel:
    """What is known of a model whose file is written, where it will lie. `rows`: rows or documents it learned from."""
    final = Path(request.models_folder) / request.name
    return MadeModel(
        name=request.name,
        folder=str(final),
        gguf_path=str(final / gguf.name),
        gguf_hash=hash_file(gguf),
        base_name=request.base.name,
        base_path=request.base.path,
        base_hash=base_hash,
        dataset_name=request.dataset_name,
        dataset_hash=request.rows_hash,
        config=request.config,
        rows=rows,
        steps=report.steps,
        loss=report.loss,
        eval_loss=report.eval_loss,
        gain=gain,
        seconds=report.seconds,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What a training ended with, adapters merged into the weights."""

    model: Any
    logits: Mapping[tuple[int, ...], Any]
    """Of some samples, before anything was rounded."""

    @classmethod
    def of(cls, model: Any, samples: Sequence[Sequence[int]]) -> Self:
        """`model` is used up: its adapters go into its weights."""
        logits = {tuple(ids): transformers_logits(model, ids) for ids in samples}
        return cls(model.merge_and_unload() if hasattr(model, "peft_config") else model, logits)


@dataclass(frozen=True, slots=True)
class ModelMaker:
    """Writes the trained weights beside their place, compares both engines, and makes the folder visible."""

    request: TrainRequest
    files: BaseFiles
    base_hash: str
    reference_difference: float
    """What the two engines differ by on the base: rms over the logits."""
    threads: int

    def make(
        self, trained: TrainedModel, report: TrainReport, rows: int, gain: TextGain | None
    ) -> tuple[MadeModel, list[RunNote]]:
        """The card, and what a person should know. Raises WorkbenchError when the file answers differently.

        Can be tried again when the disk had no room.
        """
        with staged(self.request) as staging, quiet_libraries():
            gguf, notes = self._fill(staging, trained)
            made = card_of(self.request, gguf, report, rows, base_hash=self.base_hash, gain=gain)
            publish(staging, made)
        return made, notes

    def _fill(self, staging: Path, trained: TrainedModel) -> tuple[Path, list[RunNote]]:
        name, model = self.request.name, trained.model
        gguf = staging / f"{name}.gguf"
        state = model.state_dict()
        rewrite(self.files.gguf, state, model.config, gguf, name=name)
        with EngineProbe(gguf, self.threads) as probe:
            samples = list(trained.logits)
            verification.verify_model(
                samples, lambda ids: trained.logits[tuple(ids)], probe.logits, name, self.reference_difference
            )
            model.save_pretrained(str(staging), state_dict=_rounded(state), max_shard_size="1TB")
            return gguf, self._write_tokenizer(staging, probe)

    def _write_tokenizer(self, folder: Path, probe: EngineProbe) -> list[RunNote]:
        """The base's own files, or those that transformers reads out of its GGUF, when they cut text alike."""
        source = self.files.transformers
        if source.is_dir():
            for name in _TOKENIZER_FILES:
                if (source / name).is_file():
                    shutil.copyfile(source / name, folder / name)
            return []
        from transformers import AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(
                str(source.parent), gguf_file=source.name, trust_remote_code=False, local_files_only=True
            )
            tokenizer.save_pretrained(str(folder))
            check_same_tokens(folder, probe, self.request.name)
        except Exception as error:  # noqa: BLE001 - the tokenizers library raises bare Exceptions
            log.info("No transformers tokenizer could be read out of %s: %s", source.name, error)
            for name in _TOKENIZER_FILES[:-1]:
                (folder / name).unlink(missing_ok=True)
            message = (
                "The tokenizer of the base could not be written for transformers; the GGUF file has it. "
                "Other programs need the tokenizer files of the base's own transformers folder."
            )
            return [RunNote(message=message)]
        return []


def _rounded(state: "dict[str, torch.Tensor]") -> "dict[str, torch.Tensor]":
    """The weights in 16 bits; those that are shared stay shared."""
    rounded: dict[int, torch.Tensor] = {}
    return {name: rounded.setdefault(values.data_ptr(), values.half()) for name, values in state.items()}
