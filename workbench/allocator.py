"""How the processor's memory is handed out, where that can be told: glibc's allocator. Others are left alone."""

import ctypes
import platform
import sys

MXFAST, TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = 1, -1, -3, -8
"""What can be told (malloc.h); in bytes, the last one a number of heaps."""


def can_be_told() -> bool:
    """Whether this system's allocator is glibc's."""
    return sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def tell(option: int, value: int) -> bool:
    """Set an option of malloc for this process; only where it can be told. Says whether it was accepted."""
    return bool(ctypes.CDLL(None).mallopt(option, value) == 1)
