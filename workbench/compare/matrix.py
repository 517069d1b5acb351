"""Questions by arms: what each answer scored, and which questions are looked at, in which order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

from workbench.compare.scores import question_scores
from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question with the scores of all arms, in their order."""

    number: int
    """Its place in the test set, from 0."""
    example: Example
    scores: tuple[float | None, ...]
    """None where there is no answer yet, none came about, or the metric could not judge it."""
    failed: tuple[bool, ...]
    """Whether no answer came about."""
    asked: tuple[bool, ...]
    """Whether the arm has been asked."""
    reasons: frozenset[FailureReason] = frozenset()
    longest: int | None = None
    """Tokens of the longest answer: what an answer alone takes most of its time for. None: there is none."""
    is_leaked: bool = False
    is_excluded: bool = False
    """Whether the user left it out of the verdict."""

    def sign(self, place: int) -> str:
        """One sign for the answer of the arm at this place that needs no colour: ✓ ✗ ! –, or percent of a score."""
        score = self.scores[place]
        if score is None:
            return "!" if self.failed[place] else "–" if self.asked[place] else ""
        return "✓" if score >= 1.0 else "✗" if score <= 0.0 else f"{100 * score:.0f}"

    @property
    def judged(self) -> tuple[float, ...]:
        return tuple(score for score in self.scores if score is not None)

    @property
    def mean(self) -> float | None:
        """How easy it is: the mean over the arms."""
        return fmean(self.judged) if self.judged else None

    @property
    def spread(self) -> float | None:
        """How far the arms lie apart: the best score less the worst."""
        return max(self.judged) - min(self.judged) if self.judged else None


class RowFilter(StrEnum):
    """Which questions are shown, by what the arms made of them."""

    ALL = "all"
    DIFFERENT = "different"
    """The arms do not agree."""
    WRONG = "wrong"
    """At least one arm is not right."""
    ALL_WRONG = "all-wrong"
    ALL_RIGHT = "all-right"
    ONLY = "only"
    """One arm is right, the others are not."""
    NO_ANSWER = "no-answer"
    """At least one arm gave none."""
    LEAKED = "leaked"
    EXCLUDED = "excluded"


class SortBy(StrEnum):
    """What the questions are sorted by."""

    ORDER = "order"
    """As in the test set."""
    QUESTION = "question"
    ARM = "arm"
    """The score of one arm."""
    SPREAD = "spread"
    MEAN = "mean"
    TAG = "tag"
    LENGTH = "length"
    """Tokens of the longest answer."""


@dataclass(frozen=True, slots=True)
class MatrixChoice:
    """Which questions, in which order."""

    outcome: RowFilter = RowFilter.ALL
    only: str = ""
    """The arm of `RowFilter.ONLY`."""
    text: str = ""
    """Stands in the question, its id or its right answers; case does not matter."""
    tag: str = ""
    reason: FailureReason | None = None
    """At least one arm failed for it."""
    sort: SortBy = SortBy.ORDER
    arm: str = ""
    """The arm of `SortBy.ARM`."""
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        return bool(self.text.strip() or self.tag or self.reason or self.outcome is not RowFilter.ALL)


_NOT_ASKED = {(None, False, False)}


def make_rows(
    arms: Sequence[str],
    examples: Sequence[Example],
    trials: Iterable[Trial],
    metric: str,
    leaked: frozenset[str] = frozenset(),
    excluded: frozenset[str] = frozenset(),
) -> tuple[QuestionRow, ...]:
    """Every question, in the order of the test set."""
    every = list(trials)
    scores = question_scores(every, metric)
    answered: set[tuple[str, str]] = set()
    failed: set[tuple[str, str]] = set()
    reasons: dict[str, set[FailureReason]] = {}
    longest: dict[str, int] = {}
    for trial in every:
        if not trial.has_failed:
            longest[trial.example_id] = max(longest.get(trial.example_id, 0), trial.usage.generated_tokens)
        (failed if trial.has_failed else answered).add((trial.arm, trial.example_id))
        if trial.failure is not None:
            reasons.setdefault(trial.example_id, set()).add(trial.failure)
    own: list[Mapping[str, float | None]] = [scores.get(arm, {}) for arm in arms]
    failed -= answered
    return tuple(
        QuestionRow(
            number=number,
            example=example,
            scores=tuple(found.get(example.id) for found in own),
            failed=tuple((arm, example.id) in failed for arm in arms),
            asked=tuple(example.id in found for found in own),
            reasons=frozenset(reasons.get(example.id, ())),
            longest=longest.get(example.id),
            is_leaked=example.id in leaked,
            is_excluded=example.id in excluded,
        )
        for number, example in enumerate(examples)
    )


