"""What every loader is told, and what it gives."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import Field

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.rag.reasons import ReasonCode
from workbench.rag.types import PageText

MAX_MEMBERS = 5_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_CHARACTERS = 3_000_000
"""Of all members together; a whole document may hold a little more."""
MEMBER_SECONDS = 20.0
"""Within the thirty seconds of a file, so that what was read by then is kept."""


class Allowance:
    """How much all files inside one file may take together."""

    def __init__(
        self, *, files: int = MAX_MEMBERS, unpacked_bytes: int = MAX_UNPACKED_BYTES, seconds: float = MEMBER_SECONDS
    ) -> None:
        self._files = files
        self._bytes = unpacked_bytes
        self.characters = MAX_CHARACTERS
        self._deadline = time.monotonic() + seconds

    def take(self, size: int) -> None:
        """One more file of this size. Raises WorkbenchError when that is too much."""
        self._files -= 1
        self._bytes -= size
        if self._files < 0:
            raise _too_much("more files than are read from one archive")
        if self._bytes < 0:
            raise _too_much("more bytes than are unpacked from one archive")
        if time.monotonic() > self._deadline:
            raise _too_much("reading took too long")

    def take_text(self, characters: int) -> None:
        """So much text was found. Raises WorkbenchError when that is too much."""
        self.characters -= characters
        if self.characters < 0:
            raise _too_much("more text than one document may hold")


def _too_much(what: str) -> WorkbenchError:
    return WorkbenchError(f"{what}.", hint="Unpack it and add the folder.", code=ReasonCode.BOMB)


class Recognizer(Protocol):
    """Text in pictures."""

    def recognize(self, picture: bytes) -> str:
        """The text in a picture (PNG, JPEG, TIFF). Raises WorkbenchError when it cannot be looked for."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read."""

    password: str = field(default="", repr=False)
    """Opens the file, and what lies encrypted in it."""
    depth: int = 0
    """In how many other files it lies."""
    allowance: Allowance = field(default_factory=Allowance, repr=False)
    """What is left for files inside it."""
    recognizer: Recognizer | None = None
    """Reads scanned pages and pictures; None: they are refused as needing it."""
    seconds: float = 30.0
    """How long the file may take."""
    wanted: str | None = None
    """Of what lies inside the file only this is opened, and what that lies in; empty: nothing. None: everything."""


class WantedPage(Boundary):
    """A page of a PDF that is to be seen."""

    page: int
    start: int = 0
    end: int = 0
    """The passage to mark, in code points of the page's text."""
    scale: float = 2.0
    """Pixels per point (1/72 inch)."""
    sha256: str = ""
    """What was indexed; a file that changed since is refused, for its passage may be elsewhere. Empty: any."""
    member: str = ""
    """What is shown lies inside the file under this name; empty: the file itself."""
    text: str = Field("", repr=False)
    """Where start and end are counted in another text than the page's own: that. Below the name of its file a page of
    an archive is not quite what it is by itself."""


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
    size_bytes: int = 0


def plain(text: str) -> str:
    """One line without control characters, at most 200 long: for titles taken from files."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def as_pages(texts: "list[str]") -> tuple[PageText, ...]:
    """Numbered from 1, the empty ones too: page 3 is the third sheet, slide or chapter."""
    return tuple(PageText(number=number, text=text) for number, text in enumerate(texts, 1))


def password_problem(name: str, password: str) -> WorkbenchError:
    """The refusal of an encrypted file: no password was given, or one that does not open it."""
    if password:
        return WorkbenchError(
            f"The password does not open {name}.", hint="Try another one.", code=ReasonCode.WRONG_PASSWORD
        )
    return WorkbenchError(
        f"{name} is encrypted and needs a password.",
        hint="Give its password, or save a copy without one and add that.",
        code=ReasonCode.NEEDS_PASSWORD,
    )


def damaged(name: str, what: str, details: str = "") -> WorkbenchError:
    """The refusal of a file that is not what its content begins like."""
    return WorkbenchError(
        f"{name} is damaged: it cannot be read as {what}.",
        hint="Open it in its own program and save it again.",
        details=details[-2000:],
        code=ReasonCode.DAMAGED,
    )
