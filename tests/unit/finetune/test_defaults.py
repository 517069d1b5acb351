"""Settings that fit, where nobody chose any."""

import pytest

from workbench.finetune.defaults import suggested_config


@pytest.mark.parametrize(
    ("parameters", "rows", "epochs", "rows_per_step", "learning_rate"),
    [
        (6_000_000, 200, 10, 4, 2e-3),
        (6_000_000, 288, 7, 4, 2e-3),
        (6_000_000, 10_000, 3, 4, 2e-3),
        (0, 5, 10, 4, 2e-3),
        (500_000_000, 200, 5, 8, 5e-4),
        (7_000_000_000, 200, 3, 8, 2e-4),
    ],
)
def test_that_few_rows_are_passed_over_more_often_and_big_bases_more_gently(
    parameters: int, rows: int, epochs: int, rows_per_step: int, learning_rate: float
) -> None:
    config = suggested_config(parameters, rows)
    assert config.epochs == epochs
    assert config.batch_size * config.gradient_accumulation == rows_per_step
    assert config.learning_rate == learning_rate
