"""Lines of text files of any size: encoding found without loading the file, lines bounded in length."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from workbench.datasets.types import RowProblem
from workbench.errors import WorkbenchError

MAX_LINE = 16_000_000
"""Characters of one line; a longer one is no row but a file without line ends."""
_BLOCK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class TooLongLine(str):
    """Stands for a line that was skipped; holds its beginning."""


def find_encoding(path: Path) -> tuple[str, list[RowProblem]]:
    """The encoding of a text file and what is doubtful about it, as `delimited.decode` decides; reads it once through.

    UTF-8 unless a byte order mark or a foreign byte says otherwise.
    """
    with path.open("rb") as file:
        start = file.read(4)
        marked = next((encoding for mark, encoding in _BOMS if start.startswith(mark)), "")
        file.seek(0)
        decoder = codecs.getincrementaldecoder(marked or "utf-8")("strict")
        lines = 1
        while block := file.read(_BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                if marked:
                    raise WorkbenchError(
                        f"The file says that it is {marked}, but something in line {lines} or later is not.",
                        hint="Save it again as UTF-8.",
                        details=str(error),
                        code="bad_encoding",
                    ) from error
                kept = len(error.object) - len(block)  # the decoder had the first bytes of a character left over
                line = lines + block.count(b"\n", 0, max(0, error.start - kept))
                return "cp1252", [RowProblem(row=line, message=NOT_UTF8, dropped=False)]
            lines += block.count(b"\n")
    return marked or "utf-8", []


NOT_UTF8 = "The file is not UTF-8; it was read as Windows-1252. Check accents and quotes, or save it as UTF-8."


def open_text(path: Path, encoding: str) -> TextIO:
    """The text with every line end as a newline; bytes that Windows-1252 does not know become a replacement mark."""
    return path.open(encoding=encoding, errors="replace" if encoding == "cp1252" else "strict")


def bounded_lines(file: TextIO, limit: int = MAX_LINE) -> Iterator[str]:
    """Line after line with its newline; one that is longer than `limit` characters is skipped as `TooLongLine`."""
    while line := file.readline(limit + 1):
        if len(line) <= limit or line.endswith("\n"):
            yield line
            continue
        start = line[:200]
        while line and not line.endswith("\n"):
            line = file.readline(limit + 1)
        yield TooLongLine(start)
