"""Why a file was not read, or not wholly: closed words that programs can act on, beside the sentence for people."""

from enum import StrEnum


class ReasonCode(StrEnum):
    """What became of a file that was refused, or indexed with a reservation."""

    NONE = ""
    NEEDS_PASSWORD = "needs_password"
    """Encrypted, and no password was given: ask for it and index the file again with it."""
    WRONG_PASSWORD = "wrong_password"
    """Encrypted, and the password that was given does not open it."""
    NEEDS_OCR = "needs_ocr"
    """Scanned pages without text."""
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    """A picture, a program, sound: no document with text."""
    BINARY = "binary"
    """Called text, but its bytes are no text in any encoding."""
    ENCODING = "encoding"
    """Says that it is in an encoding in which it is not."""
    DAMAGED = "damaged"
    DANGEROUS = "dangerous"
    """XML that declares entities."""
    BOMB = "bomb"
    """Would unpack to more than is allowed."""
    TOO_BIG = "too_big"
    TOO_LONG = "too_long"
    TOO_SLOW = "too_slow"
    READER_CRASHED = "reader_crashed"
    CHANGED = "changed"
    """Changed or vanished while it was read: try again."""
    NOT_INSTALLED = "not_installed"
    MISSING = "missing"
    """No such file or folder, or a link to nothing."""
    NO_PERMISSION = "no_permission"
    UNREADABLE = "unreadable"
    """The file system refuses it for another reason."""
    NOT_A_FILE = "not_a_file"
    """A pipe, a socket, a device: never opened."""
    NO_ANSWER = "no_answer"
    """Its folder did not answer in time, such as a network drive that hangs."""
    OWN_FILES = "own_files"
    """Lies in the program's data folder."""
    DUPLICATE = "duplicate"
    """Not refused: the same content is found under another name."""
    OTHER = "other"


READER_VERSION = "r2"
"""Changes when more can be read: files that failed are then tried again by themselves."""

LASTING = frozenset(ReasonCode) - {
    ReasonCode.NONE,
    ReasonCode.CHANGED,
    ReasonCode.NOT_INSTALLED,
    ReasonCode.MISSING,
    ReasonCode.NO_PERMISSION,
    ReasonCode.UNREADABLE,
    ReasonCode.NOT_A_FILE,
    ReasonCode.NO_ANSWER,
    ReasonCode.OWN_FILES,
    ReasonCode.DUPLICATE,
    ReasonCode.OTHER,
}
"""Reasons that lie in the content: they stay as long as the file does not change."""


def reason_code(code: str) -> ReasonCode:
    """The word for the code of a WorkbenchError."""
    try:
        return ReasonCode(code) if code else ReasonCode.OTHER
    except ValueError:
        return ReasonCode.OTHER
