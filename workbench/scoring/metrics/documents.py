"""Are two names the same document?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence


def same_document(first: str, second: str) -> bool:
    """Whether one path is the other or ends in it: "docs/prices.pdf" and "prices.pdf" are one document.

    A name without an ending means a file with any: test collections call "42" what lies here as 42.txt.
    """
    one, two = _parts(first), _parts(second)
    shorter = min(len(one), len(two))
    if not shorter or one[-shorter:-1] != two[-shorter:-1]:
        return False
    last, other = one[-1], two[-1]
    return last == other or ("." not in last and _stem(other) == last) or ("." not in other and _stem(last) == other)


def is_any_of(document: str, documents: Sequence[str]) -> bool:
    return any(same_document(document, other) for other in documents)


class DocumentNames:
    """Names of documents, among which many others are looked up: quick also where there are a hundred thousand."""

    def __init__(self, names: Iterable[str]) -> None:
        self._alike: dict[str, list[str]] = defaultdict(list)
        for name in names:
            for key in _keys(name):
                self._alike[key].append(name)

    def has(self, name: str) -> bool:
        """Whether one of them is the same document."""
        return any(same_document(name, other) for key in _keys(name) for other in self._alike.get(key, ()))


def _keys(path: str) -> set[str]:
    """Two names of one document have one of these in common."""
    parts = _parts(path)
    return {parts[-1], _stem(parts[-1])} if parts else set()


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").casefold().split("/") if part not in {"", "."}]


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
