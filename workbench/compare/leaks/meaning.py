"""Test questions among rows by what they mean: a paraphrase is suspected, never taken for certain.

The likeness of two questions is the cosine of their vectors. How much of it is asked depends on what else speaks for a
paraphrase: the row gives the same answer, and few other rows do (a fact), or many do (a label); or its answer is not
known. A row with another answer, other numbers or other names is none, however alike it sounds. The thresholds come
from `python -m benchmarks leaks`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from workbench.compare.leaks.near import Census, Match, are_apart, take_apart
from workbench.compare.leaks.vectors import RememberedVectors
from workbench.compare.leaks.words import Agreement, asked, compare_answers
from workbench.compare.seen import SeenRow
from workbench.datasets.types import Example

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_EMBEDDED = 20_000
"""Rows of one place that are compared by meaning; of more, those that share the rarest words with the questions."""
SAME_FACT = 0.62
"""Cosine from which a row with the same answer is suspected, where hardly another row has that answer."""
SAME_LABEL = 0.9
"""The same, where the answer is a label that `COMMON_ANSWER` of the rows share; between the two in proportion."""
NO_ANSWER = 0.86
"""The same, where the row's answer is not known."""
COMMON_ANSWER = 0.02
_BLOCK = 4096
_LOOKED_AT = 8
"""Most similar rows of a question that are looked at: the first may be of another thing."""


def search_by_meaning(
    examples: Sequence[Example],
    rows: Sequence[SeenRow],
    census: Census,
    vectors: RememberedVectors,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Match]:
    """The test questions, by id, that a row says in other words; the row with the most to spare."""
    if not examples or not rows:
        return {}
    ours = vectors.of([example.question for example in examples])
    texts = [asked(row.question) for row in rows]
    found: dict[str, tuple[float, Match]] = {}
    for place, likeness, row in _closest(ours, vectors.of(texts, on_progress)):
        example = examples[place]
        match = _judge(example, rows[row], likeness, census)
        if match is not None and (example.id not in found or match[0] > found[example.id][0]):
            found[example.id] = match
    return {example_id: match for example_id, (_, match) in found.items()}


def threshold(agreement: Agreement, answer_share: float) -> float:
    """The cosine that is asked; above 1: never. `answer_share`: of all rows, those that give this answer."""
    match agreement:
        case Agreement.OTHER:
            return 2.0
        case Agreement.UNKNOWN:
            return NO_ANSWER
        case Agreement.SAME:
            return SAME_FACT + (SAME_LABEL - SAME_FACT) * min(1.0, answer_share / COMMON_ANSWER)


def _judge(example: Example, row: SeenRow, likeness: float, census: Census) -> tuple[float, Match] | None:
    """What is to spare above the threshold, and the match; None when it is no paraphrase."""
    if likeness < SAME_FACT:
        return None
    agreement = compare_answers(example, row.answer)
    spare = likeness - threshold(agreement, census.answer_share(row.answer))
    if spare < 0 or are_apart(take_apart(example.question), take_apart(asked(row.question))):
        return None
    return spare, Match(row, min(likeness, 0.999), agreement)


def _closest(ours: "npt.NDArray[np.float32]", theirs: "npt.NDArray[np.float32]") -> Iterable[tuple[int, float, int]]:
    """(question, cosine, row): for every question the rows that are most like it, block by block."""
    import numpy as np

    for start in range(0, len(theirs), _BLOCK):
        cosines = ours @ theirs[start : start + _BLOCK].T
        kept = min(_LOOKED_AT, cosines.shape[1])
        nearest = np.argpartition(-cosines, kept - 1, axis=1)[:, :kept]
        for question, rows in enumerate(nearest):
            for row in rows:
                yield question, float(cosines[question, row]), start + int(row)
