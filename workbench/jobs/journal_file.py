"""Files that a task keeps its work in: a stop, a crash or a power cut loses at most the line that was being written."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from workbench.log import get_logger

T = TypeVar("T", bound=BaseModel)

_log = get_logger("jobs")


def read_records(path: Path, kind: type[T]) -> Iterator[T]:
    """The records of a file of JSON lines; nothing where there is no file. Lines that cannot be read are left out.

    A half-written last line is closed, so that the next record is not glued to it.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.splitlines():
        try:
            yield kind.model_validate_json(line)
        except ValidationError:
            _log.info("%s has a line that was not written to its end; that work is done again", path.name)
    if not content.endswith(b"\n") and content:
        with path.open("ab") as file:
            file.write(b"\n")


def append_record(path: Path, record: BaseModel) -> None:
    """Add one record; it is in the system's hands when this returns."""
    with path.open("a", encoding="utf-8") as file:
        file.write(record.model_dump_json() + "\n")
        file.flush()


def write_whole(path: Path, text: str) -> None:
    """Beside and renamed: the old or the new file, never half of one."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
