"""What the history says of a comparison without reading it."""

from workbench.boundary import Boundary
from workbench.compare.verdict_types import VerdictKind


class ComparisonEntry(Boundary):
    """One line of the history."""

    id: int
    name: str
    created: str
    """ISO 8601 in UTC."""
    metric: str
    kind: VerdictKind
    winner: str | None
    outcome: str
    """As `verdict_sentences.in_a_word` says it: "rag wins", "undecided", "none"."""
    recommended: str | None
    questions: int
    folder: str
    note: str = ""
    arms: tuple[str, ...] = ()
    again_of: int = 0
    """Number of the comparison that it repeats; 0: of none."""
    questions_hash: str = ""
    """SHA-256 of the questions that it asked; empty of earlier versions."""


def matches(entry: ComparisonEntry, text: str) -> bool:
    """Whether every word of `text` stands somewhere in the entry."""
    said = " ".join((entry.name, entry.note, *entry.arms, entry.outcome, entry.metric, entry.created)).casefold()
    return all(word in said for word in text.casefold().split())
