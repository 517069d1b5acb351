"""Passwords of encrypted files, as they were given with one indexing job. In memory only."""

from collections.abc import Mapping
from pathlib import Path


class Passwords:
    """By absolute path of a file, or of a folder for everything below it; the nearest one counts."""

    def __init__(self, by_path: Mapping[str, str]) -> None:
        self._by_path = by_path

    def of(self, path: Path) -> str:
        """The password for a file; empty when none was given."""
        if not self._by_path:
            return ""
        return next((self._by_path[str(p)] for p in (path, *path.parents) if str(p) in self._by_path), "")

    def __repr__(self) -> str:
        return f"Passwords({len(self._by_path)} given)"
