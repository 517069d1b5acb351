"""Test questions that were seen before the test. They cross processes and are saved."""

from enum import StrEnum

from workbench.boundary import Boundary
from workbench.compare.seen import SeenKind


class LeakKind(StrEnum):
    EXACT = "exact"
    """The same but for case, punctuation and spaces."""
    NEAR = "near"
    """Reordered, mistyped, or with a few little words more or less."""
    SUSPECTED = "suspected"
    """A paraphrase, as it seems: shown, never excluded by itself."""

    @property
    def is_certain(self) -> bool:
        return self is not LeakKind.SUSPECTED


class Leak(Boundary):
    """A test question that an arm has seen before the test."""

    example_id: str
    arms: tuple[str, ...]
    kind: LeakKind
    where: str
    """Like "few-shot examples of arm few-shot" or "training rows of adapter house-style"."""
    source: SeenKind = SeenKind.TRAINING
    text: str
    """The question of the row that it was found in, shortened."""
    answer: str = ""
    """The row's answer, shortened; empty where it is not known."""
    number: int = 0
    """The row in its file, from 1; 0: it has none."""
    similarity: float = 1.0
    """Of words (exact, near) or of meaning (suspected), 0..1."""
