"""Files that a task keeps its work in: a stop, a crash or a power cut loses at most the line that was being written."""

import contextlib
import json
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
    for _, record in read_placed(path, kind):
        yield record


def read_placed(path: Path, kind: type[T], *, is_ours: bool = True) -> Iterator[tuple[int, T]]:
    """As `read_records`, each with the byte at which its line begins.

    Who only looks at the file while another process writes it (not `is_ours`) leaves an unfinished line alone.
    """
    if is_ours:
        close_last_line(path)
    place = 0
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            try:
                yield place, kind.model_validate_json(line)
            except ValidationError:
                _log.info("%s has a line that was not written to its end; that work is done again", path.name)
            place += len(line)


def close_last_line(path: Path) -> None:
    """End a half-written last line, so that the next record is not glued to it; nothing where there is no file."""
    with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
        if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n":
            file.write(b"\n")


def read_record_at(path: Path, place: int, kind: type[T]) -> T:
    """The record whose line begins at that byte. Raises OSError or ValidationError when there is none."""
    with path.open("rb") as file:
        file.seek(place)
        return kind.model_validate_json(file.readline())


def append_record(path: Path, record: BaseModel) -> int:
    """Add one record; it is in the system's hands when this returns. Returns the byte at which its line begins."""
    with path.open("ab") as file:
        place = file.tell()
        file.write(record.model_dump_json().encode() + b"\n")
    return place


def read_object(path: Path) -> dict[str, object]:
    """The JSON object in a file; empty when there is none or it is no object."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def write_whole(path: Path, text: str) -> None:
    """Beside and renamed: the old or the new file, never half of one."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
