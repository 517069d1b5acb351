"""Files inside a file, and mails in a mailbox, as documents of their own: "letters.zip/2024/offer.pdf", page 2.

What is indexed, found, cited and filtered goes by that name and by the member's own pages. The file as a whole is
what is read, kept in sync, deleted and purged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.rag.types import PageText

_PDF = re.compile(r"\.pdf( \(\d+\))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A page as hits and citations name it."""

    document: str
    page: int


def named_below(outer: str, member: str) -> str:
    """The name of what lies in a file; the file's own without a member."""
    return "/".join(filter(None, (outer, member)))


def is_in(name: str, document: str) -> bool:
    """Whether a name is that of a document or of something inside it."""
    return name == document or name.startswith(f"{document}/")


def renamed(name: str, document: str, new: str) -> str:
    """What this is called, where the document that it is, or lies in, is called `new` now."""
    return new + name[len(document) :] if is_in(name, document) else name


def is_named_pdf(member: str) -> bool:
    """Whether what lies in a file says by its name that it is a PDF; "offer.pdf (2)" is the second of that name."""
    return bool(_PDF.search(member))


def texts_by_name(document: str, pages: Sequence[PageText]) -> dict[str, list[str]]:
    """The texts of the pages of a document, and of all that lies in it, by name."""
    texts: dict[str, list[str]] = {}
    for page, place in zip(pages, places_of(document, pages).values(), strict=True):
        texts.setdefault(place.document, []).append(page.text)
    return texts


def places_of(document: str, pages: Sequence[PageText]) -> dict[int, Place]:
    """How each page of a file, by its number, is named."""
    counts: dict[str, int] = {}
    places = {}
    for page in pages:
        counts[page.member] = counts.get(page.member, 0) + 1
        number = counts[page.member] if page.member else page.number
        places[page.number] = Place(named_below(document, page.member), number)
    return places
