"""What comes out of a training from scratch: a folder with the model for both engines, proved, and its card."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.finetune import verification
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.gguf.writer import ModelCard, write_gguf
from workbench.finetune.made_model import card_of, publish, staged
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
        with staged(self.request) as staging:
            made = card_of(self.request, self._fill(staging, model), report, documents)
            publish(staging, made)
        return made

    def _fill(self, staging: Path, model: Any) -> Path:
        name, shape = self.request.name, self.settings.shape
        gguf = staging / f"{name}.gguf"
        card = ModelCard(name, author="", licence="", description="A small model made from scratch.")
        write_gguf(gguf, model.state_dict(), shape, self.tokenizer, card, chat_template="", quantised=False)
        self._check(model, gguf)
        write_transformers(staging, model.state_dict(), shape, self.tokenizer)
        return gguf

    def _check(self, model: Any, gguf: Path) -> None:
        """llama.cpp must compute what was trained."""
        import torch

        samples = [self.tokenizer.encode(text).ids[:_SAMPLE_TOKENS] or [0] for text in _SAMPLES]

        def trained(ids: Sequence[int]) -> Any:
            with torch.no_grad():
                return model.logits(torch.tensor([list(ids)]))[0].float().numpy()

        with EngineProbe(gguf, self.threads) as probe:
            verification.verify_model(samples, trained, probe.logits, self.request.name, 0.0)
