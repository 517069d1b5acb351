"""What a training would need, said below its settings."""

import pytest

from workbench.finetune.preflight import Preflight
from workbench.finetune.preflight_wording import preflight_in_words
from workbench.finetune.scratch.sizes import ScratchEstimate
from workbench.ui.finetune.setup_state import scratch_in_words


@pytest.mark.parametrize(("rows", "said"), [(1, "2 steps over 1 row,"), (1200, "2 steps over 1,200 rows,")])
def test_that_rows_are_counted_in_words(rows: int, said: str) -> None:
    found = Preflight(
        fits=True, memory_bytes=1, free_memory_bytes=1, disk_bytes=1, free_disk_bytes=1, seconds=9, steps=2, rows=rows,
        tokens=9, trained_tokens=9, longest=9, adapter_parameters=9,
    )  # fmt: skip
    assert preflight_in_words(found).startswith(said)


def test_that_packed_lines_are_not_called_rows() -> None:
    found = Preflight(
        fits=True, memory_bytes=1, free_memory_bytes=1, disk_bytes=1, free_disk_bytes=1, seconds=9, steps=2, rows=80,
        lines=3, held_out=8, tokens=9, trained_tokens=9, longest=9, adapter_parameters=9,
    )  # fmt: skip
    assert preflight_in_words(found).startswith("2 steps over 80 rows in 3 packed lines (8 more are held out),")


@pytest.mark.parametrize(("passes", "said"), [(3.14, "(the text 3.1 times)"), (17301.2, "(the text 17,301 times)")])
def test_that_many_passes_over_a_short_text_are_a_round_number(passes: float, said: str) -> None:
    found = ScratchEstimate(
        parameters=9, tokens=9, seconds=9, tokens_per_second=9, operations_per_second=9, text_tokens=9, passes=passes,
        memory_bytes=9, big=(),
    )  # fmt: skip
    assert said in scratch_in_words(found)
