"""Whether the machine's memory ran out while something ran: asked of the system, never guessed.

Linux counts the processes that it ended for want of memory: in the memory.events of their group (cgroup v2), in
memory.oom_control (v1), over the whole machine in /proc/vmstat. Other systems only tell what is free now.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from workbench.memory import control_groups

NEARLY_USED_UP = 0.05
"""Less free memory than this share of it all, right after a death, is memory that was short."""
RAN_OUT, USED_UP = "Memory ran out", "Memory was nearly used up"
"""With these words a finding begins."""
_COUNT = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


class MemoryWatch:
    """Begun before a process starts, asked after it died."""

    def __init__(self, root: Path = Path("/")) -> None:
        """`root` is where the system's /proc and /sys are found."""
        self._counter, self._before = _find_counter(root)

    def finding(self) -> str:
        """What is known about memory, in a sentence; empty when it was not short, or nobody can know."""
        if self._counter is not None:
            if (_read_count(self._counter) or 0) <= self._before:
                return ""
            if self._counter.name == "vmstat":
                return f"{RAN_OUT} meanwhile and the system ended processes, probably this one."
            return f"{RAN_OUT}: the system ended it to get some back."
        import psutil

        memory = psutil.virtual_memory()
        if memory.available > NEARLY_USED_UP * memory.total:
            return ""
        return f"{USED_UP} ({memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free)."


def _find_counter(root: Path) -> tuple[Path | None, int]:
    """The counter closest to this process, workers included, and what it says now."""
    for path in _counters(root):
        if (count := _read_count(path)) is not None:
            return path, count
    return None, 0


def _counters(root: Path) -> Iterator[Path]:
    """Own group first."""
    for group in control_groups(root):
        yield from (group / "memory.oom_control", group / "memory.events")
    yield root / "proc/vmstat"


def _read_count(path: Path) -> int | None:
    try:
        found = _COUNT.search(path.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
    return int(found[1]) if found else None
