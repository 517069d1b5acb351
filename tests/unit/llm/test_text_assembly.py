from hypothesis import given
from hypothesis import strategies as st

from workbench.llm.text_assembly import TextAssembler


def feed_all(assembler: TextAssembler, pieces: list[bytes]) -> list[str]:
    return [assembler.feed(piece) for piece in pieces] + [assembler.finish()]


def test_that_half_a_character_waits_for_its_rest() -> None:
    assembler = TextAssembler()
    assert feed_all(assembler, [b"a\xf0\x9f", b"\x98", b"\x80b"]) == ["a", "", "😀b", ""]


def test_that_an_unfinished_character_at_the_end_is_dropped() -> None:
    assembler = TextAssembler()
    feed_all(assembler, [b"ok\xe2\x82"])
    assert assembler.text == "ok"


def test_that_a_stop_string_across_tokens_is_never_shown() -> None:
    assembler = TextAssembler(["\nUser:"])
    shown = feed_all(assembler, [b"Hello", b"\n", b"Us", b"er", b": more"])
    assert shown == ["Hello", "", "", "", "", ""]
    assert assembler.stopped and assembler.text == "Hello"


def test_that_what_only_began_like_a_stop_string_is_shown_after_all() -> None:
    assembler = TextAssembler(["END"])
    assert feed_all(assembler, [b"the EN", b"TRY", b" E"]) == ["the ", "ENTRY", " ", "E"]


def test_that_the_first_of_several_stop_strings_counts() -> None:
    assembler = TextAssembler(["zz", "b"])
    feed_all(assembler, [b"abzz"])
    assert assembler.text == "a"


@given(st.text(), st.lists(st.text(min_size=1, max_size=3), max_size=3), st.integers(1, 4))
def test_that_the_text_is_the_same_however_it_is_cut_into_tokens(text: str, stops: list[str], size: int) -> None:
    data = text.encode("utf-8", "replace")
    assembler = TextAssembler(stops)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    shown = "".join(feed_all(assembler, pieces))
    plain = data.decode()
    assert shown == assembler.text
    assert plain.startswith(shown)
    assert not any(stop in shown for stop in stops)
    if not any(stop in plain for stop in stops):
        assert shown == plain
