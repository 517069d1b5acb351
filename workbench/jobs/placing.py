"""Where a long piece of work that may go on later keeps its files: a folder named after what is asked for."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

_KEPT_OUT_OF_THE_NAME = re.compile(r"[^a-z0-9]+")


def place(folder: Path, name: str, content: bytes, *, otherwise: str, is_finished: Callable[[Path], bool]) -> Path:
    """The folder below `folder` of an unfinished run of the same `content`, which it continues, or a new one.

    `name` is for people; `otherwise` where nothing of it can stand in a folder's name.
    """
    digest = hashlib.sha256(content).hexdigest()[:12]
    number = 1
    while is_finished(found := folder / f"{plain_name(name, otherwise)}-{digest}-{number}"):
        number += 1
    return found


def plain_name(name: str, otherwise: str) -> str:
    """As much of a name as can stand in that of a file or folder anywhere."""
    return _KEPT_OUT_OF_THE_NAME.sub("-", name.casefold()).strip("-")[:40] or otherwise
