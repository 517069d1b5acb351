"""Finds a command by a few of its letters. No Qt."""

from collections.abc import Iterable

_WORD_START, _NEXT_TO, _PLAIN, _LATE = 8, 5, 1, -0.05


def score(query: str, text: str) -> float | None:
    """How well the letters of `query` are found in `text`, in order; None when they are not all there."""
    wanted, inside = query.casefold().replace(" ", ""), text.casefold()
    if not wanted:
        return 0.0
    starts = [_best_from(wanted, inside, at) for at, letter in enumerate(inside) if letter == wanted[0]]
    found = [value for value in starts if value is not None]
    return max(found, default=None)


def best(query: str, texts: Iterable[str]) -> list[int]:
    """Numbers of the texts that match, best first; equally good ones in the order given."""
    scored = [(value, number) for number, text in enumerate(texts) if (value := score(query, text)) is not None]
    return [number for _, number in sorted(scored, key=lambda pair: (-pair[0], pair[1]))]


def _best_from(wanted: str, inside: str, start: int) -> float | None:
    """Greedy from one start: prefers the next letter, then a word's start, then anything later."""
    total, last, at = 0.0, -1, start
    for letter in wanted:
        found = _find(letter, inside, at, last)
        if found is None:
            return None
        is_word_start = found == 0 or not inside[found - 1].isalnum()
        total += _NEXT_TO if found == last + 1 and last >= 0 else _WORD_START if is_word_start else _PLAIN
        last, at = found, found + 1
    return total + _LATE * start


def _find(letter: str, inside: str, at: int, last: int) -> int | None:
    if last >= 0 and at < len(inside) and inside[at] == letter:
        return at
    places = [place for place in range(at, len(inside)) if inside[place] == letter]
    starts = [place for place in places if place == 0 or not inside[place - 1].isalnum()]
    return (starts or places or [None])[0]  # type: ignore[list-item]
