"""Which words only one of two answers says."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.playground.differences import MOST_WORDS, Differences, Span, find_differences


def only(text: str, spans: tuple[Span, ...]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


def test_that_other_words_are_marked_in_both_texts() -> None:
    first, other = "The lamp is red, and cheap.", "The lamp is dark blue, and cheap."
    found = find_differences(first, other)
    assert only(first, found.first) == ["red"]
    assert only(other, found.other) == ["dark blue"]


def test_that_spaces_make_no_difference() -> None:
    assert find_differences("one  two\nthree", "one two three") == Differences()


def test_that_punctuation_is_a_difference() -> None:
    assert only("Yes?", find_differences("Yes!", "Yes?").other) == ["?"]


def test_that_frequent_words_are_compared_in_long_texts_too() -> None:
    first = "the cat sat " * 150
    found = find_differences(first, first + "dog")
    assert (found.first, only(first + "dog", found.other)) == ((), ["dog"])


def test_that_very_long_texts_are_not_compared() -> None:
    assert find_differences("word " * (MOST_WORDS + 1), "word").is_too_long
    assert find_differences("word", "word " * (MOST_WORDS + 1)).is_too_long
    assert not find_differences("word " * MOST_WORDS, "word").is_too_long


@given(st.text("ab ,\n", max_size=40), st.text("ab ,\n", max_size=40))
def test_that_what_is_not_marked_is_the_same_in_both(first: str, other: str) -> None:
    def rest(text: str, spans: tuple[Span, ...]) -> str:
        kept = text
        for span in reversed(spans):
            kept = kept[: span.start] + " " + kept[span.end :]
        return "".join(kept.split())

    found = find_differences(first, other)
    assert rest(first, found.first) == rest(other, found.other)
