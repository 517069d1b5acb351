"""The questions of the guide, the same in the window and on the command line, and what is here that answers some."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.compare.guide.answers import Answers, Changes, Documents, Goal, Patience
from workbench.compare.stock import Stock

_WORDS_PER_TOKEN = 0.75
"""Of English text."""


@dataclass(frozen=True, slots=True)
class Option:
    value: StrEnum | bool
    label: str
    hint: str = ""

    @property
    def word(self) -> str:
        """What is typed for it."""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return str(self.value)


@dataclass(frozen=True, slots=True)
class InterviewQuestion:
    """One question; without options a number is wanted."""

    key: str
    """The field of `Answers`."""
    title: str
    help: str
    options: tuple[Option, ...] = ()
    unit: str = ""
    """Of the number."""

    def words_of(self, answers: Answers) -> str:
        """The answer in words."""
        value = getattr(answers, self.key)
        if not self.options:
            return f"{value:,} {self.unit}"
        return next(option.label for option in self.options if option.value == value)


_YES_NO = (Option(False, "No"), Option(True, "Yes"))

INTERVIEW: tuple[InterviewQuestion, ...] = (
    InterviewQuestion(
        "goal",
        "What must be right in an answer?",
        "What makes it wrong: that it says something untrue, or that it has the wrong shape?",
        (
            Option(Goal.FACTS, "The facts", "it says what is true in your field"),
            Option(Goal.FORM, "The form", "a format, a tone, labels"),
            Option(Goal.BOTH, "Both"),
        ),
    ),
    InterviewQuestion(
        "documents",
        "Do the answers stand in documents?",
        "Files that a person would look them up in.",
        (
            Option(Documents.NONE, "No"),
            Option(Documents.SOME, "Yes"),
            Option(Documents.ALIKE, "Yes, much alike", "like contracts, or versions of one manual"),
        ),
    ),
    InterviewQuestion(
        "citations", "Must an answer say where it stands?", "Document and page, to be checked by a click.", _YES_NO
    ),
    InterviewQuestion(
        "examples",
        "How many labelled examples are there to learn from?",
        "Questions with right answers, beside the test questions, which nothing may learn from.",
        unit="examples",
    ),
    InterviewQuestion(
        "changes",
        "How often does what is right change?",
        "Prices, rules, stock, news.",
        (
            Option(Changes.NEVER, "Hardly ever"),
            Option(Changes.MONTHLY, "Every month"),
            Option(Changes.DAILY, "Every day"),
        ),
    ),
    InterviewQuestion(
        "own_language",
        "Does your field have words of its own?",
        "Terms or a language that a general model hardly knows.",
        _YES_NO,
    ),
    InterviewQuestion(
        "words", "How much raw text of the field is there?", "Matters only for a field with words of its own.",
        unit="words",
    ),
    InterviewQuestion(
        "patience",
        "How long may making it take?",
        "Training and searching on this computer, while you do something else.",
        (
            Option(Patience.MINUTES, "Minutes"),
            Option(Patience.HOURS, "Hours"),
            Option(Patience.DAYS, "Days"),
            Option(Patience.WEEKS, "Weeks", "at any price"),
        ),
    ),
    InterviewQuestion("servers", "May your text go to a server?", "Otherwise nothing leaves this computer.", _YES_NO),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggested:
    """Answers read from what is here, and how each came about."""

    answers: Answers
    why: dict[str, str]
    """By the field of `Answers`; fields that nothing here tells about are not in it."""


def suggested(stock: Stock) -> Suggested:
    """What the collections, data sets and servers that exist say already."""
    changes: dict[str, object] = {}
    why: dict[str, str] = {}

    def found(key: str, value: object, reason: str) -> None:
        changes[key], why[key] = value, reason

    filled = [ref for ref in stock.collections if ref.chunks]
    if filled:
        passages = sum(ref.chunks for ref in filled)
        found("documents", Documents.SOME, f"{_names([ref.name for ref in filled])}: {passages:,} passages here")
        found("citations", True, "documents can be cited")
        words = int(sum(ref.chunks * _tokens_of(ref.chunking) for ref in filled) * _WORDS_PER_TOKEN)
        found("words", words, "about so many in your collections")
    if rows := max(stock.shots, key=lambda rows: rows.count, default=None):
        found("examples", rows.count, f"rows of “{rows.name}”")
    if filled or stock.shots:
        found(
            "goal",
            Goal.FACTS if filled else Goal.FORM,
            "there are documents" if filled else "there are examples and no documents",
        )
    away = [m.name for m in stock.models if m.endpoint is not None and not m.endpoint.is_on_this_computer]
    if away:
        found("servers", True, f"{_names(away)} is connected")
    return Suggested(Answers.model_validate(changes), why)


def _tokens_of(chunking: object) -> float:
    """Tokens of a usual chunk, without what it repeats of the one before."""
    size, overlap = getattr(chunking, "size", 0), getattr(chunking, "overlap", 0)
    in_tokens = getattr(chunking, "unit", "tokens") == "tokens"
    return max(0.0, (size - overlap) * (1.0 if in_tokens else 0.25))


def _names(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
