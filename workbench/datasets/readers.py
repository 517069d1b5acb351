"""A file of rows -> a table, chosen by content first and by name second."""

from pathlib import Path

from workbench.datasets.delimited import read_delimited
from workbench.datasets.json_rows import looks_like_json_lines, read_json_lines, read_json_object
from workbench.datasets.json_stream import read_json_array
from workbench.datasets.sheets import read_parquet, read_xlsx
from workbench.datasets.types import Table
from workbench.errors import WorkbenchError

MAX_BYTES = 500_000_000
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".xlsx", ".parquet")
"""What a file dialog offers."""

_FOREIGN = (
    (b"%PDF", "a PDF document", "Add it to a collection on the Documents tab."),
    (b"GGUF", "a language model", "Choose it as a model."),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "Save it as .xlsx or CSV."),
    (b"version https://git-lfs", "a Git-LFS pointer, not the file itself", "Run “git lfs pull” where it comes from."),
    (b"\x1f\x8b", "a compressed file", "Unpack it first."),
    (b"<!doctype html", "a web page", "Download the file itself."),
    (b"<html", "a web page", "Download the file itself."),
)


def read_table(path: Path) -> Table:
    """The rows of a CSV, TSV, JSONL, JSON, XLSX or Parquet file, with every row that cannot be used named.

    Raises WorkbenchError when the file as a whole cannot be read. Parquet loads pyarrow: in a worker only.
    """
    content = _read_bytes(path)
    refuse_foreign(content, path.name)
    if content.startswith(b"PAR1"):
        return read_parquet(path)
    if content.startswith(b"PK\x03\x04"):
        return read_xlsx(content, path.name)
    refuse_binary(content, path)
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return read_json_lines(content, path.name)
    if suffix == ".json" or (suffix not in (".csv", ".tsv") and start in (b"[", b"{")):
        if start == b"[":
            return read_json_array(path)
        is_lines = start == b"{" and looks_like_json_lines(content)
        return read_json_lines(content, path.name) if is_lines else read_json_object(content, path.name)
    return read_delimited(content, path.name, delimiter="\t" if suffix == ".tsv" else "")


def require_file(path: Path) -> int:
    """Its size in bytes. Raises WorkbenchError for a file that is gone or empty."""
    if not path.is_file():
        raise WorkbenchError(f"There is no file {path}.", hint="Check the path.", code="no_file")
    size = path.stat().st_size
    if size == 0:
        raise WorkbenchError(f"{path.name} is empty.", hint="Choose a file with rows.", code="no_rows")
    return size


def _read_bytes(path: Path) -> bytes:
    size = require_file(path)
    if size > MAX_BYTES:
        raise WorkbenchError(
            f"{path.name} is {size / 1e6:.0f} MB; here the limit is {MAX_BYTES / 1e6:.0f} MB.",
            hint="Split it.",
            code="too_large",
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WorkbenchError(
            f"{path.name} cannot be read: {error.strerror}.",
            hint="Check its permissions.",
            details=str(error),
            code="unreadable",
        ) from error
    if not content.strip():
        raise WorkbenchError(f"{path.name} is empty.", hint="Choose a file with rows.", code="no_rows")
    return content


def refuse_foreign(content: bytes, name: str) -> None:
    """Raises WorkbenchError for the start of a file that is something else altogether, by name."""
    start = content[:64].lower()
    for mark, what, hint in _FOREIGN:
        if start.startswith(mark.lower()):
            raise WorkbenchError(f"{name} is {what}, not a table.", hint=hint, code="not_a_table")


def refuse_binary(content: bytes, path: Path) -> None:
    """Random bytes called .csv: no text has this many control characters."""
    sample = content[:65536]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return  # UTF-16
    control = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if control > max(16, len(sample) // 20):
        raise WorkbenchError(
            f"{path.name} is not a text file.",
            hint="Choose a CSV, TSV, JSONL, JSON, XLSX or Parquet file.",
            code="not_a_table",
        )
