"""Names for new things, how many of them there are, and how long they take."""

from collections.abc import Callable, Sequence

SHOWN_ROW_NUMBERS = 12


def numbered(wished: str, is_taken: Callable[[str], bool]) -> str:
    """The wished name, or with the first free number from 2 on behind it."""
    name, number = wished, 2
    while is_taken(name):
        name, number = f"{wished} {number}", number + 1
    return name


def counted(number: int, thing: str) -> str:
    """ "1 question", "1,040 questions": for words whose plural ends in s."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def row_numbers(numbers: Sequence[int]) -> str:
    """ "row 3", "rows 3, 8, 19 and 40 more"; empty where there is none."""
    if not numbers:
        return ""
    shown = ", ".join(str(number) for number in numbers[:SHOWN_ROW_NUMBERS])
    more = len(numbers) - SHOWN_ROW_NUMBERS
    word = "row" if len(numbers) == 1 else "rows"
    return f"{word} {shown} and {more} more" if more > 0 else f"{word} {shown}"


def duration_in_words(seconds: float) -> str:
    """A duration for people: "8 s", "3 min 5 s", "2 h 10 min"."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {left} s" if left and minutes < 10 else f"{minutes} min"
    return f"{left} s"
