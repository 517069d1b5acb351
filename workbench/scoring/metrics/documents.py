"""Are two names the same document?"""

from collections.abc import Sequence


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


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").casefold().split("/") if part not in {"", "."}]


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
