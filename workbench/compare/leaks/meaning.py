"""Test questions among rows by what they mean: a paraphrase is suspected, never taken for certain.

The likeness of two questions is the cosine of their vectors. How much of it is asked depends on what else speaks for a
paraphrase: the row gives the same answer, and few other rows do (a fact), or many do (a label); or its answer is not
known. A row with another answer, other numbers or other names is none, however alike it sounds. The thresholds come
from `python -m benchmarks leaks`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.compare.leaks.near import Census, Match, are_apart, replaced_span, take_apart
from workbench.compare.leaks.vectors import RememberedVectors
from workbench.compare.leaks.words import Agreement, asked, compare_answers, names_in, words_of
from workbench.compare.seen import SeenRow
from workbench.datasets.types import Example
from workbench.llm.grounded_prompt import REFUSAL
from workbench.scoring.metrics.format_fields import fields_in

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_EMBEDDED = 20_000
"""Rows of one place that are compared by meaning; of more, those that share the rarest words with the questions."""
SAME_FACT = 0.52
"""Cosine from which a row is suspected that gives the same answer, where hardly another row has that answer."""
SAME_NAME = 0.4
"""The same, where every name of the question stands in the row, too."""
WEAK = 0.86
"""The same, where the answers prove little: the row's is not known, or it is a label, a form or a refusal."""
FACT_ROWS, LABEL_ROWS = 10, 40
"""Rows with the same answer up to which it is a fact, and from which it is a label; between them in proportion."""
SAME_SPAN = 0.5
"""Cosine of the only words that differ, from which they are two words for one thing ("cost", "price")."""
REPETITIVE = 0.05
"""Share of the test questions that say what another one says, from which paraphrases among rows prove little."""
_FEWEST_QUESTIONS = 40
"""In fewer questions repetition is not looked for."""
_BLOCK = 4096
_LOOKED_AT = 8
"""Most similar rows of a question that are looked at: the first may be of another thing."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a search by meaning found."""

    matches: dict[str, Match]
    """By the id of the test question."""
    is_repetitive: bool = False
    """The test questions say the same among themselves: only what is closer than they are is told."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    example: Example
    row: SeenRow
    likeness: float
    spare: float
    """Cosine above what is asked."""
    agreement: Agreement
    span: tuple[str, str] | None
    """The only words that differ."""


def search_by_meaning(
    examples: Sequence[Example],
    rows: Sequence[SeenRow],
    census: Census,
    vectors: RememberedVectors,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Suspicion:
    """The test questions that a row says in other words; of several rows the one with the most to spare."""
    if not examples or not rows:
        return Suspicion({})
    ours = vectors.of([example.question for example in examples])
    theirs = vectors.of([asked(row.question) for row in rows], on_progress)
    floor = _repetition(examples, ours, census, vectors)
    best = _best(_candidates(examples, rows, ours, theirs, census), vectors)
    matches = {
        example_id: Match(found.row, min(found.likeness, 0.999), found.agreement)
        for example_id, found in best.items()
        if found.spare > floor
    }
    return Suspicion(matches, is_repetitive=floor > 0)


def threshold(example: Example, row: SeenRow, agreement: Agreement, rows_with_answer: int) -> float:
    """The cosine that is asked of this row; above 1: never. `rows_with_answer`: how many give the row's answer."""
    if agreement is Agreement.OTHER:
        return 2.0
    if agreement is Agreement.UNKNOWN or not example.is_answerable or len(fields_in(row.answer)) > 1:
        return WEAK
    names = names_in(example.question)
    words = set(words_of(row.question)) if names else set()
    fact = SAME_NAME if names and names <= words else SAME_FACT
    common = (rows_with_answer - FACT_ROWS) / (LABEL_ROWS - FACT_ROWS)
    return fact + (WEAK - fact) * min(1.0, max(0.0, common))


def _repetition(
    examples: Sequence[Example], ours: "npt.NDArray[np.float32]", census: Census, vectors: RememberedVectors
) -> float:
    """What the closest two test questions have to spare, where many say the same in other words; else 0.

    Test questions are no leaks of each other. Where they repeat each other nevertheless, so do the rows of their
    source, and a paraphrase among those is no sign of a leak.
    """
    if len(examples) < _FEWEST_QUESTIONS:
        return 0.0
    as_rows = [SeenRow(question=e.question, answer=e.answers[0] if e.answers else REFUSAL) for e in examples]
    keys = [take_apart(example.question).key for example in examples]
    places = {id(row): place for place, row in enumerate(as_rows)}
    own = {example.id: place for place, example in enumerate(examples)}
    found = [
        candidate
        for candidate in _candidates(examples, as_rows, ours, ours, census)
        if keys[places[id(candidate.row)]] != keys[own[candidate.example.id]]
    ]
    best = _best(found, vectors)
    if len(best) <= REPETITIVE * len(examples):
        return 0.0
    return max(candidate.spare for candidate in best.values())


def _candidates(
    examples: Sequence[Example],
    rows: Sequence[SeenRow],
    ours: "npt.NDArray[np.float32]",
    theirs: "npt.NDArray[np.float32]",
    census: Census,
) -> list[_Candidate]:
    """What sounds alike, says the same and is not apart for certain."""
    found = []
    for place, likeness, number in _closest(ours, theirs):
        if likeness < SAME_NAME:
            continue
        example, row = examples[place], rows[number]
        agreement = compare_answers(example, row.answer)
        spare = likeness - threshold(example, row, agreement, census.rows_with(row.answer))
        if spare < 0:
            continue
        first, second = take_apart(example.question), take_apart(asked(row.question))
        if not are_apart(first, second):
            found.append(_Candidate(example, row, likeness, spare, agreement, replaced_span(first, second)))
    return found


def _best(candidates: Sequence[_Candidate], vectors: RememberedVectors) -> dict[str, _Candidate]:
    """By the id of the question; without those that put another thing into the same pattern."""
    spans = sorted({part for candidate in candidates for part in candidate.span or ()})
    meaning = dict(zip(spans, vectors.of(spans), strict=True))
    best: dict[str, _Candidate] = {}
    for candidate in candidates:
        if candidate.span is not None:
            first, second = (meaning[part] for part in candidate.span)
            if float(first @ second) < SAME_SPAN:
                continue
        known = best.get(candidate.example.id)
        if known is None or candidate.spare > known.spare:
            best[candidate.example.id] = candidate
    return best


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
