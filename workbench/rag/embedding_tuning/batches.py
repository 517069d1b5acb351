"""The order of the training, decided by the seed alone."""

import random
from collections.abc import Sequence

from workbench.rag.embedding_tuning.types import TrainingPair, TuningConfig


def plan_batches(pairs: Sequence[TrainingPair], config: TuningConfig) -> list[tuple[int, ...]]:
    """Numbers of pairs, batch by batch, over all epochs.

    Within a batch no question and no passage stands twice: every other passage of a batch counts as a wrong answer, and
    those would be right. Batches of one pair teach nothing and are left out.
    """
    batches: list[tuple[int, ...]] = []
    for epoch in range(config.epochs):
        order = list(range(len(pairs)))
        random.Random(f"{config.seed} {epoch}").shuffle(order)
        while order:
            batch, order = _take(pairs, order, config.batch_size)
            if len(batch) > 1:
                batches.append(tuple(batch))
    return batches


def _take(pairs: Sequence[TrainingPair], order: Sequence[int], size: int) -> tuple[list[int], list[int]]:
    batch: list[int] = []
    left: list[int] = []
    questions: set[str] = set()
    passages: set[str] = set()
    for number in order:
        pair = pairs[number]
        if len(batch) < size and pair.question not in questions and pair.positive_id not in passages:
            batch.append(number)
            questions.add(pair.question)
            passages.add(pair.positive_id)
        else:
            left.append(number)
    return batch, left
