"""Names for new things, and how many of them there are."""

from collections.abc import Callable


def numbered(wished: str, is_taken: Callable[[str], bool]) -> str:
    """The wished name, or with the first free number from 2 on behind it."""
    name, number = wished, 2
    while is_taken(name):
        name, number = f"{wished} {number}", number + 1
    return name


def counted(number: int, thing: str) -> str:
    """ "1 question", "1,040 questions": for words whose plural ends in s."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
