"""Memory that ran out is said when the system counted it, and only then."""

import signal
import sys
from pathlib import Path

import pytest

from workbench.jobs.causes import describe_death
from workbench.jobs.memory_watch import MemoryWatch

KILLED = "The worker process was killed by the system or by someone (signal 9)."
OWN_GROUP = "Memory ran out: the system ended it to get some back."
MACHINE = "Memory ran out meanwhile and the system ended processes, probably this one."


def machine(root: Path, groups: str, **counters: int) -> None:
    """The files of a system in `root`: its groups, and what each counter says."""
    write(root, "proc/self/cgroup", groups)
    for path, count in counters.items():
        write(root, path, f"low 0\noom 7\noom_kill {count}\noom_group_kill 0\n")


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="ascii")


@pytest.mark.parametrize(
    ("groups", "counter", "sentence"),
    [
        ("0::/user.slice/app\n", "sys/fs/cgroup/user.slice/app/memory.events", OWN_GROUP),
        ("0::/../outside\n", "sys/fs/cgroup/memory.events", OWN_GROUP),
        ("4:memory:/box\n1:cpu:/\n0::/\n", "sys/fs/cgroup/memory/box/memory.oom_control", OWN_GROUP),
        ("4:memory:/named/outside\n0::/\n", "sys/fs/cgroup/memory/memory.oom_control", OWN_GROUP),
        ("0::/\n", "proc/vmstat", MACHINE),
    ],
)
def test_that_a_counted_kill_is_said_and_an_older_one_is_not(
    tmp_path: Path, groups: str, counter: str, sentence: str
) -> None:
    machine(tmp_path, groups, **{counter: 2})
    watch = MemoryWatch(tmp_path)
    assert describe_death(-signal.SIGKILL, "", watch) == KILLED
    machine(tmp_path, groups, **{counter: 3})
    assert describe_death(-signal.SIGKILL, "", watch) == f"{KILLED} {sentence}"
    assert describe_death(-signal.SIGSEGV, "", watch).endswith("(segmentation fault).")
    assert MemoryWatch(tmp_path).finding() == ""


def test_that_the_own_group_is_believed_before_the_machine(tmp_path: Path) -> None:
    own = {"sys/fs/cgroup/app/memory.events": 0}
    machine(tmp_path, "0::/app\n", **own, **{"proc/vmstat": 0})
    watch = MemoryWatch(tmp_path)
    machine(tmp_path, "0::/app\n", **own, **{"proc/vmstat": 5})
    assert watch.finding() == ""


@pytest.mark.parametrize(("available", "words"), [(0.2e9, "nearly used up (0.2 of 16.0 GB free)"), (4e9, "")])
def test_that_without_a_counter_free_memory_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, available: float, words: str
) -> None:
    class Memory:
        total = 16e9

    Memory.available = available  # type: ignore[attr-defined]
    monkeypatch.setattr("psutil.virtual_memory", Memory)
    assert words in MemoryWatch(tmp_path).finding()
    assert bool(MemoryWatch(tmp_path).finding()) == bool(words)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count")
def test_that_this_very_system_can_be_asked() -> None:
    assert MemoryWatch().finding() == ""
