"""Values of test sets. They cross processes and are saved, hence `Boundary`."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.datasets.types import Example, RowProblem

LONGEST_QUESTION = 100_000
"""Characters of a question: more is a document, not a question."""
LONGEST_ANSWER = 20_000
"""Characters of a right answer: nobody can compare more with what a model says."""
LONGEST_PASSAGE = 2_000
"""Characters that are kept of the passage in which an answer stands, for whoever looks at the question."""
MOST_QUESTIONS = 10_000
MOST_BYTES = 8_000_000
"""Of the questions of a set together: they are handed from process to process in one piece."""
PREFIX = "set:"
"""Before the name of a test set, where else the path of a file would stand."""

_VERSION = re.compile(r"^(?P<name>.+)@(?P<version>[0-9a-f]{8,64})$")


class Origin(StrEnum):
    """Where a question comes from."""

    TYPED = "typed"
    MARKED = "marked"
    """Its source was marked among the hits of a search."""
    IMPORTED = "imported"
    GENERATED = "generated"
    """Written by a language model; a person has to look at it before it counts."""


class Review(StrEnum):
    """Whether a question counts."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    """For somebody to look at it."""
    REJECTED = "rejected"


class Provenance(Boundary):
    """Where a question came from: a row of a file, or a passage of a document."""

    file: str = ""
    """The file's name."""
    row: int = 0
    """Its row in that file, from 1; 0: unknown."""
    collection: str = ""
    document: str = ""
    """The document's name in the collection."""
    page: int = 0
    """From 1; 0: the whole document."""
    start: int = 0
    """Where the passage begins in the page's text, in characters."""
    end: int = 0
    passage: str = ""
    """The passage itself, at most `LONGEST_PASSAGE` characters."""

    def in_words(self) -> str:
        """ "sums.csv, row 4" or "prices.pdf, page 2"; empty for a typed question."""
        if self.document:
            return self.document + (f", page {self.page}" if self.page else "")
        return self.file + (f", row {self.row}" if self.row else "")


class SetQuestion(Boundary):
    """A question of a test set."""

    number: int = 0
    """Given by the database; 0 before it is stored."""
    id: str = ""
    """The name under which comparisons know it, unique in its set; given by the set where it is empty."""
    question: str = Field(min_length=1)
    answers: tuple[str, ...] = ()
    """Any of them is right; none: the question wants to be refused."""
    answers_unknown: bool = False
    """The right answers are not known: only what retrieval finds can be judged."""
    sources: tuple[str, ...] = ()
    """Documents that hold the answer."""
    tags: tuple[str, ...] = ()
    variables: dict[str, str] = Field(default_factory=dict)
    """Values for the variables of a prompt."""
    origin: Origin = Origin.TYPED
    review: Review = Review.ACCEPTED
    remark: str = ""
    """Who wrote a generated one, why it was rejected, or what somebody noted."""
    where: Provenance = Provenance()

    @property
    def counts(self) -> bool:
        """Whether comparisons ask it."""
        return self.review is Review.ACCEPTED

    @property
    def is_unanswerable(self) -> bool:
        return not self.answers and not self.answers_unknown

    def example(self) -> Example:
        """What a comparison asks; `id` must have been given."""
        return Example(
            id=self.id,
            question=self.question,
            answers=self.answers,
            answers_unknown=self.answers_unknown,
            sources=self.sources,
            tags=self.tags,
            variables=self.variables,
        )


class ImportedQuestions(Boundary):
    """What a file of questions holds."""

    name: str
    """The file's name without its ending."""
    file_format: str
    """In words for people: "CSV", "promptfoo", "SQuAD 2.0", "BEIR"."""
    questions: tuple[SetQuestion, ...]
    problems: tuple[RowProblem, ...] = ()
    """Rows that cannot be used."""
    notes: tuple[str, ...] = ()
    """What a reader should know about the whole, each in a sentence."""
    metric: str = ""
    """The score by which the file wants answers judged, where it says so."""


def as_question(example: Example, **more: object) -> SetQuestion:
    """A question of a set out of what a comparison asks."""
    return SetQuestion.model_validate({**example.model_dump(), **more})


def questions_hash(examples: Iterable[Example]) -> str:
    """SHA-256 over what decides a comparison: everything that is asked and compared, in its order.

    The order counts: questions are answered in batches of neighbours, and the same batches give the same texts.
    Where a question came from and who looked at it do not count.
    """
    digest = hashlib.sha256()
    for example in examples:
        digest.update(example.model_dump_json(exclude_defaults=True).encode() + b"\n")
    return digest.hexdigest()


def named_set(questions: str) -> tuple[str, str] | None:
    """Name and version (the beginning of its hash, or "") of a "set:NAME" or "set:NAME@VERSION"; None for a path."""
    if not questions.startswith(PREFIX):
        return None
    name = questions.removeprefix(PREFIX).strip()
    found = _VERSION.match(name)
    return (found["name"], found["version"]) if found else (name, "")


def pinned(questions: str, content_hash: str) -> str:
    """The same questions, whatever becomes of the set: "set:facts" with its version; a path stays what it is."""
    named = named_set(questions)
    return f"{PREFIX}{named[0]}@{content_hash[:12]}" if named and content_hash else questions


def tag_counts(questions: Sequence[SetQuestion]) -> dict[str, int]:
    """Every tag with the number of questions that carry it, the most frequent first."""
    counts: dict[str, int] = {}
    for question in questions:
        for tag in question.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return dict(sorted(counts.items(), key=lambda found: (-found[1], found[0].casefold())))
