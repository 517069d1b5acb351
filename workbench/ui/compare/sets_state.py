"""What the page "Questions" shows: test sets, a file, the question that is being written. No Qt."""

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.datasets.questions import ColumnChoice
from workbench.datasets.test_sets.store import SetEntry, SetVersion
from workbench.datasets.test_sets.types import Origin, Review, SetQuestion, tag_counts
from workbench.llm.types import ModelRef
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble

FEW = 30
"""Fewer questions than this tell only large differences."""


class Listed(StrEnum):
    """Which questions are listed."""

    ALL = "all"
    COUNTING = "counting"
    WAITING = "waiting"
    REJECTED = "rejected"
    UNANSWERABLE = "unanswerable"
    NO_ANSWER = "no answer known"
    TYPED = "typed"
    IMPORTED = "imported"
    GENERATED = "generated"


class Right(StrEnum):
    """What counts as right for a question."""

    ANSWERS = "answers"
    REFUSAL = "refusal"
    """There is no answer: it should be refused."""
    UNKNOWN = "unknown"
    """Nobody said: only what retrieval finds can be judged."""


class Naming(StrEnum):
    """What a name is asked for."""

    NEW = "new"
    SAVE = "save"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that is being written; texts as they stand in the form."""

    number: int = 0
    """0: a new one."""
    question: str = ""
    right: Right = Right.ANSWERS
    answers: str = ""
    """One per line."""
    sources: str = ""
    """One per line."""
    tags: str = ""
    """With commas between."""
    old: SetQuestion | None = None
    """As it is stored."""

    @property
    def problem(self) -> str:
        """Why it cannot be kept yet; empty when it can."""
        if not self.question.strip():
            return "Write the question."
        if self.right is Right.ANSWERS and not self.answers.strip():
            return "Write a right answer, or say that there is none."
        if self.right is Right.UNKNOWN and not self.sources.strip():
            return "Without an answer it needs a source: then retrieval can be judged."
        return ""

    @property
    def is_changed(self) -> bool:
        return self.is_begun if self.old is None else self != draft_of(self.old)

    @property
    def is_begun(self) -> bool:
        """Whether anything was written into a new one."""
        return self != Draft()


def draft_of(question: SetQuestion) -> Draft:
    """A stored question in the form."""
    right = Right.UNKNOWN if question.answers_unknown else Right.ANSWERS if question.answers else Right.REFUSAL
    return Draft(
        number=question.number,
        question=question.question,
        right=right,
        answers="\n".join(question.answers),
        sources="\n".join(question.sources),
        tags=", ".join(question.tags),
        old=question,
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """A table whose columns somebody has to explain."""

    path: str
    columns: tuple[str, ...]
    sample: tuple[dict[str, str], ...]
    problem: str
    choice: ColumnChoice = field(default_factory=ColumnChoice)


@dataclass(frozen=True, slots=True)
class Writing:
    """Questions that a model shall write."""

    is_open: bool = False
    collections: tuple[str, ...] = ()
    collection: str = ""
    models: tuple[ModelRef, ...] = ()
    model: str = ""
    count: int = 20
    running: Running | None = None

    @property
    def not_ready(self) -> str:
        """Why it cannot begin; empty when it can."""
        if self.running is not None:
            return "A model is writing."
        if not self.collection:
            return "There is no collection yet: index documents on the Documents tab."
        return "" if any(model.name == self.model for model in self.models) else "Choose a model."


@dataclass(frozen=True, slots=True)
class SetsState:
    """The shown questions are of a file (`file`), of a set (`name`) or of a version of it (`version`)."""

    entries: tuple[SetEntry, ...] = ()
    name: str = ""
    version: str = ""
    """Hash of the used version that is looked at; empty: the set as it is now."""
    versions: tuple[SetVersion, ...] = ()
    """Of the shown set."""
    file: str = ""
    file_format: str = ""
    questions: tuple[SetQuestion, ...] = ()
    left_out: tuple[str, ...] = ()
    """Rows of the file that cannot be used, each in a sentence."""
    notes: tuple[str, ...] = ()
    metric: str = ""
    """The score by which the file wants answers judged."""
    columns: Columns | None = None
    columns_chosen: bool = False
    """The file is read by columns that a person chose: it must be saved as a set before it can be asked."""
    is_reading: bool = False
    search: str = ""
    tag: str = ""
    listed: Listed = Listed.ALL
    draft: Draft | None = None
    naming: Naming | None = None
    name_wish: str = ""
    name_trouble: str = ""
    undo: str = ""
    """What can be undone, in a sentence."""
    writing: Writing = Writing()
    trouble: Trouble | None = None
    retrieval_sets: tuple[tuple[str, str], ...] = ()
    """Collection and name of the test sets of retrieval that questions can be taken from."""

    @property
    def can_edit(self) -> bool:
        return bool(self.name) and not self.version

    @property
    def counting(self) -> tuple[SetQuestion, ...]:
        return tuple(question for question in self.questions if question.counts)

    @property
    def waiting(self) -> tuple[SetQuestion, ...]:
        return tuple(question for question in self.questions if question.review is Review.WAITING)

    @property
    def tags(self) -> dict[str, int]:
        return tag_counts(self.questions)

    @property
    def shown(self) -> tuple[SetQuestion, ...]:
        """Those that pass the filters."""
        words = self.search.casefold().split()
        return tuple(
            question
            for question in self.questions
            if is_listed(question, self.listed)
            and (not self.tag or self.tag in question.tags)
            and all(word in _searched(question) for word in words)
        )

    @property
    def counts(self) -> str:
        """The questions in numbers."""
        counting = self.counting
        parts = [_count(len(counting), "question")]
        unanswerable = sum(question.is_unanswerable for question in counting)
        unknown = sum(question.answers_unknown for question in counting)
        sourced = sum(bool(question.sources) for question in counting)
        parts += [f"{unanswerable} to be refused"] if unanswerable else []
        parts += [f"{unknown} without a known answer"] if unknown else []
        parts += [f"{sourced} name their sources"] if sourced else []
        parts += [f"{len(self.waiting)} to look at"] if self.waiting else []
        rejected = len(self.questions) - len(counting) - len(self.waiting)
        parts += [f"{rejected} rejected"] if rejected else []
        parts += [_count(len(self.left_out), "row") + " left out"] if self.left_out else []
        return " · ".join(parts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a verdict on these questions will not be able to say."""
        counting = self.counting
        if not counting:
            return ("None of these questions counts yet: accept those that wait.",) if self.questions else ()
        said = []
        if len(counting) == 1:
            said.append("On one question no verdict can be given, whatever the answers are.")
        elif len(counting) < FEW:
            said.append(f"{len(counting)} questions tell only large differences; from about 100 on, small ones show.")
        if all(question.answers_unknown for question in counting):
            said.append("No right answer is known: only retrieval can be judged. Choose recall, rank or nDCG as score.")
        elif all(question.is_unanswerable for question in counting):
            said.append("Every question should be refused: an arm that refuses everything would be the best.")
        return tuple(said)


def is_listed(question: SetQuestion, listed: Listed) -> bool:
    """Whether a question is one of these."""
    match listed:
        case Listed.ALL:
            return True
        case Listed.COUNTING:
            return question.counts
        case Listed.WAITING | Listed.REJECTED:
            return question.review.value == listed.value
        case Listed.UNANSWERABLE:
            return question.is_unanswerable
        case Listed.NO_ANSWER:
            return question.answers_unknown
        case Listed.TYPED:
            return question.origin in (Origin.TYPED, Origin.MARKED)
        case Listed.IMPORTED | Listed.GENERATED:
            return question.origin.value == listed.value


def _searched(question: SetQuestion) -> str:
    return "\n".join((question.question, *question.answers, *question.sources, *question.tags)).casefold()


def _count(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