def choose_rows(rows: Sequence[QuestionRow], choice: MatrixChoice, arms: Sequence[str]) -> tuple[QuestionRow, ...]:
    """The rows that pass the filter, sorted; rows without the value that is sorted by come last."""
    wanted = choice.text.strip().casefold()
    place = arms.index(choice.only) if choice.only in arms else -1
    shown = [
        row
        for row in rows
        if _has_outcome(row, choice.outcome, place)
        and (not choice.tag or choice.tag in row.example.tags)
        and (choice.reason is None or choice.reason in row.reasons)
        and (not wanted or _has_text(row.example, wanted))
    ]
    return _sorted(shown, choice, arms)


def tags_of(examples: Iterable[Example]) -> tuple[str, ...]:
    """Every tag once, in alphabetical order."""
    return tuple(sorted({tag for example in examples for tag in example.tags}, key=str.casefold))


def reasons_of(rows: Iterable[QuestionRow]) -> tuple[FailureReason, ...]:
    """Every reason that occurs, in the order in which they are declared."""
    found = {reason for row in rows for reason in row.reasons}
    return tuple(reason for reason in FailureReason if reason in found)


def _has_outcome(row: QuestionRow, outcome: RowFilter, only: int) -> bool:
    judged = row.judged
    match outcome:
        case RowFilter.ALL:
            return True
        case RowFilter.DIFFERENT:
            return len({*zip(row.scores, row.failed, row.asked, strict=True)} - _NOT_ASKED) > 1
        case RowFilter.WRONG:
            return any(score < 1.0 for score in judged) or any(row.failed)
        case RowFilter.ALL_WRONG:
            return _is_complete(row) and not any(score > 0.0 for score in judged)
        case RowFilter.ALL_RIGHT:
            return len(judged) == len(row.scores) and all(score >= 1.0 for score in judged)
        case RowFilter.ONLY:
            return _is_only_right(row, only)
        case RowFilter.NO_ANSWER:
            return any(row.failed)
        case RowFilter.LEAKED:
            return row.is_leaked
        case RowFilter.EXCLUDED:
            return row.is_excluded


def _is_complete(row: QuestionRow) -> bool:
    """Whether every arm has answered or failed to."""
    return all(score is not None or failed for score, failed in zip(row.scores, row.failed, strict=True))


def _is_only_right(row: QuestionRow, place: int) -> bool:
    right = [score is not None and score >= 1.0 for score in row.scores]
    return 0 <= place < len(right) and right[place] and sum(right) == 1 and _is_complete(row)


def _has_text(example: Example, wanted: str) -> bool:
    return any(wanted in text.casefold() for text in (example.question, example.id, *example.answers))


def _sorted(rows: list[QuestionRow], choice: MatrixChoice, arms: Sequence[str]) -> tuple[QuestionRow, ...]:
    key = _key(choice, arms)
    if key is None:
        return tuple(reversed(rows) if choice.descending else rows)
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    return (*sorted(known, key=key, reverse=choice.descending), *unknown)


def _key(choice: MatrixChoice, arms: Sequence[str]) -> Callable[[QuestionRow], Any] | None:
    match choice.sort:
        case SortBy.QUESTION:
            return lambda row: " ".join(row.example.question.split()).casefold()
        case SortBy.ARM if choice.arm in arms:
            place = arms.index(choice.arm)
            return lambda row: row.scores[place]
        case SortBy.SPREAD:
            return lambda row: row.spread
        case SortBy.MEAN:
            return lambda row: row.mean
        case SortBy.TAG:
            return lambda row: ", ".join(row.example.tags).casefold() or None
        case SortBy.LENGTH:
            return lambda row: row.longest
        case _:
            return None
