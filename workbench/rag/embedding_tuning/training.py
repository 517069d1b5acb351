"""The training itself: sentence-transformers' ranking losses, a schedule from a seed, snapshots that verify.

A step depends on the weights, the optimizer's state and its number alone (the random numbers of a step are seeded with
it), so a training that was killed and goes on from a snapshot ends with the same weights.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.log import get_logger
from workbench.rag.durability import file_sha256, sync_files, write_durably
from workbench.rag.embedding_tuning.batches import plan_batches
from workbench.rag.embedding_tuning.types import TrainingPair, TuningConfig, TuningStep

if TYPE_CHECKING:
    import torch

_log = get_logger("rag")
_SNAPSHOT = "snapshot.json"
_MAX_GRADIENT_NORM = 1.0


class EmbedderTraining:
    """One training. The network is loaded by the first call that needs it."""

    def __init__(
        self, base: EmbedderRef, pairs: Sequence[TrainingPair], config: TuningConfig, folder: Path, threads: int
    ) -> None:
        self._base = base
        self._pairs = pairs
        self._config = config
        self._folder = folder
        self._threads = threads
        self._batches = plan_batches(pairs, config)

    @property
    def steps(self) -> int:
        return len(self._batches)

    def run(self, context: JobContext, clock: Callable[[], float] = time.monotonic) -> Path:
        """Train from the newest good snapshot to the end; returns the file with the weights.

        Produces TuningStep. A cancel takes effect after a step and leaves a snapshot. Raises WorkbenchError when the
        pairs make no batch, or the numbers run away.
        """
        if not self._batches:
            raise WorkbenchError("There is nothing to train on.", hint="Add questions.", code="nothing_to_train")
        done = self._folder / "tuned.safetensors"
        if done.exists():
            return done
        context.progress(0, self.steps, "Loading the embedder")
        run = _Run(self._base, self._config, self.steps, self._threads)
        first = self._restore(run)
        saved = clock()
        for step in range(first, self.steps):
            loss = run.step(step, [self._pairs[number] for number in self._batches[step]])
            context.produce(TuningStep(step=step + 1, steps=self.steps, loss=loss))
            is_due = clock() - saved >= self._config.checkpoint_seconds
            if step + 1 < self.steps and (is_due or context.is_cancelled()):
                self._save(run, step + 1)
                saved = clock()
            context.progress(step + 1, self.steps, f"Training: step {step + 1} of {self.steps}")
        _write_tensors(done, run.weights())
        return done

    def _save(self, run: "_Run", step: int) -> None:
        """A new file beside the last one, then the note that names it: one of them is always whole."""
        name = f"snapshot-{step}.safetensors"
        _write_tensors(self._folder / name, run.state())
        note = {"step": step, "file": name, "sha256": file_sha256(self._folder / name)}
        write_durably(self._folder / _SNAPSHOT, json.dumps(note).encode())
        for path in self._folder.glob("snapshot-*.safetensors"):
            if path.name != name:
                path.unlink(missing_ok=True)

    def _restore(self, run: "_Run") -> int:
        """The step to go on with; 0 where there is no snapshot that verifies."""
        try:
            note = json.loads((self._folder / _SNAPSHOT).read_text(encoding="utf-8"))
            path = self._folder / Path(str(note["file"])).name
            if file_sha256(path) != note["sha256"]:
                raise ValueError("it is not what was written")
        except FileNotFoundError:
            return 0
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.info("a snapshot cannot be used, the training begins anew: %s", error)
            return 0
        run.load(path)
        return int(note["step"])


class _Run:
    """Network, loss and optimizer."""

    def __init__(self, base: EmbedderRef, config: TuningConfig, steps: int, threads: int) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.losses import (
            CachedMultipleNegativesRankingLoss,
            MultipleNegativesRankingLoss,
        )

        if threads:
            torch.set_num_threads(threads)
        self._torch, self._config, self._steps = torch, config, steps
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._network: Any = SentenceTransformer(
            base.path,
            device=self._device,
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True, "dtype": torch.float32},
        )
        self._network.max_seq_length = base.max_tokens
        if config.batch_size > config.mini_batch:
            self._loss: Any = CachedMultipleNegativesRankingLoss(self._network, mini_batch_size=config.mini_batch)
        else:
            self._loss = MultipleNegativesRankingLoss(self._network)
        self._named = {name: one for name, one in self._network.named_parameters() if one.requires_grad}
        self._optimizer = torch.optim.AdamW(
            self._named.values(), lr=config.learning_rate, weight_decay=config.weight_decay
        )

    def step(self, number: int, pairs: Sequence[TrainingPair]) -> float:
        """One update; returns the loss before it."""
        self._torch.manual_seed(int.from_bytes(hashlib.sha256(f"{self._config.seed} {number}".encode()).digest()[:7]))
        self._network.train()
        for group in self._optimizer.param_groups:
            group["lr"] = self._config.learning_rate * self._share(number)
        features = [self._features(texts) for texts in columns_of(pairs)]
        self._optimizer.zero_grad()
        loss = self._loss(features, None)
        loss.backward()
        value = float(loss.item())
        if value != value or value in (float("inf"), float("-inf")):
            raise WorkbenchError(
                "The training ran away: its loss is no number any more.",
                hint="Choose a smaller learning rate.",
                code="loss_not_a_number",
            )
        self._torch.nn.utils.clip_grad_norm_(self._named.values(), _MAX_GRADIENT_NORM)
        self._optimizer.step()
        return value

    def _share(self, number: int) -> float:
        """Of the learning rate: up over the warm-up, then down to 0 in a line."""
        warmup = max(1, round(self._config.warmup_share * self._steps))
        if number < warmup:
            return (number + 1) / warmup
        return (self._steps - number) / max(1, self._steps - warmup)

    def _features(self, texts: Sequence[str]) -> dict[str, Any]:
        made = self._network.preprocess(list(texts))
        return {name: value.to(self._device) if hasattr(value, "to") else value for name, value in made.items()}

    def weights(self) -> dict[str, "torch.Tensor"]:
        return {name: one.detach().cpu().contiguous() for name, one in self._named.items()}

    def state(self) -> dict[str, "torch.Tensor"]:
        """Weights and the optimizer's two averages and step count of each."""
        found = {f"weight {name}": tensor for name, tensor in self.weights().items()}
        for name, parameter in self._named.items():
            for key, value in self._optimizer.state[parameter].items():
                found[f"{key} {name}"] = value.detach().cpu().contiguous().clone()
        return found

    def load(self, path: Path) -> None:
        from safetensors.torch import load_file

        tensors = load_file(str(path))
        with self._torch.no_grad():
            for name, parameter in self._named.items():
                parameter.copy_(tensors[f"weight {name}"])
        kept: dict[str, dict[str, Any]] = {}
        for key, tensor in tensors.items():
            kind, _, name = key.partition(" ")
            if kind != "weight":
                device = "cpu" if kind == "step" else self._device
                kept.setdefault(name, {})[kind] = tensor.to(device)
        for name, parameter in self._named.items():
            if name in kept:
                self._optimizer.state[parameter] = kept[name]


def columns_of(pairs: Sequence[TrainingPair]) -> list[list[str]]:
    """Questions, passages, and as many columns of negatives as every pair has."""
    negatives = min(len(pair.negatives) for pair in pairs)
    columns = [[pair.question for pair in pairs], [pair.positive for pair in pairs]]
    columns += [[pair.negatives[place] for pair in pairs] for place in range(negatives)]
    return columns


def _write_tensors(path: Path, tensors: "dict[str, torch.Tensor]") -> None:
    from safetensors.torch import save_file

    beside = path.with_suffix(".new")
    save_file(tensors, str(beside), metadata={"format": "pt"})
    sync_files([beside])
    beside.replace(path)
