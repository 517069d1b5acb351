"""What a training claims of the memory before it begins, and while it grows."""

from functools import partial
from pathlib import Path

import pytest

from workbench import allocator
from workbench.finetune import claiming, preflight
from workbench.finetune.claiming import TrainingMemory
from workbench.finetune.model_size import ModelSize
from workbench.finetune.step_memory import Hardware
from workbench.finetune.training_config import TrainingConfig
from workbench.jobs.context import RecordingContext
from workbench.jobs.memory_claims import MemoryClaim

SIZE = ModelSize(parameters=116_000_000, layers=12, width=768, inner=2048, vocabulary=32_000, key_width=768)
CONFIG = TrainingConfig(batch_size=4)
LONGEST = 512
PLENTY = 10**12


class Computer:
    """Says how much is free, each time anew, and hears whether the heap was put in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, is_cuda: bool = False) -> None:
        self.free = [PLENTY]
        self.was_put_in_order = False
        hardware = Hardware(is_cuda=is_cuda, bfloat16=False)
        monkeypatch.setattr(preflight, "this_hardware", lambda config: hardware)
        monkeypatch.setattr(preflight, "free_for_training", self._free)
        monkeypatch.setattr(allocator, "can_be_told", lambda: True)
        monkeypatch.setattr("workbench.memory.total_memory", lambda: PLENTY)
        monkeypatch.setattr(claiming, "make_orderly", self._make_orderly)

    def _free(self) -> int:
        return self.free.pop(0) if len(self.free) > 1 else self.free[0]

    def _make_orderly(self) -> None:
        self.was_put_in_order = True


def memory(context: RecordingContext) -> TrainingMemory:
    return TrainingMemory(context, "Fine-tune it", SIZE, CONFIG, LONGEST)


def claims(context: RecordingContext) -> list[MemoryClaim]:
    return [item for item in context.produced if isinstance(item, MemoryClaim)]


def peak_bytes() -> int:
    return preflight.peak_memory(SIZE, CONFIG, LONGEST)


def test_that_a_training_that_fits_claims_its_peak_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computer = Computer(monkeypatch)
    context = RecordingContext(tmp_path)
    memory(context).claim()
    assert [claim.peak_bytes for claim in claims(context)] == [peak_bytes()]
    assert computer.was_put_in_order


def test_that_a_training_waits_for_idle_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computer = Computer(monkeypatch)
    computer.free = [peak_bytes(), peak_bytes(), PLENTY]  # they make way after a moment
    context = RecordingContext(tmp_path)
    memory(context).claim()
    assert [claim.peak_bytes for claim in claims(context)] == [peak_bytes()]
    assert computer.free == [PLENTY]


def test_that_a_training_begins_where_nothing_makes_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "ROOM_SECONDS", 0.2)
    computer = Computer(monkeypatch)
    computer.free = [1]
    memory(RecordingContext(tmp_path)).claim()
    assert computer.was_put_in_order


def test_that_a_training_on_a_graphics_card_claims_of_the_card_what_it_does_not_have_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    Computer(monkeypatch, is_cuda=True)
    context = RecordingContext(tmp_path)
    claimed = memory(context)
    claimed.claim()
    peak = preflight.peak_memory(SIZE, CONFIG, LONGEST)
    (claim,) = claims(context)
    assert (claim.card_bytes, claim.peak_bytes) == (peak, preflight.host_bytes(SIZE))
    for taken, missing in ((peak // 2, peak - peak // 2), (peak // 2 + 1, peak - peak // 2), (2 * peak, 0)):
        monkeypatch.setattr(torch.cuda, "memory_reserved", partial(int, taken))
        claimed.follow()
        assert MemoryClaim.model_validate_json((tmp_path / "memory.json").read_bytes()).card_bytes == missing
    assert len(claims(context)) == 1, "chat models are asked to make way once"
