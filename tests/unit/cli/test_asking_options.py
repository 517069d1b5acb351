"""What is typed after `search`, `ask` and `exhaust`, as values or refused in words."""

import argparse
from datetime import date

import pytest

from workbench.cli import build_parser
from workbench.cli.exhausting import _out, _passes
from workbench.cli.retrieving import document_filter
from workbench.errors import WorkbenchError
from workbench.rag.document_filter import DocumentFilter
from workbench.rag.exhaustive_filter import FilterKind, PassageFilter


def parsed(*words: str) -> argparse.Namespace:
    return build_parser().parse_args([*words])


def test_that_days_and_languages_become_a_filter() -> None:
    typed = parsed("search", "c", "x", "--since", "2024-01-31", "--language", "german", "--language", "French")
    assert document_filter(typed) == DocumentFilter(since=date(2024, 1, 31), languages=("German", "French"))
    assert document_filter(parsed("search", "c", "x")) == DocumentFilter()


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--since", "yesterday"), "is no day"), (("--since", "2024-02-01", "--until", "2024-01-01"), "is after")],
)
def test_that_days_that_cannot_be_are_refused(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(WorkbenchError, match=said):
        document_filter(parsed("search", "c", "x", *words))


def test_that_the_filter_of_an_exhaustive_question_is_what_was_typed() -> None:
    asked = ("exhaust", "c", "q", "--model", "m")
    assert _passes(parsed(*asked)) == PassageFilter()
    assert _passes(parsed(*asked, "--everything")).kind is FilterKind.NONE
    narrow = parsed(*asked, "--words", "fine", "--words-only")
    assert _passes(narrow) == PassageFilter(kind=FilterKind.WORDS, words="fine")
    assert _passes(parsed(*asked, "--likeness", "0.4")).likeness == 0.4
    for words in (("--likeness", "2"), ("--everything", "--words", "fine")):
        with pytest.raises(WorkbenchError):
            _passes(parsed(*asked, *words))
    with pytest.raises(WorkbenchError, match=r"neither \.csv nor \.md"):
        _out(parsed(*asked, "--out", "found.xlsx"))
