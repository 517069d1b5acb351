"""Memory of merges, in a process of its own: an allocator cannot be told to forget."""

import subprocess
import sys

import pytest

from workbench import allocator

pytestmark = pytest.mark.skipif(not allocator.can_be_told(), reason="only glibc lets its heaps be told")

_KEPT = """
import contextlib, sys
from pathlib import Path
from workbench.rag.freed_memory import blocks_go_back

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

large = bytearray(30_000_000)
del large  # glibc learns from this that blocks of this size come and go
before = resident()
blocks, between = [], []
with blocks_go_back() if sys.argv[1] == "back" else contextlib.nullcontext():
    for _ in range(60):
        blocks.append(bytearray(b"x") * 3_000_000)
        between.append(bytearray(2_000))
    blocks.clear()
print(resident() - before)
"""


_HEAPS = """
import ctypes, re, sys, tempfile, threading
from pathlib import Path
from workbench.rag.freed_memory import threads_share_heaps

if sys.argv[1] == "shared":
    threads_share_heaps()
together = threading.Barrier(9)

def work() -> None:
    together.wait()
    kept = [bytearray(1_000) for _ in range(20_000)]
    together.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait()
together.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.TemporaryDirectory() as folder:
    said = Path(folder, "heaps.xml")
    file = ctypes.c_void_p(libc.fopen(bytes(said), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(len(re.findall("<heap ", said.read_text())))
"""


def heaps(how: str) -> int:
    """On how many heaps eight threads allocate."""
    done = subprocess.run([sys.executable, "-c", _HEAPS, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


def kept_bytes(how: str) -> int:
    """What the process still holds of 180 MB that it freed."""
    done = subprocess.run([sys.executable, "-c", _KEPT, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_that_what_a_merge_took_goes_back_at_once() -> None:
    assert kept_bytes("stays") > 150_000_000
    assert kept_bytes("back") < 20_000_000


def test_that_the_threads_of_an_indexing_share_two_heaps() -> None:
    assert heaps("each its own") > 2
    assert heaps("shared") <= 2
