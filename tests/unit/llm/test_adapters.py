import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.llm.adapters import adapter_hash, check_adapter, pair_problem
from workbench.llm.library import describe_gguf
from workbench.llm.types import ModelRef


@pytest.fixture
def base(tmp_path: Path) -> ModelRef:
    return describe_gguf(write_tiny_gguf(tmp_path / "base.gguf"))


def test_that_the_hash_is_that_of_the_file_also_after_a_change(tmp_path: Path) -> None:
    path = write_tiny_adapter(tmp_path / "adapter.gguf", seed=1)
    first = adapter_hash(path)
    assert first == hashlib.sha256(path.read_bytes()).hexdigest()
    write_tiny_adapter(path, seed=2)
    assert adapter_hash(path) == hashlib.sha256(path.read_bytes()).hexdigest() != first


def test_that_an_adapter_of_this_base_is_accepted(tmp_path: Path, base: ModelRef) -> None:
    check_adapter(write_tiny_adapter(tmp_path / "good.gguf"), base)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"architecture": "gemma"}, "architecture 'gemma', not 'llama'"),
        ({"shapes": {"blk.0.attn_q.weight": (64, 32)}}, "do not fit"),
        ({"shapes": {"blk.0.attn_q.weight": (128, 64)}}, "do not fit"),
        ({"shapes": {"blk.7.attn_q.weight": (64, 64)}}, "which this model does not have"),
        ({"rank": 2000}, "rank is 2000"),
        ({"alpha": float("nan")}, "alpha is nan"),
    ],
)
def test_that_an_adapter_of_another_base_is_refused_naming_both(
    tmp_path: Path, base: ModelRef, wrong: dict[str, Any], why: str
) -> None:
    with pytest.raises(WorkbenchError, match=f"The adapter wrong.gguf does not belong to base: .*{why}"):
        check_adapter(write_tiny_adapter(tmp_path / "wrong.gguf", **wrong), base)


def test_that_a_model_is_no_adapter(base: ModelRef) -> None:
    with pytest.raises(WorkbenchError, match=r"base\.gguf is not a LoRA adapter"):
        check_adapter(Path(base.path), base)


def test_that_an_adapter_cut_in_half_is_incomplete(tmp_path: Path, base: ModelRef) -> None:
    path = write_tiny_adapter(tmp_path / "half.gguf")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(WorkbenchError, match=r"half\.gguf is incomplete"):
        check_adapter(path, base)


def test_that_embeddings_are_adapted_with_both_halves_turned() -> None:
    assert pair_problem("token_embd.weight", (64, 261), (4, 261), (4, 64)) == ""
    assert pair_problem("token_embd.weight", (64, 261), (64, 4), (4, 261)) != ""
    assert pair_problem("output.weight", (64, 261), (64, 4), (4, 261)) == ""
