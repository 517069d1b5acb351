"""What this computer's processor can do, told without a library that takes seconds to import."""

from functools import cache
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")

_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
"""As Linux names them: the first two of x86-64, the last of 64-bit ARM."""


@cache
def multiplies_bfloat16() -> bool:
    """Whether matrices of bfloat16 are multiplied in hardware; elsewhere each number is converted, eight times slower.

    False where the system does not tell it in a file (Windows, macOS).
    """
    if not CPU_INFO.is_file():
        return False
    with CPU_INFO.open(encoding="utf-8", errors="replace") as cores:
        for line in cores:
            name, _, value = line.partition(":")
            if name.strip() in {"flags", "Features"}:  # all cores have the same: the rest need not be read
                return not _BFLOAT16_FLAGS.isdisjoint(value.split())
    return False
