"""Two faces of one answer: text for people, JSON for scripts. Results go to stdout, everything else to stderr."""

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from workbench.errors import WorkbenchError

_LOOKS = {True: ("\x1b[30;42m", "\x1b[30;102m"), False: ("", "\x1b[2m")}
"""Marked pieces on green, others dim or not: two of each, for neighbours."""
_PLAIN = "\x1b[0m"
_BORDER = "·"
"""Between two pieces without brackets."""


class OutputRefused(WorkbenchError):
    """Stdout takes nothing more: a full disk, or a device that is."""


def write_out(text: str) -> None:
    """Print to stdout at once. Raises OutputRefused; BrokenPipeError where the reader has enough."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputRefused(
            f"The output cannot be written: {error.strerror or error}.",
            hint="Send it to another file or disk, or free some space there.",
            code="output_not_written",
        ) from error


def to_json(value: BaseModel | Mapping[str, Any]) -> str:
    """One line of JSON; text stays readable (no ASCII escapes)."""
    content = value.model_dump(mode="json") if isinstance(value, BaseModel) else dict(value)
    try:
        line = json.dumps(content, ensure_ascii=False, allow_nan=False)
    except ValueError:  # JSON has no number for what could not be computed
        line = json.dumps(_with_null(content), ensure_ascii=False, allow_nan=False)
    # Half a character, as a file name in another encoding has it, can only be escaped.
    return line.encode("utf-8", "backslashreplace").decode("utf-8")


def _with_null(value: Any) -> Any:
    """With null for NaN and infinities."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _with_null(one) for key, one in value.items()}
        case list() | tuple():
            return [_with_null(one) for one in value]
        case _:
            return value


class Output:
    """What a command prints. `json` is the user's wish for JSON."""

    def __init__(self, *, json: bool) -> None:
        self.json = json

    def object(self, value: BaseModel | Mapping[str, Any]) -> None:
        """One JSON object on one line."""
        write_out(f"{to_json(value)}\n")

    def lines(self, values: Iterable[BaseModel | Mapping[str, Any]]) -> None:
        """JSON lines: one object each."""
        for value in values:
            self.object(value)

    def text(self, text: str) -> None:
        write_out(f"{printable(text)}\n")

    def note(self, text: str) -> None:
        """Something a person wants to know beside the result."""
        print(printable(text), file=sys.stderr, flush=True)

    def marked(self, pieces: Sequence[tuple[str, bool]]) -> None:
        """Pieces of one text, each told from the next; marked ones are coloured on a terminal, else in brackets."""
        is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        shown = [(printable(text), is_marked) for text, is_marked in pieces]
        write_out(f"{_coloured(shown) if is_coloured else _bracketed(shown)}\n")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Columns as wide as their content; numbers to the right."""
        cells = [[printable(str(cell)) for cell in row] for row in rows]
        widths = [max(len(column), *(len(row[i]) for row in cells), 0) for i, column in enumerate(columns)]
        right = [bool(cells) and all(_is_number(row[i]) for row in cells) for i in range(len(columns))]
        for line in [list(columns), ["-" * width for width in widths], *cells]:
            padded = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True))
            write_out(f"{'  '.join(padded).rstrip()}\n")

    def problem(self, error: WorkbenchError) -> None:
        """A WorkbenchError: sentence and hint on stderr, with --json also as an object on stdout.

        That object holds the text of an answer that broke off (`facts["text"]`), which without --json was printed as it
        came.
        """
        if self.json and not isinstance(error, OutputRefused):
            text = {"text": error.facts["text"]} if "text" in error.facts else {}
            self.object({"error": {"message": error.message, "hint": error.hint}} | text)
        print(printable(f"Error: {error.message}"), file=sys.stderr)
        if error.hint:
            print(printable(error.hint), file=sys.stderr)


def printable(text: str) -> str:
    """Text without the control characters with which a file name could drive a terminal (tabs and newlines stay)."""
    return "".join(c if c in "\n\t" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _coloured(pieces: Iterable[tuple[str, bool]]) -> str:
    return "".join(
        "\n".join(f"{_LOOKS[is_marked][place % 2]}{line}{_PLAIN}" if line else "" for line in text.split("\n"))
        for place, (text, is_marked) in enumerate(pieces)
    )


def _bracketed(pieces: Iterable[tuple[str, bool]]) -> str:
    made, is_after_unmarked = "", False
    for text, is_marked in pieces:
        border = _BORDER if is_after_unmarked and not is_marked and not made.endswith("\n") else ""
        made += f"[{text}]" if is_marked else f"{border}{text}"
        is_after_unmarked = not is_marked
    return made


def in_words(error: Mapping[str, Any]) -> str:
    """What one error of pydantic's `errors()` says, without its technical beginning."""
    said = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return said[:1].lower() + said[1:]


def _is_number(text: str) -> bool:
    return text.strip()[:1].isdigit() or text in {"", "-"}
