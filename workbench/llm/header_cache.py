"""What the headers of model files said last time: a listing reads only files that are new or were changed.

One JSON file in the cache folder, replaced as a whole; whoever loses it reads the headers again.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench import __version__
from workbench.llm.types import ModelRef

State = list[list[int]]
"""[size, time of change in ns] of every file that a model is made of."""

_VERSION = [__version__, *sorted(ModelRef.model_fields)]


class HeaderCache:
    """Descriptions by path, valid while size and time of change of all their files stay."""

    def __init__(self, file: Path | None = None) -> None:
        """Read what was kept in `file`; None keeps nothing."""
        self._file = file
        self._known: dict[str, dict[str, Any]] = _read(file) if file else {}
        self._used: dict[str, dict[str, Any]] = {}

    def find(self, path: Path, state: State) -> ModelRef | None:
        """The description of the model whose first file is `path`, if nothing changed since."""
        entry = self._known.get(str(path))
        if not isinstance(entry, dict) or entry.get("state") != state:
            return None
        try:
            model = ModelRef.model_validate(entry.get("model"))
        except ValidationError:
            return None
        self._used[str(path)] = entry
        return model

    def keep(self, path: Path, state: State, model: ModelRef) -> None:
        self._used[str(path)] = {"state": state, "model": model.model_dump(mode="json", exclude_defaults=True)}

    def save(self) -> None:
        """Write what was found or kept; what was not asked for is gone from the disk and forgotten."""
        if self._file is None or self._used == self._known:
            return
        beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps({"version": _VERSION, "models": self._used}), encoding="utf-8")
            beside.replace(self._file)
        except OSError:  # a full or closed disk: the headers are read again next time
            with contextlib.suppress(OSError):
                beside.unlink()


def states_of(parts: list[Path]) -> State:
    """Raises OSError when one is not there."""
    return [[found.st_size, found.st_mtime_ns] for found in (part.stat() for part in parts)]


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict) or kept.get("version") != _VERSION or not isinstance(kept.get("models"), dict):
        return {}
    return dict(kept["models"])
