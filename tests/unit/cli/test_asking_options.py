"""What is typed after `search`, `ask` and `exhaust`, as values or refused in words."""

import argparse
from datetime import date

import pytest

from workbench.cli import build_parser
from workbench.cli.asking import _quoted
from workbench.cli.exhausting import _out, _passes
from workbench.cli.retrieving import document_filter
from workbench.errors import WorkbenchError
from workbench.rag.answer_types import Answer, Citation, Claim
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


def test_that_the_sentence_of_a_passage_is_printed_that_bears_the_answer_out() -> None:
    text = f"{'The shop sells kettles. ' * 20}The Alder has a warranty of 3 years.\nIt is blue."
    cited = Citation(number=1, document="a.md", page=1, start=0, end=len(text), text=text)
    claim = Claim(text="The Alder's warranty is 3 years.", numbers=(1,), supported=True)
    answer = Answer(id="1", answer="3 years [1].", answerable=True, citations=(cited,), claims=(claim,))
    assert _quoted(answer, cited) == "The Alder has a warranty of 3 years."
    beginning = _quoted(answer.model_copy(update={"claims": ()}), cited)
    assert beginning.startswith("The shop sells") and beginning.endswith("...") and len(beginning) == 160
