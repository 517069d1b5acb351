"""Marks and the places behind them."""

from workbench.rag.citations import parse, without_marks
from workbench.rag.search_types import Hit

HITS = [
    Hit(document="a.md", page=1, start=0, end=4, score=1.0, text="one."),
    Hit(document="b.pdf", page=3, start=5, end=9, score=0.5, text="two."),
]


def test_that_marks_become_places() -> None:
    parsed = parse("27 days [1]. Also [2][1].", HITS)
    assert parsed.text_without_marks == "27 days. Also."
    assert [(c.number, c.document, c.page, c.start, c.end, c.text) for c in parsed.citations] == [
        (1, "a.md", 1, 0, 4, "one."),
        (2, "b.pdf", 3, 5, 9, "two."),
    ]
    assert parsed.dangling == ()


def test_that_a_list_in_one_mark_counts() -> None:
    assert [c.number for c in parse("Both [1, 2]", HITS).citations] == [1, 2]


def test_that_marks_without_a_passage_are_flagged() -> None:
    parsed = parse("Odd [3] and [0].", HITS)
    assert parsed.citations == ()
    assert parsed.dangling == (3, 0)


def test_that_other_brackets_stay() -> None:
    assert without_marks("See [here] and [a1] or x[12345]") == "See [here] and [a1] or x[12345]"
