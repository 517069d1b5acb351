"""The compact heap, in processes of their own: an allocator cannot be told to forget."""

import subprocess
import sys

import pytest

from workbench.finetune.heap import can_be_compact

_KEPT = """
import sys
from pathlib import Path
from workbench.finetune.heap import make_compact

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] == "compact":
    make_compact()
large = bytearray(30_000_000)
del large  # glibc learns from this that blocks of this size come and go
before = resident()
blocks, between = [], []
for _ in range(60):
    blocks.append(bytearray(b"x") * 3_000_000)
    between.append(bytearray(2_000))
blocks.clear()
print(resident() - before)
"""


def kept_bytes(how: str) -> int:
    """What the process still holds of 180 MB that it freed."""
    done = subprocess.run([sys.executable, "-c", _KEPT, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not can_be_compact(), reason="glibc only")
def test_that_freed_blocks_go_back_at_once() -> None:
    assert kept_bytes("fast") > 150_000_000
    assert kept_bytes("compact") < 20_000_000
