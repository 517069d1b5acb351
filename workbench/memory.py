"""What memory this process may have: the computer's, or less where its control group (a container, a service) has less.

A process that takes more than its group may have is ended by the system, however much the computer has free.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

SYSTEM = Path("/")
_CACHED = re.compile(r"^(?:in)?active_file (\d+)$", re.MULTILINE)
_CACHED_V1 = re.compile(r"^total_(?:in)?active_file (\d+)$", re.MULTILINE)


class _Limit(NamedTuple):
    most: int
    """Bytes that all processes of the group may have together."""
    free: int
    """Bytes of these that can be had now: what only keeps files at hand is given back."""


def free_memory(root: Path = SYSTEM) -> int:
    """Bytes that can be had without swapping. `root` is where the system's /proc and /sys are found."""
    import psutil

    return max(0, min([psutil.virtual_memory().available, *(limit.free for limit in _limits(root))]))


@cache
def total_memory(root: Path = SYSTEM) -> int:
    """Bytes of memory that this process can have at most."""
    import psutil

    return min([psutil.virtual_memory().total, *(limit.most for limit in _limits(root))])


def control_groups(root: Path = SYSTEM) -> Iterator[Path]:
    """The folders of the groups that count this process's memory, its own before those around it; none but on Linux.

    In a container the own group is what is mounted, under whatever path it has outside.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    paths = {kinds: Path(path.lstrip("/")) for _, kinds, path in (line.split(":", 2) for line in lines)}
    for kinds, mounted in (("memory", root / "sys/fs/cgroup/memory"), ("", root / "sys/fs/cgroup")):
        if kinds in paths:
            yield from (mounted / path for path in (paths[kinds], *paths[kinds].parents) if ".." not in path.parts)


def _limits(root: Path) -> Iterator[_Limit]:
    for group in control_groups(root):
        found = _read(group, "memory.limit_in_bytes", "memory.usage_in_bytes", _CACHED_V1)
        if found is None:
            found = _read(group, "memory.max", "memory.current", _CACHED)
        if found is not None:
            yield found


def _read(group: Path, most: str, used: str, cached: re.Pattern[str]) -> _Limit | None:
    """The group's limit; None where it has none ("max") or counts nothing, as the outermost group of version 2."""
    try:
        limit, taken = int((group / most).read_bytes()), int((group / used).read_bytes())
        given_back = sum(int(count) for count in cached.findall((group / "memory.stat").read_text(encoding="ascii")))
    except (OSError, ValueError):
        return None
    return _Limit(limit, limit - taken + min(given_back, taken))
