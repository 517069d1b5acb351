"""The one door to `resources/`: the same names from a checkout, an installed wheel and a frozen bundle."""

import sys
from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    package = Path(__file__).resolve().parent
    bundle = getattr(sys, "_MEIPASS", None)
    candidates = [package / "_resources", package.parent / "resources"]
    if bundle:
        candidates.insert(0, Path(bundle) / "resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"the resources folder is missing; looked in {', '.join(map(str, candidates))}")


def path(name: str) -> Path:
    """The file or folder `name` (with forward slashes) inside resources/."""
    found = _root() / name
    if not found.exists():
        raise FileNotFoundError(f"no resource named {name!r}")
    return found


def text(name: str) -> str:
    """The UTF-8 text of the resource `name`."""
    return path(name).read_text(encoding="utf-8")
