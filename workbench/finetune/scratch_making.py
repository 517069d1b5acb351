"""What comes out of a training from scratch: a folder with the model for both engines, proved, and its card."""

import datetime
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.datasets.rows_file import hash_file
from workbench.finetune import verification
from workbench.finetune.checkpoints import disk_full_in_words, seal, sync_folder
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.writer import ModelCard, write_gguf
from workbench.finetune.made_model import CARD
from workbench.finetune.scratch.sizes import ScratchSettings
from workbench.finetune.scratch.transformers_folder import write_transformers
from workbench.finetune.types import MadeModel, TrainReport, TrainRequest

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SAMPLES = ("The answer is", "1 2 3 4 5", "To be or not")
_SAMPLE_TOKENS = 64


@dataclass(frozen=True, slots=True)
class ScratchMaker:
    """Makes the folder of one training's model."""

    request: TrainRequest
    settings: ScratchSettings
    tokenizer: "Tokenizer"
    threads: int

    def make(self, model: Any, report: TrainReport, documents: int) -> MadeModel:
        """The model under its name, complete or not at all. Raises WorkbenchError where both engines differ."""
        models = Path(self.request.models_folder)
        models.mkdir(parents=True, exist_ok=True)
        staging = models / f".staging-{self.request.name}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            with disk_full_in_words(models):
                made = self._fill(staging, model, report, documents)
                staging.rename(made.folder)
                sync_folder(models)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return made

    def _fill(self, staging: Path, model: Any, report: TrainReport, documents: int) -> MadeModel:
        name, shape = self.request.name, self.settings.shape
        gguf = staging / f"{name}.gguf"
        card = ModelCard(name, author="", licence="", description="A small model made from scratch.")
        write_gguf(gguf, model.state_dict(), shape, self.tokenizer, card, chat_template="", quantised=False)
        self._check(model, gguf)
        write_transformers(staging, model.state_dict(), shape, self.tokenizer)
        made = self._card(gguf, report, documents)
        (staging / CARD).write_text(made.model_dump_json(indent=1), encoding="utf-8")
        seal(staging)
        return made

    def _card(self, gguf: Path, report: TrainReport, documents: int) -> MadeModel:
        request = self.request
        final = Path(request.models_folder) / request.name
        return MadeModel(
            name=request.name,
            folder=str(final),
            gguf_path=str(final / gguf.name),
            gguf_hash=hash_file(gguf),
            base_name="",
            base_path="",
            base_hash="",
            dataset_name=request.dataset_name,
            dataset_hash=request.rows_hash,
            config=request.config,
            rows=documents,
            steps=report.steps,
            loss=report.loss,
            eval_loss=report.eval_loss,
            seconds=report.seconds,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        )

    def _check(self, model: Any, gguf: Path) -> None:
        """llama.cpp must compute what was trained."""
        import torch

        samples = [self.tokenizer.encode(text).ids[:_SAMPLE_TOKENS] or [0] for text in _SAMPLES]

        def trained(ids: Sequence[int]) -> Any:
            with torch.no_grad():
                return model.logits(torch.tensor([list(ids)]))[0].float().numpy()

        with EngineProbe(gguf, self.threads) as probe:
            verification.verify_model(samples, trained, probe.logits, self.request.name, 0.0)
