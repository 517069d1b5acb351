"""What packed lines keep beside unpacked rows of the same length: counted by autograd itself, and in the estimate."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.finetune.test_step_memory import CARD, PROCESSOR, SIZE
from workbench.finetune.base_model import load_base, locate_base
from workbench.finetune.batching import collate
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.model_size import model_size
from workbench.finetune.packing import pack_rows
from workbench.finetune.step_memory import step_memory
from workbench.finetune.training_config import Objective, TrainingConfig
from workbench.llm.types import ModelRef

LINE, LINES = 48, 2
HEAD = 16
"""Numbers of a head of the tiny model."""


def kept_bytes(model: Any, rows: Sequence[EncodedRow]) -> int:
    """Of the tensors that autograd keeps of a forward pass, each once."""
    import torch

    kept: dict[int, torch.Tensor] = {}  # held on to: an address that is freed may be given out again

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    batch = collate(rows)
    batch.pop("labels")
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        result = model(**batch)
    assert result.logits.requires_grad
    return sum(tensor.untyped_storage().nbytes() for tensor in kept.values())


def test_that_autograd_keeps_for_packed_lines_what_the_estimate_says(base: ModelRef) -> None:
    model = load_base(locate_base(base), base.name)
    whole = [EncodedRow([1] * LINE, [1] * LINE, number) for number in range(LINES)]
    packed = pack_rows([EncodedRow([1] * (LINE // 4), [1] * (LINE // 4), n) for n in range(4 * LINES)], LINE)
    assert len(packed) == LINES
    more = kept_bytes(model, packed) - kept_bytes(model, whole)
    size = model_size(locate_base(base).gguf)
    told, unpacked = (
        step_memory(size, TrainingConfig(batch_size=LINES, packing=packing), LINE, PROCESSOR)
        for packing in (True, False)
    )
    assert size.key_width < size.queries, "keys and values are repeated behind a mask, which must be seen here"
    yes_or_no = LINES * LINE**2  # what the layers' masks are made from is no part of the graph
    turns = (
        2 * 4 * (LINES - 1) * LINE * HEAD
    )  # each line has sines and cosines of its own: once, too little to estimate
    assert more - turns == told.masks - yes_or_no + told.activations - unpacked.activations


@pytest.mark.parametrize(
    ("hardware", "settings", "numbers"),
    [
        (PROCESSOR, {}, 4 * SIZE.layers),
        (CARD, {}, 2 * SIZE.layers),
        (PROCESSOR, {"gradient_checkpointing": True}, 4),
    ],
)
def test_that_each_layer_has_a_mask_of_its_own(hardware: Any, settings: dict[str, Any], numbers: int) -> None:
    config = TrainingConfig(batch_size=3, packing=True, **settings)
    assert step_memory(SIZE, config, 1024, hardware).masks == 3 * 1024**2 * (numbers + 1)


@pytest.mark.parametrize("settings", [{"packing": False}, {"packing": True, "objective": Objective.TEXT}])
def test_that_rows_that_share_no_line_need_no_mask(settings: dict[str, Any]) -> None:
    assert step_memory(SIZE, TrainingConfig(batch_size=3, **settings), 1024, PROCESSOR).masks == 0
