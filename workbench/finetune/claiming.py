"""Memory for a training: claimed from those who keep chat models loaded, and kept in order."""

import threading
from dataclasses import dataclass

from workbench import allocator
from workbench.finetune import preflight
from workbench.finetune.heap import make_orderly
from workbench.finetune.model_size import ModelSize
from workbench.finetune.training_config import TrainingConfig
from workbench.jobs.context import JobContext
from workbench.jobs.memory_claims import MemoryClaim, claim_memory

ROOM_SECONDS = 5.0
"""How long idle chat models may take to make way before the training begins beside them."""
_LOOK_SECONDS = 0.1
_GROWN = 0.02
"""Growth on a graphics card, as a share of the whole, that is worth telling."""


@dataclass(slots=True)
class TrainingMemory:
    """What one training takes at its worst, of the memory where it lies."""

    context: JobContext
    title: str
    size: ModelSize
    config: TrainingConfig
    """With as many rows at once as there will be."""
    longest: int
    """Tokens of the longest row."""
    _card_peak: int = 0
    _told: int = 0
    """Bytes on the card when it was last told."""
    _claim: MemoryClaim | None = None

    def claim(self) -> None:
        """Say what will be needed: idle chat models make way, others are loaded only beside it. Then arrange for it."""
        if preflight.this_hardware(self.config).is_cuda:
            self._card_peak = self._peak()
            host = preflight.host_bytes(self.size)
            self._tell(MemoryClaim(title=self.title, peak_bytes=host, card_bytes=self._card_peak))
            return
        peak = self._peak()
        self._tell(MemoryClaim(title=self.title, peak_bytes=peak))
        if self.context.run_folder is not None and preflight.could_fit(peak):
            self._wait_for(peak)
        self.arrange()

    def arrange(self) -> None:
        """Put the heap in order where the processor trains."""
        if allocator.can_be_told() and not preflight.this_hardware(self.config).is_cuda:
            make_orderly()

    def follow(self) -> None:
        """After a step: what a graphics card has given by now is no longer claimed."""
        if not self._card_peak or self._claim is None:
            return
        import torch

        taken = torch.cuda.memory_reserved()
        if taken > self._told + _GROWN * self._card_peak:
            self._told = taken
            self._write(self._claim.model_copy(update={"card_bytes": max(0, self._card_peak - taken)}))

    def _peak(self) -> int:
        return preflight.peak_memory(self.size, self.config, self.longest)

    def _wait_for(self, needed: int) -> None:
        for _ in range(round(ROOM_SECONDS / _LOOK_SECONDS)):
            if preflight.is_enough(preflight.free_for_training(), needed):
                return
            self.context.check_cancelled()
            threading.Event().wait(_LOOK_SECONDS)

    def _tell(self, claim: MemoryClaim) -> None:
        if self.context.run_folder is not None and claim != self._claim:
            self._write(claim)
            self.context.produce(claim)

    def _write(self, claim: MemoryClaim) -> None:
        if self.context.run_folder is not None:
            self._claim = claim
            claim_memory(self.context.run_folder, claim)
