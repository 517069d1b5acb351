"""Training rows on disk: JSON lines in a file that is named after its content."""

import hashlib
import itertools
import os
import uuid
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError


def write_rows(rows: Iterable[TrainingRow], folder: Path) -> tuple[Path, str]:
    """Write the rows to `folder/<sha256>.jsonl`, complete or not at all; returns the path and the SHA-256 in hex.

    Rows are written as they come: as many as the disk holds, however little memory there is.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    beside = folder / f".{uuid.uuid4().hex}.new"
    try:
        with beside.open("wb") as file:
            for row in rows:
                line = row.model_dump_json().encode() + b"\n"
                digest.update(line)
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        path = folder / f"{digest.hexdigest()}.jsonl"
        if not (path.is_file() and hash_file(path) == digest.hexdigest()):
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path, digest.hexdigest()


def read_rows(path: Path, expected_hash: str = "", start: int = 0, end: int | None = None) -> list[TrainingRow]:
    """The rows of a file that `write_rows` made, or those from `start` (counted from 0) to before `end`.

    Raises WorkbenchError when the file is gone or was changed since.
    """
    try:
        if expected_hash and hash_file(path) != expected_hash:
            raise WorkbenchError(
                f"The rows file {path.name} was changed since it was saved.",
                hint="Import the data again under a new name.",
                details=str(path),
                code="rows_changed",
            )
        with path.open("rb") as file:
            lines = itertools.islice((line for line in file if line.strip()), start, end)
            return [TrainingRow.model_validate_json(line) for line in lines]
    except FileNotFoundError as error:
        raise WorkbenchError(
            f"The rows file {path.name} is gone.", hint="Import the data again.", details=str(path), code="no_file"
        ) from error
    except ValidationError as error:
        raise WorkbenchError(
            f"The rows file {path.name} is damaged.",
            hint="Import the data again.",
            details=str(error),
            code="rows_changed",
        ) from error


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
