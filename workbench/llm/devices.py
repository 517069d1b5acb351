"""The GPUs that llama.cpp of this installation can use, with their free memory. Asking loads it: for workers."""

import ctypes
import sys
from pathlib import Path
from typing import Any

from workbench.llm.fit import reserved_on_cards
from workbench.llm.placement import Device

_GPU, _INTEGRATED = 1, 2
"""ggml's types of devices (ggml-backend.h); 0 is the processor, 3 an accelerator beside it."""
_SIGNS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dri", "/dev/dxg")


def may_have_gpu() -> bool:
    """Whether it is worth loading llama.cpp to ask; only Linux can tell without it."""
    return sys.platform != "linux" or any(Path(sign).exists() for sign in _SIGNS)


def usable_devices() -> tuple[Device, ...]:
    """GPUs alone; llama.cpp is only loaded where there may be one."""
    return find_devices() if may_have_gpu() else ()


def find_devices() -> tuple[Device, ...]:
    """GPUs alone, without the memory that trainings which run will still take; none where llama.cpp was built for the
    processor only."""
    from workbench.llm.llama_native import library

    if not _offloads():
        return ()
    found = list_backends(library()._lib)
    # As llama.cpp does: integrated ones are used only where there is no other.
    kinds = (_GPU,) if any(kind == _GPU for kind, _ in found) else (_INTEGRATED,)
    reserved = reserved_on_cards()
    return tuple(_without(device, reserved) for kind, device in found if kind in kinds)


def _offloads() -> bool:
    """Whether llama.cpp was built for graphics cards."""
    from workbench.llm.llama_native import library

    return bool(library().llama_supports_gpu_offload())


def _without(device: Device, reserved: int) -> Device:
    """The GPU with so many bytes less free; memory that it shares with the processor is reckoned there."""
    if not reserved or device.shares_memory:
        return device
    return device.model_copy(update={"free_bytes": max(0, device.free_bytes - reserved)})


def list_backends(ggml: Any) -> list[tuple[int, Device]]:
    """Every device that ggml knows, the processor too, with its type. `ggml`: the loaded library."""
    ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    for function, restype in (("type", ctypes.c_int), ("description", ctypes.c_char_p)):
        getattr(ggml, f"ggml_backend_dev_{function}").argtypes = [ctypes.c_void_p]
        getattr(ggml, f"ggml_backend_dev_{function}").restype = restype
    sizes = ctypes.POINTER(ctypes.c_size_t)
    ggml.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, sizes, sizes]
    ggml.ggml_backend_dev_memory.restype = None
    return [_describe(ggml, ggml.ggml_backend_dev_get(number)) for number in range(ggml.ggml_backend_dev_count())]


def _describe(ggml: Any, handle: int) -> tuple[int, Device]:
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    ggml.ggml_backend_dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
    kind = int(ggml.ggml_backend_dev_type(handle))
    name = ggml.ggml_backend_dev_description(handle).decode("utf-8", "replace")
    shares = kind != _GPU or sys.platform == "darwin"  # Apple's GPU calls itself one, but has the processor's memory
    return kind, Device(name=name, free_bytes=free.value, total_bytes=total.value, shares_memory=shares)
