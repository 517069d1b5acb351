"""The orderly heap, in processes of their own: an allocator cannot be told to forget."""

import os
import subprocess
import sys

import pytest

from workbench import allocator
from workbench.finetune.heap import process_environment

_STEPS = """
import ctypes, os, sys
from pathlib import Path
from workbench.finetune.heap import make_orderly

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def tensor(size: int) -> ctypes.c_void_p:  # aligned and written to, as torch does it
    block = ctypes.c_void_p()
    libc.posix_memalign(ctypes.byref(block), 4096 if "THP_MEM_ALLOC_ENABLE" in os.environ else 64, size)
    ctypes.memset(block, 1, size)
    return block

if sys.argv[1] == "orderly":
    make_orderly()
libc.free(tensor(30_000_000))  # glibc learns from this that blocks of this size come and go
before = resident()
kept = []
for _ in range(60):  # a layer: a passing result, a small object beside it, and what is kept
    passing = tensor(2_097_152)
    kept.append(tensor(2_097_152))
    kept += [libc.malloc(40) for _ in range(5)]
    libc.free(passing)
print(resident() - before)
"""


def _grown(how: str, environment: dict[str, str]) -> int:
    """Bytes that a process holds after 60 layers that kept 2 MB each and freed as much."""
    done = subprocess.run(
        [sys.executable, "-c", _STEPS, how], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not allocator.can_be_told(), reason="glibc only")
@pytest.mark.parametrize("environment", [process_environment(), {"GLIBC_TUNABLES": ""}], ids=["started for it", "not"])
def test_that_a_freed_block_serves_the_next_tensor(environment: dict[str, str]) -> None:
    assert _grown("orderly", environment) < 0.87 * _grown("fast", {"GLIBC_TUNABLES": ""}), "glibc differs in how much"


@pytest.mark.skipif(not allocator.can_be_told(), reason="glibc only")
def test_that_what_the_person_told_glibc_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.perturb=1:glibc.malloc.tcache_count=9")
    assert process_environment()["GLIBC_TUNABLES"] == "glibc.malloc.perturb=1:glibc.malloc.tcache_count=0"
