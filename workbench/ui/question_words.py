"""What is said of a question of a test set, wherever such questions are listed."""

from PySide6.QtCore import QCoreApplication

from workbench.datasets.test_sets.types import Origin, Review

REVIEW_INKS = {Review.ACCEPTED: "", Review.WAITING: "warn", Review.REJECTED: "muted"}
"""The ink of `review_in_words`."""


def origin_in_words(origin: Origin) -> str:
    """Where the question comes from."""
    words = {
        Origin.TYPED: _tr("typed"),
        Origin.MARKED: _tr("marked"),
        Origin.IMPORTED: _tr("imported"),
        Origin.GENERATED: _tr("a model"),
    }
    return words[origin]


def review_in_words(review: Review) -> str:
    """Whether it counts."""
    words = {
        Review.ACCEPTED: _tr("counts"),
        Review.WAITING: _tr("to look at"),
        Review.REJECTED: _tr("rejected"),
    }
    return words[review]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Questions", text)
