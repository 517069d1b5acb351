"""Names for new things."""

from collections.abc import Callable


def numbered(wished: str, is_taken: Callable[[str], bool]) -> str:
    """The wished name, or with the first free number from 2 on behind it."""
    name, number = wished, 2
    while is_taken(name):
        name, number = f"{wished} {number}", number + 1
    return name
