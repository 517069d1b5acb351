"""What every loader gives."""

from dataclasses import dataclass, field

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.rag.reasons import ReasonCode
from workbench.rag.types import PageText


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read."""

    password: str = field(default="", repr=False)
    """Opens the file, and what lies encrypted in it."""


AS_IT_IS = Reading()


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
