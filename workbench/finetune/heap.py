"""How the processor's memory is handed out while a model learns: so that a freed block serves the next tensor.

glibc cuts the aligned block of a tensor out of a larger one and gives the pieces before and behind it to small objects.
When the tensor is freed, the pieces are not, and the hole is a few bytes too short for the same tensor: the heap grows
over the first steps to up to twice of what the tensors hold, differently in every run. Two things prevent that:
nothing short is kept apart when it is freed (no thread cache, no fast bins), so that the pieces join their hole again;
and small objects find blocks of their own size, laid out beforehand, so that they stay out of the pieces.
Tensors of less than 2 MB, which begin at 64 bytes, still miss their hole by 16 bytes: some of the growth remains.
Nothing that is computed changes.
"""

import ctypes
import functools
import logging
import os

from workbench import allocator

log = logging.getLogger("workbench.finetune")

_TUNABLES = "GLIBC_TUNABLES"
_NO_THREAD_CACHE = "glibc.malloc.tcache_count=0"
"""Read by glibc when a process starts, hence an environment variable."""
_WHOLE_PAGES = "THP_MEM_ALLOC_ENABLE"
"""torch: tensors of 2 MB or more begin at a page and ask for huge ones."""
_SMALL = range(24, 1020, 16)
_LARGER = (1100, 1500, 2100, 3000, 4000, 6000, 8000, 12000, 16000)
_BLOCKS = {True: 1000, False: 100}
"""Of each size, by whether it is small. With 116M parameters a tenth of that was enough in float32."""
BLOCKS_BYTES = 40_000_000
"""What they take."""
_MAPPED_BYTES = 1_000_000


def process_environment() -> dict[str, str]:
    """Variables with which a process must be started whose heap shall be orderly."""
    if not allocator.can_be_told():
        return {}
    others = [each for each in os.environ.get(_TUNABLES, "").split(":") if each and "tcache_count" not in each]
    return {_TUNABLES: ":".join([*others, _NO_THREAD_CACHE]), _WHOLE_PAGES: "1"}


@functools.cache
def make_orderly() -> None:
    """From now on freed blocks serve the next tensors; to be called before the model is loaded. Once in a process.

    In a process that was started without `process_environment` large blocks are mapped one by one instead and handed
    back when they are freed: as little memory, a fifth (float32) to two fifths (bfloat16) more processor time.
    An allocator that refuses is only logged: the training then takes more memory, and is the same.
    """
    if _NO_THREAD_CACHE in os.environ.get(_TUNABLES, "").split(":"):
        accepted = allocator.tell(allocator.MXFAST, 0)
        _lay_out_small_blocks()
    else:
        accepted = allocator.tell(allocator.MMAP_THRESHOLD, _MAPPED_BYTES)
    if not accepted:
        log.warning("malloc refuses another setting: the training may take more memory than was estimated")


def _lay_out_small_blocks() -> None:
    """Free blocks of every small size, kept apart by tiny ones that are never freed: else they would join."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = []
    for size in (*_SMALL, *_LARGER):
        for _ in range(_BLOCKS[size in _SMALL]):
            blocks.append(libc.malloc(size))
            libc.malloc(_SMALL.start)
    for block in blocks:
        libc.free(block)
