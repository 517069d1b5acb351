"""Values of the data room: tables as they were read, rows as they are trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from workbench.boundary import Boundary
from workbench.llm.types import ChatMessage, Role


class RowProblem(Boundary):
    """Why one row (or, with row 0, the file) cannot be used as it stands."""

    row: int
    """The line of a text file or the row of a sheet, from 1; 0 speaks of the whole file."""
    message: str
    dropped: bool = True
    """Whether the row was left out; a doubtful row that stays has False."""

    def __str__(self) -> str:
        return f"row {self.row}: {self.message}" if self.row else self.message


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows as named values, before anyone said what they mean. Broken rows are `problems`, never shifted."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    problems: tuple[RowProblem, ...] = ()
    numbers: tuple[int, ...] = ()
    """The row of the file behind each of `rows`, from 1."""
    name: str = ""
    """The file's name."""
    file_format: str = ""
    encoding: str = ""
    delimiter: str = ""

    def number(self, index: int) -> int:
        """The row of the file behind `rows[index]`."""
        return self.numbers[index] if index < len(self.numbers) else index + 1


class Layout(StrEnum):
    """How a row says who speaks."""

    COLUMNS = "columns"
    """One column asks, another answers."""
    MESSAGES = "messages"
    """One column holds the whole conversation (OpenAI `messages`, ShareGPT `conversations`)."""


class ColumnMapping(Boundary):
    """Which column means what. Empty names: the file has no such column."""

    layout: Layout = Layout.COLUMNS
    messages: str = ""
    """The column that holds a list of turns."""
    question: str = ""
    """The column with what the user says."""
    context: str = ""
    """A second column of the user's turn, put below the question (Alpaca's `input`)."""
    answer: str = ""
    """The column with what the model shall learn to answer."""
    system: str = ""
    """The column with the system message."""
    system_text: str = ""
    """One system message for all rows that have none of their own."""
    document: str = ""
    """The column that names the document in which the answer stands; several are separated by semicolons."""
    group: str = ""
    """The column whose rows of one value are never split between training and held-out rows (a customer, a case)."""
    guess: str = ""
    """How the mapping was found, for people: "Alpaca", "question and answer", "the first two columns"."""

    @property
    def is_complete(self) -> bool:
        """Whether rows can be made with it."""
        return bool(self.messages) if self.layout is Layout.MESSAGES else bool(self.question and self.answer)


class TrainingRow(Boundary):
    """One example: a conversation whose last message, by the assistant, is what is learned."""

    messages: tuple[ChatMessage, ...] = Field(min_length=1)
    source: str = ""
    """The file it came from."""
    number: int = 0
    """Its row in that file, from 1."""
    document: str = ""
    """The document in which the answer stands, where the file says so; several are separated by semicolons."""
    group: str = ""
    """What it belongs to: rows of one group are held out together."""

    @property
    def answer(self) -> str:
        return self.messages[-1].content if self.messages[-1].role is Role.ASSISTANT else ""

    @property
    def question(self) -> str:
        """What the user said last."""
        return next((m.content for m in reversed(self.messages) if m.role is Role.USER), "")


class FindingKind(StrEnum):
    """What the data doctor looks for."""

    EMPTY = "empty"
    NEAR_EMPTY = "near_empty"
    SHORT_ANSWER = "short_answer"
    LONG_ANSWER = "long_answer"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near_duplicate"
    CONTRADICTION = "contradiction"
    TOO_LONG = "too_long"
    NOTHING_TRAINED = "nothing_trained"
    LEAK = "leak"
    BROKEN_TEXT = "broken_text"
    MARKUP = "markup"
    PLACEHOLDER = "placeholder"
    BOILERPLATE = "boilerplate"
    LANGUAGE = "language"
    SECRET = "secret"
    PERSONAL = "personal"
    FEW_ROWS = "few_rows"
    SAME_ANSWER = "same_answer"
    IMBALANCE = "imbalance"
    RARE_LABEL = "rare_label"


class Severity(StrEnum):
    ERROR = "error"
    """Training would fail or learn nothing from these rows."""
    WARNING = "warning"
    NOTE = "note"


class Finding(Boundary):
    """One thing that the data doctor found, with the rows it concerns."""

    kind: FindingKind
    severity: Severity
    message: str
    """One sentence for people, with the count in it."""
    hint: str = ""
    rows: tuple[int, ...] = ()
    """Row numbers of the file."""
    can_fix: bool = False
    """Whether a rule can mend these rows (`doctor.mending`)."""


class Dataset(Boundary):
    """A named set of training rows, saved. The rows lie in a file named after their content."""

    schema_version: int = 1
    name: str
    content_hash: str
    """SHA-256 of the rows file."""
    rows_path: str
    """The rows as JSON lines of `TrainingRow`."""
    source_path: str = ""
    source_hash: str = ""
    mapping: ColumnMapping = ColumnMapping()
    row_count: int = 0
    problem_count: int = 0
    """Rows of the source that could not be used."""
    created: str = ""
    """When it was saved, ISO 8601 in UTC."""
    origin: str = ""
    """What it was made from when not from a file: "collection handbook"."""
    left_out: tuple[FindingKind, ...] = ()
    """Findings of the data doctor whose rows were left out."""
    mended: tuple[FindingKind, ...] = ()
    """Findings whose rows were mended by rule; the source file was not changed."""


class Example(Boundary):
    """One test question with its right answers."""

    id: str
    question: str
    answers: tuple[str, ...] = ()
    """Any of them is right; empty: the question has no answer and wants to be refused."""
    sources: tuple[str, ...] = ()
    """Documents that hold the answer."""
    tags: tuple[str, ...] = ()
    variables: dict[str, str] = Field(default_factory=dict)
    """The other columns of its row, for the variables of a prompt."""
    answers_unknown: bool = False
    """Nobody said what is right: only what retrieval finds can be judged, never the answer."""

    @property
    def is_answerable(self) -> bool:
        """False only where it is known that nothing is right."""
        return bool(self.answers) or self.answers_unknown
