"""What every loader gives."""

from workbench.boundary import Boundary
from workbench.rag.types import PageText


class Parsed(Boundary):
    """A file as text."""

    pages: tuple[PageText, ...]
    title: str = ""
    """The title that the document itself carries; empty when it has none."""
    warnings: tuple[str, ...] = ()
    file_type: str = ""
    encoding: str = ""
    is_markdown: bool = False
    """Lines that begin with # are headings."""
    sha256: str = ""
    """Of the bytes that were parsed."""


def plain(text: str) -> str:
    """One line without control characters, at most 200 long: for titles taken from files."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
