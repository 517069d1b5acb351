"""Are two names the same document?"""

from collections.abc import Sequence


def same_document(first: str, second: str) -> bool:
    """Whether one path is the other or ends in it: "docs/prices.pdf" and "prices.pdf" are one document."""
    one, two = _parts(first), _parts(second)
    shorter = min(len(one), len(two))
    return shorter > 0 and one[-shorter:] == two[-shorter:]


def is_any_of(document: str, documents: Sequence[str]) -> bool:
    return any(same_document(document, other) for other in documents)


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").casefold().split("/") if part not in {"", "."}]
